"""Erasure: names leave prompts, and cross-attention alone learns to pass a name over."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from diffusers import UNet2DConditionModel

from csdlib.errors import InputError
from csdlib.generation.erasure import ErasureConfig, fit_erasure, without_names
from csdlib.generation.latents import text_states
from csdlib.generation.pipelines import load_pipeline

PAIRS = [("a painting in the style of ann lee", "a painting"), ("ann lee", "a painting")]
CONFIG = ErasureConfig(steps=40, batch_size=4, rate=3e-3, strength=0.0, denoising=3)


def loaded(folder: Path) -> Any:
    return load_pipeline(folder, dtype=torch.float32)


def name_effect(pipeline: Any) -> float:
    """How much a name changes of what the UNet finds, on noise that no training has drawn."""
    states = text_states(list(PAIRS[0]), pipeline.tokenizer, pipeline.text_encoder).float()
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(77)).expand(2, -1, -1, -1)
    with torch.inference_mode():
        found = pipeline.unet(noise, torch.tensor([500, 500]), states).sample
    return float((found[0] - found[1]).square().mean())


def test_names_leave_prompts_as_whole_words_only() -> None:
    prompts = pd.DataFrame({"prompt": ["Boat, ANN LEE!", "by Ann Leeds", "by Ann Lee-Moor", "by Ann Lee"], "seed": 0})
    told = without_names(prompts, ["Ann Lee", "Ann Lee-Moor"], "somebody")
    assert told["prompt"].tolist() == ["Boat, somebody!", "by Ann Leeds", "by somebody", "by somebody"]
    assert prompts["prompt"].iloc[0] == "Boat, ANN LEE!", "the table that was given stays"
    with pytest.raises(InputError, match="at least one name"):
        without_names(prompts, "Ann Lee")


@pytest.mark.slow
def test_a_name_loses_its_effect_and_all_but_cross_attention_stays(micro_pipeline: Path) -> None:
    pipeline, before = loaded(micro_pipeline), loaded(micro_pipeline)
    log = fit_erasure(pipeline, PAIRS, CONFIG, evaluate_every=10, progress=False)
    assert log["erasure_loss"].iloc[-1] < 0.5 * log["erasure_loss"].iloc[1]
    assert name_effect(pipeline) < 0.75 * name_effect(before)
    changed = {
        name
        for name, value in pipeline.unet.state_dict().items()
        if not torch.equal(value, before.unet.state_dict()[name])
    }
    assert changed
    assert all(".attn2." in name for name in changed)
    for part in ("text_encoder", "vae"):
        for name, value in getattr(pipeline, part).state_dict().items():
            assert torch.equal(value, getattr(before, part).state_dict()[name])


@pytest.mark.slow
def test_a_killed_erasure_ends_with_the_same_weights(micro_pipeline: Path, tmp_path: Path) -> None:
    config = ErasureConfig(steps=6, batch_size=2, denoising=2)
    whole, killed, resumed = (loaded(micro_pipeline) for _ in range(3))
    fit_erasure(whole, PAIRS, config, evaluate_every=2, progress=False)
    calls = iter([None, None])

    def kill(_: UNet2DConditionModel) -> dict[str, float]:
        if next(calls, "over") == "over":
            raise KeyboardInterrupt
        return {}

    options: dict[str, Any] = {"evaluate_every": 2, "checkpoint": tmp_path / "state.pt", "progress": False}
    with pytest.raises(KeyboardInterrupt):
        fit_erasure(killed, PAIRS, config, evaluate=kill, **options)
    fit_erasure(resumed, PAIRS, config, **options)
    for name, value in whole.unet.state_dict().items():
        assert torch.equal(value, resumed.unet.state_dict()[name]), name
    with pytest.raises(InputError, match="other settings"):
        fit_erasure(loaded(micro_pipeline), PAIRS[:1], config, **options)


def test_bad_settings_are_refused(micro_pipeline: Path) -> None:
    with pytest.raises(InputError, match="steps must be at least 1"):
        ErasureConfig(steps=0)
    with pytest.raises(InputError, match="strength"):
        ErasureConfig(strength=-1)
    with pytest.raises(InputError, match="pairs of a prompt"):
        fit_erasure(loaded(micro_pipeline), [], CONFIG, progress=False)
