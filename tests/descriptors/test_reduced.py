"""A descriptor that sees smaller pictures."""

import pytest
import torch

from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.reduced import Reduced
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from tests.conftest import stripes


def test_it_sees_what_the_other_sees_of_a_small_picture() -> None:
    colour = load("colour")
    small = Reduced(colour, 16)
    image = stripes(0, 5, 0)
    reduced = image.copy()
    reduced.thumbnail((16, 16), 1)
    assert isinstance(small, Descriptor)
    assert (small.name, small.dim, small.metric) == ("colour at 16", colour.dim, colour.metric)
    assert small.fingerprint not in (colour.fingerprint, Reduced(colour, 32).fingerprint)
    assert torch.equal(small.preprocess(image), colour.preprocess(reduced))
    assert image.size == (64, 64)
    whole = small.preprocess(image)[None]
    assert torch.equal(small.encode(whole), colour.encode(whole))


def test_a_small_picture_stays_as_it_is() -> None:
    image = stripes(1, 5, 0)
    assert torch.equal(Reduced(load("colour"), 100).preprocess(image), load("colour").preprocess(image))


def test_a_side_below_one_is_refused() -> None:
    with pytest.raises(InputError, match="side must be at least 1"):
        Reduced(load("colour"), 0)
