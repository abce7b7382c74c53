"""Towers as ONNX files: what another program computes from them, what the files say, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from csdlib import __version__
from csdlib.descriptors import onnx as exporter
from csdlib.descriptors.onnx import export_onnx
from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import View, ViewedTower
from csdlib.errors import InputError
from tests.conftest import stripes

PICTURES = [stripes(0, 3, 1), stripes(1, 9, 2, side=300), stripes(2, 5, 3).resize((90, 40))]


class Means(nn.Module):
    """A tower that is exported quickly."""

    def forward(self, images: Tensor) -> Tensor:
        return images.mean(dim=(2, 3))


def small(module: nn.Module, precision: str = "float32") -> ViewedTower:
    view = View(16, 18)
    return ViewedTower(module, name="small", weights_hash="", view=view, dim=3, device="cpu", precision=precision)  # type: ignore[arg-type]


@pytest.fixture
def packages() -> None:
    for name in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(name)


@pytest.mark.slow
@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("name", ["csd-art", "csd-tiny"])
def test_another_program_describes_pictures_as_torch_does(name: str, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    descriptor, path = load(name, device="cpu"), tmp_path / "out" / "tower.onnx"
    deviation = export_onnx(descriptor, path)
    assert deviation is not None
    assert deviation < 1e-4
    assert [each.name for each in path.parent.iterdir()] == ["tower.onnx"]
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert [each.name for each in (*session.get_inputs(), *session.get_outputs())] == ["images", "descriptors"]
    images = torch.stack([descriptor.preprocess(image) for image in PICTURES])
    for count in (1, 2, 3):
        found = session.run(None, {"images": images[:count].numpy()})[0]
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, descriptor.encode(images[:count]), atol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    said = session.get_modelmeta().custom_metadata_map
    assert (said["csdlib"], said["descriptor"]) == (__version__, name)
    assert said["fingerprint"] == descriptor.fingerprint
    assert ("non-commercial" in said.get("licence", "")) == (name == "csd-art")


@pytest.mark.usefixtures("packages")
def test_the_file_says_how_pictures_are_prepared(tmp_path: Path) -> None:
    runtime, tower = pytest.importorskip("onnxruntime"), small(Means())
    export_onnx(tower, tmp_path / "small.onnx")
    said = runtime.InferenceSession(str(tmp_path / "small.onnx")).get_modelmeta().custom_metadata_map
    view = View(int(said["size"]), 18, mean=tuple(json.loads(said["mean"])), std=tuple(json.loads(said["std"])))
    assert view == tower.view
    assert said["view"] == repr(view)
    assert "short side resized to 18 (bilinear, antialiased); 16 x 16 from the centre" in said["preprocessing"]
    assert "licence" not in said


@pytest.mark.usefixtures("packages")
def test_a_graph_that_says_something_else_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, tower = tmp_path / "small.onnx", small(Means())
    path.write_text("an older file")
    encode = tower.encode
    for wrong in (lambda images: encode(images) + 2e-4, lambda images: encode(images) * torch.nan):
        monkeypatch.setattr(tower, "encode", wrong)
        with pytest.raises(InputError, match=r"small.onnx: not kept: its descriptors differ from torch's by"):
            export_onnx(tower, path)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["an older file"]


@pytest.mark.usefixtures("packages")
def test_a_tower_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    class Bessel(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return torch.special.bessel_j0(images).mean(dim=(2, 3))

    with pytest.raises(InputError, match=r"^small cannot be written as ONNX"):
        export_onnx(small(Bessel()), tmp_path / "small.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("packages")
def test_without_onnxruntime_nothing_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporter, "find_spec", lambda name: name != "onnxruntime")
    assert export_onnx(small(Means()), tmp_path / "small.onnx") is None
    assert (tmp_path / "small.onnx").is_file()


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporter, "find_spec", lambda name: name == "onnx")
    with pytest.raises(InputError, match=r"pip install 'csdlib\[onnx\]'"):
        export_onnx(small(Means()), tmp_path / "small.onnx")


def test_what_has_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^colour is no vision tower compared by cosine"):
        export_onnx(load("colour"), tmp_path / "colour.onnx")
    with pytest.raises(InputError, match="load it with device='cpu' and precision='float32'"):
        export_onnx(small(Means(), "bfloat16"), tmp_path / "small.onnx")
    with pytest.raises(InputError, match=r"small.pt: must be a file that ends in .onnx"):
        export_onnx(small(Means()), tmp_path / "small.pt")
