"""The figure that shows maps: what stands in it, and that nothing of it is markup."""

import base64
import json

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from csdlib import figures
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.figures.map import map_figure
from csdlib.maps.layout import StyleMap, style_map
from csdlib.tables import ImageTable

EVIL = "</script><script>alert(1)</script>"


@pytest.fixture
def in_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")


@pytest.fixture(scope="module")
def striped_map(striped_table: ImageTable) -> StyleMap:
    return style_map(embed(striped_table, load("colour"), progress=False), n_neighbors=8)


def data_of(shown: object) -> dict[str, object]:
    page = BeautifulSoup(shown.data, "html.parser")  # type: ignore[attr-defined]
    return json.loads(page.find("script", type="application/json").string)  # type: ignore[union-attr, arg-type]


def numbers(text: object, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(str(text)), dtype)


@pytest.mark.usefixtures("in_the_book")
def test_the_figure_holds_places_labels_and_true_neighbours(striped_map: StyleMap, striped_table: ImageTable) -> None:
    data = data_of(map_figure({"colour": striped_map}, striped_table, caption="c", alt="a"))
    (panel,) = data["panels"]  # type: ignore[misc]
    places = numbers(panel["places"], "<u2").reshape(-1, 2).astype(float)
    moved = striped_map.coordinates - striped_map.coordinates.min(axis=0)
    np.testing.assert_allclose(places / 65535, moved / moved.max(), atol=1e-4)
    similarity = striped_map.embeddings.vectors @ striped_map.embeddings.vectors.T
    np.fill_diagonal(similarity, -1)
    shown = numbers(panel["neighbours"], "<u2").reshape(40, 8)
    scores = numbers(panel["scores"], "<i2").reshape(40, 8) / 32767 * panel["largest"]
    np.testing.assert_allclose(scores, -np.sort(-similarity, axis=1)[:, :8], atol=1e-3)
    np.testing.assert_allclose(np.take_along_axis(similarity, shown.astype(int), axis=1), scores, atol=1e-3)
    columns = {each["name"]: each for each in data["columns"]}  # type: ignore[attr-defined]
    assert set(columns) == {"artist", "movement", "content"}
    artist = columns["artist"]
    found = [artist["values"][code] for code in numbers(artist["codes"], "<u2")]
    assert found == [name.replace("artist-", "Artist ") for name in striped_table.frame["artist"]]


@pytest.mark.usefixtures("in_the_book")
def test_names_with_markup_or_of_any_length_stay_text(striped_map: StyleMap, striped_table: ImageTable) -> None:
    names = {"artist-0": EVIL, "artist-1": "N" * 200, "artist-2": "\"double\" and 'single'", "artist-3": "ä\u2028&amp;"}
    table = ImageTable(striped_table.frame.replace({"artist": names}), striped_table.root)
    shown = map_figure({"<b>colour</b>": striped_map}, table, caption=EVIL, alt='a "map"')
    assert EVIL not in shown.data
    assert "<b>" not in shown.data
    columns = {each["name"]: each for each in data_of(shown)["columns"]}  # type: ignore[attr-defined]
    assert set(columns["artist"]["values"]) == set(names.values())
    words = BeautifulSoup(shown.data, "html.parser").select_one("details table").text  # type: ignore[union-attr]
    assert all(name in words for name in names.values())


@pytest.mark.usefixtures("in_the_book")
def test_a_missing_thumbnail_is_grey_and_counted(striped_table: ImageTable, striped_map: StyleMap) -> None:
    frame = striped_table.frame.copy()
    frame.loc[3, "path"] = "nowhere.png"
    shown = map_figure({"colour": striped_map}, ImageTable(frame, striped_table.root), caption="c.", alt="a")
    assert data_of(shown)["sheet"]["missing"] == [3]  # type: ignore[index]
    assert "Pictures that cannot be read, and are grey: 1." in shown.data


@pytest.mark.usefixtures("in_the_book")
def test_one_artist_two_tables_and_linked_maps(striped_table: ImageTable, striped_map: StyleMap) -> None:
    alone = striped_table.where(artist="artist-0")
    one = style_map(striped_map.embeddings.of(alone), n_neighbors=4)
    assert [each["name"] for each in data_of(map_figure({"a": one}, alone, caption="c", alt="a"))["columns"]] == [  # type: ignore[attr-defined]
        "artist",
        "content",
    ]
    guests = striped_table.where(artist="artist-1")
    guests = guests.with_column("source", "generated")
    both = one.extended(striped_map.embeddings.of(guests))
    data = data_of(map_figure({"a": both, "b": both}, alone, guests, colour="source", caption="c", alt="a"))
    assert data["count"] == 20
    assert [panel["title"] for panel in data["panels"]] == ["a", "b"]  # type: ignore[attr-defined]


def test_wrong_figures_are_refused(striped_table: ImageTable, striped_map: StyleMap) -> None:
    with pytest.raises(InputError, match="other images"):
        map_figure({"a": striped_map}, striped_table.where(artist="artist-0"), caption="c", alt="a")
    with pytest.raises(InputError, match="no map is coloured by 'size'"):
        map_figure({"a": striped_map}, striped_table, colour="size", caption="c", alt="a")
    with pytest.raises(InputError, match="no image has the content 'dog', which is to be highlighted"):
        map_figure({"a": striped_map}, striped_table, colour="content", highlight=["tall", "dog"], caption="c", alt="a")


def test_outside_the_book_the_map_lives_in_a_frame_that_needs_no_page_around_it(
    striped_table: ImageTable, striped_map: StyleMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CSDLIB_BOOK", raising=False)
    shown = map_figure({"a": striped_map}, striped_table, caption="<b>", alt='"><script>').data
    outside = BeautifulSoup(shown, "html.parser")
    assert [element.name for element in outside.find_all()] == ["div", "iframe"]
    assert outside.iframe["title"] == '"><script>'
    page = BeautifulSoup(outside.iframe["srcdoc"], "html.parser")
    assert page.select_one(".csd-map > script[type='application/json']")
    assert "plotly.js" in page.head.script.text
    assert page.figcaption.text == "<b>"
    assert len(page.select(".csd-map-words tbody tr")) == 4


def test_many_thumbnails_fit_a_picture() -> None:
    source, columns = figures.sprite((Image.new("RGB", (4, 4)) for _ in range(7)), 7, 4)
    assert columns == 3
    assert source.startswith("data:image/webp")


def test_a_large_map_is_refused(
    monkeypatch: pytest.MonkeyPatch, striped_map: StyleMap, striped_table: ImageTable
) -> None:
    monkeypatch.setattr("csdlib.figures.map.MOST", 39)
    with pytest.raises(InputError, match="take a sample"):
        map_figure({"a": striped_map}, striped_table, caption="c", alt="a")
