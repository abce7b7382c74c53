"""The data sets that ``load_dataset`` knows, by name."""

import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from csdlib.errors import InputError, needs_extra, no_such, unknown
from csdlib.files import AnyPath
from csdlib.tables import ImageTable

# Where each loader is, as "module:function": it is imported when it is first wanted. So no data set waits for the
# libraries of another, and real pictures do not know the drawn world.

#: Data sets that are drawn, or fetched, on first use.
_MADE = {
    "atelier": "csdlib.atelier.exhibition:atelier",
    "atelier-crawl": "csdlib.atelier.crawl:atelier_crawl",
    "atelier-domains": "csdlib.atelier.domains.collection:atelier_domains",
    "contrastyles": "csdlib.datasets.contrastyles:contrastyles",
    "wikiart-hub": "csdlib.datasets.wikiart.hub:wikiart_hub",
}

#: Data sets that live in a folder of the user's.
_FROM_ROOT = {
    "captioned": "csdlib.datasets.captioned:captioned",
    "domainnet": "csdlib.datasets.domainnet:domainnet",
    "folder": "csdlib.datasets.folder:folder",
    "generated": "csdlib.datasets.generated:generated",
    "shards": "csdlib.datasets.shards:shards",
    "wikiart": "csdlib.datasets.wikiart.table:wikiart",
    "wikiart-folder": "csdlib.datasets.wikiart.folders:wikiart_folder",
}


def load_dataset(name: str, root: AnyPath = "", **options: Any) -> ImageTable:
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
        return _loader(_MADE[name])(**options)
    if name not in _FROM_ROOT:
        raise unknown("dataset", name, [*_MADE, *_FROM_ROOT])
    if not str(root):
        raise InputError(f"dataset {name!r} needs the parameter root: the folder of its images")
    if not Path(root).is_dir():
        raise InputError(f"root {str(root)!r}: {no_such('folder', root)}")
    return _loader(_FROM_ROOT[name])(Path(root), **options)


@needs_extra("atelier")
def _loader(place: str) -> Callable[..., ImageTable]:
    loader: Callable[..., ImageTable] = pkgutil.resolve_name(place)
    return loader
