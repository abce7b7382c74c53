"""CSD weights from outside: parity with the reference, whatever the kind of file."""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from csdlib.descriptors.csd import CSDModel, load_model
from csdlib.descriptors.csd_released import from_reference, load_released
from csdlib.descriptors.registry import load
from csdlib.descriptors.style_model import save_model
from csdlib.errors import InputError
from csdlib.files import file_hash
from tests.conftest import GOLDEN, stripes


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    with np.load(GOLDEN / "csd_tower.npz") as stored:
        return {key: stored[key] for key in stored.files}


@pytest.fixture(scope="module")
def state(golden: dict[str, np.ndarray]) -> dict[str, Tensor]:
    return {key.removeprefix("state/"): torch.from_numpy(value) for key, value in golden.items() if "state/" in key}


@pytest.fixture
def released(state: dict[str, Tensor], tmp_path: Path) -> Path:
    """A training state in the layout of train_csd.py in github.com/learn2phoenix/CSD."""
    path = tmp_path / "checkpoint.pth"
    torch.save(
        {
            "model_state_dict": state,
            "opt_bb": {"state": {}, "param_groups": [{"lr": np.float64(1e-4)}]},
            "opt_proj": {"state": {}, "param_groups": []},
            "iter": 80000,
            "args": argparse.Namespace(arch="vit_large", lr=0.003),
        },
        path,
    )
    return path


def test_parity_with_the_reference_tower(golden: dict[str, np.ndarray], state: dict[str, Tensor]) -> None:
    model = from_reference(state, heads=4).eval()
    assert model.config["image_size"] == 32
    images = torch.from_numpy(golden["input"])
    with torch.inference_mode():
        feature, style = model.backbone(images), model(images)
    np.testing.assert_allclose(feature, golden["feature"], atol=1e-5)
    np.testing.assert_allclose(style, golden["style"], atol=1e-5)


def test_a_head_for_content_is_left_out_also_of_models_that_were_saved_with_it(
    state: dict[str, Tensor], tmp_path: Path
) -> None:
    assert "last_layer_content" in "".join(state)
    model = from_reference(state, heads=4)
    save_model(model, tmp_path, dtype=torch.float32)
    path = tmp_path / "config.json"
    plain = load_model(tmp_path).state_dict()
    path.write_text(json.dumps(model.config | {"content": True}))
    save_file(plain | {"content_projection": torch.ones(64, 24)}, tmp_path / "model.safetensors")
    again = load_model(tmp_path)
    assert again.config == model.config
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in model.state_dict().items())


def test_heads_are_one_for_every_64_channels(state: dict[str, Tensor]) -> None:
    assert from_reference(state).config["heads"] == 1


@pytest.mark.parametrize("suffix", [".pth", ".bin", ".safetensors"])
def test_every_kind_of_file_gives_the_same_descriptor(
    suffix: str, released: Path, state: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    path = tmp_path / f"weights{suffix}"
    if suffix == ".safetensors":
        save_file(state, path)
    else:
        path.write_bytes(released.read_bytes())
    descriptor = load_released("mine", path, heads=4)
    image = stripes(0, 3, 1)
    expected = from_reference(state, heads=4).eval()(descriptor.preprocess(image)[None])
    torch.testing.assert_close(descriptor.encode(descriptor.preprocess(image)[None]), expected.detach())
    assert len(list((tmp_path / "cache").rglob("model.safetensors"))) == 1
    assert load_released("mine", path, heads=4).fingerprint == descriptor.fingerprint
    assert len(list((tmp_path / "cache").rglob("model.safetensors"))) == 1


def test_a_wrong_hash_is_refused(released: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InputError, match=r"its SHA-256 is .*, not 00ff"):
        load_released("mine", released, heads=4, sha256="00ff")
    assert load_released("mine", released, heads=4, sha256=file_hash(released)).dim == 24


@pytest.mark.parametrize("known", [True, False])
def test_the_hash_of_the_file_is_recorded_with_the_converted_weights(
    known: bool, released: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    expected = hashlib.sha256(released.read_bytes()).hexdigest()
    load_released("mine", released, heads=4, sha256=expected if known else "")
    (record,) = (tmp_path / "cache").rglob("source.json")
    found = json.loads(record.read_text())
    assert (found["file"], found["sha256"], found["verified"]) == ("checkpoint.pth", expected, known)


def test_checkpoints_of_another_shape_are_named(state: dict[str, Tensor]) -> None:
    with pytest.raises(InputError, match="it lacks last_layer_style"):
        from_reference({key: value for key, value in state.items() if "style" not in key})
    with pytest.raises(InputError, match="does not fit a CSD model"):
        from_reference(state | {"module.backbone.ln_post.weight": torch.zeros(7)})
    with pytest.raises(InputError, match="does not fit a CSD model"):
        from_reference({key: value for key, value in state.items() if "resblocks.1.ln_1" not in key})
    with pytest.raises(InputError, match="heads must divide"):
        from_reference(state, heads=5)


def test_other_sides_interpolate_the_positions(state: dict[str, Tensor]) -> None:
    model = from_reference(state, heads=4).eval()
    wider = model.resized(48).eval()
    assert wider.backbone.positional_embedding.shape == (37, 64)
    torch.testing.assert_close(wider.backbone.positional_embedding[0], model.backbone.positional_embedding[0])
    same = model.resized(32).eval()
    images = torch.randn(2, 3, 32, 32)
    torch.testing.assert_close(same(images), model(images), atol=1e-5, rtol=0)
    flat = CSDModel(image_size=32, patch_size=8, width=64, layers=1, heads=1, style_dim=8)
    with torch.no_grad():
        flat.backbone.positional_embedding[1:] = 0.25
    torch.testing.assert_close(flat.resized(56).backbone.positional_embedding[1:], torch.full((49, 64), 0.25))
    with pytest.raises(InputError, match="multiple of 8"):
        model.resized(50)


def test_without_a_network_the_error_says_what_to_fetch_and_where_to_put_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))

    def no_network(*_: object) -> str:
        raise ConnectionError("no route")

    monkeypatch.setattr("csdlib.descriptors.weights.hf_hub_download", no_network)
    with pytest.raises(InputError, match=r"Fetch https://huggingface.co/.*pytorch_model.bin and put it at .*csd-vit-l"):
        load("csd-vit-l")
    with pytest.raises(InputError, match="csd-vit-b was not released"):
        load("csd-vit-b")


@pytest.mark.parametrize("name", ["csd-vit-l", "csd-vit-b"])
def test_registered_names_load_a_file(
    name: str, released: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    descriptor = load(name, weights=released, image_size=48, precision="float32")
    assert descriptor.preprocess(stripes(0, 3, 1)).shape == (3, 48, 48)
    assert descriptor.weights_hash == file_hash(released)
    placed = tmp_path / "cache" / "weights" / "csd-vit-l" / "pytorch_model.bin"
    placed.parent.mkdir(parents=True)
    placed.write_bytes(released.read_bytes())
    assert load("csd-vit-l", image_size=32).dim == 24


def test_a_repository_is_asked_for_its_safetensors(
    state: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The layout of a copy on the hub: the released names without ``module.``, as safetensors."""
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    plain = {name.removeprefix("module."): value.contiguous() for name, value in state.items()}
    save_file(plain, tmp_path / "model.safetensors")
    asked: list[tuple[str, ...]] = []

    def hub(*names: str) -> str:
        asked.append(names)
        return str(tmp_path / "model.safetensors")

    monkeypatch.setattr("csdlib.descriptors.weights.hf_hub_download", hub)
    descriptor = load("csd-vit-l", weights="somebody/CSD", precision="float32")
    assert asked == [("somebody/CSD", "model.safetensors")]
    assert descriptor.weights_hash == file_hash(tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="no such file"):
        load("csd-vit-l", weights="somebody/CSD.safetensors")
