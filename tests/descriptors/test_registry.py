"""Descriptors by name: those that are there, and those of users."""

import subprocess
import sys

import pytest

from csdlib.descriptors.handmade import ColourHistogram
from csdlib.descriptors.registry import list_descriptors, load, maker, register
from csdlib.errors import InputError
from csdlib.similarity.scores import style_similarity
from tests.conftest import stripes


def test_unknown_and_taken_names() -> None:
    with pytest.raises(InputError, match=r"choose one of .*colour, copy-tiny, csd-art, csd-tiny"):
        load("color")
    with pytest.raises(InputError, match="registered already"):
        register("colour", "mine")(lambda: ColourHistogram())


def test_every_name_leads_to_a_function() -> None:
    for name in list_descriptors()["name"]:
        assert callable(maker(name)), name


def test_users_register_their_own() -> None:
    @register("test-coarse-colour", "two bins a channel")
    def coarse() -> ColourHistogram:
        return ColourHistogram(bins=2)

    assert load("test-coarse-colour").dim == 8


def test_what_a_user_registers_is_a_whole_descriptor() -> None:
    @register("test-half", "lacks nearly everything")
    class Half:
        name, dim, metric, fingerprint = "half", 1, "l2", "0"

    with pytest.raises(InputError, match="no descriptor: Half lacks device, preprocess, encode"):
        load("test-half")


def test_a_descriptor_registered_anew_is_the_one_that_scores() -> None:
    scores = []
    for bins in (2, 8):

        @register("test-renewed", "changes")
        def renewed(bins: int = bins) -> ColourHistogram:
            return ColourHistogram(bins=bins)

        scores.append(float(style_similarity(stripes(0, 3, 1), stripes(3, 3, 2), descriptor="test-renewed")))
    assert scores[0] != scores[1]


def test_colours_wait_for_no_library_of_towers() -> None:
    program = "import csdlib, sys; csdlib.load('colour'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"diffusers", "huggingface_hub", "open_clip", "timm", "torchvision", "transformers"}
    assert not heavy & set(loaded.stdout.split())
