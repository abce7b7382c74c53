"""Training a latent diffusion model: noise is put on latents, and a UNet learns to take it off, led by a caption.

One short loop (arXiv:2112.10752; the velocity of arXiv:2202.00512 as what is predicted; zero terminal signal after
arXiv:2305.08891; classifier-free guidance by captions left out, arXiv:2207.12598).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from PIL import Image
from torch import Generator, Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.autoencoder import latent_shape, pixels, square
from csdlib.batches import batch_rows
from csdlib.checkpoints import Run
from csdlib.descriptors.protocol import Metric
from csdlib.descriptors.towers import computes_bfloat16
from csdlib.embeddings import embed
from csdlib.errors import InputError
from csdlib.files import text_hash
from csdlib.images import image_threads, in_advance
from csdlib.loops import run_steps
from csdlib.tables import ImageTable

#: The architecture of tiny-sd's UNet: 7.8 M parameters; it looks at the caption at its two coarser scales.
TINY_UNET: dict[str, Any] = {
    "sample_size": 24,
    "in_channels": 8,
    "out_channels": 8,
    "block_out_channels": (64, 128, 144),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "layers_per_block": 1,
    "cross_attention_dim": 192,
    # The number of heads: diffusers keeps this misleading name for the sake of old files.
    "attention_head_dim": 4,
    "norm_num_groups": 16,
    "time_embedding_dim": 256,
}

#: Steps in which latents are kept, as a share of their deviation: one byte a number, and an error of a fiftieth.
STEP = 1 / 16

#: How noise grows with the step: as Stable Diffusion's, down to no signal at all at the last one.
SCHEDULE: dict[str, Any] = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
    "steps_offset": 1,
    "clip_sample": False,
}


@dataclass(frozen=True)
class DiffusionConfig:
    """The settings of a diffusion training.

    Attributes:
        steps: optimiser steps.
        batch_size: latents a step.
        rate: learning rate of AdamW at its top; it rises linearly, and falls as a half cosine.
        warmup: share of the steps in which it rises.
        weight_decay: of all weights.
        dropped: share of the captions that are left out, so that guidance has something to compare with.
        averaged: the share of the steps over which the kept weights are averaged, the last ones counting most.
        bfloat16: compute in bfloat16 (autocast) where the device does so natively; weights, loss and average stay in
            float32.
        seed: of the weights, the order of images, noise, time steps, and which captions are left out.
    """

    steps: int = 8000
    batch_size: int = 256
    rate: float = 8e-4
    warmup: float = 0.02
    weight_decay: float = 0.01
    dropped: float = 0.1
    averaged: float = 0.05
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch_size", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if not (0 <= self.dropped <= 1 and 0 <= self.averaged <= 1):
            raise InputError(f"need 0 <= dropped <= 1 and 0 <= averaged <= 1, got {self.dropped} and {self.averaged}")

    @property
    def decay(self) -> float:
        """What the average keeps of itself at each step, in [0, 1).

        Example:
            >>> DiffusionConfig(steps=1000, averaged=0.1).decay
            0.99
        """
        return 1 - 1 / max(1.0, self.averaged * self.steps)


@dataclass(frozen=True)
class Latents:
    """What the diffusion learns from: pictures and captions, written down once by the networks that stay as they are.

    Attributes:
        codes: (n, c, h, w) int8, latents of unit deviation in units of ``STEP``.
        states: (captions, tokens, d) float16, the text encoder's last layer of every different caption; that of no
            caption at all comes first.
        captions: (n,) int64, each picture's row of ``states``.
        table: the pictures.
        fingerprint: of the autoencoder.
    """

    codes: Tensor
    states: Tensor
    captions: np.ndarray
    table: ImageTable
    fingerprint: str

    def latents(self, rows: np.ndarray | slice = slice(None)) -> Tensor:
        """Latents of some pictures, by default of all: (n, c, h, w) float32, of unit deviation."""
        return self.codes[rows].float() * STEP


class LatentDescriptor:
    """An autoencoder's latents in the form of a descriptor, so that ``embed`` can write them down, resumable.

    Args:
        autoencoder: diffusers' own; put into evaluation mode.
        weights_hash: of its weights.
        size: side of the pictures in pixels.
    """

    name = "latents"
    metric: Metric = "l2"

    def __init__(self, autoencoder: AutoencoderTiny, weights_hash: str, size: int) -> None:
        self.autoencoder, self.weights_hash, self.size = autoencoder.eval(), weights_hash, size
        self.shape = latent_shape(autoencoder, size)
        self.dim = int(np.prod(self.shape))

    @property
    def fingerprint(self) -> str:
        """A hash of the weights and the size of pictures."""
        return text_hash(self.name, self.weights_hash, self.size)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB picture, its middle as a square, to (3, size, size) float32 in [-1, 1]."""
        return pixels(square(image, self.size))

    @torch.inference_mode()
    def encode(self, images: Tensor) -> Tensor:
        """Pictures (n, 3, size, size) to their latents (n, c * h * w) float32, not scaled."""
        there = images.to(self.autoencoder.device, self.autoencoder.dtype)
        latents: Tensor = self.autoencoder.encode(there).latents
        return latents.flatten(1).float().cpu()


def write_latents(
    table: ImageTable,
    autoencoder: LatentDescriptor,
    encoder: tuple[CLIPTokenizer, CLIPTextModel],
    *,
    cache: Path | None = None,
    progress: bool = True,
) -> Latents:
    """Latents and text states of captioned pictures.

    Args:
        table: the pictures; all have a caption.
        autoencoder: what writes pictures down; its ``config.scaling_factor`` is applied.
        encoder: tokenizer and text encoder.
        cache: folder for finished latents, from which a killed run goes on.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: an image without caption.
    """
    bare = ~table.frame["caption"].map(lambda text: isinstance(text, str) and text != "")
    if bare.any():
        raise InputError(f"image {str(table.ids[bare.to_numpy()][0])!r} has no caption to learn from")
    found, kept = embed(table, autoencoder, cache=cache, progress=progress).of(table)
    latents = torch.from_numpy(found.vectors.reshape(-1, *autoencoder.shape))
    texts = ["", *dict.fromkeys(kept.frame["caption"])]
    rows = {text: row for row, text in enumerate(texts)}
    codes = (latents * autoencoder.autoencoder.config.scaling_factor / STEP).round().clamp(-127, 127).to(torch.int8)
    captions = kept.frame["caption"].map(rows).to_numpy(np.int64, copy=True)
    return Latents(codes, text_states(texts, *encoder), captions, kept, found.fingerprint)


@torch.inference_mode()
def text_states(texts: list[str], tokenizer: CLIPTokenizer, encoder: CLIPTextModel) -> Tensor:
    """The text encoder's last layer, (n, tokens, d) float16, padded and cut as diffusers' pipelines do."""
    states = []
    for start in range(0, len(texts), 256):
        tokens = tokenizer(
            texts[start : start + 256],
            padding="max_length",
            max_length=tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        states.append(encoder(tokens["input_ids"].to(encoder.device)).last_hidden_state.half().cpu())
    return torch.cat(states)


class Averaged(nn.Module):
    """A UNet, and the slow average of its weights that is kept in the end.

    Args:
        unet: diffusers' own.
        decay: what the average keeps of itself at each step.
    """

    def __init__(self, unet: UNet2DConditionModel, decay: float) -> None:
        super().__init__()
        self.unet = unet
        update = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(unet, multi_avg_fn=update)
        self.config = dict(unet.config)


def random_unet(seed: int = 0, **changes: Any) -> UNet2DConditionModel:
    """tiny-sd's UNet with random weights.

    Args:
        seed: of the weights.
        changes: of the architecture, arguments of diffusers' ``UNet2DConditionModel``.
    """
    torch.manual_seed(seed)
    return UNet2DConditionModel(**TINY_UNET | changes)


def fit_diffusion(
    unet: UNet2DConditionModel,
    data: Latents,
    config: DiffusionConfig,
    *,
    evaluate: Callable[[UNet2DConditionModel], dict[str, float]] | None = None,
    evaluate_every: int = 250,
    checkpoint: Path | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Trains a UNet to take noise off latents; in the end it holds the average of its weights.

    Noise, time steps and captions depend on the seed and the step only. So a run that was killed and is called again
    with the same arguments goes on from its last checkpoint, and ends with the same weights.

    Args:
        unet: changed in place.
        data: what ``write_latents`` made.
        config: the settings.
        evaluate: called with the averaged UNet before the first step and after every ``evaluate_every`` steps.
        evaluate_every: steps between evaluations and checkpoints.
        checkpoint: file for the state; read if it exists.
        progress: show a progress bar on the error stream.

    Returns:
        the log: one row an evaluation, with the mean ``velocity_loss`` since the last row: a squared error of numbers
        of unit deviation, so that 1 is what knowing nothing costs.

    Raises:
        InputError: a loss that is not finite, or a checkpoint that is damaged, or of another model, data set or
            settings.
    """
    accelerator = Accelerator()
    both = Averaged(unet, config.decay)
    group = {"params": list(unet.parameters()), "top_rate": config.rate}
    optimizer = torch.optim.AdamW([group], lr=config.rate, weight_decay=config.weight_decay)
    both, optimizer = accelerator.prepare(both, optimizer)
    scheduler = DDIMScheduler(**SCHEDULE)
    terms, seen = ("velocity_loss",), (data.fingerprint, SCHEDULE)
    run = Run(both, optimizer, config, data.table, views=seen, learns="caption", terms=terms, checkpoint=checkpoint)

    bfloat16 = config.bfloat16 and computes_bfloat16(accelerator.device)

    def learn(_: np.ndarray, batch: Future[tuple[Tensor, ...]]) -> dict[str, float]:
        noisy, velocity, times, states = (each.to(accelerator.device) for each in batch.result())
        with torch.autocast(accelerator.device.type, torch.bfloat16, enabled=bfloat16):
            guess = both.unet(noisy, times, states.float()).sample
        loss = functional.mse_loss(guess.float(), velocity)
        optimizer.zero_grad()
        accelerator.backward(loss)
        nn.utils.clip_grad_norm_(both.unet.parameters(), 1.0)
        optimizer.step()
        both.average.update_parameters(both.unet)
        return {"velocity_loss": loss.item()}

    log = run_steps(
        run,
        _batches(data, scheduler, config, range(run.step, config.steps), accelerator.device),
        learn,
        evaluate=evaluate and (lambda trained: evaluate(trained.average.module)),
        evaluate_every=evaluate_every,
        progress=progress,
    )
    unet.load_state_dict(both.average.module.state_dict())
    return log


def noised(latents: Tensor, scheduler: DDIMScheduler, generator: Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Latents with noise of every strength, and what the UNet has to find.

    Args:
        latents: (n, c, h, w) float32.
        scheduler: how noise grows with the time step.
        generator: the only source of chance.

    Returns:
        the noisy latents and their velocities, (n, c, h, w) float32, and the time steps, (n,) int64, spread evenly
        over all strengths, because an even spread makes the loss less noisy than chance does.
    """
    count = len(latents)
    places = (torch.randperm(count, generator=generator) + torch.rand(count, generator=generator)) / count
    times = (places * scheduler.config.num_train_timesteps).long()
    noise = torch.randn(latents.shape, generator=generator)
    noisy = scheduler.add_noise(latents, noise, times)
    return noisy, scheduler.get_velocity(latents, noise, times), times


def _batches(
    data: Latents, scheduler: DDIMScheduler, config: DiffusionConfig, steps: range, device: torch.device
) -> Iterator[tuple[np.ndarray, Future[tuple[Tensor, ...]]]]:
    """The rows of every step, and what the UNet learns from: noisy latents, velocities, time steps and text states.

    All chance of a step comes from a generator of its own, on the CPU, so that it is the same on every device.
    """

    def draw(step: int, rows: np.ndarray) -> tuple[Tensor, ...]:
        chance = Generator().manual_seed(int(np.random.default_rng([config.seed, step]).integers(2**62)))
        noisy, velocity, times = noised(data.latents(rows), scheduler, chance)
        captions = data.captions[rows]
        captions[(torch.rand(len(rows), generator=chance) < config.dropped).numpy()] = 0
        return noisy, velocity, times, data.states[captions]

    def prepare(step: int) -> tuple[np.ndarray, Future[tuple[Tensor, ...]]]:
        rows = batch_rows(len(data.table), config.batch_size, step, config.seed)
        return rows, pool.submit(draw, step, rows)

    with image_threads(1) as pool:
        yield from in_advance(prepare, steps, device)
