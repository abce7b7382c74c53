"""A picture for each chapter on the first page: of its own pictures, or where it has none, of its first chart."""

import base64
import io
import json
import re
from typing import Any

import numpy as np
from nbformat import NotebookNode
from PIL import Image, ImageDraw

from book.notebooks import outputs

#: A cover's width and height in pixels, and how many pictures stand in a row and in a column.
WIDTH, HEIGHT, COLUMNS, ROWS = 480, 240, 4, 2

_PICTURE = re.compile(r'<img src="data:image/webp;base64,([^"]+)"')
_CHART = re.compile(r"Plotly\.newPlot\(\s*\"[\w-]+\",\s*")


def cover(notebook: NotebookNode | None) -> bytes:
    """The cover of an executed chapter as WebP; plain grey where it has neither picture nor chart, or has not run."""
    texts = [] if notebook is None else list(_html(notebook))
    image = Image.new("RGB", (WIDTH, HEIGHT), "#8a8f98")
    for paint in (_gallery, _chart):
        if any(paint(image, text) for text in texts):
            break
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=70)
    return buffer.getvalue()


def _html(notebook: NotebookNode) -> list[str]:
    return [text for output in outputs(notebook) if (text := output.get("data", {}).get("text/html", ""))]


def _gallery(image: Image.Image, text: str) -> bool:
    """Paints the first pictures of a gallery side by side, as many as fill the cover."""
    found = _PICTURE.findall(text)[: COLUMNS * ROWS]
    rows = ROWS if len(found) >= COLUMNS * ROWS else 1
    columns = min(len(found), COLUMNS)
    if columns < 2:
        return False
    for number, encoded in enumerate(found[: rows * columns]):
        picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
        left, top = (number % columns) * WIDTH // columns, (number // columns) * HEIGHT // rows
        image.paste(_filled(picture, WIDTH // columns, HEIGHT // rows), (left, top))
    return True


def _filled(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The middle of a picture in another shape."""
    scale = max(width / picture.width, height / picture.height)
    larger = picture.resize((round(picture.width * scale) + 1, round(picture.height * scale) + 1))
    left, top = (larger.width - width) // 2, (larger.height - height) // 2
    return larger.crop((left, top, left + width, top + height))


def _chart(image: Image.Image, text: str) -> bool:
    """Paints the marks of a chart, without its words: a chart that small has no room for them."""
    if not (start := _CHART.search(text)):
        return False
    traces, end = json.JSONDecoder().raw_decode(text[start.end() :])
    layout, _ = json.JSONDecoder().raw_decode(text[start.end() + end :].lstrip(" ,\n"))
    marks = [(*_places(trace), trace) for trace in traces if trace.get("type") in ("scatter", "bar")]
    marks = [each for each in marks if len(each[0]) and len(each[0]) == len(each[1])]
    if not marks:
        return False
    x, y = (np.concatenate([each[axis] for each in marks]) for axis in (0, 1))
    if layout.get("yaxis", {}).get("range", [0, 1])[0] > layout.get("yaxis", {}).get("range", [0, 1])[1]:
        marks, y = [(each[0], -each[1], each[2]) for each in marks], -y
    image.paste("#f4f5f7", (0, 0, WIDTH, HEIGHT))
    pen = ImageDraw.Draw(image)
    for across, up, trace in marks:
        colour = trace.get("marker", {}).get("color") or trace.get("line", {}).get("color")
        colour = colour if isinstance(colour, str) and colour.startswith("#") else "#0072B2"
        for place in zip(_scaled(across, x, 24, WIDTH - 24), _scaled(up, y, HEIGHT - 24, 24), strict=True):
            pen.circle(place, 5, fill=colour)
    return True


def _places(trace: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    x, y = (_numbers(trace.get(axis)) for axis in ("x", "y"))
    keep = np.isfinite(x) & np.isfinite(y) if len(x) == len(y) else slice(0)
    return x[keep], y[keep]


def _numbers(values: Any) -> np.ndarray:
    """A column of a trace: a list, plotly's binary form, or names, which count up."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), np.dtype(values["dtype"])).astype(float)
    if values is None:
        return np.empty(0)
    try:
        return np.array(values, dtype=float)
    except (TypeError, ValueError):
        return np.arange(len(values), dtype=float)


def _scaled(values: np.ndarray, of: np.ndarray, first: float, last: float) -> np.ndarray:
    return first + (last - first) * (values - of.min()) / max(float(np.ptp(of)), 1e-9)
