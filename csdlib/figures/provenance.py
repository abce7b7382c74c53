"""How a style map was made, and how far it can be trusted: what stands below it."""

from dataclasses import dataclass, field

import numpy as np

from csdlib import __version__
from csdlib.descriptors.preprocessing import preprocessing_of
from csdlib.descriptors.protocol import Descriptor
from csdlib.errors import InputError
from csdlib.maps.layout import StyleMap
from csdlib.maps.quality import map_quality
from csdlib.tables import ImageTable

#: Nearest neighbours of each picture of which the plane may keep some; fewer, where there are few pictures.
COMPARED = 10


@dataclass(frozen=True)
class MapRecord:
    """How a map was made, and how far it can be trusted.

    Attributes:
        pictures: on the map.
        artists: whom the table names.
        descriptor: its name.
        fingerprint: of the descriptor, 64 hexadecimal digits.
        preprocessing: what the descriptor sees of a picture, in words.
        layout: how the pictures were laid out, in words.
        k: neighbours that are compared.
        kept: the mean share of a picture's k nearest in descriptor space that are among its k nearest on the map, in
            [0, 1], higher is better. All pictures are counted, so it has no interval.
        chance: what ``kept`` would be, were all pictures thrown on the map at random.
        trustworthiness: see ``MapQuality``.
        continuity: see ``MapQuality``.
        left_out: what was found beside pictures: reason -> count.
        skipped: pictures that could not be read: name -> reason.
        version: of csdlib.
    """

    pictures: int
    artists: int
    descriptor: str
    fingerprint: str
    preprocessing: str
    layout: str
    k: int
    kept: float
    chance: float
    trustworthiness: float
    continuity: float
    left_out: dict[str, int]
    skipped: dict[str, str]
    version: str = field(default=__version__)


def map_record(laid_out: StyleMap, table: ImageTable, descriptor: Descriptor) -> MapRecord:
    """How a map was made, and how far it can be trusted.

    Args:
        laid_out: the map, of three images or more.
        table: its images.
        descriptor: that it was made with.

    Raises:
        InputError: fewer than three images, or another descriptor than the map's.
    """
    count = len(laid_out.ids)
    if count < 3:
        raise InputError(f"whether a map keeps neighbours can be asked of three images or more, got {count}")
    if descriptor.fingerprint != laid_out.embeddings.fingerprint:
        raise InputError(f"the map was made with another descriptor than {descriptor.name}")
    k = min(COMPARED, (count - 1) // 2)
    quality = map_quality(laid_out, k)
    return MapRecord(
        count,
        len(np.unique(table.column("artist")[table.column("artist") != ""])),
        descriptor.name,
        descriptor.fingerprint,
        preprocessing_of(descriptor),
        _layout(laid_out),
        k,
        quality.agreement,
        k / (count - 1),
        quality.trustworthiness,
        quality.continuity,
        dict(table.manifest.get("left_out", {})),
        {name: _inside(reason, table) for name, reason in laid_out.embeddings.skipped.items()},
    )


def _layout(laid_out: StyleMap) -> str:
    settings = laid_out.settings
    if settings.method == "pca":
        return "the plane of the largest variance (PCA)"
    name = {"umap": "UMAP", "densmap": "densMAP"}[settings.method]
    return f"{name} of {settings.n_neighbors} neighbours, min_dist {settings.min_dist}, seed {settings.seed}"


def _inside(reason: str, table: ImageTable) -> str:
    """A reason without the place of the folder: a page is given on, and nobody else has to know where it lay."""
    for place in (table.root.absolute(), table.root.resolve()):
        reason = reason.replace(f"{place}/", "")
    return reason
