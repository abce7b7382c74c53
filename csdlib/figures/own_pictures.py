"""A page that describes the reader's own pictures in the browser, and reads them as csdlib does in Python.

Nothing is uploaded. The page holds the works of a collection as thumbnails, their vectors and places, a scale for
scores and lists of people; the engine (``engine.py``) computes the reader's vectors; the scripts in
``assets/own_pictures/`` do the rest, with the same rules as ``Corpus.read``, ``Candidates.rank`` and
``StyleMap.place``.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import HTML

from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.figures.engine import engine_script, weights_record
from csdlib.files import AnyPath
from csdlib.maps.layout import PLACED_BETWEEN, StyleMap
from csdlib.similarity.attribution import Candidates
from csdlib.similarity.calibration import STEPS
from csdlib.similarity.corpus import Corpus
from csdlib.tables import ImageTable
from csdlib.texts import artist_name

#: The scripts, in the order in which they build on each other.
PARTS = ("data", "measure", "pictures", "results", "map", "matrix", "start")
#: Side of a work's thumbnail, in pixels, and the quality of the sheet of all.
SIDE, QUALITY = 56, 40
#: What stands for 1 in 16 bits: of a number in [-1, 1], of a share, and of the logarithm of a likelihood ratio.
UNIT, SHARE, LOG_UNIT = 32767, 65535, 4000


@dataclass(frozen=True)
class Instrument:
    """A descriptor that the page computes, and what it reads pictures by.

    Attributes:
        name: ``csd-tiny`` or ``csd-art``.
        purpose: what it is made for, in a few words.
        laid_out: a map of the collection's works by it, by UMAP or densMAP.
        scale: on which the score of two pictures is read.
        lists: what the people are called, in the plural -> those whose style a picture may show.
    """

    name: str
    purpose: str
    laid_out: StyleMap
    scale: Corpus
    lists: Mapping[str, Candidates]


def own_pictures_figure(
    instruments: Sequence[Instrument],
    table: ImageTable,
    samples: Sequence[AnyPath] = (),
    *,
    caption: str,
) -> HTML:
    """A figure into which a reader drops pictures, to see what a style descriptor says of them.

    Args:
        instruments: one or several; the first one looks at first.
        table: the works that are shown beside the reader's pictures, as many as the instruments' maps have.
        samples: files of pictures, for a reader who has none at hand; they stand in the page as they are.
        caption: what to see.

    Raises:
        InputError: no instrument, one that a page does not compute, a map of other works, or one by PCA.
    """
    if not instruments:
        raise InputError("the page needs an instrument: a descriptor, and what it reads pictures by")
    for each in instruments:
        if not np.array_equal(each.laid_out.ids, table.ids):
            raise InputError(f"the map by {each.name} was made of other works than the table's")
        if each.laid_out.settings.method == "pca":
            raise InputError(f"the map by {each.name} is by PCA: a page places pictures between neighbours only")
    sheet, columns = book.sprite((table.open(row) for row in range(len(table))), len(table), SIDE, QUALITY)
    codes, makers = pd.factorize(_written(table), sort=True)
    data = {
        "engine": engine_script(),
        "logUnit": LOG_UNIT,
        "between": min(PLACED_BETWEEN, len(table)),
        "works": {
            "makers": makers.tolist(),
            "codes": book.encoded(codes, "<u2"),
            "contents": table.frame["content"].fillna("").astype(str).tolist(),
            "sheet": {"source": sheet, "columns": columns, "side": SIDE},
        },
        "samples": [_sample(Path(path)) for path in samples],
        "instruments": [_instrument(each, table.manifest.get("names", {})) for each in instruments],
    }
    style = book.asset("describer.css") + book.asset("own_pictures/style.css")
    script = book.script("elements", "describer", "nearest", "csv", *(f"own_pictures/{part}" for part in PARTS))
    body = Template(book.asset("own_pictures/panel.html")).substitute(data=book.script_data(data))
    return book.framed(f"<style>{style}</style>{body}<script>{script}</script>", caption)


def _sample(path: Path) -> dict[str, str]:
    return {"name": path.name, "bytes": base64.b64encode(path.read_bytes()).decode()}


def _written(table: ImageTable) -> np.ndarray:
    """Whose each work is, as the name is written."""
    return np.array([table.name_of(artist) or "an unknown hand" for artist in table.column("artist")])


def _instrument(each: Instrument, names: Mapping[str, str]) -> dict[str, Any]:
    low = each.laid_out.coordinates.min(axis=0)
    sides = np.ptp(each.laid_out.coordinates, axis=0)
    longer = max(float(sides.max()), 1e-9)
    return {
        "record": weights_record(each.name),
        "purpose": each.purpose,
        "vectors": book.encoded(each.laid_out.embeddings.vectors * UNIT, "<i2"),
        "places": book.encoded((each.laid_out.coordinates - low) / longer * SHARE, "<u2"),
        "wide": float(sides[0]) / longer,
        "high": float(sides[1]) / longer,
        "scale": _scale(each.scale),
        "lists": [_people(people, known, names) for people, known in each.lists.items()],
    }


def _scale(scale: Corpus) -> dict[str, Any]:
    """The curves of a corpus at the steps of its calibration, from where they begin to rise to where they end."""
    cosines = (np.arange(STEPS) + 0.5) * 2 / STEPS - 1
    different, same = scale.above_different(cosines), scale.above_same(cosines)
    inside = np.flatnonzero((different + same > 0) & (different + same < 2))
    kept = slice(max(inside[0] - 1, 0), inside[-1] + 2)
    cosines, different, same = cosines[kept], different[kept], same[kept]
    logs: dict[str, str] = {}
    if not scale.uncalibrated:
        ratio, low, high = scale.likelihood_ratios(cosines, np.ones(len(cosines), dtype=int)).values()
        # A width that is not known stands as -1.
        widths = np.nan_to_num(np.log(high / low) / 2, nan=-1)
        logs = {name: _logarithms(each) for name, each in (("ratios", np.log(ratio)), ("widths", widths))}
    return {
        "said": scale.read(0.0).corpus,
        "start": float(cosines[0]),
        "step": 2 / STEPS,
        "different": book.encoded(different * SHARE, "<u2"),
        "same": book.encoded(same * SHARE, "<u2"),
        **logs,
    }


def _logarithms(numbers: np.ndarray) -> str:
    return book.encoded(np.clip(numbers * LOG_UNIT, -UNIT, UNIT), "<i2")


def _people(people: str, known: Candidates, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "people": people,
        "names": [names.get(name) or artist_name(name) for name in known.names.tolist()],
        "counts": known.counts.tolist(),
        "vectors": book.encoded(known.vectors * UNIT, "<i2"),
        "threshold": known.threshold,
        "trust": f"Of works by strangers {known.wrong.percent()} % are given to somebody all the same; of works by "
        f"those on the list {known.found.percent()} % get the right name.",
    }
