"""The book in a browser without a network. A page is loaded once in each mode; every property has a test of its own."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from book.project import Project
from tests.book.conftest import ROOT
from tests.book.tabs import Tab

pytestmark = [pytest.mark.browser, pytest.mark.book]

Look = Callable[..., SimpleNamespace]

SLUGS = sorted(yaml.safe_load((ROOT / "book" / "runs.yml").read_text()))
REFERENCE = re.findall(r"- file: (api\S*)", (ROOT / "book" / "_toc.yml").read_text())
TEACH = ["syllabus", "in_the_classroom"]
BACK = ["how_to_rerun", "add_a_descriptor", "glossary", "references"]
PAGES = ["intro", *SLUGS, *TEACH, *REFERENCE, *BACK, "genindex", "search"]
COLOURED = ["intro", "glossary", *SLUGS, *TEACH, *REFERENCE]
MODES = {"desk": {}, "night": {"scheme": "dark"}, "phone": {"width": 390}}
FACTS = (Path(__file__).parent / "facts.js").read_text()
# Chapters whose figure is a tool to use, and no chart.
WITHOUT_CHART = {"try_your_own", "test_yourself"}
LARGEST_PAGE = 5_000_000
# WCAG 2.1, level AA, for text of ordinary size.
LEAST_CONTRAST = 4.5

each_page = pytest.mark.parametrize("name", PAGES)
each_chapter = pytest.mark.parametrize("name", SLUGS)


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Callable[[str], Tab]:
    """The tab of a mode."""
    return cache(lambda mode: Tab.new(browser, **MODES[mode]))


@pytest.fixture(scope="module")
def look(tab: Callable[[str], Tab], address: str) -> Look:
    """What a page shows in a mode, and what went wrong meanwhile."""

    @cache
    def load(name: str, mode: str) -> SimpleNamespace:
        tab(mode).open(f"{address}{name}.html")
        facts = tab(mode).page.evaluate(FACTS, LEAST_CONTRAST)
        return SimpleNamespace(**facts, errors=[*tab(mode).errors])

    return lambda name, mode="desk": load(name, mode)


@cache
def parsed(path: Path) -> tuple[list[str], set[str]]:
    """The links of a page, and the names to which links may lead."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return [str(link["href"]) for link in soup.select("a[href]")], {str(each["id"]) for each in soup.select("[id]")}


@pytest.mark.parametrize(
    ("mode", "name"), [(mode, name) for mode in MODES for name in (COLOURED if mode == "night" else PAGES)]
)
def test_a_page_loads_without_error_and_without_network(look: Look, mode: str, name: str) -> None:
    assert look(name, mode).errors == []
    # The index has a second, empty title for print.
    assert any(look(name, mode).titles)


@each_page
def test_every_image_says_what_it_shows_and_is_there(look: Look, name: str) -> None:
    assert look(name).bad_images == []


@each_page
def test_internal_links_lead_somewhere(smoke_book: Project, name: str) -> None:
    lost = []
    for link in parsed(smoke_book.html / f"{name}.html")[0]:
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = smoke_book.html / (path or f"{name}.html")
        if not target.is_file() or (anchor and anchor not in parsed(target)[1]):
            lost.append(link)
    assert lost == []


@each_page
def test_formulas_are_drawn(look: Look, name: str) -> None:
    assert look(name).formulas_broken == 0
    assert look(name).formulas_drawn >= look(name).formulas


@each_chapter
def test_charts_are_drawn(look: Look, name: str) -> None:
    charts = look(name).charts
    assert charts or name in WITHOUT_CHART, "a chapter without a chart"
    assert all(marks and texts for marks, texts in charts), charts


@each_chapter
def test_figures_have_captions_and_charts_have_descriptions(look: Look, name: str) -> None:
    assert look(name).figures_without_caption == []
    assert look(name).charts_without_description == []


@each_chapter
def test_a_chapter_shows_how_it_was_made_and_folds_its_solutions(look: Look, name: str) -> None:
    assert look(name).provenance == 1
    assert look(name).solutions_are_open
    assert not any(look(name).solutions_are_open)


@each_page
def test_a_page_is_small(smoke_book: Project, name: str) -> None:
    assert (smoke_book.html / f"{name}.html").stat().st_size < LARGEST_PAGE


@each_page
def test_nothing_is_cut_on_a_desk(look: Look, name: str) -> None:
    assert look(name).cut == []


@each_page
def test_nothing_overflows_on_a_phone(look: Look, name: str) -> None:
    assert look(name, "phone").wide_elements == []
    assert look(name, "phone").width <= 390


@pytest.mark.parametrize(("mode", "theme"), [("desk", "light"), ("night", "dark")])
@pytest.mark.parametrize("name", COLOURED)
def test_texts_stand_out_from_their_ground(look: Look, name: str, mode: str, theme: str) -> None:
    assert look(name, mode).theme == theme
    assert look(name, mode).poor_contrasts == []


def test_the_search_finds_a_word_of_the_glossary(tab: Callable[[str], Tab], address: str) -> None:
    desk = tab("desk")
    desk.open(f"{address}search.html?q=prototype")
    found = "#search-results ul.search li a"
    desk.page.wait_for_selector(found)
    links = desk.page.eval_on_selector_all(found, "all => all.map(a => a.getAttribute('href'))")
    assert any("glossary" in link for link in links)


def test_the_search_finds_a_name_of_the_module(tab: Callable[[str], Tab], address: str) -> None:
    desk = tab("desk")
    desk.open(f"{address}search.html?q=paired_difference")
    found = "#search-results ul.search li a"
    desk.page.wait_for_selector(found)
    links = desk.page.eval_on_selector_all(found, "all => all.map(a => a.getAttribute('href'))")
    assert any(link.endswith("api-metrics.html#csdlib.metrics.paired_difference") for link in links)


@pytest.mark.parametrize("name", REFERENCE)
def test_examples_are_shown_whole_and_signatures_too_on_a_phone(look: Look, name: str) -> None:
    assert look(name, "phone").cut == []


def test_the_search_shows_text_and_neither_formulas_nor_provenance(tab: Callable[[str], Tab], address: str) -> None:
    desk = tab("desk")
    desk.open(f"{address}search.html?q=temperature")
    desk.page.wait_for_selector("#search-results p.context")
    shown = desk.page.eval_on_selector_all("#search-results p.context", "all => all.map(p => p.textContent)")
    assert shown
    assert not [text for text in shown if "\\(" in text or "How this page was made" in text or "import " in text]


def test_a_page_from_the_disk_has_its_icons(browser: Browser, smoke_book: Project) -> None:
    tab = Tab.new(browser)
    tab.open((smoke_book.html / "quickstart.html").as_uri())
    assert tab.errors == []
    loaded = "[...document.fonts].filter(font => font.status == 'loaded').map(font => font.family)"
    tab.page.wait_for_function("document.fonts.check('900 12px \"Font Awesome 6 Free\"')")
    assert any("Font Awesome 6 Free" in family for family in tab.page.evaluate(loaded))


def test_a_form_is_kept_as_a_file(tab: Callable[[str], Tab], address: str) -> None:
    desk = tab("desk")
    desk.open(f"{address}how_to_report_a_study_of_style.html")
    desk.page.fill("textarea[data-title='Choices']", "none <b>")
    with desk.page.expect_download() as download:
        desk.page.click(".csd-form button[data-kind=json]")
    answers = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert answers["Choices"] == "none <b>"
    assert answers["Conclusion"] == ""
    assert "1 of 10 fields are empty" in desk.page.inner_text(".csd-form [role=status]")
    assert desk.errors == []


def test_a_slider_moves_by_the_keyboard(tab: Callable[[str], Tab], address: str) -> None:
    desk = tab("desk")
    desk.open(f"{address}the_loss_by_hand.html")
    before = desk.page.inner_text(".csd-slider output")
    desk.page.focus(".csd-slider input")
    desk.page.keyboard.press("ArrowRight")
    assert desk.page.inner_text(".csd-slider output") != before
    shown = ".csd-slider .csd-frame:not([hidden])"
    assert desk.page.locator(shown).count() == desk.page.locator(".csd-slider").count()


@pytest.mark.parametrize("name", ["style_maps", "what_a_score_means", "whose_style_is_it"])
def test_numbers_follow_a_control_and_come_back(tab: Callable[[str], Tab], address: str, name: str) -> None:
    desk = tab("desk")
    desk.open(f"{address}{name}.html")
    cells = desk.page.locator(".csd-live tbody td")
    before = cells.all_text_contents()
    desk.page.focus(".csd-live input")
    desk.page.keyboard.press("Home")
    assert cells.all_text_contents() != before
    desk.page.click(".csd-live button")
    assert cells.all_text_contents() == before
    assert desk.errors == []


@each_chapter
def test_charts_are_as_wide_as_their_column(look: Look, name: str) -> None:
    assert [widths for widths in look(name).chart_widths if abs(widths[0] - widths[1]) > 1] == []


def test_no_legend_lies_on_the_marks_when_the_window_changes(tab: Callable[[str], Tab], address: str) -> None:
    desk = tab("desk")
    desk.open(f"{address}a_small_stable_diffusion.html")
    for width in (768, 1500, 1280):
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.page.wait_for_timeout(500)
        legends = desk.page.evaluate(
            """() => [...document.querySelectorAll(".js-plotly-plot")].flatMap((chart) => {
                const legend = chart.querySelector(".legend .bg");
                const top = chart.getBoundingClientRect().top + chart._fullLayout._size.t;
                return legend ? [legend.getBoundingClientRect().bottom - top] : [];
            })"""
        )
        assert len(legends) > 1
        assert [below for below in legends if below > 3] == []
