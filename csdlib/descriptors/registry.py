"""The list of descriptors that ``load`` knows; users add their own with the same decorator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from csdlib.descriptors.protocol import Descriptor
from csdlib.errors import InputError, lookup

Maker = TypeVar("Maker", bound=Callable[..., Descriptor])


@dataclass(frozen=True)
class _Entry:
    make: Callable[..., Descriptor]
    summary: str
    download: str


_ENTRIES: dict[str, _Entry] = {}


def register(name: str, summary: str, *, download: str = "") -> Callable[[Maker], Maker]:
    """Registers a function (or class) that makes a descriptor.

    Args:
        name: the name for ``load``.
        summary: one line for ``list_descriptors``.
        download: where weights are fetched from on first use; empty if nothing is fetched.

    Returns:
        a decorator that leaves the function as it is.

    Raises:
        InputError: the name is taken by another function.
    """

    def add(make: Maker) -> Maker:
        taken = _ENTRIES.get(name)
        # A notebook cell that is run again defines the same function anew: that is no clash.
        if taken and (taken.make.__module__, taken.make.__qualname__) != (make.__module__, make.__qualname__):
            raise InputError(f"a descriptor {name!r} is registered already: choose another name")
        _ENTRIES[name] = _Entry(make, summary, download)
        return make

    return add


def load(name: str, **options: Any) -> Descriptor:
    """A descriptor, ready to use.

    Args:
        name: one of ``list_descriptors()``.
        options: passed to the function that makes it, for example ``weights=`` a folder.

    Raises:
        InputError: the name is unknown; the message lists the known ones.

    Example:
        >>> load("colour").dim
        512
    """
    return maker(name)(**options)


def maker(name: str) -> Callable[..., Descriptor]:
    """The function that makes a registered descriptor.

    Raises:
        InputError: the name is unknown; the message lists the known ones.
    """
    return lookup("descriptor", name, _ENTRIES).make


def list_descriptors() -> pd.DataFrame:
    """All known descriptors: name, summary, and what is downloaded on first use (empty: nothing)."""
    rows = [(name, entry.summary, entry.download) for name, entry in sorted(_ENTRIES.items())]
    return pd.DataFrame(rows, columns=["name", "summary", "download"])
