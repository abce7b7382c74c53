"""The book for those who hear it, move on it by keys, or ask for less motion: by axe, and by the Tab key."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.book.tabs import Tab
from tests.book.test_browser import COLOURED, PAGES, SLUGS

pytestmark = [pytest.mark.browser, pytest.mark.book]

# What keeps somebody from reading or using a page; axe's lesser findings are advice.
GRAVE = {"serious", "critical"}
# All but the colours is the same in the dark, and most of axe's time.
RULES: dict[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
RUN = "async options => (await axe.run({resultTypes: ['violations'], ...options})).violations"
FOCUSED = """() => {
  const focused = document.activeElement, box = focused.getBoundingClientRect(), style = getComputedStyle(focused);
  const all = [...document.querySelectorAll("*")];
  return {
    place: all.indexOf(focused), text: focused.textContent.trim(), start: focused.outerHTML.slice(0, 160),
    seen: box.width > 0 && box.height > 0 && style.visibility === "visible",
    marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""
ONE_OF_EACH = ["quickstart", "style_maps", "how_to_report_a_study_of_style", "api-figures", "glossary"]


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Callable[[str], Tab]:
    """The tab of a theme, or of a reader who asks for less motion."""

    @cache
    def new(kind: str) -> Tab:
        tab = Tab.new(browser, scheme="dark" if kind == "dark" else "light", width=390 if kind == "phone" else 1280)
        if kind == "still":
            tab.page.emulate_media(reduced_motion="reduce")
        return tab

    return new


def grave(page: Page, options: dict[str, Any]) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    return [
        f"{found['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for found in page.evaluate(RUN, options)
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]


@pytest.mark.parametrize(
    ("theme", "name"), [(theme, name) for theme in RULES for name in (PAGES if theme == "light" else COLOURED)]
)
def test_axe_finds_nothing_grave(tab: Callable[[str], Tab], address: str, theme: str, name: str) -> None:
    tab(theme).open(f"{address}{name}.html")
    assert grave(tab(theme).page, RULES[theme]) == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_what_scrolls_on_a_phone_can_be_reached(tab: Callable[[str], Tab], address: str, name: str) -> None:
    tab("phone").open(f"{address}{name}.html")
    assert grave(tab("phone").page, {"runOnly": ["scrollable-region-focusable"]}) == []


@pytest.mark.parametrize("name", SLUGS)
def test_each_chart_has_its_numbers_behind_a_fold(tab: Callable[[str], Tab], address: str, name: str) -> None:
    page = tab("light").page
    tab("light").open(f"{address}{name}.html")
    charts = page.locator("figure.csd-figure:has(> [role=img] .plotly-graph-div)")
    folds = page.locator("figure.csd-figure:has(> [role=img] .plotly-graph-div) > details.csd-numbers:not([open])")
    assert folds.count() == charts.count()
    assert all("csd-table" in fold.inner_html() for fold in folds.all())


def test_axe_finds_nothing_grave_in_an_open_fold(tab: Callable[[str], Tab], address: str) -> None:
    tab("light").open(f"{address}quickstart.html")
    page = tab("light").page
    page.focus("details.csd-numbers > summary")
    page.keyboard.press("Enter")
    assert page.locator("details.csd-numbers").first.locator("table").is_visible()
    assert grave(page, {}) == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_tab_goes_through_a_page_in_the_order_in_which_it_is_read(
    tab: Callable[[str], Tab], address: str, name: str
) -> None:
    page = tab("light").page
    tab("light").open(f"{address}{name}.html")
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
