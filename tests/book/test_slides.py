"""Slides: they show what cells have shown, as one file without a network, and nothing is cut."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
from nbformat import NotebookNode
from PIL import Image
from playwright.sync_api import Browser

from book import assemble
from book.chapters import Chapter, read_chapter
from book.notebooks import tags
from book.project import BookError, Project
from book.slides import chapters_shown, deck, decks, read_lectures, slide_cells
from book.syllabus import read_plan
from csdlib import figures
from tests.book.conftest import ROOT, write_chapter
from tests.book.tabs import Tab

PROJECT = Project(ROOT, ROOT / "build")
LECTURES = read_lectures(PROJECT)
HEIGHT = 720
# More cannot be read while somebody speaks.
MOST_POINTS, MOST_WORDS = 4, 22
CELLS = """
# %% name="seen" tags=["hide-input", "slide"]
1

# %% name="other"
2
"""

each_lecture = pytest.mark.parametrize("lecture", LECTURES.values(), ids=LECTURES)


@cache
def chapters() -> dict[str, Chapter]:
    return {chapter.slug: chapter for chapter in assemble._chapters(PROJECT)}


def slides() -> Iterator[dict[str, Any]]:
    for lecture in LECTURES.values():
        yield from lecture["slides"]


@each_lecture
def test_every_figure_is_a_tagged_cell_with_that_name(lecture: dict[str, Any]) -> None:
    made = deck(lecture, chapters(), {})
    waiting = [cell for cell in made.cells if "Not run yet" in cell.source]
    assert len(waiting) == sum("figure" in slide for slide in lecture["slides"])
    assert chapters_shown(lecture)


def test_every_tagged_cell_is_on_a_slide() -> None:
    shown = {slide["figure"] for slide in slides() if "figure" in slide}
    assert shown == {f"{slug} {name}" for slug, chapter in chapters().items() for name in slide_cells(chapter)}


def test_slides_are_short_and_say_no_measurement() -> None:
    for slide in slides():
        points = slide.get("points", [])
        assert len(points) <= MOST_POINTS, slide
        for point in points:
            assert isinstance(point, str), f"{point}: a comma or a colon has made a list of it; put it in quotes"
            assert len(point.split()) <= MOST_WORDS, point
            assert not re.search(r"\d", point), point


def test_the_syllabus_shows_the_lectures_that_there_are() -> None:
    plan = read_plan(PROJECT)
    steps = [*plan["weeks"], *plan["lecture"], *(step for day in plan["workshop"] for step in day["steps"])]
    assert {step["slides"] for step in steps if "slides" in step} == set(LECTURES)


def small(project: Project, cells: str = CELLS) -> Chapter:
    write_chapter(project, f'letter = "#"  # a letter; or none\n{cells}')
    return read_chapter(project, "second")


def executed(chapter: Chapter, outputs: list[NotebookNode]) -> NotebookNode:
    notebook = chapter.notebook()
    for cell in notebook.cells:
        if "slide" in tags(cell):
            cell.outputs = outputs
    return notebook


def html(text: str) -> NotebookNode:
    return nbformat.v4.new_output("execute_result", {"text/html": text})  # type: ignore[no-untyped-call, no-any-return]


def lecture(**slide: object) -> dict[str, Any]:
    return {"title": "T", "subtitle": "s", "slides": [{"title": "A slide", "figure": "second seen", **slide}]}


def test_a_figure_comes_with_its_source_only_where_that_is_wanted(project: Project) -> None:
    chapter = small(project)
    outputs = [html('<figure class="csd-figure"><p id="csd-chart-1">one</p></figure>'), html("two")]
    for wanted in (True, False):
        made = deck(lecture(code=wanted), {"second": chapter}, {"second": executed(chapter, outputs)})
        (cell,) = (each for each in made.cells if each.cell_type == "code")
        assert cell.source == ("1" if wanted else "")
        assert [each.data["text/html"] for each in cell.outputs] == [
            '<figure class="csd-figure"><p id="slide-0-chart-1">one</p></figure>'
        ]


def test_a_gallery_can_be_laid_out_anew_and_be_silent(project: Project) -> None:
    chapter = small(project)
    gallery = '<figure class="csd-figure"><div class="csd-gallery" style="--columns: 6"></div></figure>'
    shown = {"second": executed(chapter, [html(gallery)])}
    for columns, kind in ((3, "csd-gallery"), (12, "csd-gallery deck-dense")):
        made = deck(lecture(columns=columns, silent=True), {"second": chapter}, shown)
        (cell,) = (each for each in made.cells if each.cell_type == "code")
        assert f'class="{kind}" style="--columns: {columns}"' in cell.outputs[0].data["text/html"]
        assert 'class="csd-figure deck-silent"' in cell.outputs[0].data["text/html"]


def test_what_is_not_there_is_named(project: Project) -> None:
    chapter = small(project)
    assert read_lectures(project) == {}
    for figure in ("second other", "second none", "third seen"):
        with pytest.raises(BookError, match=f"{figure.split()[0]} has no cell that is tagged slide and named"):
            deck(lecture(figure=figure), {"second": chapter}, {})
    for cells in ('\n# %% tags=["slide"]\n1\n', CELLS + '\n# %% name="seen" tags=["slide"]\n3\n'):
        with pytest.raises(BookError, match="second: each cell that is tagged slide needs a name of its own"):
            slide_cells(small(project, cells))
    (project.book / "lectures.yml").write_text("a: {title: T, subtitle: s, slides: [{title: A, picture: b}]}")
    with pytest.raises(BookError, match="a slide of a must have a title, and at most"):
        read_lectures(project)


def tall_figures() -> dict[str, str]:
    """Figures that are far too tall for a slide."""
    picture = Image.fromarray(np.full((96, 96, 3), 128, np.uint8))
    chart = go.Figure(go.Bar(x=list(range(40)), y=[f"row {row}" for row in range(40)], orientation="h"))
    rows = "".join(f"<tr><td>{row}</td><td>a longer text in row {row}</td></tr>" for row in range(14))
    table = f'<div class="csd-scroll"><table class="csd-table">{rows}</table></div>'
    return {
        "gallery": figures.gallery([(picture, "a label")] * 36, caption="c", columns=6).data,
        "chart": figures.show(chart, caption="c", alt="bars", height=1100).data,
        "table": f'<figure class="csd-figure">{table}</figure>',
    }


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["gallery", "chart", "table"])
def test_a_deck_opens_from_the_disk_asks_for_nothing_and_cuts_nothing(
    browser: Browser, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")
    chapter = small(project)
    (project.book / "slides_template").symlink_to(ROOT / "book" / "slides_template")
    (project.book / "lectures.yml").write_text(
        "a:\n  title: T\n  subtitle: s\n  slides:\n    - {title: A slide, points: [One, Two], figure: second seen}\n"
    )
    ((_, text),) = decks(project, {"second": chapter}, {"second": executed(chapter, [html(tall_figures()[kind])])})
    path = tmp_path / "deck.html"
    path.write_text(text, encoding="utf-8")
    tab = Tab.new(browser)
    tab.open(path.as_uri())
    tab.page.wait_for_function("Reveal.isReady()")
    assert tab.page.evaluate("Reveal.getTotalSlides()") == 3
    for _ in range(3):
        assert tab.page.evaluate("Reveal.getCurrentSlide().offsetHeight") <= HEIGHT
        tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("ArrowLeft")
    assert tab.page.inner_text("section.present section.present h2, section.present h2") == "A slide"
    if kind == "chart":
        assert tab.page.locator("section.present .main-svg").first.is_visible()
    assert tab.errors == []


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize("name", LECTURES)
def test_no_slide_of_the_book_is_cut(browser: Browser, smoke_book: Project, name: str) -> None:
    tab = Tab.new(browser)
    tab.open((smoke_book.html / "slides" / f"{name}.html").as_uri())
    tab.page.wait_for_function("Reveal.isReady()")
    count = tab.page.evaluate("Reveal.getTotalSlides()")
    assert count == len(LECTURES[name]["slides"]) + 2
    heights = []
    for number in range(count):
        tab.page.evaluate("number => Reveal.slide(number)", number)
        heights.append(tab.page.evaluate("Reveal.getCurrentSlide().offsetHeight"))
    assert max(heights) <= HEIGHT, heights
    assert tab.errors == []
