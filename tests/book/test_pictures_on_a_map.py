"""A map that shows pictures, lists a selection, and places a reader's own: in a browser, beside Python."""

import base64
import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from plotly.offline import get_plotlyjs

from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded, Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.figures import book
from csdlib.figures.engine import ADDRESSES
from csdlib.figures.map import map_figure
from csdlib.files import data_path
from csdlib.images import open_image
from csdlib.maps.layout import MapSettings, StyleMap, style_map
from csdlib.retrieval.nearest import neighbours
from csdlib.tables import ImageTable
from tests.book.conftest import ROOT
from tests.book.tabs import Tab
from tests.serving import served

pytestmark = pytest.mark.browser

COUNT = 60
FORMULA = '=HYPERLINK("http://x","y")'
PAGE = """<!doctype html><html data-theme="light"><head><meta charset="utf-8"><title>A map</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="csd.css"><script src="plotly.min.js"></script></head>
<body class="bd-article">{figures}</body></html>"""
# What the canvas of a map shows at some points of the screen, four numbers each.
SHOWN = """([map, points]) => {
  const canvas = document.querySelectorAll(".csd-map-pictures")[map];
  if (canvas.hidden) return points.map(() => [0, 0, 0, 0]);
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  const at = (x, y) => canvas.getContext("2d").getImageData(Math.round(scale * x), Math.round(scale * y), 1, 1).data;
  return points.map(([x, y]) => [...at(x - box.left, y - box.top)]);
}"""
# Where a map's points lie on the screen, as plotly has drawn them.
POINTS = """(map) => {
  const chart = document.querySelectorAll(".js-plotly-plot")[map];
  const box = chart.getBoundingClientRect();
  const { xaxis, yaxis, _size } = chart._fullLayout;
  return Array.from(chart.data[0].x, (x, at) =>
    [box.left + _size.l + xaxis.d2p(x), box.top + _size.t + yaxis.d2p(chart.data[0].y[at])]);
}"""


def waves(seed: int, colour: tuple[int, int, int] | None = None) -> Image.Image:
    """A wide or a tall picture: waves and noise around a colour of its own, too weak to make it another's."""
    random = np.random.default_rng(seed)
    width, height = (60, 40) if seed % 2 else (40, 60)
    y, x = np.mgrid[:height, :width]
    ground = np.array(colour or [50 + 46 * (seed // 4**place % 4) for place in range(3)])
    wave = 10 * np.sin(x / random.uniform(1, 9) + y / random.uniform(1, 9))[..., None]
    noise = random.normal(0, random.uniform(0, 12), (height, width, 3))
    return Image.fromarray(np.clip(ground + wave + noise, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> ImageTable:
    root = tmp_path_factory.mktemp("pictures")
    names = ["Ann", "Bob", FORMULA, "<b>Dan</b>"]
    rows = []
    for number in range(COUNT):
        waves(number).save(root / f"{number}.png")
        artist = names[number % 4]
        row = {"image_id": str(number), "path": f"{number}.png", "split": "database", "artist": artist}
        rows.append(row | {"styles": [artist], "source": "painting", "content": f"subject {number}"})
    return ImageTable(pd.DataFrame(rows), root)


@pytest.fixture(scope="module")
def embedded(table: ImageTable) -> Embedded:
    return embed(table, load("csd-tiny"), progress=False)


@pytest.fixture(scope="module")
def maps(embedded: Embedded) -> dict[str, StyleMap]:
    """Two crowds and a lonely picture; and a map by PCA, on which the last ten were placed afterwards."""
    random = np.random.default_rng(0)
    places = random.normal(0, 1, (COUNT, 2)) + 8 * (np.arange(COUNT) % 2)[:, None]
    places[7] = (-6, 11)
    crowds = StyleMap(embedded.take(slice(None)), places.astype(np.float32), MapSettings())
    known = style_map(embedded.take(slice(COUNT - 10)), method="pca")
    return {"crowds": crowds, "plane": known.extended(embedded.take(slice(COUNT - 10, COUNT)))}


@pytest.fixture(scope="module")
def address(table: ImageTable, maps: dict[str, StyleMap], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("map")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSDLIB_BOOK", "1")
        figures = [map_figure({name: each}, table, caption="c", alt="a").data for name, each in maps.items()]
    (root / "map.html").write_text(PAGE.format(figures="".join(figures)))
    (root / "plotly.min.js").write_text(get_plotlyjs())
    shutil.copy(ROOT / "book" / "_static" / "csd.css", root)
    weights = root / ADDRESSES["csd-tiny"]
    weights.parent.mkdir(parents=True)
    shutil.copy(data_path("models/csd-tiny/model.safetensors"), weights)
    with served(root) as address:
        yield f"{address}map.html"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, loaded anew; what went wrong while the test used it fails the test."""
    tab = Tab.new(browser)
    tab.open(address)
    tab.page.evaluate("window.scrollTo(0, 0)")
    yield tab.page
    assert tab.errors == []
    tab.page.close()


def status(page: Page, number: int = 0) -> str:
    return page.locator(".csd-map-status").nth(number).inner_text()


def show(page: Page, what: str) -> None:
    page.locator(".csd-map-show").first.select_option(what)


def in_view(page: Page) -> tuple[np.ndarray, np.ndarray]:
    """The places of the first map's points on the screen, and which of them are well inside its plot."""
    points = np.array(page.evaluate(POINTS, 0))
    box = page.locator(".csd-map-plot").first.bounding_box()
    assert box
    corner, size = np.array([box["x"], box["y"]]), np.array([box["width"], box["height"]])
    return points, ((points > corner + 5) & (points < corner + size - 5)).all(axis=1)


def drawn(page: Page, points: np.ndarray) -> np.ndarray:
    return np.array(page.evaluate(SHOWN, [0, points.tolist()]))


def test_dots_are_dots_and_near_pictures_are_the_right_ones(page: Page, table: ImageTable) -> None:
    page.locator(".csd-map-plot").first.focus()
    for key, times in (("-", 6), ("+", 10)):
        for _ in range(times):
            page.keyboard.press(key)
            page.wait_for_timeout(100)
        points, seen = in_view(page)
        if key == "-":
            assert not drawn(page, points[seen]).any(), "from far, there is room for too few of them"
    shown = drawn(page, points)
    # A place that stands alone shows its own picture, or a dot; others may lie below a neighbour's.
    apart = np.linalg.norm(points[:, None] - points, axis=2) + 1000 * np.eye(COUNT)
    found = [row for row in np.flatnonzero(seen) if apart[row].min() > 90 and shown[row, 3] == 255]
    assert len(found) >= 3
    # The middle of what is drawn has the colour of that picture: no other is as near.
    colours = np.array([np.asarray(open_image(table.root / f"{row}.png")).mean(axis=(0, 1)) for row in range(COUNT)])
    around = [(x, y) for x in range(-6, 7, 2) for y in range(-6, 7, 2)]
    for row in found:
        middle = drawn(page, points[row] + np.array(around))[:, :3].mean(axis=0)
        assert np.argmin(abs(colours - middle).sum(axis=1)) == row, (row, middle)
    show(page, "dots")
    assert not drawn(page, points[seen]).any()


def test_a_pointer_means_the_picture_that_it_is_on(page: Page) -> None:
    show(page, "pictures")
    points, seen = in_view(page)
    row = next(row for row in np.flatnonzero(seen) if drawn(page, points[[row]] + [0, 15])[0, 3] == 255)
    x, y = points[row] + [2, 15]  # off its place, where a dot's reach ends
    page.mouse.move(x - 1, y)
    page.mouse.move(x, y, steps=2)
    assert page.locator(".csd-map-card", has_text=f"subject {row}").is_visible()
    page.mouse.click(x, y)
    assert page.locator(".csd-map-strip button").first.inner_text().strip().endswith(f"subject {row}")


def test_pictures_do_not_cover_each_other_and_leave_no_room_unused(browser: Browser) -> None:
    """The rank by which pictures are thinned, by brute force."""
    places = np.random.default_rng(1).random((400, 2)).astype(np.float32) ** 2
    places[399] = places[398]
    page = browser.new_page()
    room = page.evaluate(
        "([x, y]) => {"
        "const data = {}, count = x.length, isLit = (row) => row % 10 !== 0;"
        f"{book.asset('map_pictures.js')}"
        "const panel = { x, y }; measureRoom(panel); return [...panel.room, panel.near]; }",
        [places[:, 0].tolist(), places[:, 1].tolist()],
    )
    page.close()
    room, near = np.array(room[:-1]), room[-1]
    apart = abs(places[:, None] - places[None]).max(axis=2)
    np.fill_diagonal(apart, np.inf)
    lit = np.arange(400) % 10 != 0
    assert not room[~lit].any()
    assert (room == 0).sum() == 41, "of two at one place, one is never shown"
    # Whoever is shown at a distance keeps it from all others that are shown at it.
    assert (apart >= np.minimum(room[:, None], room[None]) - 1e-6).all()
    # And whoever is not has another near that is: nobody is left out without need.
    for distance in 0.5 ** np.arange(0, 8, 0.5):
        shown = room >= distance * 0.999
        hidden = lit & ~shown
        assert (apart[hidden][:, shown].min(axis=1) < distance).all()
    assert 0.1 <= (room >= near).sum() / lit.sum() < 0.25


def inside(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Which points lie in a polygon: a ray to the right crosses its border an odd number of times."""
    found = np.zeros(len(points), dtype=bool)
    for (x, y), (right, up) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        crosses = (y > points[:, 1]) != (up > points[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            found ^= crosses & (points[:, 0] < (right - x) * (points[:, 1] - y) / (up - y) + x)
    return found


def clear_line(points: np.ndarray) -> np.ndarray:
    """A bent line round some of the even rows; of several, the one that passes all points at the greatest distance."""
    middle, turns = np.median(points[::2], axis=0), np.linspace(0, 2 * np.pi, 24, endpoint=False)
    shape = np.stack([np.cos(turns), (0.6 + 0.3 * np.cos(3 * turns)) * np.sin(turns)], axis=1)
    lines = [middle + reach * shape for reach in np.linspace(40, 110, 60)]
    shares = np.linspace(0, 1, 50)[:, None, None]
    clear = []
    for line in lines:
        border = (line + shares * (np.roll(line, -1, axis=0) - line)).reshape(-1, 2)
        clear.append(np.linalg.norm(points[:, None] - border, axis=2).min())
    return lines[int(np.argmax(clear))]


def listed(page: Page) -> list[list[str]]:
    rows: list[list[str]] = page.locator(".csd-map-counts tbody tr").evaluate_all(
        "all => all.map(row => [...row.children].map(cell => cell.textContent))"
    )
    return rows


def expected(table: ImageTable, rows: np.ndarray) -> dict[str, list[str]]:
    artists = [table.name_of(artist) for artist in table.column("artist")]
    all_, some = Counter(artists), Counter(artists[row] for row in rows)
    parts = {name: (number, number / len(rows), all_[name], number / all_[name]) for name, number in some.items()}
    return {name: [str(n), f"{100 * a:.1f} %", str(of), f"{100 * b:.1f} %"] for name, (n, a, of, b) in parts.items()}


def test_a_line_round_pictures_lists_exactly_those_inside(page: Page, table: ImageTable) -> None:
    points, _ = in_view(page)
    page.get_by_role("button", name="draw a line").first.click()
    line = clear_line(points)
    page.mouse.move(*line[0])
    page.mouse.down()
    for x, y in line[1:]:
        page.mouse.move(x, y)
    page.mouse.up()
    page.locator(".csd-map-counts").first.wait_for()
    rows = np.flatnonzero(inside(points, line))
    assert 5 < len(rows) < 30
    found = listed(page)
    assert {name: cells for name, *cells in found} == expected(table, rows)
    assert status(page).startswith(f"{len(rows)} of 60 pictures ({100 * len(rows) / 60:.1f} % of the map, by ")
    # What is listed is lit, and plotly's own marks are gone.
    lit = page.evaluate("document.querySelector('.js-plotly-plot').data[0].marker.opacity")
    assert [row for row, each in enumerate(lit) if each == 1] == rows.tolist()
    kept = page.evaluate("(document.querySelector('.js-plotly-plot').layout.selections || []).length")
    assert kept == 0
    pictures = downloaded(page, "pictures as csv")
    assert [int(row["picture"]) - 1 for row in pictures] == rows.tolist()
    assert [row["content"] for row in pictures] == [f"subject {row}" for row in rows]
    # And a click on the button lights all again.
    page.get_by_role("button", name="light all again").click()
    assert page.locator(".csd-map-counts").count() == 0


def downloaded(page: Page, button: str) -> list[dict[str, str]]:
    with page.expect_download() as arriving:
        page.get_by_role("button", name=button).first.click()
    text = Path(arriving.value.path()).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_by_keys_what_is_in_view_is_selected_and_kept_without_formulas(page: Page, table: ImageTable) -> None:
    page.locator(".csd-map-plot").first.focus()
    for _ in range(3):
        page.keyboard.press("+")
        page.wait_for_timeout(200)
    # Tab leads on, through the buttons of the bar, to those below the map.
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "select what is in view":
            break
    page.keyboard.press("Enter")
    points, _ = in_view(page)
    box = page.locator(".js-plotly-plot").first.bounding_box()
    assert box
    corner, size = np.array([box["x"], box["y"]]), np.array([box["width"], box["height"]])
    rows = np.flatnonzero(((points >= corner) & (points <= corner + size)).all(axis=1))
    assert 3 < len(rows) < COUNT
    assert {name: cells for name, *cells in listed(page)} == expected(table, rows)
    assert page.locator(".csd-map-counts b").count() == 0
    artists = {row["artist"]: row for row in downloaded(page, "artists as csv")}
    assert f"'{FORMULA}" in artists
    assert FORMULA not in artists
    assert {name.lstrip("'"): row["selected"] for name, row in artists.items()} == {
        name: cells[0] for name, cells in expected(table, rows).items()
    }
    # A search, or a name, takes its place.
    page.locator(".csd-map-legend button").first.click()
    assert page.locator(".csd-map-counts").count() == 0


def saved(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def python_places(image: Image.Image, laid_out: StyleMap) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Neighbours, their cosines and the place of a new picture, as Python finds them."""
    descriptor = load("csd-tiny", device="cpu")
    vector = descriptor.encode(descriptor.preprocess(image)[None]).numpy()
    new = Embeddings(vector, np.array(["new"]), descriptor.fingerprint, "cosine")
    found = neighbours(new, laid_out.embeddings, 8)
    return found.rows[0], found.scores[0], laid_out.place(new)[0]


def strip(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".csd-map-strip button").all_inner_texts()]


@pytest.mark.parametrize(("number", "name"), [(0, "crowds"), (1, "plane")])
def test_a_picture_of_ones_own_lies_where_python_places_it_with_its_true_neighbours(
    page: Page, table: ImageTable, maps: dict[str, StyleMap], number: int, name: str
) -> None:
    image = waves(1001, (255, 0, 255))
    figure = page.locator(".csd-map").nth(number)
    give(page, number, {"<b>mine</b>.png": saved(image), "no picture.png": b"words"})
    figure.locator(".csd-describer button").click()
    refused = figure.get_by_text("no picture.png: Not a picture")
    refused.first.wait_for(timeout=60_000)
    rows, scores, place = python_places(image, maps[name])
    texts = strip(page)
    assert texts[0] == "yours: <b>mine</b>.png"
    assert [int(text.rpartition(" ")[2]) for text in texts[1:]] == rows.tolist()
    assert [float(text.split()[1]) for text in texts[1:]] == pytest.approx(scores.tolist(), abs=0.006)
    assert figure.locator("b", has_text="mine").count() == 0
    # Without the map's pictures, its own is alone on the canvas; its middle is where Python would put it.
    figure.locator(".csd-map-show").select_option("dots")
    middle = np.array(page.evaluate(MAGENTA, number))
    low = maps[name].coordinates.min(axis=0)
    share = (place - low) / np.ptp(maps[name].coordinates, axis=0).max()
    wanted = page.evaluate(
        "([map, x, y]) => { const chart = document.querySelectorAll('.js-plotly-plot')[map];"
        "const { xaxis, yaxis, _size } = chart._fullLayout; return [_size.l + xaxis.d2p(x), _size.t + yaxis.d2p(y)]; }",
        [number, *map(float, share)],
    )
    assert abs(middle - wanted).max() < 2.5, (middle, wanted)
    # Numbered rings are around its neighbours, and Escape takes lines, rings and strip away.
    assert figure.locator(".csd-map-rings .csd-near").count() == 8
    figure.locator(".csd-map-plot").focus()
    page.keyboard.press("Escape")
    assert figure.locator(".csd-map-rings .csd-near").count() == 0
    figure.locator(".csd-map-guest-list button").first.click()
    assert strip(page) == texts


# The middle of what is magenta on a map's canvas.
MAGENTA = """(map) => {
  const canvas = document.querySelectorAll(".csd-map-pictures")[map];
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const [x, y] = [[], []];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] < 200 || data[at + 1] > 60 || data[at + 2] < 200) continue;
    x.push((at / 4) % canvas.width);
    y.push(Math.floor(at / 4 / canvas.width));
  }
  const middle = (each) => (Math.min(...each) + Math.max(...each)) / 2;
  return [middle(x), middle(y)];
}"""


def give(page: Page, number: int, files: dict[str, bytes]) -> None:
    """Drops files on a map."""
    page.evaluate(
        """([map, files]) => {
          const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          for (const [name, text] of files) dataTransfer.items.add(new File([bytes(text)], name));
          const box = document.querySelectorAll(".csd-map-plot")[map];
          box.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        [number, [[name, base64.b64encode(data).decode()] for name, data in files.items()]],
    )


def test_what_the_page_holds_of_a_vector_is_enough(address: str, page: Page, maps: dict[str, StyleMap]) -> None:
    texts = page.locator(".csd-map > script[type='application/json']").all_text_contents()
    for text, laid_out in zip(texts, maps.values(), strict=True):
        panel: dict[str, Any] = json.loads(text)["panels"][0]
        held = np.frombuffer(base64.b64decode(panel["vectors"]), "<i2").reshape(COUNT, -1).astype(float)
        held /= np.linalg.norm(held, axis=1, keepdims=True)
        vectors = laid_out.embeddings.vectors
        assert abs(held @ vectors.T - vectors @ vectors.T).max() < 2e-5
        assert panel["fitted"] == COUNT - laid_out.placed
