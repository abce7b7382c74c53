"""Pictures by a sum of directions: a painter's hand worked out from what a UNet knows, without training."""

from typing import Any

import torch
from PIL import Image

from csdlib.errors import InputError
from csdlib.generation.autoencoder import pictures
from csdlib.generation.diffusion import transferred
from csdlib.generation.latents import text_states


@torch.no_grad()
def composed_pictures(
    pipeline: Any,
    words: list[str],
    strength: float,
    *,
    guidance: float = 4.0,
    steps: int = 12,
    count: int = 4,
    seed: int = 0,
) -> list[Image.Image]:
    """Pictures of a new subject with a known hand, by the sum that ``transferred`` makes at every step.

    Args:
        pipeline: a Stable Diffusion pipeline in float32 whose UNet knows the painter and both subjects.
        words: four prompts: the new subject alone, the same with the painter's name first, the painter with a known
            subject, and that subject alone.
        strength: how much of the hand is added; 0 gives anybody's picture of the new subject.
        guidance: how strongly the sum is followed; 1 is without guidance.
        steps: denoising steps, five questions each.
        count: pictures.
        seed: of the first picture's noise; each further picture has the next one, whatever the strength.

    Raises:
        InputError: not four prompts.
    """
    if len(words) != 4:
        raise InputError(f"a sum of directions needs four prompts, got {len(words)}")
    unet, vae, scheduler = pipeline.unet, pipeline.vae, pipeline.scheduler
    states = text_states(["", *words], pipeline.tokenizer, pipeline.text_encoder).float()
    empty, known = states[:1].expand(count, -1, -1), states[1:].repeat_interleave(count, 0)
    shape = (1, unet.config.in_channels, unet.config.sample_size, unet.config.sample_size)
    latents = torch.cat([torch.randn(shape, generator=torch.Generator().manual_seed(seed + n)) for n in range(count)])
    scheduler.set_timesteps(steps)
    for time in scheduler.timesteps:
        nothing = unet(latents, time, empty).sample
        asked = transferred(unet, latents, time.repeat(count), known, strength)
        latents = scheduler.step(nothing + guidance * (asked - nothing), time, latents).prev_sample
    return pictures(vae.decode(latents / vae.config.scaling_factor).sample)
