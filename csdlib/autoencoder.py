"""The autoencoder of a latent diffusion model: pictures to small latents and back (arXiv:2112.10752, Section 3.1).

Diffusion in pixels wastes its effort on detail that no eye sees. So a first network learns to write a picture as a few
numbers, and to paint it again from them; diffusion then happens among these numbers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from diffusers import AutoencoderTiny
from PIL import Image
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional
from torchvision.transforms.v2 import functional as vision

from csdlib.batches import batch_rows, readable
from csdlib.checkpoints import Run
from csdlib.descriptors.towers import computes_bfloat16
from csdlib.errors import InputError
from csdlib.loops import run_steps
from csdlib.tables import ImageTable

#: The architecture of tiny-sd's autoencoder: a picture of 96 pixels becomes 12 x 12 x 16 numbers, 12 times fewer. The
#: costly full resolution has no blocks of its own. (diffusers' AutoencoderKL learns as much from a picture, but costs
#: four times as much to train and to paint with.)
TINY_AUTOENCODER: dict[str, Any] = {
    "encoder_block_out_channels": (64,) * 4,
    "decoder_block_out_channels": (64,) * 4,
    "num_encoder_blocks": (0, 1, 1, 2),
    "num_decoder_blocks": (3, 2, 1, 0),
    "latent_channels": 16,
}

TERMS = ("reconstruction", "adversarial", "critic")


@dataclass(frozen=True)
class AutoencoderConfig:
    """The settings of an autoencoder's training.

    Attributes:
        steps: optimiser steps.
        batch_size: pictures a step.
        size: side of the pictures in pixels, a multiple of 8.
        rate: learning rate of the autoencoder's AdamW at its top.
        critic_rate: the same of the critic.
        warmup: share of the steps in which they rise.
        noise: deviation of the noise that latents get before they are painted again: what is generated later is never
            exact, either.
        adversarial_weight: of the critic's word beside that of the pixels; 0 trains without a critic.
        adversarial_from: share of the steps after which the critic is heard: first come the forms, then the textures.
        bfloat16: compute in bfloat16 (autocast) where the device does so natively.
        seed: of the weights, the order of images and the noise.
    """

    steps: int = 12_000
    batch_size: int = 64
    size: int = 96
    rate: float = 1e-3
    critic_rate: float = 4e-4
    warmup: float = 0.02
    noise: float = 0.1
    adversarial_weight: float = 0.5
    adversarial_from: float = 0.5
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


class AutoencoderAndCritic(nn.Module):
    """What is trained: the autoencoder, and the critic that tells its pictures from real ones.

    The critic looks at patches, as in pix2pix (arXiv:1611.07004): whether a texture is right can be seen from near.

    Args:
        autoencoder: diffusers' own.
        width: channels of the critic's first layer.
    """

    def __init__(self, autoencoder: AutoencoderTiny, width: int = 32) -> None:
        super().__init__()
        self.autoencoder = autoencoder
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        for wide, stride in ((2 * width, 2), (4 * width, 1)):
            layers += [nn.Conv2d(wide // 2, wide, 4, stride=stride, padding=1), nn.GroupNorm(8, wide)]
            layers += [nn.LeakyReLU(0.2)]
        self.critic = nn.Sequential(*layers, nn.Conv2d(4 * width, 1, 3, padding=1))
        self.config = {"autoencoder": dict(autoencoder.config), "critic": width}

    def opinion(self, images: Tensor) -> Tensor:
        """The critic's opinion of every patch, higher is more real; its weights take no gradient from it."""
        fixed = {name: value.detach() for name, value in self.critic.named_parameters()}
        opinion: Tensor = functional_call(self.critic, fixed, (images,))
        return opinion.float()


def random_autoencoder(seed: int = 0, **changes: Any) -> AutoencoderTiny:
    """tiny-sd's autoencoder with random weights.

    Args:
        seed: of the weights.
        changes: of the architecture, arguments of diffusers' ``AutoencoderTiny``.
    """
    torch.manual_seed(seed)
    return AutoencoderTiny(**TINY_AUTOENCODER | changes)


def fit_autoencoder(
    model: AutoencoderTiny,
    table: ImageTable,
    config: AutoencoderConfig,
    *,
    evaluate: Callable[[AutoencoderTiny], dict[str, float]] | None = None,
    evaluate_every: int = 250,
    checkpoint: Path | None = None,
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
        the log: one row an evaluation, with the mean of ``TERMS`` since the last row: the absolute error of pixels in
        [-1, 1], the critic's opinion with its sign turned, and the critic's own hinge loss.

    Raises:
        InputError: no readable picture, a loss that is not finite, or a checkpoint that is damaged, or of another
            model, data set or settings.
    """
    table = readable(table, progress=progress)
    if not len(table):
        raise InputError("no picture of the table can be read: there is nothing to learn")
    accelerator = Accelerator()
    torch.manual_seed(config.seed)
    both = AutoencoderAndCritic(model).to(memory_format=torch.channels_last)
    both, optimizer = accelerator.prepare(both, _optimizer(both, config))
    seen, bfloat16 = ("whole", config.size), config.bfloat16 and computes_bfloat16(accelerator.device)
    run = Run(both, optimizer, config, table, views=seen, learns="image_id", terms=TERMS, checkpoint=checkpoint)
    levels = torch.stack([vision.pil_to_tensor(square(table.open(row), config.size)) for row in range(len(table))])

    def learn(_: np.ndarray, batch: tuple[Tensor, Tensor]) -> dict[str, float]:
        images, noise = (each.to(accelerator.device) for each in batch)
        heard = config.adversarial_weight * (run.step >= config.adversarial_from * config.steps)
        with torch.autocast(accelerator.device.type, torch.bfloat16, enabled=bfloat16):
            terms, loss = _losses(both, images.float() / 127.5 - 1, config.noise * noise, heard)
        optimizer.zero_grad()
        accelerator.backward(loss)
        for part in (both.autoencoder, both.critic):
            nn.utils.clip_grad_norm_(part.parameters(), 1.0)
        optimizer.step()
        return terms

    return run_steps(
        run,
        _batches(levels, latent_shape(model, config.size), config, range(run.step, config.steps)),
        learn,
        evaluate=evaluate and (lambda trained: evaluate(trained.autoencoder)),
        evaluate_every=evaluate_every,
        progress=progress,
    )


def latent_shape(model: AutoencoderTiny, size: int) -> tuple[int, int, int]:
    """The shape (c, h, w) of the latents of a picture of ``size`` pixels a side."""
    side = size // 2 ** (len(model.config.encoder_block_out_channels) - 1)
    return model.config.latent_channels, side, side


def _optimizer(both: AutoencoderAndCritic, config: AutoencoderConfig) -> torch.optim.Optimizer:
    """AdamW; the critic forgets its past sooner, because what it judges changes."""
    rates = ((both.autoencoder, config.rate, (0.9, 0.99)), (both.critic, config.critic_rate, (0.5, 0.9)))
    return torch.optim.AdamW(
        [
            {"params": list(part.parameters()), "lr": rate, "top_rate": rate, "betas": betas}
            for part, rate, betas in rates
        ]
    )


def _batches(
    levels: Tensor, shape: tuple[int, int, int], config: AutoencoderConfig, steps: range
) -> Iterator[tuple[np.ndarray, tuple[Tensor, Tensor]]]:
    """The rows of every step, their pictures (b, 3, H, W) uint8, and the noise for their latents."""
    for step in steps:
        rows = batch_rows(len(levels), config.batch_size, step, config.seed)
        number = int(np.random.default_rng([config.seed, step]).integers(2**62))
        yield rows, (levels[rows], torch.randn(len(rows), *shape, generator=torch.Generator().manual_seed(number)))


def _losses(both: AutoencoderAndCritic, images: Tensor, noise: Tensor, heard: float) -> tuple[dict[str, float], Tensor]:
    """The terms of one step, and their sum: of the autoencoder, and of the critic, which shares no gradient with it."""
    painted = both.autoencoder.decode(both.autoencoder.encode(images).latents + noise).sample.float()
    loss = reconstruction = functional.l1_loss(painted, images)
    terms = {"reconstruction": reconstruction.item(), "adversarial": 0.0, "critic": 0.0}
    if heard:
        adversarial = -both.opinion(painted).mean()
        real, false = both.critic(images).float(), both.critic(painted.detach()).float()
        critic = (functional.relu(1 - real).mean() + functional.relu(1 + false).mean()) / 2
        loss = loss + heard * _balance(reconstruction, adversarial, both.autoencoder) * adversarial + critic
        terms |= {"adversarial": adversarial.item(), "critic": critic.item()}
    return terms, loss


def _balance(reconstruction: Tensor, adversarial: Tensor, autoencoder: AutoencoderTiny) -> Tensor:
    """How much smaller the critic's pull on the last layer has to be made to equal that of the pixels."""
    last = autoencoder.decoder.layers[-1].weight
    pulls = [torch.autograd.grad(term, last, retain_graph=True)[0].norm() for term in (reconstruction, adversarial)]
    return (pulls[0] / (pulls[1] + 1e-6)).clamp(max=1e3).detach()
