"""Taking artists out of a generator: their names out of prompts, or what the names mean out of the UNet.

The second is ESD's idea (Gandikota et al. 2023, arXiv:2303.07345): a UNet is taught by itself, as it was, to find under
a prompt with the name what it found under the prompt without it, and a little less than that.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn
from torch.nn import functional

from csdlib.errors import InputError
from csdlib.files import AnyPath, text_hash
from csdlib.generation.autoencoder import architecture
from csdlib.generation.latents import text_states
from csdlib.training.loop import Trainer, bfloat16, require_one_process, warmup_schedule

#: What stands in a prompt in the place of a name that is taken out.
SOMEBODY = "a painter"


@dataclass(frozen=True)
class ErasureConfig:
    """The settings of an erasure.

    Attributes:
        steps: optimiser steps.
        batch_size: pictures a step, each of a prompt drawn at random.
        rate: learning rate of AdamW at its top; it rises linearly, and falls as a half cosine.
        strength: how far beyond the prompt without the name the UNet is pushed; 0 teaches that prompt alone. The
            paper's eta is 1.
        guidance: with which pictures are begun, so that there is something to erase.
        denoising: steps in which they are begun; each stops at one of these, drawn at random.
        bfloat16: compute in bfloat16 where the device does so natively.
        seed: of prompts, noise, and where pictures stop.
    """

    steps: int = 300
    batch_size: int = 16
    rate: float = 1e-4
    strength: float = 1.0
    guidance: float = 3.0
    denoising: int = 8
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch_size", 1), ("denoising", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")
        for name in ("rate", "strength", "guidance"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise InputError(f"{name} must be at least 0 and finite, got {getattr(self, name)}")


def without_names(prompts: pd.DataFrame, names: Sequence[str], somebody: str = SOMEBODY) -> pd.DataFrame:
    """The same prompts with names taken out: the text side's way to remove an artist.

    Args:
        prompts: with ``prompt``.
        names: as prompts write them; found in any case, and as whole words only. A misspelled one is not found.
        somebody: what stands in their place.

    Raises:
        InputError: no name.

    Example:
        >>> asked = pd.DataFrame({"prompt": ["a boat by ann Lee", "a boat by Ann Leeds"]})
        >>> without_names(asked, ["Ann Lee"])["prompt"].tolist()
        ['a boat by a painter', 'a boat by Ann Leeds']
    """
    if isinstance(names, str) or not len(names):
        raise InputError(f"names must be a list of at least one name, got {names!r}")
    # Longer names first: one may begin with another.
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    return prompts.assign(prompt=[pattern.sub(somebody, text) for text in prompts["prompt"]])


def fit_erasure(
    pipeline: Any,
    prompts: Sequence[tuple[str, str]],
    config: ErasureConfig,
    *,
    evaluate: Callable[[UNet2DConditionModel], dict[str, float]] | None = None,
    evaluate_every: int = 50,
    checkpoint: AnyPath | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Teaches a UNet to find under prompts with a name what it found without; only its cross-attention changes.

    With the UNet as it was, F, the target is F(x, without) - strength (F(x, with) - F(x, without)), the objective of
    arXiv:2303.07345 with the prompt without the name in the place of no prompt at all; a sum of directions is the same
    for noise and for velocities. Pictures x are begun by the UNet that learns, under the prompt with the name. As the
    paper's ESD-x for styles, cross-attention is trained alone. A run that was killed goes on from its checkpoint, and
    ends with the same weights.

    Args:
        pipeline: a Stable Diffusion pipeline in float32; its UNet is changed in place.
        prompts: pairs of a prompt with a name and the same one without.
        config: the settings.
        evaluate: called with the UNet before the first step and after every ``evaluate_every`` steps.
        evaluate_every: steps between evaluations and checkpoints.
        checkpoint: file for the state; read if it exists.
        progress: show a progress bar on the error stream.

    Returns:
        the log, with the mean ``erasure_loss`` since the last row: a squared error.

    Raises:
        InputError: no pair, several processes, a loss that is not finite, or a checkpoint that is damaged or of other
            settings.
    """
    require_one_process("an erasure")
    if not len(prompts):
        raise InputError("an erasure needs pairs of a prompt with a name and the same one without")
    unet, device = pipeline.unet, pipeline.unet.device
    if device.type == "cpu":
        unet.set_attn_processor(AttnProcessor())  # Faster backwards, see fit_diffusion.
    teacher = deepcopy(unet).eval().requires_grad_(False)
    texts = [text for pair in prompts for text in pair]
    states = text_states(["", *texts], pipeline.tokenizer, pipeline.text_encoder).to(device, torch.float32)
    learning = _cross_attention(unet)
    optimizer = torch.optim.AdamW(learning, lr=config.rate, weight_decay=0.0)
    trainer = Trainer(
        unet,
        optimizer,
        warmup_schedule(optimizer, config.steps, 0.02),
        steps=config.steps,
        ids=np.array([named for named, _ in prompts]),
        identity=(config, architecture(unet), list(prompts), _weights(teacher)),
        evaluate=evaluate,
        evaluate_every=evaluate_every,
        checkpoint=checkpoint,
        progress=progress,
    )
    scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    for _, (rows, chance) in trainer.run(_drawn(len(prompts), config, trainer.remaining)):
        named, bare, empty = states[1 + 2 * rows], states[2 + 2 * rows], states[:1].expand(len(rows), -1, -1)
        with bfloat16(device, config.bfloat16):
            begun, times = _begun(unet, scheduler, named, empty, config, chance)
            with torch.no_grad():
                found, without = teacher(
                    begun.repeat(2, 1, 1, 1), times.repeat(2), torch.cat([named, bare])
                ).sample.chunk(2)
            guess = unet(begun, times, named).sample
        loss = functional.mse_loss(guess.float(), (without - config.strength * (found - without)).float())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        trainer.report(rows, erasure_loss=loss.item())
    unet.requires_grad_(True)
    return trainer.log


def _cross_attention(unet: UNet2DConditionModel) -> list[nn.Parameter]:
    """The weights of the cross-attention, the only ones that are left to learn."""
    for name, weights in unet.named_parameters():
        weights.requires_grad_(".attn2." in name)
    return [weights for weights in unet.parameters() if weights.requires_grad]


def _weights(unet: UNet2DConditionModel) -> str:
    """What tells two UNets apart: a checkpoint of another start must not be read."""
    return text_hash(*(float(weights.double().sum()) for weights in unet.parameters()))


def _drawn(prompts: int, config: ErasureConfig, steps: range) -> Iterator[tuple[np.ndarray, torch.Generator]]:
    """The prompts of every step, and its chance: both depend on seed and step only."""
    for step in steps:
        random = np.random.default_rng([config.seed, step])
        rows = random.integers(prompts, size=config.batch_size)
        yield rows, torch.Generator().manual_seed(int(random.integers(2**62)))


@torch.no_grad()
def _begun(
    unet: UNet2DConditionModel,
    scheduler: DDIMScheduler,
    named: Tensor,
    empty: Tensor,
    config: ErasureConfig,
    chance: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Pictures of the prompts with names, each left at a time step of its own: latents (n, c, h, w), and the steps."""
    side = unet.config.sample_size
    shape = (len(named), unet.config.in_channels, side, side)
    latents = torch.randn(shape, generator=chance).to(named.device) * scheduler.init_noise_sigma
    scheduler.set_timesteps(config.denoising)
    stops = torch.randint(config.denoising, (len(named),), generator=chance).to(named.device)
    kept, both = latents.clone(), torch.cat([named, empty])
    for place, time in enumerate(scheduler.timesteps[: int(stops.max())], start=1):
        with_name, without = unet(latents.repeat(2, 1, 1, 1), time, both).sample.float().chunk(2)
        guess = without + config.guidance * (with_name - without)
        latents = scheduler.step(guess, time, latents).prev_sample
        kept[stops == place] = latents[stops == place]
    return kept, scheduler.timesteps.to(named.device)[stops]
