"""Data sets as image tables: ``load_dataset("atelier")``, ``load_dataset("wikiart", root=...)``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from csdlib.datasets.atelier import atelier, atelier_crawl, atelier_domains
from csdlib.datasets.captioned import captioned
from csdlib.datasets.contrastyles import contrastyles
from csdlib.datasets.domainnet import domainnet
from csdlib.datasets.folder import folder
from csdlib.datasets.generated import generated
from csdlib.datasets.shards import shards
from csdlib.datasets.wikiart import wikiart
from csdlib.datasets.wikiart_folder import wikiart_folder
from csdlib.datasets.wikiart_hub import wikiart_hub
from csdlib.errors import InputError, unknown
from csdlib.tables import ImageTable

#: Data sets that the atelier draws, or that are fetched, on first use.
_MADE: dict[str, Callable[..., ImageTable]] = {
    "atelier": atelier,
    "atelier-crawl": atelier_crawl,
    "atelier-domains": atelier_domains,
    "contrastyles": contrastyles,
    "wikiart-hub": wikiart_hub,
}

#: Data sets that live in a folder of the user's.
_FROM_ROOT: dict[str, Callable[..., ImageTable]] = {
    "captioned": captioned,
    "domainnet": domainnet,
    "folder": folder,
    "generated": generated,
    "shards": shards,
    "wikiart": wikiart,
    "wikiart-folder": wikiart_folder,
}


def load_dataset(name: str, root: str | Path = "", **options: Any) -> ImageTable:
    """A data set by its name.

    Args:
        name: ``atelier``, ``atelier-crawl``, ``atelier-domains`` (drawn on first use), ``contrastyles``,
            ``wikiart-hub`` (fetched), or, with a root, ``captioned``, ``domainnet``, ``folder``, ``generated``,
            ``shards``, ``wikiart`` (the paper's table) or ``wikiart-folder`` (ArtGAN's folders).
        root: the folder of the images.
        options: passed to the loader.

    Raises:
        InputError: an unknown name, or a root that is missing or does not hold that data set.
    """
    if name in _MADE:
        return _MADE[name](**options)
    if name not in _FROM_ROOT:
        raise unknown("dataset", name, [*_MADE, *_FROM_ROOT])
    if not str(root):
        raise InputError(f"dataset {name!r} needs the parameter root: the folder of its images")
    if not Path(root).is_dir():
        raise InputError(f"root {str(root)!r} is not a folder")
    return _FROM_ROOT[name](Path(root), **options)


__all__ = [
    "atelier",
    "atelier_crawl",
    "atelier_domains",
    "captioned",
    "contrastyles",
    "domainnet",
    "folder",
    "generated",
    "load_dataset",
    "shards",
    "wikiart",
    "wikiart_folder",
    "wikiart_hub",
]
