"""The frame of the book's figures, for plotly charts and for pictures: a caption, alt text, and the book's look.

Inside the book (the driver sets ``CSDLIB_BOOK=1``) a chart is HTML that uses the one plotly.js of the site; elsewhere,
in JupyterLab say, plotly shows it its own way.
"""

import base64
import io
import json
import os
import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from IPython.display import HTML, display
from PIL import Image

from csdlib.errors import InputError
from csdlib.figures.markup import table_markup
from csdlib.figures.numbers import folded, in_numbers
from csdlib.images import thumbnail
from csdlib.tables import ImageTable

#: Okabe and Ito's colours: eight that colour-blind readers can tell apart, dark enough for both backgrounds.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#888888"]
#: Marks of charts in the order of the colours, for readers to whom colours say nothing.
SYMBOLS = ["circle", "square", "diamond", "cross", "x", "triangle-up", "star", "hexagon"]

#: Columns that hold artists.
NAMED = ("artist", "true_artist")

_numbers = count(1)


def show(
    figure: go.Figure,
    *,
    caption: str,
    alt: str,
    height: int | None = None,
    script: str = "",
    numbers: pd.DataFrame | None = None,
) -> HTML:
    """A plotly chart as a figure of the book, and below it, behind a fold, the same in numbers.

    Args:
        figure: the chart; its layout gets the book's theme.
        caption: what to see in it; shown below.
        alt: what somebody who cannot see it should know: kind of chart, axes, and the finding.
        height: in pixels; by default the chart's own, or 420.
        script: JavaScript that runs when the chart is drawn, in the book only; ``{plot_id}`` stands for its element.
        numbers: what stands behind the fold, where the chart's own data do not say it: of a tree, say.

    Returns:
        HTML to be the last value of a cell.
    """
    height = height or figure.layout.height or 420
    words = in_numbers(figure) if numbers is None else folded(table_markup(numbers))
    figure.update_layout(**_theme(height))
    if not in_book():
        display(figure)  # type: ignore[no-untyped-call]
        return framed(words, caption)
    if (figure.layout.meta or {}).get("rows"):
        script += asset("labels_above.js")
    script += asset("narrow.js")
    chart = figure.to_html(
        include_plotlyjs=False,
        full_html=False,
        default_height=f"{height}px",
        div_id=f"csd-chart-{next(_numbers)}",
        # No bar: it hides the legend under a finger, and a chart that drags catches the page on its way down.
        config={"responsive": True, "displayModeBar": False},
        post_script=script,
    )
    return framed(f'<div role="img" aria-label="{escape(alt)}">{chart}</div>{words}', caption)


def gallery(pictures: Sequence[tuple[Image.Image, str]], *, caption: str, side: int = 144, columns: int = 6) -> HTML:
    """Pictures in a grid that adapts to the page's width.

    Args:
        pictures: (RGB image, label); the label is the text below the picture and its alt text.
        caption: what to see.
        side: longest side of a picture as stored, in pixels.
        columns: pictures in a row on a wide page.

    Raises:
        InputError: there are no pictures.
    """
    if not pictures:
        raise InputError("a gallery needs at least one picture")
    cells = "".join(_picture(image, label, side) for image, label in pictures)
    # A phone has room for four: a row that ends there where it ends on a wide page can still be read as one.
    narrow = next((f"; --narrow: {few}" for few in (4, 3) if columns % few == 0), "")
    return framed(f'<div class="csd-gallery" style="--columns: {columns}{narrow}">{cells}</div>', caption)


def pictures(
    table: ImageTable, rows: Iterable[int], columns: Sequence[str] = ("artist", "content")
) -> list[tuple[Image.Image, str]]:
    """Pictures of a table with their labels, for ``gallery``.

    Args:
        table: the images.
        rows: which rows, in order.
        columns: what the label says; null values are left out.
    """
    return [(table.open(int(row)), label(table, int(row), columns)) for row in rows]


def label(table: ImageTable, row: int, columns: Sequence[str] = ("artist", "content")) -> str:
    """The values of some columns of a row, joined by commas; artists by name, null values are left out."""
    values = {column: table.frame[column].iloc[row] for column in columns}
    texts = {column: value for column, value in values.items() if isinstance(value, str) and value}
    return ", ".join(table.name_of(text) if column in NAMED else text for column, text in texts.items())


def neighbour_rows(
    rows: Sequence[tuple[tuple[Image.Image, str], Sequence[tuple[Image.Image, str, bool]]]],
    *,
    caption: str,
    side: int = 112,
) -> HTML:
    """Queries with their nearest neighbours: one row a query, best neighbour first.

    Args:
        rows: ((query image, label), [(neighbour image, label, right), ...]). Right and wrong neighbours differ by the
            border, and by a sign before the label.
        caption: what to see.
        side: longest side of a picture as stored, in pixels.
    """
    lines = []
    for (image, label), found in rows:
        cells = _picture(image, f"query: {label}", side, "csd-query")
        for neighbour, text, right in found:
            sign, kind = ("✓", "csd-right") if right else ("✗", "csd-wrong")
            cells += _picture(neighbour, f"{sign} {text}", side, kind)
        lines.append(f'<div class="csd-neighbours">{cells}</div>')
    return framed("".join(lines), caption)


def asset(name: str) -> str:
    """The text of a script of the figures."""
    return (Path(__file__).parent / "assets" / name).read_text(encoding="utf-8")


def script(*names: str) -> str:
    """Some scripts of the figures as one, in a scope of its own, for a page."""
    parts = [asset(f"{name}.js") for name in names]
    return '(function () {\n"use strict";\n' + "".join(parts) + "})();\n"


def script_data(data: object) -> str:
    r"""Data as JSON that may stand inside a script: there "</script>" would end it, whatever the JSON around it says.

    Example:
        >>> script_data({"name": "</script>"})
        '{"name": "\\u003c/script>"}'
    """
    return json.dumps(data).replace("<", "\\u003c")


def data_uri(image: Image.Image, quality: int = 82) -> str:
    """An RGB image as a ``data:`` address (WebP), to stand inside a page."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def sprite(images: Iterable[Image.Image], count: int, side: int = 48, quality: int = 60) -> tuple[str, int]:
    """Thumbnails in one picture, row by row, for figures with many points.

    Args:
        images: RGB, one after the other; each is fitted into a square of ``side`` pixels.
        count: how many there are.
        side: of a thumbnail.
        quality: of the WebP, up to 100.

    Returns:
        the picture as a ``data:`` address, and how many thumbnails stand in a row.
    """
    columns = int(np.ceil(np.sqrt(count)))
    rows = int(np.ceil(count / columns))
    sheet = Image.new("RGB", (columns * side, rows * side), "white")
    for number, image in enumerate(images):
        small = thumbnail(image, side)
        offset = ((side - small.width) // 2, (side - small.height) // 2)
        sheet.paste(small, (number % columns * side + offset[0], number // columns * side + offset[1]))
    return data_uri(sheet, quality), columns


def encoded(numbers: np.ndarray, dtype: str) -> str:
    """Numbers of any shape, rounded to whole ones of a type, as base64: how a script finds them in the page.

    Args:
        numbers: that fit into the type.
        dtype: as numpy writes it, with the order of bytes that browsers have: ``"<u2"``, say.

    Example:
        >>> encoded(np.array([1.0, 255.6]), "<u2")
        'AQAAAQ=='
    """
    return base64.b64encode(np.rint(numbers).astype(dtype).tobytes()).decode()


def framed(body: str, caption: str, *, wide: bool = False) -> HTML:
    """HTML as a figure of the book, with its caption, escaped; what stands between backticks is set as code.

    Args:
        body: of the figure.
        caption: what to see.
        wide: whether it takes the room of the page's list of sections, too, which the theme hides meanwhile.
    """
    words = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(caption))
    kind = "csd-figure full-width" if wide else "csd-figure"
    style = "" if in_book() else f"<style>{asset('notebook.css')}</style>"
    figure = f'{style}<figure class="{kind}">{body}<figcaption>{words}</figcaption></figure>'
    return HTML(figure)  # type: ignore[no-untyped-call]


def in_book() -> bool:
    """Whether what is drawn stands in a page of the book; else it stands in a notebook."""
    return os.environ.get("CSDLIB_BOOK") == "1"


def _picture(image: Image.Image, label: str, side: int, kind: str = "") -> str:
    text = escape(label)
    source = data_uri(thumbnail(image, side))
    return f'<div class="csd-picture {kind}"><img src="{source}" alt="{text}" loading="lazy"><span>{text}</span></div>'


def _theme(height: int) -> dict[str, Any]:
    """Transparent ground and middle greys: readable on white and on black."""
    grid = {"gridcolor": "rgba(128,128,128,0.25)", "zerolinecolor": "rgba(128,128,128,0.5)", "automargin": True}
    return {
        "template": "none",
        "dragmode": False,
        "height": height,
        "colorway": COLOURS,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 14, "color": "#666666"},
        "margin": {"l": 60, "r": 20, "t": 30, "b": 60},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
        "xaxis": grid,
        "yaxis": grid,
    }
