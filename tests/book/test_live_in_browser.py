"""A live table in a browser: at every setting it shows what Python writes; by keyboard, by night and on a phone."""

import shutil
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from csdlib.figures import Control, live_table
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap
from tests.book.conftest import ROOT
from tests.book.tabs import Tab
from tests.serving import served

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=alert(1)>"
CUTS = np.round(np.arange(0.2, 0.81, 0.05), 2)
PAIRS = (2, 10, 1000)
KINDS = ("paintings", EVIL)
PAGE = """<!doctype html><html data-theme="light" lang="en"><head><meta charset="utf-8"><title>Live</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="csd.css">
</head><body class="bd-article">{figures}</body></html>"""


@pytest.fixture(scope="module")
def known() -> dict[tuple[str, str, float, int], Estimate]:
    """What Python finds: of so many artists' pictures those that pass, and a share that follows both controls."""
    random, found = np.random.default_rng(0), {}
    groups = np.repeat(np.arange(9), 20)
    for number, kind in enumerate(KINDS):
        cosines = random.beta(4 + number, 4, 180)
        for cut in CUTS:
            passed = bootstrap((cosines >= cut).astype(float), groups=groups)
            for pairs in PAIRS:
                found["accepted", kind, float(cut), pairs] = passed
                few = Estimate(passed.value / pairs, np.nan, np.nan, 3, "group", "3 groups: no interval")
                found["right", kind, float(cut), pairs] = few if passed.value else Estimate(*[np.nan] * 3, 3, "group")
    return found


@pytest.fixture(scope="module")
def live_address(
    known: dict[tuple[str, str, float, int], Estimate], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A page with a table of two controls and, below, one of one control."""
    root = tmp_path_factory.mktemp("live")
    rows = [
        {"measure": measure, "of": kind, "cut": cut, "pairs": pairs if measure == "right" else None} | each.row()
        for (measure, kind, cut, pairs), each in known.items()
        if measure == "right" or pairs == PAIRS[0]
    ]
    frame = pd.DataFrame(rows)
    cut, pairs = Control("cut", "threshold (cosine)", 0.5, "{:.2f}"), Control("pairs", "base", 10, "one in {:,.0f}")
    words = {"rows": "measure", "columns": "of", "task": "Move it.", "caption": "Pairs that pass."}
    both = live_table(frame, [cut, pairs], **words)
    single = live_table(frame[frame["measure"] == "accepted"], [cut], **words)
    (root / "live.html").write_text(PAGE.format(figures=both.data + single.data))
    shutil.copy(ROOT / "book" / "_static" / "csd.css", root)
    with served(root) as address:
        yield address


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Tab:
    return Tab.new(browser)


@pytest.fixture
def page(tab: Tab, live_address: str) -> Iterator[Page]:
    """The page, loaded anew; what went wrong while the test used it fails the test."""
    tab.open(f"{live_address}live.html")
    yield tab.page
    assert tab.errors == []


def shown(page: Page, number: int = 0) -> list[list[str]]:
    """The texts of the cells of a table, row by row, without the row of charts."""
    rows = page.locator(".csd-live").nth(number).locator("tbody tr:not(.csd-live-curves)")
    return [[" ".join(text.split()) for text in row.locator("td").all_text_contents()] for row in rows.all()]


def written(each: Estimate) -> str:
    """As the table writes it: percent() says why there is no interval, the table only that there is none."""
    if np.isnan(each.value):
        return "–"
    return f"{100 * each.value:.1f} no interval" if np.isnan(each.low) else each.percent()


def put(page: Page, *places: int) -> None:
    """Sets the controls of the first table, as a finger would."""
    for axis, place in enumerate(places):
        page.locator(".csd-live").first.locator("input").nth(axis).fill(str(place))


def test_at_every_setting_the_page_shows_what_python_writes(
    page: Page, known: dict[tuple[str, str, float, int], Estimate]
) -> None:
    for at_cut, cut in enumerate(CUTS):
        for at_pairs, pairs in enumerate(PAIRS):
            put(page, at_cut, at_pairs)
            expected = [
                [written(known[measure, kind, float(cut), pairs]) for kind in KINDS]
                for measure in ("accepted", "right")
            ]
            assert shown(page) == expected
    outputs = page.locator(".csd-live").first.locator("output").all_inner_texts()
    assert outputs == ["0.80", "one in 1,000"]
    # The other table has stayed where it was.
    assert shown(page, 1) == [[written(known["accepted", kind, 0.5, 2]) for kind in KINDS]]


def test_keys_move_it_and_all_of_it_is_told_once(page: Page) -> None:
    knob = page.locator(".csd-live input").first
    knob.focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator(".csd-live output").first.inner_text() == "0.30"
    assert knob.get_attribute("aria-valuetext") == "0.30"
    said = page.locator(".csd-live-said").first
    assert said.text_content() == ""
    page.wait_for_timeout(600)
    told = said.text_content() or ""
    assert told.startswith("At threshold (cosine) 0.30, base one in 10, in percent. paintings: accepted ")
    assert f"{EVIL}: accepted" in told
    page.keyboard.press("End")
    assert page.locator(".csd-live output").first.inner_text() == "0.80"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_button_leads_back(page: Page) -> None:
    before = shown(page)
    put(page, 0, 2)
    assert shown(page) != before
    page.locator(".csd-live button").first.click()
    assert shown(page) == before


def test_the_curves_are_those_numbers_and_do_not_rest_on_colour(
    page: Page, known: dict[tuple[str, str, float, int], Estimate]
) -> None:
    put(page, 2, 0)
    chart = page.locator(".csd-live").first.locator(".csd-live-curves svg").first
    points = chart.locator("polyline").all()
    assert len({line.get_attribute("stroke-dasharray") for line in points}) == len(points) == 2
    drawn = [float(point.split(",")[1]) for point in (points[0].get_attribute("points") or "").split()]
    values = [100 - 100 * known["accepted", KINDS[0], float(cut), 2].value for cut in CUTS]
    assert drawn == pytest.approx(values, abs=0.051)
    band = (chart.locator("polygon").first.get_attribute("points") or "").split()
    assert len(band) == 2 * len(CUTS)
    assert (chart.locator(".csd-live-here").get_attribute("d") or "").startswith(f"M{100 * 2 / 12:.2f},")
    # The row's name shows how its curve looks.
    signs = page.locator(".csd-live").first.locator("th .csd-live-line").all()
    assert [each.get_attribute("stroke-dasharray") for each in signs] == [
        line.get_attribute("stroke-dasharray") for line in points
    ]


def test_without_a_script_the_first_setting_stands_there(
    browser: Browser, live_address: str, known: dict[tuple[str, str, float, int], Estimate]
) -> None:
    quiet = browser.new_page(java_script_enabled=False)
    quiet.goto(f"{live_address}live.html")
    assert shown(quiet) == [
        [written(known[measure, kind, 0.5, 10]) for kind in KINDS] for measure in ("accepted", "right")
    ]
    assert quiet.locator(".csd-live input:visible").count() == 0
    quiet.close()


def test_a_phone_has_room_by_night(browser: Browser, live_address: str) -> None:
    phone = Tab.new(browser, width=390, scheme="dark")
    phone.open(f"{live_address}live.html")
    phone.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.page.locator(".csd-scroll").evaluate_all("all => all.every(e => e.scrollWidth <= e.clientWidth)")
    box = phone.page.locator(".csd-live input").first.bounding_box()
    assert box
    assert box["width"] > 200
    assert phone.page.locator("img").count() == 0
    assert phone.errors == []
