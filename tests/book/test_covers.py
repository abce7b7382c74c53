"""A chapter's picture on the first page: of its own pictures, else of its first chart, else plain."""

import io

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from book.covers import HEIGHT, WIDTH, cover
from csdlib import figures


@pytest.fixture(autouse=True)
def in_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")


def painted(*bodies: str) -> np.ndarray:
    outputs = [nbformat.v4.new_output("display_data", {"text/html": body}) for body in bodies]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=outputs)])
    image = Image.open(io.BytesIO(cover(notebook))).convert("RGB")
    assert image.size == (WIDTH, HEIGHT)
    return np.asarray(image, dtype=int)


def test_pictures_stand_side_by_side_and_go_before_charts() -> None:
    pictures = [(Image.new("RGB", (60, 90), colour), "p") for colour in ("red", "blue")]
    chart = figures.show(go.Figure(go.Scatter(y=[1, 2])), caption="c", alt="a").data
    found = painted(chart, figures.gallery(pictures, caption="c").data)
    assert found[120, 100, 0] > 200 > 60 > found[120, 100, 2]
    assert found[120, 380, 2] > 200 > 60 > found[120, 380, 0]


def test_a_chart_lends_its_marks() -> None:
    frame = {"x": np.array([0.0, 1.0]), "y": ["first", "second"], "marker": {"color": "#D55E00"}, "mode": "markers"}
    found = painted(figures.show(go.Figure(go.Scatter(frame)), caption="c", alt="a").data)
    orange = np.abs(found - np.array([0xD5, 0x5E, 0x00])).sum(axis=2) < 60
    assert orange[HEIGHT - 24, 24]
    assert orange[24, WIDTH - 24]
    assert orange.sum() < 400


@pytest.mark.parametrize("bodies", [(), ("<p>words</p>",)])
def test_without_either_it_is_plain(bodies: tuple[str, ...]) -> None:
    assert painted(*bodies).std(axis=(0, 1)).max() < 2
