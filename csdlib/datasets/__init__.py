"""Data sets as image tables: ``load_dataset("atelier")``, ``load_dataset("wikiart", root=...)``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from csdlib.datasets.atelier import atelier, atelier_crawl, atelier_domains
from csdlib.datasets.folder import folder
from csdlib.datasets.wikiart import wikiart
from csdlib.errors import InputError, unknown
from csdlib.tables import ImageTable

#: Data sets that the atelier draws on first use.
_DRAWN: dict[str, Callable[..., ImageTable]] = {
    "atelier": atelier,
    "atelier-crawl": atelier_crawl,
    "atelier-domains": atelier_domains,
}

#: Data sets that live in a folder of the user's.
_FROM_ROOT: dict[str, Callable[..., ImageTable]] = {"folder": folder, "wikiart": wikiart}


def load_dataset(name: str, root: str | Path = "", **options: Any) -> ImageTable:
    """A data set by its name.

    Args:
        name: ``atelier``, ``atelier-crawl``, ``atelier-domains`` (drawn on first use), ``wikiart`` or ``folder``.
        root: the folder of the images, for all but the atelier's.
        options: passed to the loader.

    Raises:
        InputError: an unknown name, or a root that is missing or does not hold that data set.
    """
    if name in _DRAWN:
        return _DRAWN[name](**options)
    if name not in _FROM_ROOT:
        raise unknown("dataset", name, [*_DRAWN, *_FROM_ROOT])
    if not str(root):
        raise InputError(f"dataset {name!r} needs the parameter root: the folder of its images")
    if not Path(root).is_dir():
        raise InputError(f"root {str(root)!r} is not a folder")
    return _FROM_ROOT[name](Path(root), **options)


__all__ = ["atelier", "atelier_crawl", "atelier_domains", "folder", "load_dataset", "wikiart"]
