"""CSD models: saved, loaded, drawn by a seed."""

import json
import pickle
from pathlib import Path

import pytest
import torch

from csdlib.descriptors.csd import load_model, random_tiny
from csdlib.descriptors.registry import load
from csdlib.descriptors.style_model import save_model
from csdlib.errors import InputError


def test_models_survive_saving(tmp_path: Path) -> None:
    model = random_tiny(3).model
    save_model(model, tmp_path)
    images = torch.randn(2, 3, 128, 128)
    with torch.inference_mode():
        torch.testing.assert_close(load_model(tmp_path)(images), model(images), atol=2e-3, rtol=0)


def test_a_seed_decides_the_weights_and_nothing_else_does() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, other = random_tiny(0), random_tiny(1)
    assert torch.equal(torch.get_rng_state(), before)
    assert first.fingerprint != other.fingerprint
    torch.manual_seed(6)
    for name, value in random_tiny(0).model.state_dict().items():
        assert torch.equal(value, first.model.state_dict()[name]), name


def test_broken_weights_are_refused_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        load("csd-tiny", weights=tmp_path)
    save_model(random_tiny().model, tmp_path)
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="safetensors"):
        load("csd-tiny", weights=tmp_path)
    (tmp_path / "model.safetensors").write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(InputError, match="safetensors"):
        load("csd-tiny", weights=tmp_path)
    (tmp_path / "model.safetensors").write_bytes(whole)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"layers": 2}))
    with pytest.raises(InputError, match="cannot be loaded"):
        load("csd-tiny", weights=tmp_path)
