"""What a map's page needs to place pictures of the reader's own: the engine, and the vectors of the map's pictures."""

import base64
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

import numpy as np

from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.figures.engine import ADDRESSES, engine_script, weights_record
from csdlib.files import data_path
from csdlib.maps.layout import PLACED_BETWEEN, StyleMap

#: Where a page finds a descriptor's weights: in the book's files beside it, in a file that the reader chooses, or in
#: the page itself.
Weights = Literal["beside", "chosen", "inside"]
#: Numbers of all vectors of a map that a page may hold, two bytes each: more would make it too heavy, and it places none.
MOST_NUMBERS = 4_000_000
#: The largest number of a vector, as the page has it.
LARGEST = 32_767


def encoded(numbers: np.ndarray, dtype: str) -> str:
    """Numbers as text, rounded where they are whole ones.

    Example:
        >>> encoded(np.array([1.2, 258.0]), "<u2")
        'AQACAQ=='
    """
    whole = numbers if np.dtype(dtype).kind == "f" else np.rint(numbers)
    return base64.b64encode(whole.astype(dtype).tobytes()).decode()


def computed(maps: Iterable[StyleMap]) -> str:
    """The descriptor that a page can compute itself and that one of its maps was made with, or nothing.

    It is told by its fingerprint: one that sees pictures otherwise, or has other weights, is another.
    """
    found = (_named(each.embeddings.fingerprint) for each in maps if each.embeddings.vectors.size <= MOST_NUMBERS)
    return next(filter(None, found), "")


def require_computed(name: str, fingerprint: str, numbers: int) -> None:
    """Refuses a descriptor that no page can compute, or vectors too many for a page.

    Raises:
        InputError: so it is.
    """
    known = " and ".join(ADDRESSES)
    if not _named(fingerprint):
        raise InputError(f"a page cannot compute {name}: only {known}, as they are shipped, go into one")
    if numbers > MOST_NUMBERS:
        raise InputError(f"a page that places pictures holds up to {MOST_NUMBERS:,} numbers; here are {numbers:,}")


@cache
def _named(fingerprint: str) -> str:
    return next((name for name in ADDRESSES if load(name, device="cpu").fingerprint == fingerprint), "")


def placing(laid_out: StyleMap, name: str) -> dict[str, Any]:
    """Of one map, what places a picture on it; nothing, where it was not made with the page's descriptor.

    Args:
        laid_out: the map.
        name: what ``computed`` gave.

    Returns:
        ``vectors``, each row in 16 bits and of any length, for only directions count; ``fitted``, how many rows the map was
        made from, those after them having been placed; ``projection``, where the map has a formula.
    """
    if not name or _named(laid_out.embeddings.fingerprint) != name:
        return {}
    vectors = laid_out.embeddings.vectors
    largest = np.maximum(abs(vectors).max(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    given: dict[str, Any] = {
        "vectors": encoded(vectors / largest * LARGEST, "<i2"),
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
