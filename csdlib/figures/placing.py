"""What a map's page needs to place pictures of the reader's own: the engine, and the vectors of the map's pictures."""

import base64
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

import numpy as np

from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.figures.engine import ADDRESSES, engine_script, weights_record
from csdlib.files import data_path
from csdlib.maps.layout import PLACED_BETWEEN, StyleMap

#: Where a page finds a descriptor's weights: in the book's files beside it, in a file that the reader chooses, or in
#: the page itself.
Weights = Literal["beside", "chosen", "inside"]
#: Numbers that the vectors of a map may have together, of two bytes each: a page with more would be too heavy, and
#: places no pictures.
MOST_NUMBERS = 4_000_000
#: The largest number of a vector, as the page has it.
LARGEST = 32_767


def computed(maps: Iterable[StyleMap]) -> str:
    """The descriptor that a page can compute itself and that one of its maps was made with, or nothing.

    It is told by its fingerprint: one that sees pictures otherwise, or has other weights, is another.
    """
    found = (_named(each) for each in maps if each.embeddings.vectors.size <= MOST_NUMBERS)
    return next(filter(None, found), "")


def _named(laid_out: StyleMap) -> str:
    return computed_name(laid_out.embeddings.fingerprint, laid_out.embeddings.vectors.shape[1])


def require_computed(descriptor: Descriptor, count: int) -> None:
    """Refuses a descriptor that no page can compute, and more pictures than a page holds vectors of.

    Raises:
        InputError: so it is.
    """
    known = " and ".join(ADDRESSES)
    if not computed_name(descriptor.fingerprint, descriptor.dim):
        raise InputError(f"a page cannot compute {descriptor.name}: only {known}, as they are shipped, go into one")
    if count * descriptor.dim > MOST_NUMBERS:
        most = MOST_NUMBERS // descriptor.dim
        raise InputError(f"{count:,} pictures are more than the {most:,} among which a page places others")


@cache
def computed_name(fingerprint: str, dim: int) -> str:
    """Which descriptor a page computes has this fingerprint, and gives vectors of this length; nothing, where none."""
    # Of most descriptors the length tells that it is another; networks are read for the others alone.
    alike = (name for name in ADDRESSES if _here(name) and weights_record(name)["config"]["style_dim"] == dim)
    return next((name for name in alike if load(name, device="cpu").fingerprint == fingerprint), "")


def _here(name: str) -> bool:
    """Whether the weights ship with what is installed: a map is drawn without them, and places no pictures."""
    try:
        return bool(data_path(f"models/{name}"))
    except InputError:
        return False


def placing(laid_out: StyleMap, name: str) -> dict[str, Any]:
    """Of one map, what places a picture on it; nothing, where it was not made with the page's descriptor.

    Args:
        laid_out: the map.
        name: what ``computed`` gave.

    Returns:
        ``vectors``, whole numbers of 16 bits, each row of any length, for only directions count: cosines are right to
        0.00002. ``fitted``, how many rows the map was made from; the others were placed. ``projection``, where the map
        has a formula.
    """
    if not name or _named(laid_out) != name:
        return {}
    vectors = laid_out.embeddings.vectors
    largest = np.maximum(abs(vectors).max(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    given: dict[str, Any] = {
        "vectors": book.encoded(vectors / largest * LARGEST, "<i2"),
        "fitted": len(vectors) - laid_out.placed,
    }
    if formula := laid_out.projection():
        mean, axes = formula
        given["projection"] = {"mean": mean.tolist(), "components": axes.T.ravel().tolist()}
    return given


def engine_of(name: str, weights: Weights) -> dict[str, Any]:
    """The engine, and where the page finds the weights of one of its descriptors, as ``Describer`` takes them."""
    record = weights_record(name) | {"engine": engine_script(), "between": PLACED_BETWEEN}
    if weights != "beside":
        record |= {"address": None, "file": f"model.safetensors of csdlib's folder data/models/{name}"}
    return record


def weights_inside(name: str) -> str:
    """The weights as a part of the page."""
    text = base64.b64encode((data_path(f"models/{name}") / "model.safetensors").read_bytes()).decode()
    return f'<script type="text/plain" class="csd-map-weights">{text}</script>'
