"""A style map in a browser that has no network: clicked, searched, walked through by keys, on a desk and on a phone."""

import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from plotly.offline import get_plotlyjs

from csdlib.embeddings.arrays import Embeddings
from csdlib.figures.map import map_figure
from csdlib.maps.layout import MapSettings, StyleMap
from csdlib.tables import ImageTable
from tests.book.conftest import ROOT
from tests.book.tabs import Tab
from tests.serving import served

pytestmark = pytest.mark.browser

LONG = "Ω" * 200
EVIL = "<img src=x onerror=alert(1)>"
PAGE = """<!doctype html><html data-theme="light"><head><meta charset="utf-8"><title>A map</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="csd.css"><script src="plotly.min.js"></script></head>
<body class="bd-article">{figures}</body></html>"""


@pytest.fixture(scope="module")
def table(striped_table: ImageTable) -> ImageTable:
    """Forty pictures of four artists, one with a hostile name, one with a long one; one picture is missing."""
    frame = striped_table.frame.replace({"artist": {"artist-2": EVIL, "artist-3": LONG}})
    frame.loc[39, "path"] = "nowhere.png"
    return ImageTable(frame, striped_table.root)


def grid(ids: np.ndarray, turned: bool) -> StyleMap:
    """Pictures on a grid of five by eight, an artist's ten in two lines; in descriptor space one after the other."""
    angles = np.arange(40) / 40
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    places = np.stack([np.arange(40) % 5, np.arange(40) // 5], axis=1).astype(np.float32)
    return StyleMap(Embeddings(vectors, ids, "f", "cosine"), places[:, ::-1] if turned else places, MapSettings())


@pytest.fixture(scope="module")
def map_address(table: ImageTable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with one map, two linked ones, and one that begins with two artists lit."""
    root = tmp_path_factory.mktemp("map")
    maps = {"one": grid(table.ids, False), "other": grid(table.ids, True)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSDLIB_BOOK", "1")
        single = map_figure({"one": maps["one"]}, table, caption="One map.", alt="A grid.", height=400)
        linked = map_figure(maps, table, colour="content", caption="Linked maps.", alt="Two grids.", height=300)
        marked = map_figure(
            {"one": maps["one"]}, table, highlight=[EVIL, "Artist 0"], caption="Two artists.", alt="A grid."
        )
    (root / "map.html").write_text(PAGE.format(figures=single.data + linked.data + marked.data))
    (root / "plotly.min.js").write_text(get_plotlyjs())
    shutil.copy(ROOT / "book" / "_static" / "csd.css", root)
    with served(root) as address:
        yield address


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Tab:
    return Tab.new(browser)


@pytest.fixture
def page(tab: Tab, map_address: str) -> Iterator[Page]:
    """The page, loaded anew; what went wrong while the test used it fails the test."""
    tab.open(f"{map_address}map.html")
    yield tab.page
    assert tab.errors == []


def status(page: Page, number: int = 0) -> str:
    return page.locator(".csd-map-status").nth(number).inner_text()


def click(page: Page, row: int) -> None:
    """Clicks a point of the first map; where it lies is read from the rings, so the pointer is moved by keys first."""
    box = page.locator(".csd-map-plot").first.bounding_box()
    assert box
    # The grid is 4 wide and 7 high, in the middle, and the longer side fills the box but for its margin.
    scale = (box["height"] - 20) / 1.04 / 7
    x = box["x"] + box["width"] / 2 + (row % 5 - 2) * scale
    y = box["y"] + box["height"] / 2 - (row // 5 - 3.5) * scale
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y, steps=3)
    page.wait_for_timeout(200)
    page.mouse.click(x, y)


def test_a_click_shows_the_true_neighbours(page: Page) -> None:
    page.evaluate("window.scrollTo(0, 0)")
    click(page, 12)
    strip = page.locator(".csd-map-strip").first
    strip.wait_for()
    texts = strip.locator("button").all_inner_texts()
    assert len(texts) == 9
    assert texts[0].strip() == "chosen: Artist 1, wide"
    # In descriptor space 11 and 13 are the nearest, though 7 and 17 are as near on the map.
    assert all(text.strip().startswith(f"{rank}. 1.00 Artist 1, tall") for rank, text in enumerate(texts[1:3], 1))
    assert "csd-same" in (strip.locator("button").nth(1).get_attribute("class") or "")
    pictures = strip.locator(".csd-map-picture").evaluate_all("all => all.map(p => p.style.backgroundImage)")
    assert all(picture.startswith('url("blob:') for picture in pictures)
    assert status(page).startswith(("Artist 1, odd", "Artist 1, even"))
    assert page.locator(".csd-map-rings").first.locator(".csd-near").count() == 8


def test_under_the_pointer_appear_picture_and_labels(page: Page) -> None:
    page.evaluate("window.scrollTo(0, 0)")
    click(page, 22)
    card = page.locator(".csd-map-card").first
    assert card.is_visible()
    # The name is shown as text, and no element was made of it.
    assert card.locator("span", has_text=EVIL).count() == 1
    assert page.locator(".csd-map img").count() == 0


def test_an_artist_is_found_by_a_part_of_the_name(page: Page) -> None:
    box = page.locator(".csd-map input").first
    box.fill("artist-1")
    # A slug finds the name.
    assert status(page) == "Artist 1: 10 of 40 pictures; the others are dimmed."
    opacity = page.evaluate("document.querySelector('.csd-map .js-plotly-plot').data[0].marker.opacity")
    assert [opacity[row] == 1 for row in (9, 10, 19, 20)] == [False, True, True, False]
    box.fill("nobody")
    box.press("Enter")
    assert status(page) == "No artist's name holds “nobody”."
    box.fill("ωωω")
    box.press("Enter")
    assert status(page).startswith(LONG)
    options = page.locator(".csd-map datalist").first.locator("option").evaluate_all("all => all.map(o => o.value)")
    assert set(options) == {"Artist 0", "Artist 1", EVIL, LONG}
    box.press("Escape")
    assert page.evaluate("document.querySelector('.csd-map .js-plotly-plot').data[0].marker.opacity") == 0.85


def test_keys_walk_choose_and_close(page: Page) -> None:
    page.locator(".csd-map input").first.focus()
    legend = page.locator(".csd-map-legend").first.locator("button")
    for _ in range(legend.count() + 2):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "csd-map-plot":
            break
    assert page.evaluate("document.activeElement.getAttribute('role')") == "application"
    assert page.locator(".csd-map-card").first.is_visible()
    walked = []
    for key in [*["ArrowLeft"] * 5, "ArrowDown", "ArrowRight"]:
        page.keyboard.press(key)
        walked.append(status(page))
    assert "No picture further left." in walked
    page.keyboard.press("Enter")
    assert page.locator(".csd-map-strip").count() == 1
    assert "Nearest: " in status(page)
    page.keyboard.press("Escape")
    assert page.locator(".csd-map-strip").count() == 0
    assert not page.locator(".csd-map-card").first.is_visible()


def test_linked_maps_ring_the_same_picture_and_both_answer(page: Page) -> None:
    linked = page.locator(".csd-map").nth(1)
    linked.locator(".csd-map-plot").nth(1).focus()
    page.keyboard.press("ArrowUp")
    assert linked.locator(".csd-current").count() == 2
    page.keyboard.press("Enter")
    assert linked.locator(".csd-map-strip").count() == 2
    assert status(page, 1).endswith("(one); " + status(page, 1).rpartition("; ")[2])
    # A neighbour leads on.
    chosen = linked.locator(".csd-map-strip .csd-map-picture")
    shown = [chosen.nth(number).evaluate("picture => picture.style.backgroundPosition") for number in (0, 3)]
    linked.locator(".csd-map-strip button").nth(3).click()
    assert shown[0] != shown[1] == chosen.first.evaluate("picture => picture.style.backgroundPosition")


def test_colour_and_legend_do_not_rest_on_colour(page: Page) -> None:
    key = page.locator(".csd-map-legend").first
    signs = key.locator("button > span:first-child").all_inner_texts()
    assert len(set(signs)) == 4
    page.locator(".csd-map select").first.select_option("content")
    assert [text.split("\n")[-1].strip("●■") for text in key.locator("button").all_inner_texts()] == ["tall", "wide"]
    key.locator("button").first.click()
    assert key.locator("button").first.get_attribute("aria-pressed") == "true"


def test_highlighted_artists_are_lit_from_the_start_and_a_click_lights_all(page: Page) -> None:
    marked = page.locator(".csd-map").nth(2)
    opacity = "map => map.querySelector('.js-plotly-plot').data[0].marker.opacity"
    assert [marked.evaluate(opacity)[row] == 1 for row in (0, 9, 10, 19, 20, 29, 30)] == [True] * 2 + [False] * 2 + [
        True
    ] * 2 + [False]
    pressed = marked.locator(".csd-map-legend button[aria-pressed=true]")
    assert pressed.count() == 2
    pressed.first.click()
    assert marked.evaluate(opacity) == 0.85
    assert pressed.count() == 0


def test_a_missing_picture_says_so(page: Page) -> None:
    assert "are grey: 1." in page.locator("figcaption").first.inner_text()
    page.locator(".csd-map-plot").first.focus()
    for key in ["ArrowUp"] * 6 + ["ArrowRight"] * 4 + ["Enter"]:
        page.keyboard.press(key)
    assert page.locator(".csd-map-strip .csd-map-picture").first.inner_text() == "no picture"


def test_the_map_is_drawn_with_webgl_and_says_what_it_is(page: Page) -> None:
    kinds = page.evaluate("[...document.querySelectorAll('.js-plotly-plot')].map(plot => plot.data[0].type)")
    assert kinds == ["scattergl"] * 4
    drawn = page.evaluate(
        """async () => {
             const picture = await Plotly.toImage(document.querySelector('.js-plotly-plot'), {width: 300, height: 300});
             const image = new Image();
             image.src = picture;
             await image.decode();
             const canvas = document.createElement('canvas');
             const pen = canvas.getContext('2d');
             pen.drawImage(image, 0, 0);
             return pen.getImageData(0, 0, 300, 300).data.filter((value, place) => place % 4 === 3 && value).length;
           }"""
    )
    assert drawn > 100
    labels = page.locator(".csd-map-plot > [role=group]").evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label'))"
    )
    assert labels == ["A grid.", "Two grids.", "Two grids.", "A grid."]
    assert page.locator("details.csd-map-words table tbody tr").first.text_content()


def test_a_phone_has_room(browser: Browser, map_address: str) -> None:
    phone = Tab.new(browser, width=390)
    phone.open(f"{map_address}map.html")
    phone.page.locator(".csd-map-plot").first.focus()
    phone.page.keyboard.press("ArrowLeft")
    phone.page.keyboard.press("Enter")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.errors == []
