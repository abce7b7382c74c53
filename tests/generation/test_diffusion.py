"""Latent diffusion: the noise, captions that are left out, the average, and a training that goes on after a kill."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from hypothesis import given
from hypothesis import strategies as st
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.errors import InputError
from csdlib.generation.diffusion import SCHEDULE, DiffusionConfig, fit_diffusion, noised
from csdlib.generation.latents import STEP, LatentDescriptor, Latents, text_states, write_latents
from csdlib.generation.pipelines import load_pipeline
from csdlib.tables import ImageTable

Parts = tuple[LatentDescriptor, CLIPTokenizer, CLIPTextModel]


@pytest.fixture(scope="module")
def parts(micro_pipeline: Path) -> Parts:
    pipeline = load_pipeline(micro_pipeline).to(torch.float32)
    return LatentDescriptor(pipeline.vae, "hash", 16), pipeline.tokenizer, pipeline.text_encoder


@pytest.fixture(scope="module")
def data(striped_table: ImageTable, parts: Parts) -> Latents:
    captions = [f"stripes by {artist}" for artist in striped_table.frame["artist"]]
    captioned = ImageTable(striped_table.frame.assign(caption=captions), striped_table.root)
    descriptor, *encoder = parts
    return write_latents(captioned, descriptor, (encoder[0], encoder[1]), progress=False)


def unet(micro_pipeline: Path) -> UNet2DConditionModel:
    return UNet2DConditionModel.from_pretrained(micro_pipeline / "unet")


def test_latents_are_the_autoencoders_and_captions_the_text_encoders(data: Latents, parts: Parts) -> None:
    descriptor, tokenizer, encoder = parts
    image = descriptor.preprocess(data.table.open(7))[None]
    with torch.inference_mode():
        expected = descriptor.autoencoder.encode(image).latents
    scale = descriptor.autoencoder.config.scaling_factor
    torch.testing.assert_close(data.latents()[7], scale * expected[0], atol=STEP / 2 + 1e-5, rtol=0)
    assert len(data.states) == 5, "four different captions, and none"
    own = data.states[data.captions[7]]
    torch.testing.assert_close(own, text_states([data.table.frame["caption"].iloc[7]], tokenizer, encoder)[0])
    torch.testing.assert_close(data.states[0], text_states([""], tokenizer, encoder)[0])


def test_text_states_are_those_of_the_pipeline(micro_pipeline: Path, parts: Parts) -> None:
    pipeline = load_pipeline(micro_pipeline).to(torch.float32)
    theirs, empty = pipeline.encode_prompt("a green dog", "cpu", 1, True)
    ours = text_states(["a green dog", ""], parts[1], parts[2]).float()
    torch.testing.assert_close(ours, torch.cat([theirs, empty]), atol=2e-3, rtol=0)


@given(st.integers(1, 40), st.integers(0, 1000))
def test_noise_and_velocity_give_the_latents_back(count: int, seed: int) -> None:
    latents = torch.randn(count, 2, 3, 3, generator=torch.Generator().manual_seed(seed))
    scheduler = DDIMScheduler(**SCHEDULE)
    noisy, velocity, times = noised(latents, scheduler, torch.Generator().manual_seed(seed))
    alpha = scheduler.alphas_cumprod[times][:, None, None, None]
    # v = sqrt(a) noise - sqrt(1 - a) x and z = sqrt(a) x + sqrt(1 - a) noise, so x = sqrt(a) z - sqrt(1 - a) v.
    torch.testing.assert_close(alpha.sqrt() * noisy - (1 - alpha).sqrt() * velocity, latents, atol=1e-4, rtol=0)
    # One time step in every part of the schedule, rounded down.
    low = np.arange(count) * 1000 / count
    found = np.sort(times.numpy())
    assert ((found > low - 1) & (found < low + 1000 / count)).all()


def test_the_last_step_holds_no_signal() -> None:
    assert DDIMScheduler(**SCHEDULE).alphas_cumprod[-1] == 0


@pytest.mark.slow
def test_a_unet_learns_and_keeps_the_average(micro_pipeline: Path, data: Latents) -> None:
    model = unet(micro_pipeline)
    config = DiffusionConfig(steps=80, batch_size=8, rate=3e-3, averaged=0.1)
    log = fit_diffusion(model, data, config, evaluate_every=20, progress=False)
    assert log["velocity_loss"].iloc[-1] < 0.8 * log["velocity_loss"].iloc[1]
    noisy, velocity, times = noised(data.latents(), DDIMScheduler(**SCHEDULE), torch.Generator().manual_seed(9))
    with torch.inference_mode():
        guess = model(noisy, times, data.states[data.captions].float()).sample
    assert float((guess - velocity).square().mean()) < float(velocity.square().mean())


def test_without_captions_a_unet_never_sees_one(micro_pipeline: Path, data: Latents) -> None:
    bare = Latents(data.codes, data.states.clone(), data.captions, data.table, data.fingerprint)
    bare.states[1:] = float("nan")
    log = fit_diffusion(unet(micro_pipeline), bare, DiffusionConfig(steps=2, batch_size=8, dropped=1), progress=False)
    assert np.isfinite(log["velocity_loss"].iloc[-1])
    with pytest.raises(InputError, match="the loss is not finite"):
        fit_diffusion(unet(micro_pipeline), bare, DiffusionConfig(steps=2, batch_size=8, dropped=0), progress=False)
    assert data.captions.min() >= 1, "training changes nothing of what it learns from"


def test_a_killed_training_ends_with_the_same_weights(micro_pipeline: Path, data: Latents, tmp_path: Path) -> None:
    config = DiffusionConfig(steps=6, batch_size=4)
    whole, killed, resumed = (unet(micro_pipeline) for _ in range(3))
    fit_diffusion(whole, data, config, evaluate_every=2, progress=False)
    calls = iter([None, None])

    def kill(_: UNet2DConditionModel) -> dict[str, float]:
        if next(calls, "over") == "over":
            raise KeyboardInterrupt
        return {}

    options = {"evaluate_every": 2, "checkpoint": tmp_path / "state.pt", "progress": False}
    with pytest.raises(KeyboardInterrupt):
        fit_diffusion(killed, data, config, evaluate=kill, **options)
    fit_diffusion(resumed, data, config, **options)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_what_cannot_be_learned_from_is_refused(striped_table: ImageTable, parts: Parts) -> None:
    descriptor, tokenizer, encoder = parts
    with pytest.raises(InputError, match="'0-0' has no caption"):
        write_latents(striped_table, descriptor, (tokenizer, encoder), progress=False)
    with pytest.raises(InputError, match="dropped"):
        DiffusionConfig(dropped=2)
    with pytest.raises(InputError, match="steps must be at least 1"):
        DiffusionConfig(steps=0)


def test_the_shape_of_latents_is_the_autoencoders() -> None:
    blocks = {"num_encoder_blocks": (0, 0, 1), "num_decoder_blocks": (1, 0, 0), "latent_channels": 2}
    channels = {"encoder_block_out_channels": (8,) * 3, "decoder_block_out_channels": (8,) * 3}
    descriptor = LatentDescriptor(AutoencoderTiny(**channels, **blocks), "hash", 32)
    assert descriptor.shape == (2, 8, 8)
    assert descriptor.encode(torch.zeros(1, 3, 32, 32)).shape == (1, 128)
