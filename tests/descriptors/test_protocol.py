"""Every descriptor that needs no download keeps the contract, wherever it computes and however finely."""

import pytest
import torch
from PIL import Image

from csdlib.descriptors.devices import choose_device
from csdlib.descriptors.protocol import Descriptor, encode_images, require_descriptor
from csdlib.descriptors.registry import list_descriptors, load
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.tables import ImageTable
from tests.conftest import stripes

HANDMADE = ["colour", "gram", "pixels"]
TINY = ["clip-tiny", "copy-tiny", "csd-art", "csd-tiny", "gram-clip-tiny", "random-tiny"]

PICTURES = [stripes(0, 3, 1), stripes(1, 5, 2).resize((90, 40))]


def test_these_are_all_that_need_no_download() -> None:
    known = list_descriptors()
    own = known[~known["name"].str.startswith("test-")]
    assert sorted(own["name"][own["download"] == ""]) == sorted(HANDMADE + TINY)


@pytest.mark.parametrize("name", HANDMADE + TINY)
def test_every_descriptor_keeps_the_contract(name: str) -> None:
    descriptor = load(name)
    assert isinstance(descriptor, Descriptor)
    vectors = encode_images(descriptor, PICTURES)
    assert vectors.shape == (2, descriptor.dim)
    assert vectors.dtype == torch.float32
    if descriptor.metric == "cosine":
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(2))
    alone = encode_images(descriptor, PICTURES[1:])
    torch.testing.assert_close(vectors[1:], alone, atol=1e-5, rtol=1e-4)
    assert load(name).fingerprint == descriptor.fingerprint


@pytest.mark.parametrize("name", HANDMADE + TINY)
def test_every_descriptor_computes_where_it_is_told(name: str) -> None:
    by_default = torch.device("cpu") if name in HANDMADE else choose_device("auto")
    assert load(name).device == by_default
    expected = encode_images(load(name, device="cpu"), PICTURES)
    for device in {choose_device("auto"), torch.device("cpu")}:
        descriptor = load(name, device=device, precision="float32")
        vectors = encode_images(descriptor, PICTURES)
        assert (descriptor.device, vectors.device) == (device, torch.device("cpu"))
        assert descriptor.fingerprint == load(name).fingerprint
        torch.testing.assert_close(vectors, expected, atol=1e-3, rtol=0)
    with pytest.raises(InputError, match=r"there is no device 'gpu' here: choose one of auto, cpu"):
        load(name, device="gpu")


@pytest.mark.parametrize("name", TINY)
def test_small_towers_compute_in_half_the_bits_too(name: str) -> None:
    exact, half = load(name), load(name, precision="bfloat16")
    assert exact.fingerprint != half.fingerprint
    first, second = (encode_images(descriptor, PICTURES) for descriptor in (exact, half))
    assert not torch.equal(first, second)
    assert float((first * second).sum(dim=1).min()) > 0.99
    with pytest.raises(InputError, match="unknown precision 'float16': choose one of auto, bfloat16, float32"):
        load(name, precision="float16")


class Brightness:
    """A descriptor as a user writes one, who forgot where it computes."""

    name, dim, metric, fingerprint = "brightness", 1, "l2", "0"

    def preprocess(self, image: Image.Image) -> torch.Tensor:
        return torch.full((3, 1, 1), float(image.convert("L").getpixel((0, 0))))

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        return images[:, 0, 0]


def test_a_member_that_is_missing_is_named(striped_table: ImageTable) -> None:
    forgetful = Brightness()
    with pytest.raises(InputError, match=r"^no descriptor: Brightness lacks device$"):
        require_descriptor(forgetful)
    with pytest.raises(InputError, match="Brightness lacks device"):
        embed(striped_table, forgetful, progress=False)  # type: ignore[arg-type]
    forgetful.device = torch.device("cpu")  # type: ignore[attr-defined]
    require_descriptor(forgetful)
    assert len(embed(striped_table, forgetful, progress=False)) == len(striped_table)  # type: ignore[arg-type]
