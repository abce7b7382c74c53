"""The form of all chapters: short, in short cells, with their helpers in csdlib and something to do at the end."""

import ast
from functools import cache

import pytest
from nbformat import NotebookNode

from book.chapters import find_chapters, read_chapter
from book.notebooks import tags
from book.project import Project
from book.runs import listed_runs, recorded_times
from tests.book.conftest import ROOT

PROJECT = Project(ROOT, ROOT / "build")
WORDS, CELL_LINES, FOLDED_LINES, DEFINITIONS, HELPER_LINES = 2000, 25, 50, 3, 14
# What the column of a page holds beside both sidebars.
WIDTH = 88
EXERCISE = {"exercise", "hint", "solution", "mistake", "check"}
FOLDED = {"hide-input", "hide-cell", "remove-input", "solution", "mistake", "check"}

each_chapter = pytest.mark.parametrize("slug", find_chapters(PROJECT))


@cache
def notebook(slug: str) -> NotebookNode:
    return read_chapter(PROJECT, slug).notebook()


def cells(slug: str, kind: str) -> list[NotebookNode]:
    return [cell for cell in notebook(slug).cells if cell.cell_type == kind]


def definitions(slug: str) -> dict[str, int]:
    """The names of functions and classes outside exercises, and how many lines each has."""
    sources = [cell.source for cell in cells(slug, "code") if not EXERCISE & set(tags(cell))]
    found = [statement for source in sources for statement in ast.parse(source).body]
    helpers = [each for each in found if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    return {each.name: (each.end_lineno or each.lineno) - each.lineno + 1 for each in helpers}


@each_chapter
def test_a_chapter_is_short_enough_for_one_sitting(slug: str) -> None:
    # Of hints, whoever needs them reads one or two.
    texts = [cell.source for cell in cells(slug, "markdown") if "hint" not in tags(cell)]
    assert sum(len(text.split()) for text in texts) < WORDS


@each_chapter
def test_no_cell_is_longer_than_a_screen(slug: str) -> None:
    for cell in cells(slug, "code"):
        most = FOLDED_LINES if FOLDED & set(tags(cell)) else CELL_LINES
        assert len(cell.source.splitlines()) <= most, cell.source[:200]


@each_chapter
def test_visible_code_fits_the_page(slug: str) -> None:
    # Parameters may be longer: their meanings break.
    shown = [cell for cell in cells(slug, "code") if not {*FOLDED, "parameters"} & set(tags(cell))]
    lines = [line for cell in shown for line in cell.source.splitlines()]
    assert [line for line in lines if len(line) > WIDTH] == []


@each_chapter
def test_helpers_are_few_and_short_because_csdlib_has_the_others(slug: str) -> None:
    assert len(definitions(slug)) <= DEFINITIONS, definitions(slug)
    assert {name: lines for name, lines in definitions(slug).items() if lines > HELPER_LINES} == {}


@each_chapter
def test_a_header_promises_the_minutes_that_were_measured(slug: str) -> None:
    chapter = read_chapter(PROJECT, slug)
    minutes = {0.5: "less than one", 1: "about one", 2: "about two", 4: "about four"}
    said = f"{minutes[chapter.minutes]} to run"
    assert any("**Time:**" in cell.source and said in cell.source for cell in cells(slug, "markdown"))
    slowest = max(seconds for (other, _), seconds in recorded_times(PROJECT).items() if other == slug)
    # A little more than a promise: another machine, or a busy one, is no lie. Less than a third of it would be.
    assert slowest < 70 * chapter.minutes
    assert slowest > 20 * chapter.minutes or chapter.minutes <= 1


def test_times_are_recorded_of_all_runs_and_no_others() -> None:
    listed = {(run.chapter.slug, run.name) for run in listed_runs(PROJECT)}
    assert set(recorded_times(PROJECT)) == listed | {("shared", "default")}


@each_chapter
def test_a_chapter_has_its_parts_in_their_order(slug: str) -> None:
    headings = [
        line.removeprefix("## ")
        for cell in cells(slug, "markdown")
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    assert headings[:2] == ["Overview", "Prerequisites"]
    assert headings[-3:] == ["Summary", "Exercises", "Further reading"]


@each_chapter
def test_a_chapter_has_an_exercise_that_is_checked(slug: str) -> None:
    assert any("check" in tags(cell) for cell in cells(slug, "code"))
