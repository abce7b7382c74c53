"""``make lab``: notebooks to work in, which give the numbers of the book."""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from jupytext.cli import jupytext as jupytext_command
from nbclient import NotebookClient

from book.build import make_chapter
from book.chapters import find_chapters, read_chapter
from book.lab import START, write_lab
from book.notebooks import read, role
from book.project import Project
from tests.book.conftest import ROOT

# Runs in seconds, and draws charts, tables and sliders.
CHEAP = "the_loss_by_hand"


def test_each_chapter_has_a_notebook_and_the_first_page_leads_to_it(tmp_path: Path) -> None:
    project = Project(ROOT, tmp_path)
    folder = write_lab(project)
    start = read(folder / START).cells[0].source
    slugs = find_chapters(project)
    assert {path.stem for path in folder.glob("*.ipynb")} == {*slugs, Path(START).stem}
    assert sorted(re.findall(r"\]\((\w+)\.ipynb\)", start)) == slugs


def test_what_somebody_has_worked_in_is_never_written_over(tmp_path: Path) -> None:
    project = Project(ROOT, tmp_path)
    mine = write_lab(project) / f"{CHEAP}.ipynb"
    mine.write_text("my answers")
    (mine.parent / "quickstart.ipynb").unlink()
    write_lab(project)
    assert mine.read_text() == "my answers"
    assert (mine.parent / "quickstart.ipynb").is_file()


def test_a_notebook_and_its_twin_follow_each_other(tmp_path: Path) -> None:
    notebook = write_lab(Project(ROOT, tmp_path)) / f"{CHEAP}.ipynb"
    twin = notebook.with_suffix(".py")
    jupytext_command(["--sync", str(notebook)])
    assert [cell.source for cell in jupytext.read(twin).cells] == [cell.source for cell in read(notebook).cells]
    twin.write_text(twin.read_text() + "\n# %%\nmine = 1\n")
    jupytext_command(["--sync", str(twin)])
    assert read(notebook).cells[-1].source == "mine = 1"


def test_what_a_notebook_runs_is_what_the_book_runs_but_for_the_exercises(tmp_path: Path) -> None:
    project = Project(ROOT, tmp_path)
    folder = write_lab(project)
    for slug in find_chapters(project):
        assert computed(read(folder / f"{slug}.ipynb")) == computed(read_chapter(project, slug).notebook()), slug


@pytest.mark.slow
def test_a_notebook_gives_the_numbers_of_make_chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(ROOT, tmp_path)
    book = read(make_chapter(project, CHEAP, [], notebook_only=True))
    monkeypatch.delenv("CSDLIB_BOOK", raising=False)
    path = write_lab(project) / f"{CHEAP}.ipynb"
    notebook = read(path)
    # A stub's check fails, as it must; a learner runs on.
    NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True).execute(cwd=str(path.parent))
    there, here = shown(book), shown(notebook)
    both = there.keys() & here.keys()
    assert len([source for source in both if there[source]]) >= 5
    assert {source: here[source] for source in both} == {source: there[source] for source in both}


def computed(notebook: nbformat.NotebookNode) -> list[str]:
    """The source of each cell of code that belongs to no exercise."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code" and not role(cell)]


def shown(notebook: nbformat.NotebookNode) -> dict[str, list[str]]:
    """What each cell prints, and the numbers of its tables and charts: source -> texts."""
    found: dict[str, list[str]] = {}
    for cell in notebook.cells:
        # What an exercise prints hangs on its answer.
        if cell.cell_type == "code" and not role(cell):
            found[cell.source] = [text for output in cell.outputs for text in numbers(output)]
    return found


def numbers(output: nbformat.NotebookNode) -> list[str]:
    html = "".join(output.get("data", {}).get("text/html", ""))
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", html)
    return [*cells, *([output.text] if output.get("name") == "stdout" else [])]
