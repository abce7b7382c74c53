"""The autoencoder of a latent diffusion model: pictures to small latents and back (arXiv:2112.10752, Section 3.1).

Diffusion in pixels wastes its effort on detail that no eye sees. So a first network learns to write a picture as a few
numbers, and to paint it again from them; diffusion then happens among these numbers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from diffusers import AutoencoderTiny, ModelMixin
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.v2 import functional as vision

from csdlib.descriptors.weights import seeded_weights
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.tables import ImageTable
from csdlib.training.batches import batch_rows, readable
from csdlib.training.loop import Trainer, bfloat16, require_one_process, warmup_schedule

#: The architecture of tiny-sd's autoencoder: a picture of 96 pixels becomes 24 x 24 x 8 numbers, six times fewer.
#: (Twelve times fewer, 12 x 12 x 16, lose strokes and dots: of such pictures csd-tiny finds a quarter fewer painters.
#: diffusers' AutoencoderKL learns as much from a picture, but costs four times as much to train and to paint with.)
TINY_AUTOENCODER: dict[str, Any] = {
    "encoder_block_out_channels": (64,) * 3,
    "decoder_block_out_channels": (64,) * 3,
    "num_encoder_blocks": (0, 1, 2),
    "num_decoder_blocks": (3, 1, 0),
    "latent_channels": 8,
}


@dataclass(frozen=True)
class AutoencoderConfig:
    """The settings of an autoencoder's training.

    Attributes:
        steps: optimiser steps.
        batch_size: pictures a step.
        size: side of the pictures in pixels, a multiple of 8.
        rate: learning rate of AdamW at its top.
        warmup: share of the steps in which it rises.
        noise: deviation of the noise that latents get before they are painted again: what is generated later is never
            exact, either.
        bfloat16: compute in bfloat16 (autocast) where the device does so natively.
        seed: of the weights, the order of images and the noise.
    """

    steps: int = 12_000
    batch_size: int = 16
    size: int = 96
    rate: float = 1e-3
    warmup: float = 0.01
    noise: float = 0.1
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch_size", 1), ("size", 32), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if self.size % 8:
            raise InputError(f"size must be a multiple of 8, got {self.size}")


def square(image: Image.Image, size: int) -> Image.Image:
    """The middle of a picture, scaled to (size, size) pixels."""
    return vision.center_crop(vision.resize(image, [size]), [size, size])


def pixels(image: Image.Image) -> Tensor:
    """An RGB picture as diffusion models take it: (3, H, W) float32 in [-1, 1]."""
    return vision.to_dtype(vision.pil_to_tensor(image), torch.float32, scale=True) * 2 - 1


def pictures(images: Tensor) -> list[Image.Image]:
    """What a decoder returns, (n, 3, H, W) float32 in [-1, 1], as RGB pictures."""
    levels = ((images / 2 + 0.5).clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    return [Image.fromarray(picture) for picture in levels]


def random_autoencoder(seed: int = 0, **changes: Any) -> AutoencoderTiny:
    """tiny-sd's autoencoder with random weights.

    The layers that change the scale start near the identity: from wholly random ones, colours are learned late.

    Args:
        seed: of the weights.
        changes: of the architecture, arguments of diffusers' ``AutoencoderTiny``.
    """
    with seeded_weights(seed):
        model = AutoencoderTiny(**TINY_AUTOENCODER | changes)
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.Conv2d) and layer.bias is None:
                layer.weight.mul_(0.3).add_(nn.init.dirac_(torch.empty_like(layer.weight)))
    return model


def fit_autoencoder(
    model: AutoencoderTiny,
    table: ImageTable,
    config: AutoencoderConfig,
    *,
    evaluate: Callable[[AutoencoderTiny], dict[str, float]] | None = None,
    evaluate_every: int = 250,
    checkpoint: AnyPath | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Trains an autoencoder to paint pictures again from their latents, in place.

    A run that was killed and is called again with the same arguments goes on from its last checkpoint.

    Args:
        model: the autoencoder; changed in place.
        table: the pictures; no labels are needed. What cannot be read is left out and counted. They are held in memory,
            27 KB each at 96 pixels.
        config: the settings.
        evaluate: called with the autoencoder before the first step and after every ``evaluate_every`` steps.
        evaluate_every: steps between evaluations and checkpoints.
        checkpoint: file for the state; read if it exists.
        progress: show a progress bar on the error stream.

    Returns:
        the log: one row an evaluation, with the mean ``squared_error`` of pixels in [-1, 1] since the last row.

    Raises:
        InputError: no readable picture, several processes, a loss that is not finite, or a checkpoint that is damaged,
            or of another model, data set or settings.
    """
    require_one_process("the training of an autoencoder")
    table = readable(table, progress=progress)
    if not len(table):
        raise InputError("no picture of the table can be read: there is nothing to learn")
    accelerator = Accelerator()
    model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.rate, betas=(0.9, 0.99))
    schedule = warmup_schedule(optimizer, config.steps, config.warmup)
    trained, optimizer = accelerator.prepare(model, optimizer)
    trainer = Trainer(
        trained,
        optimizer,
        schedule,
        steps=config.steps,
        ids=table.ids,
        identity=(config, architecture(model), table.ids.tolist()),
        evaluate=evaluate,
        evaluate_every=evaluate_every,
        checkpoint=checkpoint,
        progress=progress,
    )
    levels = torch.stack([vision.pil_to_tensor(square(table.open(row), config.size)) for row in range(len(table))])
    source = _batches(levels, latent_shape(model, config.size), config, trainer.remaining)
    for _, (rows, images, noise) in trainer.run(source):
        images, noise = images.to(accelerator.device).float() / 127.5 - 1, noise.to(accelerator.device)
        with bfloat16(accelerator.device, config.bfloat16):
            latents = trained.encode(images).latents
            painted = trained.decode(latents + config.noise * noise).sample
        loss = functional.mse_loss(painted.float(), images)
        optimizer.zero_grad()
        accelerator.backward(loss)
        nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
        optimizer.step()
        trainer.report(rows, squared_error=loss.item())
    return trainer.log


def architecture(model: ModelMixin) -> dict[str, Any]:
    """The architecture of one of diffusers' models; its private notes are left out, whose order differs by process."""
    return {name: value for name, value in sorted(model.config.items()) if not name.startswith("_")}


def latent_shape(model: AutoencoderTiny, size: int) -> tuple[int, int, int]:
    """The shape (c, h, w) of the latents of a picture of ``size`` pixels a side."""
    side = size // 2 ** (len(model.config.encoder_block_out_channels) - 1)
    return model.config.latent_channels, side, side


def _batches(
    levels: Tensor, shape: tuple[int, int, int], config: AutoencoderConfig, steps: range
) -> Iterator[tuple[np.ndarray, Tensor, Tensor]]:
    """The rows of every step, their pictures (b, 3, H, W) uint8, and the noise for their latents."""
    for step in steps:
        rows = batch_rows(len(levels), config.batch_size, step, config.seed)
        number = int(np.random.default_rng([config.seed, step]).integers(2**62))
        yield rows, levels[rows], torch.randn(len(rows), *shape, generator=torch.Generator().manual_seed(number))
