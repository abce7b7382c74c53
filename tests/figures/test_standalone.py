"""The page of a style map: what it says, that names in it are text, and that it works without a network."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page

from csdlib.datasets.folder import folder
from csdlib.descriptors.preprocessing import preprocessed
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded, Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.figures.placing import require_computed
from csdlib.figures.provenance import MapRecord, map_record
from csdlib.figures.standalone import map_page
from csdlib.files import data_path
from csdlib.images import open_image
from csdlib.maps.layout import StyleMap, style_map
from csdlib.maps.quality import map_quality
from csdlib.retrieval.nearest import neighbours
from tests.book.tabs import Tab
from tests.conftest import stripes

EVIL = "</script><script>alert(1)</script><!--"
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    """Twenty-four pictures of three artists, two of whom have hostile names, one of them in folders; one is broken."""
    root = tmp_path_factory.mktemp("mine")
    names = ["ann", MARKUP, "\"a\" & 'b' &lt;ä\u2028"]
    rows = []
    for number in range(25):
        artist = names[number % 3]
        # The slash of the markup makes folders of it, and a path brings both sides together again.
        path = Path(artist, "late" * (number % 2), f"{EVIL} {number}.png")
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        stripes(number % 3, 3 + number % 3, number).save(root / path)
        rows.append(path.as_posix())
    (root / rows[24]).write_text("no picture")
    return embed(folder(root, query_share=0), load("colour"), progress=False)


@pytest.fixture(scope="module")
def laid_out(embedded: Embedded) -> StyleMap:
    return style_map(embedded, method="pca")


@pytest.fixture(scope="module")
def record(laid_out: StyleMap, embedded: Embedded) -> MapRecord:
    return map_record(laid_out, embedded.table, load("colour"))


@pytest.fixture(scope="module")
def html(laid_out: StyleMap, embedded: Embedded, record: MapRecord) -> str:
    return map_page(laid_out, embedded.table, record, title=f"Mine {EVIL}")


def test_the_record_says_what_the_map_keeps(laid_out: StyleMap, embedded: Embedded, record: MapRecord) -> None:
    assert (record.pictures, record.artists, record.k) == (24, 3, 10)
    quality = map_quality(laid_out, 10)
    assert (record.kept, record.trustworthiness) == (quality.agreement, quality.trustworthiness)
    assert record.chance == pytest.approx(10 / 23)
    assert record.fingerprint == load("colour").fingerprint
    (reason,) = record.skipped.values()
    assert reason.endswith("24.png: not an image that Pillow can read")
    # Where the folder lies is nobody's business.
    assert str(embedded.table.root) not in reason
    few = style_map(embedded.take(slice(5)), method="pca")
    assert map_record(few, embedded.table.take(range(5)), load("colour")).k == 2
    with pytest.raises(InputError, match="another descriptor than pixels"):
        map_record(laid_out, embedded.table, load("pixels"))


def test_names_of_files_and_artists_are_text(html: str, embedded: Embedded) -> None:
    assert EVIL not in html
    assert MARKUP not in html
    page = BeautifulSoup(html, "html.parser")
    assert page.title
    assert page.title.string == page.h1.string == f"Mine {EVIL}"  # type: ignore[union-attr]
    data = json.loads(page.find("script", type="application/json").string)  # type: ignore[union-attr, arg-type]
    assert data["paths"] == embedded.ids.tolist()
    rows = page.select("details table")[-1].select("tbody tr")
    assert [row.td.text for row in rows] == embedded.ids.tolist()  # type: ignore[union-attr]
    assert [row.select("td")[1].text for row in rows] == [
        embedded.table.name_of(artist) for artist in embedded.table.column("artist")
    ]
    assert MARKUP in page.get_text()


def test_the_page_says_how_it_was_made(laid_out: StyleMap, embedded: Embedded, record: MapRecord) -> None:
    told = replace(record, left_out={"files that are no pictures (.txt)": 3}, pictures=10_000)
    # The record alone says how many there are.
    text = BeautifulSoup(map_page(laid_out, embedded.table, told, title="t"), "html.parser").footer.text  # type: ignore[union-attr]
    assert "3: files that are no pictures (.txt)" in text
    assert f"colour, fingerprint {record.fingerprint[:12]}" in text
    assert "squeezed to a square" in text
    assert "all 10,000 are reduced from 144" in text
    assert "24.png: not an image" in text
    assert f"{record.kept:.0%} on average" in text
    assert f"csdlib {record.version}" in text


def test_pictures_without_artists_have_a_map(embedded: Embedded, record: MapRecord) -> None:
    nobody = embedded.table.with_column("artist", "")
    laid_out = style_map(embedded.of(nobody), method="pca")
    page = map_page(laid_out, nobody, replace(record, artists=0), title="t", colour="folder")
    words = BeautifulSoup(page, "html.parser").select("details.csd-map-words summary")
    assert [each.text for each in words] == ["Keys", "All pictures as a table"]
    with pytest.raises(InputError, match="no map is coloured by 'size': choose one of artist, folder"):
        map_page(laid_out, nobody, record, title="t", colour="size")


@pytest.fixture(scope="module")
def address(html: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "map.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, opened from the disk; a request to any server, or an error, while the test used it fails the test."""
    tab = Tab.new(browser)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.context.set_offline(True)
    tab.open(address)
    yield tab.page
    assert tab.errors == []
    assert [each for each in asked if not each.startswith(("data:", "blob:"))] == [address]
    tab.page.close()


def lit(page: Page) -> list[int]:
    """The points that are not dimmed."""
    opacity = page.evaluate("document.querySelector('.js-plotly-plot').data[0].marker.opacity")
    return list(range(24)) if isinstance(opacity, float) else [row for row, each in enumerate(opacity) if each == 1]


@pytest.mark.browser
def test_typing_dims_all_others_and_the_results_are_reached_by_keys(page: Page, embedded: Embedded) -> None:
    box, found = page.locator(".csd-map input"), page.locator(".csd-map-found button")
    box.focus()
    page.keyboard.type("ANN late")
    expected = [row for row, path in enumerate(embedded.ids) if path.startswith("ann/late/")]
    assert 1 < len(expected) == found.count()
    assert lit(page) == expected
    assert page.inner_text(".csd-map-status").startswith(f"{len(expected)} of 24 pictures")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert found.nth(1).evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "csd-map-plot"
    assert page.inner_text(".csd-map-strip button:first-of-type").startswith("chosen: Ann, ")
    assert page.locator(".csd-map-card", has_text=str(embedded.ids[expected[1]])).is_visible()
    box.focus()
    page.keyboard.press("Escape")
    assert (box.input_value(), found.count(), lit(page)) == ("", 0, list(range(24)))


@pytest.mark.browser
def test_a_file_is_found_by_its_name_and_what_is_nowhere_is_said(page: Page, embedded: Embedded) -> None:
    box = page.locator(".csd-map input")
    box.fill(" 13.png")
    assert page.locator(".csd-map-found button").inner_text().strip().endswith(" 13.png")
    # Another choice of what is lit empties the search.
    page.locator(".csd-map-legend button").first.click()
    assert (box.input_value(), page.locator(".csd-map-found button").count(), len(lit(page))) == ("", 0, 8)
    box.fill("<b>nowhere")
    assert page.inner_text(".csd-map-status") == "No file or artist holds “<b>nowhere”."
    assert lit(page) == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_has_room_and_follows_the_reader_s_colours(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    tab = Tab.new(browser, width=width, scheme=scheme)  # type: ignore[arg-type]
    tab.open(address)
    tab.page.locator(".csd-map input").fill("a")
    tab.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    red = int(tab.page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert (red > 200) == (scheme == "light")
    assert tab.errors == []
    tab.page.close()


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    """Twelve pictures as a descriptor sees them that a page can compute."""
    root = tmp_path_factory.mktemp("described")
    for number in range(12):
        (root / f"artist {number % 3}").mkdir(exist_ok=True)
        stripes(number % 3, 3 + number % 5, number).save(root / f"artist {number % 3}" / f"{number}.png")
    return embed(folder(root, query_share=0), load("csd-tiny"), progress=False)


def described_page(described: Embedded, with_descriptor: bool) -> str:
    laid_out = style_map(described, method="pca")
    record = map_record(laid_out, described.table, load("csd-tiny"))
    return map_page(laid_out, described.table, record, title="t", with_descriptor=with_descriptor)


def test_weights_go_only_into_pages_that_compute_with_them(
    described: Embedded, laid_out: StyleMap, embedded: Embedded, record: MapRecord
) -> None:
    weights = (data_path("models/csd-tiny") / "model.safetensors").stat().st_size
    more = len(described_page(described, True)) - len(described_page(described, False))
    assert more == pytest.approx(weights * 4 / 3, rel=0.001)
    with pytest.raises(InputError, match="a page cannot compute colour"):
        map_page(laid_out, embedded.table, record, title="t", with_descriptor=True)
    seen = preprocessed(load("csd-tiny"), "squash")
    with pytest.raises(InputError, match=r"a page cannot compute csd-tiny.*: only csd-tiny and csd-art"):
        require_computed(seen, 12)
    with pytest.raises(InputError, match="100,000 pictures are more than the 20,833 among which a page places others"):
        require_computed(load("csd-tiny"), 100_000)


@pytest.mark.browser
@pytest.mark.parametrize("with_descriptor", [True, False], ids=["weights inside", "weights chosen"])
def test_a_page_of_its_own_places_pictures_without_asking_a_server(
    browser: Browser, described: Embedded, tmp_path: Path, with_descriptor: bool
) -> None:
    path, mine = tmp_path / "map.html", tmp_path / "mine.png"
    path.write_text(described_page(described, with_descriptor), encoding="utf-8")
    stripes(1, 4, 77).save(mine)
    tab = Tab.new(browser)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.context.set_offline(True)
    tab.open(path.as_uri())
    tab.page.locator(".csd-map-guests input").set_input_files(mine)
    if not with_descriptor:
        chooser = tab.page.get_by_label("Choose model.safetensors of csdlib's folder data/models/csd-tiny")
        chooser.set_input_files(data_path("models/csd-tiny") / "model.safetensors")
    strip = tab.page.locator(".csd-map-strip button")
    strip.first.wait_for(timeout=60_000)
    method = load("csd-tiny", device="cpu")
    vector = method.encode(method.preprocess(open_image(mine))[None]).numpy()
    new = Embeddings(vector, np.array(["new"]), method.fingerprint, "cosine")
    rows = neighbours(new, described, 8).rows[0]
    artists, paths = described.table.column("artist"), described.table.column("path")
    expected = [f"{described.table.name_of(artists[row])}, {Path(paths[row]).name}" for row in rows]
    assert [text.strip().split(" ", 2)[2] for text in strip.all_inner_texts()[1:]] == expected
    assert tab.page.inner_text(".csd-map-status").startswith("mine.png is on the map. Nearest works by csd-tiny")
    assert [each for each in asked if not each.startswith(("data:", "blob:"))] == [path.as_uri()]
    assert tab.errors == []
    tab.page.close()
