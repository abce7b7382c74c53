"""``make lab``: every chapter as a notebook to work in, each with its twin as text, and a page that leads to them."""

from pathlib import Path

import nbformat
import yaml

from book.chapters import Chapter, find_chapters, read_chapter
from book.editions import student
from book.notebooks import markdown, to_bytes
from book.plain import plain_markdown
from book.project import Project, write_if_changed

#: The page that JupyterLab opens.
START = "start_here.ipynb"
# Jupytext, which the book is built with, reads it in JupyterLab: whichever of the two is saved, the other one follows.
_PAIRED = 'formats = "ipynb,py:percent"\n'
_NOTE = (
    "*Your copy of the chapter.* Run its cells from the top; their numbers are those of the book. Write each answer in "
    "place of the stub, and run the check below it: it stays silent, or prints a result, if you are right, and else "
    "says what it got. *Run All* stops at the first stub. A relative path counts from the folder of this notebook."
)
_INTRODUCTION = """\
# Measuring Style: the notebooks

Each link opens a chapter to run, from the top down: charts, maps and sliders live as in the book. Exercises are
stubs with a check below each; solutions stand in the book (`make book`, then `make serve`).

These copies are yours: `make lab` never writes over one. Saved, each gets a twin, a Python file of the same name,
to edit and to compare with git's tools; what is saved in one is in the other. To have a chapter anew, delete both.
The book itself is made of `chapters/`, which nothing here changes."""


def write_lab(project: Project) -> Path:
    """Write the notebooks that are not there yet, the pairing, and the page that leads to them.

    Returns:
        the folder; a notebook that is there already stays as it is, for somebody may have worked in it.
    """
    folder = project.output / "lab"
    chapters = {slug: read_chapter(project, slug) for slug in find_chapters(project)}
    write_if_changed(folder / "jupytext.toml", _PAIRED.encode())
    for slug, chapter in chapters.items():
        if not (folder / f"{slug}.ipynb").exists():
            copy = student(plain_markdown(project, chapter.notebook()), _NOTE)
            write_if_changed(folder / f"{slug}.ipynb", to_bytes(copy))
    write_if_changed(folder / START, _start(project, chapters))
    return folder


def _start(project: Project, chapters: dict[str, Chapter]) -> bytes:
    """The page that leads to the chapters, in the order of the table of contents."""
    contents = yaml.safe_load((project.book / "_toc.yml").read_text(encoding="utf-8"))
    lines = [_INTRODUCTION]
    for part in contents.get("parts", [contents]):
        listed = [chapters[each["file"]] for each in part.get("chapters", []) if each.get("file") in chapters]
        if listed:
            lines += ["", f"## {part.get('caption', 'Chapters')}", ""]
            lines += [f"- [{each.title}]({each.slug}.ipynb), {each.minutes:g} min to run" for each in listed]
    notebook = nbformat.v4.new_notebook(cells=[markdown("\n".join(lines), name="start")])  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return to_bytes(notebook)
