"""The style map as a page of its own: one file that opens in any browser, without a network."""

from collections.abc import Sequence
from html import escape
from pathlib import PurePosixPath
from string import Template
from typing import Any

import pandas as pd
from plotly.offline import get_plotlyjs

from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.figures.map import SIDES, in_words, map_body, thumbnail_side
from csdlib.figures.placing import Weights, computed
from csdlib.figures.provenance import MapRecord
from csdlib.figures.tables import table as words_table
from csdlib.maps.layout import StyleMap
from csdlib.retrieval.nearest import neighbours
from csdlib.tables import ImageTable

#: Sides of a thumbnail, in pixels, and how many pixels all of them may have together. A page of its own may be larger
#: than one of the book, and people look for their own pictures on it.
PAGE_SIDES = (144, *SIDES)
PAGE_PIXELS = 18_000_000
#: Nearest pictures that the table names.
NAMED = 3


def map_page(
    laid_out: StyleMap,
    table: ImageTable,
    record: MapRecord,
    *,
    title: str,
    colour: str = "artist",
    height: int = 600,
    with_descriptor: bool = False,
) -> str:
    """A whole HTML page with one style map, to wander in and to search.

    Everything stands in the page, and it forbids the browser to ask a server for anything. What comes from outside
    (names of files and artists, reasons) stands in it as text.

    Args:
        laid_out: the map.
        table: its images; they get a column ``folder``, by which they can be coloured as well.
        record: how the map was made; stands below it.
        title: of the page.
        colour: the column that decides colour and symbol at first.
        height: of the map on a wide screen, in pixels, at least; more, where the screen has it.
        with_descriptor: whether the page holds the descriptor's weights, about 8 MB, and so places pictures of the
            reader's own without asking for the file; only ``csd-tiny`` and ``csd-art``, which a page can compute.

    Raises:
        InputError: weights of a descriptor that no page computes, a map of other images, an unknown column, or more
            than 65,535 images.
    """
    folders = [PurePosixPath(path).parent.as_posix() for path in table.column("path")]
    foldered = table.with_column("folder", folders)
    maps = {record.descriptor: laid_out}
    alt = (
        f"A style map of {_counted(record)}. Pictures whose style is alike, as {record.descriptor} sees it, lie close."
    )
    side = page_side(record.pictures)
    if with_descriptor and not computed([laid_out]):
        raise InputError(f"a page cannot compute {record.descriptor}, or holds no vectors of so many pictures")
    weights: Weights = "inside" if with_descriptor else "chosen"
    look: dict[str, Any] = {"colour": colour, "alt": alt, "height": height, "side": side}
    body, missing = map_body(maps, [foldered], **look, searched=True, weights=weights)
    caption = (
        f"Each point is one of {_counted(record)}. Pictures that lie close together are alike in style, as "
        f"`{record.descriptor}` sees it; directions and long distances mean nothing. {missing}"
    )
    parts = {
        "title": escape(title),
        "style": book.asset("map_page.css"),
        "plotly": get_plotlyjs(),
        "figure": book.framed(body, caption.strip()).data,
        "artists": in_words(maps, [table]),
        "pictures": _pictures_in_words(laid_out, table),
        "made": _list(_made(record, side)),
    }
    return Template(book.asset("map_page.html")).substitute(parts)


def page_side(count: int) -> int:
    """The side of so many thumbnails on a page of its own, in pixels: smaller than 144 from 869 pictures on.

    Example:
        >>> page_side(868), page_side(869), page_side(10_000)
        (144, 96, 40)
    """
    return thumbnail_side(count, PAGE_SIDES, PAGE_PIXELS)


def reduced(count: int) -> int:
    """How many of so many thumbnails are smaller than they could be, to keep the page small: all of them, or none.

    Example:
        >>> reduced(868), reduced(10_000)
        (0, 10000)
    """
    return count if page_side(count) < PAGE_SIDES[0] else 0


def _counted(record: MapRecord) -> str:
    artists = f" by {record.artists:,} artist{'s' * (record.artists > 1)}" if record.artists else ""
    return f"{record.pictures:,} pictures{artists}"


def _made(record: MapRecord, side: int) -> list[tuple[str, Sequence[str]]]:
    """What the page says of its making: a name, and one text or several."""
    thumbnails = f"{side} pixels wide or high"
    if few := reduced(record.pictures):
        thumbnails += f"; all {few:,} are reduced from {PAGE_SIDES[0]}, to keep the page small"
    return [
        ("Pictures", [_counted(record)]),
        ("Left out", [f"{count:,}: {reason}" for reason, count in record.left_out.items()] or ["nothing"]),
        ("Pictures that cannot be read", [f"{len(record.skipped):,}", *record.skipped.values()]),
        ("Descriptor", [f"{record.descriptor}, fingerprint {record.fingerprint[:12]}"]),
        ("What it sees of a picture", [record.preprocessing]),
        ("Layout", [record.layout]),
        ("Trust", _trust(record)),
        ("Thumbnails", [thumbnails]),
        ("Made by", [f"csdlib {record.version}"]),
    ]


def _trust(record: MapRecord) -> list[str]:
    return [
        f"Of each picture's {record.k} nearest in descriptor space, {record.kept:.0%} on average are among its "
        f"{record.k} nearest on the map; were the pictures thrown on it at random, {record.chance:.1%} would be. All "
        "pictures are counted, so the number has no interval.",
        f"Trustworthiness {record.trustworthiness:.2f}, continuity {record.continuity:.2f} (1 is best). A click shows "
        "the true neighbours, whatever the map does.",
    ]


def _list(made: Sequence[tuple[str, Sequence[str]]]) -> str:
    return "".join(
        f"<dt>{escape(name)}</dt>" + "".join(f"<dd>{escape(text)}</dd>" for text in texts) for name, texts in made
    )


def _pictures_in_words(laid_out: StyleMap, table: ImageTable) -> str:
    """Every picture with its nearest ones, as a table."""
    found = neighbours(laid_out.embeddings, laid_out.embeddings, min(NAMED, len(table) - 1))
    paths = table.column("path")
    nearest = [
        ", ".join(f"{paths[row]} ({score:.2f})" for row, score in zip(rows, scores, strict=True))
        for rows, scores in zip(found.rows, found.scores, strict=True)
    ]
    artists = [table.name_of(artist) for artist in table.column("artist")]
    words = pd.DataFrame({"picture": paths, "artist": artists, "nearest pictures": nearest})
    score = "cosine" if laid_out.embeddings.metric == "cosine" else "minus squared distance"
    caption = f"Each picture, and the nearest in descriptor space ({score})."
    shown: str = words_table(words, caption=caption).data
    return f'<details class="csd-map-words"><summary>All pictures as a table</summary>{shown}</details>'
