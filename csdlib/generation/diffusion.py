"""Training a latent diffusion model: noise is put on latents, and a UNet learns to take it off, led by a caption.

One short loop (arXiv:2112.10752; the velocity of arXiv:2202.00512 as what is predicted; zero terminal signal after
arXiv:2305.08891; classifier-free guidance by captions left out, arXiv:2207.12598). A share of each batch may be asked
for pairs of painter and subject that no picture shows; see ``csdlib.generation.new_pairs``.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Generator, Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from csdlib.descriptors.weights import seeded_weights
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.generation.autoencoder import architecture
from csdlib.generation.latents import Latents
from csdlib.generation.new_pairs import Transfers
from csdlib.images import image_threads, in_advance
from csdlib.training.batches import batch_rows
from csdlib.training.loop import Trainer, bfloat16, require_one_process, warmup_schedule

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

#: Where the time steps of what is transferred begin, as a share of all. Later ones show the known subject so clearly
#: that asking for another one teaches nothing.
PRACTISED_FROM = 0.4


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
        transferred: share of each batch that is asked for pairs of painter and subject that no picture shows.
        strength: how much of a hand these pairs are taught with; 1 is as much as the UNet itself sees in it, and more
            makes up for what a new subject takes away.
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
    transferred: float = 0.0
    strength: float = 1.5
    averaged: float = 0.05
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch_size", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if not self.strength >= 0:
            raise InputError(f"strength must be at least 0, got {self.strength}")
        for name in ("dropped", "transferred", "averaged"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} must be from 0 to 1, got {getattr(self, name)}")

    @property
    def decay(self) -> float:
        """What the average keeps of itself at each step, in [0, 1).

        Example:
            >>> DiffusionConfig(steps=1000, averaged=0.1).decay
            0.99
        """
        return 1 - 1 / max(1.0, self.averaged * self.steps)


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


def random_unet(seed: int = 0, **changes: Any) -> UNet2DConditionModel:
    """tiny-sd's UNet with random weights.

    Args:
        seed: of the weights.
        changes: of the architecture, arguments of diffusers' ``UNet2DConditionModel``.
    """
    with seeded_weights(seed):
        return UNet2DConditionModel(**TINY_UNET | changes)


def fit_diffusion(
    unet: UNet2DConditionModel,
    data: Latents,
    config: DiffusionConfig,
    transfers: Transfers | None = None,
    *,
    evaluate: Callable[[UNet2DConditionModel], dict[str, float]] | None = None,
    evaluate_every: int = 250,
    checkpoint: AnyPath | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Trains a UNet to take noise off latents; in the end it holds the average of its weights.

    Noise, time steps and captions depend on the seed and the step only. So a run that was killed and is called again
    with the same arguments goes on from its last checkpoint, and ends with the same weights.

    Args:
        unet: changed in place.
        data: what ``write_latents`` made.
        config: the settings.
        transfers: what ``write_transfers`` made of the same pictures, for ``config.transferred`` of each batch. What
            the UNet has to find for them is said by itself as it was before the first step, see ``transferred``. So
            this is for a UNet that has learned already. (Taught by its own moving average, it drifts away.)
        evaluate: called with the averaged UNet before the first step and after every ``evaluate_every`` steps.
        evaluate_every: steps between evaluations and checkpoints.
        checkpoint: file for the state; read if it exists.
        progress: show a progress bar on the error stream.

    Returns:
        the log: one row an evaluation, with the mean ``velocity_loss`` since the last row: a squared error of numbers
        of unit deviation, so that 1 is what knowing nothing costs.

    Raises:
        InputError: several processes, a loss that is not finite, a share to be transferred and no ``transfers``, or a
            checkpoint that is damaged, or of another model, data set or settings.
    """
    require_one_process("the training of a diffusion model")
    if config.transferred and transfers is None:
        raise InputError(f"transferred is {config.transferred}: say with transfers what is to be asked for")
    accelerator = Accelerator()
    if accelerator.device.type == "cpu":
        # PyTorch's fused attention is slow backwards on CPUs: the plain one makes the whole step 1.4 times faster.
        unet.set_attn_processor(AttnProcessor())
    teacher = deepcopy(unet).to(accelerator.device).eval() if config.transferred else unet
    both = Averaged(unet, config.decay)
    optimizer = torch.optim.AdamW(unet.parameters(), lr=config.rate, weight_decay=config.weight_decay)
    schedule = warmup_schedule(optimizer, config.steps, config.warmup)
    both, optimizer = accelerator.prepare(both, optimizer)
    learned = data.fingerprint, SCHEDULE, transfers and transfers.fingerprint
    trainer = Trainer(
        both,
        optimizer,
        schedule,
        steps=config.steps,
        ids=data.table.ids,
        identity=(config, architecture(unet), learned, data.table.ids.tolist(), data.table.frame["caption"].tolist()),
        evaluate=evaluate and (lambda trained: evaluate(trained.average.module)),
        evaluate_every=evaluate_every,
        checkpoint=checkpoint,
        progress=progress,
    )
    source = _batches(data, DDIMScheduler(**SCHEDULE), config, transfers, trainer.remaining, accelerator.device)
    for _, (rows, batch) in trainer.run(source):
        noisy, velocity, times, states, known = (each.to(accelerator.device) for each in batch.result())
        with bfloat16(accelerator.device, config.bfloat16):
            if len(known):
                new = slice(-(len(known) // 4), None)
                velocity[new] = transferred(teacher, noisy[new], times[new], known, config.strength)
            guess = both.unet(noisy, times, states.float()).sample
        loss = functional.mse_loss(guess.float(), velocity)
        optimizer.zero_grad()
        accelerator.backward(loss)
        nn.utils.clip_grad_norm_(both.unet.parameters(), 1.0)
        optimizer.step()
        both.average.update_parameters(both.unet)
        trainer.report(rows, velocity_loss=loss.item())
    unet.load_state_dict(both.average.module.state_dict())
    return trainer.log


def noised(
    latents: Tensor, scheduler: DDIMScheduler, generator: Generator, *, least: float = 0
) -> tuple[Tensor, Tensor, Tensor]:
    """Latents with noise of every strength, and what the UNet has to find.

    Args:
        latents: (n, c, h, w) float32.
        scheduler: how noise grows with the time step.
        generator: the only source of chance.
        least: where the time steps begin, as a share of all, in [0, 1).

    Returns:
        the noisy latents and their velocities, (n, c, h, w) float32, and the time steps, (n,) int64, spread evenly
        over all strengths, because an even spread makes the loss less noisy than chance does.
    """
    count = len(latents)
    places = (torch.randperm(count, generator=generator) + torch.rand(count, generator=generator)) / count
    times = ((least + (1 - least) * places) * scheduler.config.num_train_timesteps).long()
    noise = torch.randn(latents.shape, generator=generator)
    noisy = scheduler.add_noise(latents, noise, times)
    return noisy, scheduler.get_velocity(latents, noise, times), times


@torch.no_grad()
def transferred(unet: nn.Module, noisy: Tensor, times: Tensor, known: Tensor, strength: float) -> Tensor:
    """The velocity of a painter's hand on a subject that no picture shows it with, by what a UNet knows of both.

    The hand is seen twice: in what the painter's name, said first, changes in the new subject, where it is weak, and in
    what it changes in a subject that the painter paints, where it is mixed with that subject. The mean has less of both
    faults.

    Args:
        unet: a UNet that knows painters and subjects.
        noisy: (n, c, h, w) noisy latents.
        times: (n,) time steps.
        known: (4 n, tokens, d) text states: those of the new subject alone, then of both with the name first, then of
            the painter with a known subject, then of that subject alone.
        strength: how much of the hand is added; 0 gives anybody's picture of the new subject.

    Returns:
        (n, c, h, w) float32.
    """
    found = unet(noisy.repeat(4, 1, 1, 1), times.repeat(4), known.float()).sample.float()
    subject, first, painter, anybody = found.chunk(4)
    velocity: Tensor = subject + strength * ((first - subject) + (painter - anybody)) / 2
    return velocity


def _batches(
    data: Latents,
    scheduler: DDIMScheduler,
    config: DiffusionConfig,
    transfers: Transfers | None,
    steps: range,
    device: torch.device,
) -> Iterator[tuple[np.ndarray, Future[tuple[Tensor, ...]]]]:
    """The rows of every step, and what the UNet learns from: noisy latents, velocities, time steps and text states.

    The last rows of a batch are those of ``transfers``; what is known of them comes last, see ``transferred``. All
    chance of a step comes from generators of its own, on the CPU, so that it is the same on every device.
    """
    moved = round(config.transferred * config.batch_size) if transfers else 0

    def draw(step: int, rows: np.ndarray, asked: np.ndarray) -> tuple[Tensor, ...]:
        chance = Generator().manual_seed(int(np.random.default_rng([config.seed, step]).integers(2**62)))
        parts = [(rows[: len(rows) - len(asked)], 0.0), (rows[len(rows) - len(asked) :], PRACTISED_FROM)]
        drawn = [noised(data.latents(part), scheduler, chance, least=least) for part, least in parts]
        noisy, velocity, times = (torch.cat(both) for both in zip(*drawn, strict=True))
        captions = data.captions[rows]
        captions[(torch.rand(len(rows), generator=chance) < config.dropped).numpy()] = 0
        states = data.states[captions]
        if transfers is None:
            return noisy, velocity, times, states, states[:0]
        _, new, *known = transfers.rows[asked].T
        states[len(rows) - len(asked) :] = transfers.states[new]
        return noisy, velocity, times, states, transfers.states[np.concatenate(known)]

    def prepare(step: int) -> tuple[np.ndarray, Future[tuple[Tensor, ...]]]:
        rows = batch_rows(len(data.table), config.batch_size - moved, step, config.seed)
        asked = np.empty(0, dtype=np.int64)
        if transfers:
            asked = np.random.default_rng([config.seed, step, 1]).integers(len(transfers.rows), size=moved)
            rows = np.concatenate([rows, transfers.rows[asked, 0]])
        return rows, pool.submit(draw, step, rows, asked)

    with image_threads(1) as pool:
        yield from in_advance(prepare, steps, device)
