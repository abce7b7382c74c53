"""The protocol, the registry, and what each small descriptor sees and does not see."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from csdlib.descriptors.csd import load_model, random_tiny, save_model
from csdlib.descriptors.handmade import ColourHistogram
from csdlib.descriptors.protocol import Descriptor, encode_images
from csdlib.descriptors.registry import list_descriptors, load, register
from csdlib.errors import InputError
from csdlib.similarity.scores import style_similarity
from tests.conftest import stripes

LOCAL = ["colour", "pixels", "gram", "gram-clip-tiny", "csd-tiny", "random-tiny"]


@pytest.mark.parametrize("name", LOCAL)
def test_every_descriptor_keeps_the_contract(name: str) -> None:
    descriptor = load(name)
    assert isinstance(descriptor, Descriptor)
    images = [stripes(0, 3, 1), stripes(1, 5, 2).resize((90, 40))]
    vectors = encode_images(descriptor, images)
    assert vectors.shape == (2, descriptor.dim)
    assert vectors.dtype == torch.float32
    if descriptor.metric == "cosine":
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(2))
    alone = encode_images(descriptor, images[1:])
    torch.testing.assert_close(vectors[1:], alone, atol=1e-5, rtol=1e-4)
    assert load(name).fingerprint == descriptor.fingerprint
    assert name in list_descriptors()["name"].tolist()


def test_fingerprints_tell_settings_apart() -> None:
    prints = {load("colour").fingerprint, load("colour", bins=4).fingerprint, load("gram").fingerprint}
    prints |= {load("gram", seed=1).fingerprint, random_tiny(0).fingerprint, random_tiny(1).fingerprint}
    assert len(prints) == 6


def test_colour_histogram_equals_numpys() -> None:
    image = stripes(2, 4, 0)
    descriptor = ColourHistogram(bins=4, size=64)
    pixels = np.asarray(image).reshape(-1, 3)
    counts = np.histogramdd(pixels, bins=[np.linspace(0, 256, 5)] * 3)[0].ravel()
    np.testing.assert_allclose(encode_images(descriptor, [image])[0], np.sqrt(counts / counts.sum()), atol=1e-6)


def test_colour_ignores_place_and_gram_ignores_brightness() -> None:
    image = stripes(0, 4, 3)
    turned = image.transpose(Image.Transpose.ROTATE_180)
    first, second = encode_images(load("colour"), [image, turned])
    assert float(first @ second) == pytest.approx(1, abs=1e-5)
    brighter = Image.fromarray(np.asarray(image) // 2 + 60)
    darker = Image.fromarray(np.asarray(image) // 2 + 20)
    first, second = encode_images(load("gram"), [brighter, darker])
    assert float(first @ second) == pytest.approx(1, abs=1e-3)


def test_pixels_are_the_small_picture() -> None:
    image = stripes(1, 3, 2).resize((4, 4))
    small = np.asarray(image, dtype=np.float32).transpose(2, 0, 1).ravel() / 255
    np.testing.assert_allclose(encode_images(load("pixels", size=4), [image])[0], small, atol=1e-6)


def test_gram_is_the_gram_matrix_of_the_responses() -> None:
    descriptor = load("gram", filters=3, scales=1, size=32, side=5)
    image = torch.rand(1, 3, 32, 32)
    responses = torch.nn.functional.conv2d(image, descriptor._kernels).relu().flatten(2)[0]  # type: ignore[attr-defined]
    expected = torch.stack([(responses[i] * responses[j]).sum() for i in range(3) for j in range(i, 3)]).sqrt()
    torch.testing.assert_close(descriptor.encode(image)[0], expected / expected.norm(), atol=1e-5, rtol=1e-4)


def test_unknown_and_taken_names() -> None:
    with pytest.raises(InputError, match=r"choose one of .*colour, copy-tiny, csd-tiny"):
        load("color")
    with pytest.raises(InputError, match="registered already"):
        register("colour", "mine")(lambda: ColourHistogram())


def test_users_register_their_own() -> None:
    @register("test-coarse-colour", "two bins a channel")
    def coarse() -> ColourHistogram:
        return ColourHistogram(bins=2)

    assert load("test-coarse-colour").dim == 8


def test_models_survive_saving(tmp_path: Path) -> None:
    model = random_tiny(3).model
    save_model(model, tmp_path)
    images = torch.randn(2, 3, 128, 128)
    with torch.inference_mode():
        torch.testing.assert_close(load_model(tmp_path)(images), model(images), atol=2e-3, rtol=0)


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


def test_a_descriptor_registered_anew_is_the_one_that_scores() -> None:
    scores = []
    for bins in (2, 8):

        @register("test-renewed", "changes")
        def renewed(bins: int = bins) -> ColourHistogram:
            return ColourHistogram(bins=bins)

        scores.append(float(style_similarity(stripes(0, 3, 1), stripes(3, 3, 2), descriptor="test-renewed")))
    assert scores[0] != scores[1]
