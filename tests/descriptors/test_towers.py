"""How a picture becomes the input of a tower."""

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from timm.data import constants
from torch import nn
from torchvision import transforms
from torchvision.transforms.v2 import functional as vision

from csdlib.descriptors import towers
from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import TowerDescriptor, View, ViewedTower, normalised, not_too_long
from tests.conftest import stripes


def test_means_and_deviations_are_those_of_open_clip_and_timm() -> None:
    assert (towers.CLIP_MEAN, towers.CLIP_STD) == (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD)
    imagenet = constants.IMAGENET_DEFAULT_MEAN, constants.IMAGENET_DEFAULT_STD
    assert imagenet == (towers.IMAGENET_MEAN, towers.IMAGENET_STD)


def test_a_tower_sees_what_open_clip_would_show_it() -> None:
    picture = stripes(1, 5, 2).resize((90, 70))
    tower = TowerDescriptor(nn.Flatten(), name="test", weights_hash="", size=32, dim=3 * 32**2)
    expected = open_clip.image_transform(32, is_train=False)(picture)
    torch.testing.assert_close(tower.preprocess(picture), expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize("bicubic", [True, False])
def test_a_view_is_that_of_torchvision(bicubic: bool) -> None:
    picture = stripes(2, 7, 1).resize((90, 70))
    mode = transforms.InterpolationMode.BICUBIC if bicubic else transforms.InterpolationMode.BILINEAR
    steps = [transforms.Resize(48, mode), transforms.CenterCrop(40), transforms.ToTensor()]
    expected = transforms.Compose([*steps, transforms.Normalize([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])])(picture)
    view = View(40, 48, bicubic, (0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    torch.testing.assert_close(view(picture), expected, atol=1e-6, rtol=0)


def test_the_view_is_part_of_the_fingerprint() -> None:
    prints = {
        ViewedTower(nn.Flatten(), name="test", weights_hash="", view=view, dim=1).fingerprint
        for view in (View(32, 40), View(32, 41), View(32, 40, bicubic=True), View(32, 40, mean=(0.5, 0.5, 0.5)))
    }
    assert len(prints) == 4


def test_a_long_strip_is_not_resized_as_a_whole() -> None:
    strip = Image.effect_noise((4000, 20), 60).convert("RGB")
    tiny = load("random-tiny")
    assert not_too_long(strip).size == (160, 20)
    assert not_too_long(strip.rotate(90, expand=True)).size == (20, 160)
    assert not_too_long(strip.crop((0, 0, 160, 20))).size == (160, 20)
    # All that the crop in the centre sees is still there.
    whole = vision.center_crop(vision.resize(strip, [128], interpolation=vision.InterpolationMode.BICUBIC), [128, 128])
    np.testing.assert_allclose(tiny.preprocess(strip), normalised(whole), atol=0.05)
