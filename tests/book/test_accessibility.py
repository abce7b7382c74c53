"""The book for those who hear it, move on it by keys, or ask for less motion: by axe, and by the Tab key."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.book.tabs import Tab
from tests.book.test_browser import PAGES, SLUGS

pytestmark = [pytest.mark.browser, pytest.mark.book]

Look = Callable[[str], SimpleNamespace]

# What keeps somebody from reading or using a page; axe's lesser findings are advice.
GRAVE = {"serious", "critical"}
RUN = "async options => (await axe.run({resultTypes: ['violations'], ...options})).violations"
# Three quarters of axe's time. facts.js compares the colours of all pages (test_browser.py).
COLOURS = "color-contrast"
FOCUSED = """() => {
  const focused = document.activeElement, box = focused.getBoundingClientRect(), style = getComputedStyle(focused);
  const all = [...document.querySelectorAll("*")];
  return {
    place: all.indexOf(focused), text: focused.textContent.trim(), start: focused.outerHTML.slice(0, 160),
    seen: box.width > 0 && box.height > 0 && style.visibility === "visible",
    marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""
CHART = "figure.csd-figure:has(> [role=img] .plotly-graph-div)"
FOLDS = f"{CHART} > details.csd-numbers:not([open])"
ONE_OF_EACH = ["quickstart", "style_maps", "how_to_report_a_study_of_style", "api-embeddings", "glossary"]
# And the other pages with a map, whose buttons plotly makes.
DRAWN = [*ONE_OF_EACH, "artists_and_neighbours", "your_own_images"]
# On the rest charts and formulas are not drawn: to axe a chart is one image with a description. All other scripts run.
DRAWINGS = "**/{plotly.min,tex-svg}.js*"


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Callable[[str], Tab]:
    """A reader's tab, or that of one who asks for less motion, or one in which no chart and no formula is drawn."""

    @cache
    def new(kind: str) -> Tab:
        tab = Tab.new(browser)
        if kind == "still":
            tab.page.emulate_media(reduced_motion="reduce")
        if kind == "bare":
            tab.page.route(DRAWINGS, lambda route: route.abort())
        return tab

    return new


@pytest.fixture(scope="module")
def look(tab: Callable[[str], Tab], address: str) -> Look:
    """What axe finds on a page, and the charts of it. It is loaded once."""

    @cache
    def load(name: str) -> SimpleNamespace:
        kind = "desk" if name in DRAWN else "bare"
        page = tab(kind).page
        tab(kind).open(f"{address}{name}.html")
        found = SimpleNamespace(charts=page.locator(CHART).count(), folds=page.locator(FOLDS).count())
        found.day = grave(page, {} if name in ONE_OF_EACH else {"rules": {COLOURS: {"enabled": False}}})
        if name in ONE_OF_EACH:
            # Without motion colours change at once.
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            page.wait_for_selector("html[data-theme=dark]")
            found.night = grave(page, {"runOnly": [COLOURS]})
            page.set_viewport_size({"width": 390, "height": 900})
            found.phone = grave(page, {"runOnly": ["scrollable-region-focusable"]})
            page.emulate_media(color_scheme="light", reduced_motion="no-preference")
            page.set_viewport_size({"width": 1280, "height": 900})
        return found

    return load


def grave(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds grave on a page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{found['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for found in page.evaluate(RUN, options)
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_grave(look: Look, name: str) -> None:
    assert look(name).day == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_axe_finds_no_pale_text_in_the_dark(look: Look, name: str) -> None:
    assert look(name).night == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_what_scrolls_on_a_phone_can_be_reached(look: Look, name: str) -> None:
    assert look(name).phone == []


@pytest.mark.parametrize("name", SLUGS)
def test_each_chart_has_its_numbers_behind_a_fold(look: Look, name: str) -> None:
    assert look(name).folds == look(name).charts


def test_axe_finds_nothing_grave_in_an_open_fold(tab: Callable[[str], Tab], address: str) -> None:
    tab("desk").open(f"{address}quickstart.html")
    page = tab("desk").page
    page.focus("details.csd-numbers > summary")
    page.keyboard.press("Enter")
    assert page.locator("details.csd-numbers").first.locator("table").first.is_visible()
    assert grave(page, {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa"]}}) == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_tab_goes_through_a_page_in_the_order_in_which_it_is_read(
    tab: Callable[[str], Tab], address: str, name: str
) -> None:
    page = tab("desk").page
    tab("desk").open(f"{address}{name}.html")
    assert page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0
    page.evaluate("() => window.scrollTo(0, 0)")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["text"] == "Skip to main content"
    page.locator(".bd-article a[href]").first.focus()
    stops = []
    for _ in range(25):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
    places = [stop["place"] for stop in stops]
    assert places == sorted(set(places)), "the focus goes back, or does not leave an element"
    assert [stop["start"] for stop in stops if not stop["seen"] or not stop["marked"]] == []


def test_nothing_moves_for_who_asks_for_that(tab: Callable[[str], Tab], address: str) -> None:
    tab("still").open(f"{address}style_maps.html")
    moving = """() => [...document.querySelectorAll("*")].filter(element => {
      const style = getComputedStyle(element);
      return style.animationName !== "none" || style.scrollBehavior === "smooth" ||
        style.transitionDuration.split(",").some(each => parseFloat(each) > 0);
    }).map(element => element.outerHTML.slice(0, 120))"""
    assert tab("still").page.evaluate(moving) == []
