"""A descriptor that sees changed pictures."""

import pytest
import torch
from PIL import Image, ImageOps

from csdlib.descriptors.altered import Altered, in_grey, reduced
from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.images import thumbnail
from tests.conftest import stripes


def test_it_sees_what_the_other_sees_of_a_changed_picture() -> None:
    colour = load("colour")
    small = reduced(colour, 16)
    image = stripes(0, 5, 0)
    thumb = image.copy()
    thumb.thumbnail((16, 16), 1)
    assert isinstance(small, Descriptor)
    assert (small.name, small.dim, small.metric) == ("colour at 16", colour.dim, colour.metric)
    assert torch.equal(small.preprocess(image), colour.preprocess(thumb))
    assert image.size == (64, 64)
    whole = small.preprocess(image)[None]
    assert torch.equal(small.encode(whole), colour.encode(whole))


def test_in_grey_colours_are_not_seen() -> None:
    seer, image = in_grey(load("colour")), stripes(0, 5, 0)
    assert torch.equal(seer.preprocess(image), seer.preprocess(image.convert("L").convert("RGB")))
    assert not torch.equal(seer.preprocess(image), load("colour").preprocess(image))


def test_fingerprints_tell_changes_apart() -> None:
    colour = load("colour")
    changed = [Altered(colour, ImageOps.mirror, name).fingerprint for name in ("mirrored", "turned")]
    assert len({colour.fingerprint, *changed}) == 3


def test_a_small_picture_stays_as_it_is() -> None:
    image = stripes(1, 5, 0)
    assert thumbnail(image, 100).tobytes() == image.tobytes()


def test_a_side_below_one_is_refused() -> None:
    with pytest.raises(InputError, match="side must be at least 1"):
        reduced(load("colour"), 0).preprocess(Image.new("RGB", (16, 16)))
