"""Textual inversion: a word is learned, the pipeline stays as it is, and diffusers reads the word."""

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import DDIMScheduler, DiffusionPipeline
from hypothesis import given
from hypothesis import strategies as st

from csdlib.errors import InputError
from csdlib.generation.diffusion import SCHEDULE, noised
from csdlib.generation.inversion import InversionConfig, _wanted, add_words, invert_word, misspelled
from csdlib.generation.latents import text_states
from csdlib.generation.pipelines import load_pipeline

CONFIG = InversionConfig(steps=60, batch_size=8, rate=0.1)


def loaded(folder: Path) -> Any:
    return load_pipeline(folder, dtype=torch.float32)


@pytest.fixture(scope="module")
def latents() -> torch.Tensor:
    return torch.randn(5, 4, 8, 8, generator=torch.Generator().manual_seed(5)) * 0.2 + 1


@pytest.mark.slow
def test_a_word_is_learned_and_nothing_else_changes(micro_pipeline: Path, latents: torch.Tensor) -> None:
    pipeline, before = loaded(micro_pipeline), loaded(micro_pipeline)
    vector, log = invert_word(pipeline, latents, CONFIG, progress=False)
    assert log["step"].tolist() == [0, 50, 60]
    assert log["noise_loss"].iloc[1:].notna().all()
    assert len(pipeline.tokenizer) == len(before.tokenizer)
    for part in ("unet", "text_encoder", "vae"):
        for name, value in getattr(pipeline, part).state_dict().items():
            assert torch.equal(value, getattr(before, part).state_dict()[name]), name
    # On noise that the training has not drawn, the word says more than what it started from.
    start = before.text_encoder.get_input_embeddings().weight[
        before.tokenizer("painter", add_special_tokens=False)["input_ids"]
    ]
    losses = [loss_with(micro_pipeline, each, latents) for each in (start.mean(0), vector)]
    assert losses[1] < losses[0]


def loss_with(folder: Path, vector: torch.Tensor, latents: torch.Tensor) -> float:
    pipeline = loaded(folder)
    add_words(pipeline, {"<word>": vector})
    states = text_states(["A painting in the style of <word>"], pipeline.tokenizer, pipeline.text_encoder).float()
    many = latents.repeat(40, 1, 1, 1)
    noisy, velocity, times = noised(many, DDIMScheduler(**SCHEDULE), torch.Generator().manual_seed(99))
    with torch.inference_mode():
        guess = pipeline.unet(noisy, times, states.expand(len(many), -1, -1)).sample
    return float((guess - velocity).square().mean())


def test_diffusers_writes_and_reads_the_words(micro_pipeline: Path, tmp_path: Path) -> None:
    pipeline = loaded(micro_pipeline)
    words = {"<ann-lee>": torch.full((32,), 0.5), "<bo-um>": torch.zeros(32)}
    add_words(pipeline, words)
    pipeline.save_pretrained(tmp_path)
    again = DiffusionPipeline.from_pretrained(tmp_path, use_safetensors=True)
    for written, vector in words.items():
        (token,) = again.tokenizer(written, add_special_tokens=False)["input_ids"]
        torch.testing.assert_close(again.text_encoder.get_input_embeddings().weight[token].float(), vector)
    with pytest.raises(InputError, match="<ann-lee>"):
        add_words(pipeline, {"<ann-lee>": torch.zeros(32)})


@pytest.mark.slow
def test_a_killed_inversion_ends_with_the_same_word(
    micro_pipeline: Path, latents: torch.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = invert_word(loaded(micro_pipeline), latents, CONFIG, progress=False)
    steps = iter(range(55))

    def killed(*args: Any) -> torch.Tensor:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return _wanted(*args)

    monkeypatch.setattr("csdlib.generation.inversion._wanted", killed)
    with pytest.raises(KeyboardInterrupt):
        invert_word(loaded(micro_pipeline), latents, CONFIG, checkpoint=tmp_path / "word.pt", progress=False)
    monkeypatch.undo()
    resumed, _ = invert_word(loaded(micro_pipeline), latents, CONFIG, checkpoint=tmp_path / "word.pt", progress=False)
    assert torch.equal(whole, resumed)
    with pytest.raises(InputError, match="other settings"):
        invert_word(loaded(micro_pipeline), latents[:4], CONFIG, checkpoint=tmp_path / "word.pt", progress=False)


def test_noise_is_wanted_of_a_unet_that_finds_noise() -> None:
    scheduler, generator = DDIMScheduler(**SCHEDULE | {"prediction_type": "epsilon"}), torch.Generator().manual_seed(1)
    clean, noise = torch.randn(6, 4, 8, 8, generator=generator), torch.randn(6, 4, 8, 8, generator=generator)
    times = torch.tensor([0, 100, 300, 500, 800, 999])
    noisy, velocity = scheduler.add_noise(clean, noise, times), scheduler.get_velocity(clean, noise, times)
    torch.testing.assert_close(_wanted(scheduler, noisy, velocity, times), noise, atol=1e-4, rtol=1e-4)


@given(st.text("abcdef", min_size=4, max_size=9), st.integers(0, 20))
def test_a_slip_keeps_the_letters_and_the_beginning(name: str, seed: int) -> None:
    if len(set(name[1:-1])) < 2:
        return
    slip = misspelled(name, seed=seed)
    assert slip != name
    assert sorted(slip) == sorted(name)
    assert slip[0] == name[0]
    assert sum(one != other for one, other in zip(name, slip, strict=True)) == 2


def test_bad_input_is_refused(micro_pipeline: Path, latents: torch.Tensor) -> None:
    with pytest.raises(InputError, match="too short"):
        misspelled("Bo")
    with pytest.raises(InputError, match="rate"):
        InversionConfig(rate=0)
    with pytest.raises(InputError, match="one picture or more"):
        invert_word(loaded(micro_pipeline), latents[:0], CONFIG, progress=False)
    with pytest.raises(InputError, match="no token"):
        invert_word(loaded(micro_pipeline), latents, InversionConfig(start=" "), progress=False)
