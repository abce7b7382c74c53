"""The book in a browser without a network: whatever a page asks of another server is refused, and fails the test."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from book.project import Project
from tests.book.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.book]

SLUGS = sorted(yaml.safe_load((ROOT / "book" / "runs.yml").read_text()))
PAGES = ["intro", *SLUGS, "how_to_rerun", "glossary", "references", "genindex", "search"]
LARGEST_PAGE = 5_000_000
# WCAG 2.1, level AA, for text of ordinary size.
LEAST_CONTRAST = 4.5


@dataclass
class Seen:
    """A page that was loaded, and what went wrong meanwhile."""

    page: Page
    errors: list[str] = field(default_factory=list)


def visit(browser: Browser, address: str, name: str, *, width: int = 1280, scheme: str = "light") -> Seen:
    """Load a page, scroll through it, and wait until charts and formulas stand."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    seen = Seen(page)

    def refuse(route: Route) -> None:
        seen.errors.append(f"asked for {route.request.url}")
        route.abort()

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.errors.append(f"console: {message.text}")

    page.route(lambda url: not url.startswith((address, "data:", "blob:")), refuse)
    page.on("console", listen)
    page.on("pageerror", lambda error: seen.errors.append(f"exception: {error}"))
    page.on(
        "response", lambda reply: seen.errors.append(f"{reply.status}: {reply.url}") if reply.status >= 400 else None
    )
    page.goto(f"{address}{name}.html", wait_until="load")
    page.evaluate("() => window.MathJax?.startup?.promise")
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    return seen


@pytest.fixture(scope="module", params=PAGES)
def wide(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Seen]:
    seen = visit(browser, address, request.param)
    yield seen
    seen.page.close()


@pytest.fixture(scope="module", params=SLUGS)
def chapter(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Seen]:
    seen = visit(browser, address, request.param)
    yield seen
    seen.page.close()


def test_a_page_loads_without_error_and_without_network(wide: Seen) -> None:
    assert wide.errors == []
    # The index has a second, empty title for print.
    assert any(title.strip() for title in wide.page.locator("h1").all_text_contents())


def test_every_image_says_what_it_shows_and_is_there(wide: Seen) -> None:
    found = wide.page.evaluate(
        """() => [...document.images].filter(i => !(i.getAttribute('alt') || '').trim() ||
           (i.complete && !i.naturalWidth)).map(i => i.outerHTML.slice(0, 200))"""
    )
    assert found == []


def test_internal_links_lead_somewhere(wide: Seen, smoke_book: Project) -> None:
    links = wide.page.evaluate("() => [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))")
    here = Path(wide.page.url.rpartition("/")[2])
    lost = []
    for link in links:
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = smoke_book.html / (path or here)
        if not target.is_file() or (anchor and f'id="{anchor}"' not in target.read_text(encoding="utf-8")):
            lost.append(link)
    assert lost == []


def test_formulas_are_drawn(wide: Seen) -> None:
    sources, drawn, broken = wide.page.evaluate(
        """() => [document.querySelectorAll('.bd-article .math').length,
           document.querySelectorAll('.bd-article .math mjx-container svg').length,
           document.querySelectorAll('mjx-merror').length]"""
    )
    assert broken == 0
    assert drawn >= sources


def test_charts_are_drawn(chapter: Seen) -> None:
    charts = chapter.page.evaluate(
        """() => [...document.querySelectorAll('.plotly-graph-div')].map(chart =>
           [chart.querySelectorAll('.trace, .point, image').length, chart.querySelectorAll('text').length])"""
    )
    assert charts, "a chapter without a chart"
    assert all(marks and texts for marks, texts in charts), charts


def test_figures_have_captions_and_charts_have_descriptions(chapter: Seen) -> None:
    bare = chapter.page.evaluate(
        """() => [...document.querySelectorAll('figure.csd-figure')].filter(figure =>
           !figure.querySelector('figcaption')?.textContent.trim()).length"""
    )
    silent = chapter.page.evaluate(
        """() => [...document.querySelectorAll('.plotly-graph-div')].filter(chart =>
           !chart.closest('[role=img]')?.getAttribute('aria-label')?.trim()).length"""
    )
    assert (bare, silent) == (0, 0)


def test_a_chapter_shows_how_it_was_made_and_folds_its_solutions(chapter: Seen) -> None:
    assert chapter.page.locator("details.csd-provenance").count() == 1
    solutions = chapter.page.locator("details.hide:has-text('Show the solution')")
    assert solutions.count() >= 1
    assert all(solutions.nth(number).get_attribute("open") is None for number in range(solutions.count()))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_small(smoke_book: Project, name: str) -> None:
    assert (smoke_book.html / f"{name}.html").stat().st_size < LARGEST_PAGE


@pytest.mark.parametrize("name", PAGES)
def test_nothing_overflows_on_a_phone(browser: Browser, address: str, name: str) -> None:
    page = visit(browser, address, name, width=390).page
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.bd-article *')].filter(element => {
             if (element.getBoundingClientRect().right <= innerWidth + 1) return false;
             for (let box = element.parentElement; box; box = box.parentElement)
               if (getComputedStyle(box).overflowX !== 'visible' && box.closest('.bd-article')) return false;
             return true;
           }).map(element => element.outerHTML.slice(0, 120))"""
    )
    width = page.evaluate("() => document.documentElement.scrollWidth")
    page.close()
    assert wide == []
    assert width <= 390


def test_the_search_finds_a_word_of_the_glossary(browser: Browser, address: str) -> None:
    page = visit(browser, address, "search").page
    page.goto(f"{address}search.html?q=prototype")
    page.wait_for_selector("#search-results ul.search li a")
    links = page.eval_on_selector_all("#search-results ul.search li a", "all => all.map(a => a.getAttribute('href'))")
    page.close()
    assert any("glossary" in link for link in links)


CONTRAST = """() => {
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
  const ground = element => {
    for (let box = element; box; box = box.parentElement) {
      const colour = numbers(getComputedStyle(box).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.5) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const texts = '.bd-article p, .bd-article td, .bd-article th, figcaption, .csd-picture span, .main-svg text';
  for (const element of document.querySelectorAll(texts)) {
    if (!element.textContent.trim() || element.closest('.hoverlayer, details:not([open])')) continue;
    const style = getComputedStyle(element);
    const text = luminance(numbers(element instanceof SVGElement ? style.fill : style.color));
    const below = luminance(ground(element));
    const ratio = (Math.max(text, below) + 0.05) / (Math.min(text, below) + 0.05);
    if (ratio < LEAST) poor.push([ratio.toFixed(1), element.outerHTML.slice(0, 120)]);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["intro", "glossary", *SLUGS])
def test_texts_stand_out_from_their_ground(browser: Browser, address: str, name: str, scheme: str) -> None:
    page = visit(browser, address, name, scheme=scheme).page
    theme = page.evaluate("() => document.documentElement.dataset.theme")
    poor = page.evaluate(CONTRAST.replace("LEAST", str(LEAST_CONTRAST)))
    page.close()
    assert theme == scheme
    assert poor == []
