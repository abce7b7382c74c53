"""What nobody trained, against its definition."""

import numpy as np
import pytest
import torch
from PIL import Image

from csdlib.descriptors.handmade import ColourHistogram, RandomFilterGram
from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from tests.conftest import stripes


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
    descriptor = RandomFilterGram(filters=3, scales=1, size=32, side=5)
    image = torch.rand(1, 3, 32, 32)
    responses = torch.nn.functional.conv2d(image, descriptor._kernels).relu().flatten(2)[0]
    expected = torch.stack([(responses[i] * responses[j]).sum() for i in range(3) for j in range(i, 3)]).sqrt()
    torch.testing.assert_close(descriptor.encode(image)[0], expected / expected.norm(), atol=1e-5, rtol=1e-4)


def test_fingerprints_tell_settings_apart() -> None:
    prints = {load("colour").fingerprint, load("colour", bins=4).fingerprint, load("colour", size=80).fingerprint}
    prints |= {load("gram").fingerprint, load("gram", seed=1).fingerprint, load("pixels").fingerprint}
    assert len(prints) == 6


@pytest.mark.parametrize("name", ["colour", "gram", "pixels"])
@pytest.mark.parametrize("precision", ["bfloat16", "auto"])
def test_there_is_one_precision(name: str, precision: str) -> None:
    with pytest.raises(InputError, match=f"{name} computes in float32 only: leave out precision='{precision}'"):
        load(name, precision=precision)
    assert load(name, precision="float32").fingerprint == load(name).fingerprint
