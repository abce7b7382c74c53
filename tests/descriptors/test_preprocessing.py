"""Pictures of any shape become squares as the name says; ``reference`` is the released evaluation's."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms

from csdlib.descriptors.preprocessing import PREPROCESSING, preprocessed, share_lost, squared
from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import CLIP_MEAN, CLIP_STD, normalised
from csdlib.errors import InputError
from tests.conftest import GOLDEN, stripes

#: Width and height of the pictures of the golden file.
SHAPES = [(32, 32), (96, 64), (50, 131), (251, 33), (20, 17), (640, 480)]
WAYS = [way for way in PREPROCESSING if way != "own"]


def picture(width: int, height: int) -> Image.Image:
    """Slopes and waves, so that every pixel's place shows."""
    y, x = np.mgrid[:height, :width]
    waves = 40 * np.sin(x / 3) + 40 * np.cos(y / 5)
    channels = (255 * x / width, 255 * y / height, 128 + waves)
    return Image.fromarray(np.stack(channels, axis=2).clip(0, 255).astype(np.uint8))


def published(side: int) -> transforms.Compose:
    """The evaluation's transform of github.com/learn2phoenix/CSD (main_sim.py: resize, centre crop, CLIP's numbers)."""
    resize = transforms.Resize(side, interpolation=transforms.InterpolationMode.BICUBIC)
    return transforms.Compose(
        [resize, transforms.CenterCrop(side), transforms.ToTensor(), transforms.Normalize(CLIP_MEAN, CLIP_STD)]
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_reference_is_the_published_transform(shape: tuple[int, int]) -> None:
    """The golden file holds what ``published(32)`` gave when it was made."""
    image = picture(*shape)
    (square,) = squared(image, 32, "reference")
    found = normalised(square)
    torch.testing.assert_close(found, published(32)(image), atol=1e-6, rtol=0)
    with np.load(GOLDEN / "reference_preprocessing.npz") as golden:
        np.testing.assert_allclose(found.numpy(), golden["x".join(map(str, shape))], atol=1e-6)


def test_csd_sees_pictures_as_the_reference_does() -> None:
    tower = load("csd-tiny")
    for shape in SHAPES:
        image = picture(*shape)
        assert torch.equal(tower.preprocess(image), preprocessed(tower, "reference").preprocess(image))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["csd-tiny", "csd-art"])
def test_every_way_describes_pictures_of_any_shape(name: str, way: str) -> None:
    seer = preprocessed(load(name), way)
    found = encode_images(seer, [picture(*shape) for shape in [(40, 40), (17, 4000), (100, 60)]])
    assert found.shape == (3, seer.dim)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(3))


def test_fingerprints_tell_the_ways_apart() -> None:
    tower = load("csd-tiny")
    assert len({preprocessed(tower, way).fingerprint for way in PREPROCESSING}) == len(PREPROCESSING)


def test_a_squashed_picture_is_seen_whole_and_a_padded_one_keeps_its_shape() -> None:
    image = Image.new("RGB", (64, 32), "white")
    image.paste("red", (0, 0, 8, 32))
    (squashed,) = squared(image, 32, "squash")
    assert squashed.getpixel((0, 16))[1] < 60
    (padded,) = squared(image, 32, "pad", fill=(0.0, 1.0, 0.0))
    assert [padded.getpixel((20, y)) for y in (0, 16, 31)] == [(0, 255, 0), (255, 255, 255), (0, 255, 0)]
    crops = squared(image, 32, "multi-crop")
    assert [crop.getpixel((0, 16))[1] < 60 for crop in crops] == [True, False, False]


def test_the_mean_of_crops_is_the_mean() -> None:
    tower, image = load("csd-tiny"), stripes(0, 5, 0).resize((160, 64))
    crops = torch.stack([normalised(square) for square in squared(image, tower.size, "multi-crop")])
    expected = torch.nn.functional.normalize(tower.encode(crops).mean(dim=0), dim=0)
    found = encode_images(preprocessed(tower, "multi-crop"), [image])[0]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_what_a_crop_loses() -> None:
    tiny, art = load("csd-tiny"), load("csd-art")
    assert share_lost(tiny, 200, 100) == share_lost(tiny, 100, 200) == 0.5
    assert share_lost(art, 200, 100) == 0
    assert share_lost(preprocessed(art, "reference"), 300, 100) == pytest.approx(2 / 3)
    assert share_lost(preprocessed(art, "multi-crop"), 300, 100) == 0
    assert share_lost(preprocessed(art, "multi-crop"), 600, 100) == pytest.approx(0.5)
    assert np.isnan(share_lost(load("colour"), 3, 2))


def test_only_towers_have_a_choice() -> None:
    assert preprocessed(load("colour"), "own").name == "colour"
    with pytest.raises(InputError, match="colour sees pictures in its own way"):
        preprocessed(load("colour"), "pad")
    with pytest.raises(InputError, match="unknown preprocessing 'crop'"):
        preprocessed(load("csd-tiny"), "crop")
