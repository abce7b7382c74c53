"""The interactive style map: points in the page, their pictures, and their true neighbours.

The page needs no server. Coordinates, labels and neighbours stand in it as numbers in base64, the thumbnails as one
picture that is decoded when it is first looked at; the scripts in ``assets/`` do the rest. In a notebook the same
stands in a frame, and a page of its own (``standalone.py``) shows the same map.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import HTML
from PIL import Image
from plotly.offline import get_plotlyjs

from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.figures.placing import Weights, computed, engine_of, placing, weights_inside
from csdlib.figures.tables import table
from csdlib.images import image_threads, thumbnail
from csdlib.maps.layout import StyleMap
from csdlib.retrieval.nearest import neighbours
from csdlib.similarity.artists import artist_table
from csdlib.tables import ImageTable

#: Columns that can decide the colour, where the tables have two values or more of them.
COLUMNS = ("artist", "folder", "movement", "medium", "content", "source")
#: Rows are sent as 16-bit numbers; a plane with more points shows nothing anyway.
MOST = 65_535
#: Nearest neighbours that a click shows.
SHOWN = 8
#: Sides of a thumbnail, in pixels, and how many pixels all thumbnails may have together: about 3 MB in the page.
SIDES = (96, 72, 56, 40, 32, 24)
MOST_PIXELS = 12_000_000
#: Pixels below a map in a frame: for its neighbours and its caption.
BELOW = 420
#: In the order in which they build on each other.
SCRIPTS = (
    "elements",
    "csv",
    "describer",
    "nearest",
    "map_data",
    "map_controls",
    "map_search",
    "map_view",
    "map_panels",
    "map_pictures",
    "map_strip",
    "map_selection",
    "map_guests",
    "map_start",
)
#: What stands for a picture that cannot be read.
MISSING = Image.new("RGB", (SIDES[0], SIDES[0]), "#888888")


def map_figure(
    maps: Mapping[str, StyleMap],
    *tables: ImageTable,
    colour: str = "artist",
    highlight: Sequence[str] = (),
    caption: str,
    alt: str,
    height: int = 560,
) -> HTML:
    """Style maps to wander in: a point an image, side by side if there are several, and linked.

    Under the pointer, or reached by the arrow keys, a point shows its picture and labels; a click, or Enter, shows its
    nearest neighbours in descriptor space. Below stands the same as a table.

    Args:
        maps: title (the descriptor's name) -> map; all of the same images.
        tables: the images: all rows of the first table, then those of the next (generated ones, say). Pictures that
            cannot be read are grey, and counted in the caption.
        colour: the column that decides colour and symbol at first; the reader can choose another.
        highlight: values of that column; at first, all other points are dimmed.
        caption: what to see.
        alt: what somebody who cannot see it should know.
        height: of a map, in pixels.

    Raises:
        InputError: maps of other images, a column that no table has, a value to highlight that the column lacks, or
            more than 65,535 images.
    """
    in_book = book.in_book()
    look: dict[str, Any] = {"colour": colour, "highlight": highlight, "alt": alt, "height": height}
    side = thumbnail_side(sum(map(len, tables)))
    body, missing = map_body(maps, tables, **look, side=side, weights="beside" if in_book else "chosen")
    shown = book.framed(body, f"{caption} {missing}".strip(), wide=True).data + in_words(maps, tables)
    # IPython's HTML has no type.
    return HTML(shown if in_book else _in_a_frame(shown, alt, height))  # type: ignore[no-untyped-call]


def map_body(
    maps: Mapping[str, StyleMap],
    tables: Sequence[ImageTable],
    *,
    colour: str,
    highlight: Sequence[str] = (),
    alt: str,
    height: int,
    side: int,
    searched: bool = False,
    weights: Weights = "beside",
) -> tuple[str, str]:
    """Maps as HTML that draws itself once plotly.js is there, and has to stand in a figure.

    Args:
        maps: see ``map_figure``, as for the next five.
        tables: see there.
        colour: see there.
        highlight: see there.
        alt: see there.
        height: see there.
        side: of a thumbnail, in pixels.
        searched: whether the map names each picture's file, and finds pictures by it.
        weights: where the page finds those of the descriptor, to place pictures of the reader's own.

    Returns:
        the HTML, and what is to be said of the pictures that cannot be read: nothing, where there are none.

    Raises:
        InputError: as ``map_figure``.
    """
    frame = _rows(maps, tables, colour, highlight)
    sheet, missing = _sheet(tables, len(frame), side)
    name = computed(maps.values())
    data = {
        "count": len(frame),
        "alt": alt,
        "height": height,
        "colour": colour,
        "highlight": list(highlight),
        "columns": [_column(frame, name) for name in COLUMNS if name == colour or _varies(frame, name)],
        "palette": {"colours": book.COLOURS, "symbols": book.SYMBOLS},
        "panels": [_panel(title, laid_out) | placing(laid_out, name) for title, laid_out in maps.items()],
        "sheet": sheet,
    }
    if searched:
        data["paths"] = frame["path"].tolist()
    if name:
        data["descriptor"] = engine_of(name, weights)
    text = book.script_data(data)
    style, script = book.asset("map.css") + book.asset("describer.css"), book.script(*SCRIPTS)
    inside = weights_inside(name) if name and weights == "inside" else ""
    body = f'<style>{style}</style><div class="csd-map"><script type="application/json">{text}</script>{inside}</div>'
    said = f"Pictures that cannot be read, and are grey: {missing}." if missing else ""
    return f"{body}<script>{script}</script>", said


def thumbnail_side(count: int, sides: Sequence[int] = SIDES, pixels: int = MOST_PIXELS) -> int:
    """The side of a thumbnail, in pixels: the largest of some with which all thumbnails have room, or the smallest.

    Args:
        count: thumbnails.
        sides: to choose from, the largest first.
        pixels: that all of them may have together.

    Example:
        >>> thumbnail_side(400), thumbnail_side(10_000)
        (96, 32)
    """
    return next((side for side in sides if count * side**2 <= pixels), sides[-1])


def _rows(
    maps: Mapping[str, StyleMap], tables: Sequence[ImageTable], colour: str, highlight: Sequence[str]
) -> pd.DataFrame:
    """The rows of all tables, with their artists' names as they are written; refused, where they are not the maps'."""
    frame = pd.concat([_named(table) for table in tables], ignore_index=True)
    if not maps or any(not np.array_equal(each.ids, frame["image_id"].to_numpy(dtype=str)) for each in maps.values()):
        raise InputError("the map was made of other images than the table's")
    known = [name for name in COLUMNS if name in frame]
    if colour not in known:
        raise InputError(f"no map is coloured by {colour!r}: choose one of {', '.join(known)}")
    if unknown := sorted(set(highlight) - set(frame[colour].dropna())):
        raise InputError(f"no image has the {colour} {unknown[0]!r}, which is to be highlighted")
    if len(frame) > MOST:
        raise InputError(f"{len(frame):,} images are more than the {MOST:,} that a map can show: take a sample")
    return frame


def _named(table: ImageTable) -> pd.DataFrame:
    return table.frame.assign(artist=[table.name_of(artist) for artist in table.column("artist")])


def _varies(frame: pd.DataFrame, name: str) -> bool:
    return name in frame and len(pd.unique(frame[name].fillna(""))) > 1


def _column(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    """A column as numbers and what they stand for."""
    codes, values = pd.factorize(frame[name].fillna("").astype(str), sort=True)
    return {"name": name, "values": values.tolist(), "codes": book.encoded(codes, "<u2")}


def _panel(title: str, laid_out: StyleMap) -> dict[str, Any]:
    """A map in 16 bits: places as shares of the longer side, neighbours, and scores as shares of the largest."""
    low = laid_out.coordinates.min(axis=0)
    size = max(float(np.ptp(laid_out.coordinates, axis=0).max()), 1e-9)
    found = neighbours(laid_out.embeddings, laid_out.embeddings, min(SHOWN, len(laid_out.ids) - 1))
    largest = max(float(abs(found.scores).max()), 1e-9)
    return {
        "title": title,
        "places": book.encoded((laid_out.coordinates - low) / size * MOST, "<u2"),
        "low": low.tolist(),
        "size": size,
        "neighbours": book.encoded(found.rows, "<u2"),
        "shown": found.rows.shape[1],
        "scores": book.encoded(found.scores / largest * 32767, "<i2"),
        "largest": largest,
        "score": "cosine" if laid_out.embeddings.metric == "cosine" else "minus squared distance",
    }


def _sheet(tables: Sequence[ImageTable], count: int, side: int) -> tuple[dict[str, Any], int]:
    """All thumbnails in one picture, and how many pictures could not be read."""
    missing: list[int] = []
    sizes: list[tuple[int, int]] = []
    thumbnails = _thumbnails(tables, side, missing, sizes)
    source, columns = book.sprite(thumbnails, count, side, 60 if side >= 40 else 40)
    shape = {"columns": columns, "side": side, "sizes": book.encoded(np.array(sizes), "u1")}
    return {"source": source, "missing": missing} | shape, len(missing)


def _thumbnails(
    tables: Sequence[ImageTable], side: int, missing: list[int], sizes: list[tuple[int, int]]
) -> Iterator[Image.Image]:
    """The thumbnails of all rows in order; ``sizes`` gets theirs, and ``missing`` the rows that cannot be read."""
    rows = ((table, row) for table in tables for row in range(len(table)))
    with image_threads(2) as pool:
        # Mapped in pieces: a pool would otherwise hold every picture of the table until it is taken.
        for start, piece in enumerate(_pieces(rows, 256)):
            for number, image in enumerate(pool.map(partial(_thumbnail, side=side), piece), start * 256):
                if image is None:
                    missing.append(number)
                shown = image or thumbnail(MISSING, side)
                sizes.append(shown.size)
                yield shown


def _pieces(rows: Iterable[tuple[ImageTable, int]], size: int) -> Iterator[list[tuple[ImageTable, int]]]:
    piece: list[tuple[ImageTable, int]] = []
    for row in rows:
        piece.append(row)
        if len(piece) == size:
            yield piece
            piece = []
    yield piece


def _thumbnail(of: tuple[ImageTable, int], side: int) -> Image.Image | None:
    table, row = of
    try:
        return thumbnail(table.open(row), side)
    except InputError:
        return None


def in_words(maps: Mapping[str, StyleMap], tables: Sequence[ImageTable]) -> str:
    """The maps as tables, for those who cannot use them; only the first table's images, which the others came to."""
    shown = ""
    for title, laid_out in maps.items():
        if not (tables[0].frame["artist"] != "").any() or laid_out.embeddings.metric != "cosine":
            continue
        found = laid_out.embeddings.of(tables[0])
        words = artist_table(found, tables[0])
        shown += table(
            words,
            caption=f"{title}: each artist's pictures, nearest artists (cosine of their prototypes), and the share of "
            "the ten nearest pictures that are by the same artist.",
            formats={"same artist": ".2f"},
        ).data
    summary = escape("The map as a table")
    return f'<details class="csd-map-words"><summary>{summary}</summary>{shown}</details>' if shown else ""


def _in_a_frame(shown: str, alt: str, height: int) -> str:
    """A map as a page in a frame, with the plotly.js that a notebook has not: there it lives as in the book."""
    head = f'<meta charset="utf-8"><style>{book.asset("map_page.css")}</style><script>{get_plotlyjs()}</script>'
    page = f'<!doctype html><html lang="en"><head><title>{escape(alt)}</title>{head}</head><body>{shown}</body></html>'
    look = f"width: 100%; height: {height + BELOW}px; border: 0; resize: vertical; overflow: auto"
    frame = f'<iframe class="csd-map-frame" title="{escape(alt)}" style="{look}" srcdoc="{escape(page)}"></iframe>'
    # In a box: of what begins with a frame IPython warns.
    return f"<div>{frame}</div>"
