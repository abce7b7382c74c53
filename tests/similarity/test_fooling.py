"""Scores that rise although nobody paints otherwise."""

import numpy as np
import pytest
from PIL import Image

from csdlib.atelier import render
from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.errors import InputError
from csdlib.similarity.fooling import raised, smallest_bound, with_colours_of


@pytest.fixture(scope="module")
def tower() -> TowerDescriptor:
    return load("csd-tiny")  # type: ignore[return-value]


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return Image.fromarray(render("noor-felding", "dog", 1, 64))


@pytest.fixture(scope="module")
def target(tower: TowerDescriptor) -> np.ndarray:
    stranger = Image.fromarray(render("bram-osterkey", "castle", 2, 64))
    return encode_images(tower, [stranger])[0].numpy()


def test_a_changed_picture_is_near_in_pixels_and_nearer_to_the_target(
    tower: TowerDescriptor, picture: Image.Image, target: np.ndarray
) -> None:
    changed = raised(tower, picture, target, 3, steps=5)
    apart = np.abs(np.asarray(changed, int) - np.asarray(picture, int))
    assert apart.max() == 3
    before, after = (encode_images(tower, [image])[0].numpy() @ target for image in (picture, changed))
    random = np.random.default_rng(0).choice([-3, 3], size=apart.shape)
    noisy = Image.fromarray(np.clip(np.asarray(picture, int) + random, 0, 255).astype(np.uint8))
    by_chance = encode_images(tower, [noisy])[0].numpy() @ target
    assert after - before > 0.1
    assert after - before > 3 * abs(by_chance - before), "it is the gradient, not the noise"


def test_the_smallest_bound_is_where_the_score_first_passes(
    tower: TowerDescriptor, picture: Image.Image, target: np.ndarray
) -> None:
    scores = [
        float(encode_images(tower, [raised(tower, picture, target, bound, steps=10)])[0].numpy() @ target)
        for bound in (1, 4)
    ]
    assert scores[0] < scores[1]
    found = smallest_bound(tower, picture, target, (scores[0] + scores[1]) / 2, bounds=(1, 4, 8), steps=10)
    assert (found.bound, found.after) == (4, pytest.approx(scores[1]))
    assert smallest_bound(tower, picture, target, found.before - 0.01).bound == 0
    never = smallest_bound(tower, picture, target, 1.01, bounds=(1,), steps=1)
    assert never.bound is None
    assert never.after > never.before


def test_what_cannot_be_asked_is_refused(tower: TowerDescriptor, picture: Image.Image, target: np.ndarray) -> None:
    with pytest.raises(InputError, match="bound and steps of 1"):
        raised(tower, picture, target, 0)
    with pytest.raises(InputError, match=r"a target \(192,\)"):
        raised(tower, picture, target[:3], 1)
    with pytest.raises(InputError, match="bounds must be"):
        smallest_bound(tower, picture, target, 0.9, bounds=())


def test_colours_are_taken_over_and_shapes_stay(picture: Image.Image) -> None:
    other = Image.fromarray(np.random.default_rng(0).integers(60, 180, (32, 48, 3), np.uint8))
    changed = with_colours_of(picture, other)
    assert changed.size == picture.size
    theirs, own, now = (np.asarray(each, float).reshape(-1, 3) for each in (other, picture, changed))
    assert np.abs(now.mean(axis=0) - theirs.mean(axis=0)).max() < 12
    assert np.abs(own.mean(axis=0) - theirs.mean(axis=0)).max() > 20
    light = [each.mean(axis=1) for each in (own, now)]
    assert np.corrcoef(*light)[0, 1] > 0.9
    # A picture's own colours change nothing but rounding.
    np.testing.assert_allclose(np.asarray(with_colours_of(picture, picture), int), np.asarray(picture, int), atol=1)
