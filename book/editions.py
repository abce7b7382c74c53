"""Editions of a chapter: what students get, what their teacher gets, and the form that nbgrader marks."""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from textwrap import shorten
from typing import Any

import jupytext
from nbformat import NotebookNode

from book.messages import with_messages
from book.notebooks import markdown, role, tags

# **1. A title** (10 minutes). Some have the brackets inside the stars, and some are open, or take an hour.
_TITLE = re.compile(r"^\*\*(\d+\. [^*(]+?)\.?(?:\*\*)? \(([^)]*(?:minutes|hour|afternoon)[^)]*)\)", re.MULTILINE)
_MINUTES = re.compile(r"(\d+) minutes|an (hour)", re.IGNORECASE)
_FOR_STUDENTS = (
    "*Your copy of the chapter.* Run its cells from the top. Write each answer in place of the stub, and run the "
    "check below it: it stays silent, or prints a result, if you are right, and else says what it got. Outputs are "
    "those of the book, to compare with yours. The notebook may lie in any folder; paths in its parameters count from "
    "there. If a check speaks of `NoneType`, your function gives nothing back: is there a `return`? If it speaks of a "
    "`list`, or calls the truth of an array ambiguous, you gave several numbers back, where one is asked for."
)
_FOR_TEACHERS = (
    "*The teacher's copy, not for students.* With solutions, what they print, and mistakes that are often made. "
    "A check fails on its stub and on each of these mistakes, and passes on the solution: the build runs all of them."
)
# Where JupyterLab folds what the page folds.
_FOLDED = {"hide-input": ["source"], "hide-output": ["outputs"], "hide-cell": ["source", "outputs"]}
_NO_ANSWER = {"grade": False, "solution": False, "task": False, "locked": False, "schema_version": 3}


def student(notebook: NotebookNode, note: str = _FOR_STUDENTS) -> NotebookNode:
    """Stubs, hints and checks, with what a solution prints, to compare with; without solutions.

    Args:
        notebook: a chapter, executed or not. It stays as it is.
        note: what stands below the title.
    """
    cells: list[NotebookNode] = []
    shown: list[str] = []
    for number, cell in enumerate(deepcopy(notebook.cells)):
        kind = role(cell)
        if kind == "hint" and cell.cell_type == "markdown":
            cells.append(_folded("A hint", cell.source, name=f"hint-{number}"))
            continue
        if kind in ("hint", "solution", "check"):
            shown += _as_markdown(cell.outputs)
        if kind in ("hint", "solution", "mistake"):
            continue
        if kind == "check":
            if shown:
                cells.append(_folded("What you should get", "\n\n".join(shown), name=f"expected-{number}"))
            shown = []
            _empty(cell)
            cell.source = with_messages(cell.source)
        cells.append(_for_jupyter(cell))
    return _edition(notebook, cells, note)


def instructor(notebook: NotebookNode, source: NotebookNode) -> NotebookNode:
    """All of the chapter, with a table of its exercises, and with the common mistakes and what a check says to them.

    Args:
        notebook: the chapter, executed or not; where it was, it knows what each check says to a mistake.
        source: the chapter as it is written: a run leaves its mistakes out.
    """
    mistakes: dict[int, list[str]] = {}
    for cell in source.cells:
        if role(cell) == "solution":
            found = mistakes[cell.metadata["csd"]["number"]] = []
        elif role(cell) == "mistake":
            found.append(cell.source)
    cells = []
    for cell in deepcopy(notebook.cells):
        if role(cell) == "mistake":
            continue
        if role(cell) == "hint" and cell.cell_type == "markdown":
            cell.source = f"**A hint.** {cell.source}"
        cells.append(_for_jupyter(cell))
        if role(cell) == "solution":
            number = cell.metadata["csd"]["number"]
            said = [*cell.metadata["csd"].get("said", []), *[""] * len(mistakes[number])]
            for place, text in enumerate(mistakes[number]):
                cells.append(_mistake(text, said[place], name=f"mistake-{number}-{place}"))
    return _edition(notebook, cells, f"{_FOR_TEACHERS}\n\n{_table(source, list(mistakes.values()))}")


def assignment(notebook: NotebookNode, slug: str) -> NotebookNode:
    """The form from which ``nbgrader generate_assignment`` makes what students get.

    A cell to fill in holds the stub, and behind it, between nbgrader's marks, the solution, which takes its place. A
    point is a minute of those that the exercise says it takes.

    Args:
        notebook: the chapter, executed or not.
        slug: of the chapter; the names of the cells begin with it.
    """
    solutions = [cell.source for cell in notebook.cells if role(cell) == "solution"]
    points = [each.minutes for each in exercises(notebook) if each.checked]
    form, number = student(notebook), 0
    for cell in form.cells:
        if role(cell) == "exercise":
            cell.source = f"{cell.source}\n\n### BEGIN SOLUTION\n{solutions[number]}\n### END SOLUTION"
            _mark(cell, f"{slug}-{number + 1}", solution=True)
        elif role(cell) == "check":
            _mark(cell, f"{slug}-{number + 1}-check", grade=True, locked=True, points=points[number])
            number += 1
    return form


@dataclass
class Exercise:
    """What a chapter says of one of its exercises.

    Attributes:
        title: with its number.
        minutes: that it takes; 0 where the text states none.
        checked: whether a check judges it; what is open is read by somebody.
    """

    title: str
    minutes: int
    checked: bool = False


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """The exercises of a chapter, in their order."""
    found: list[Exercise] = []
    for cell in notebook.cells:
        if role(cell) == "exercise" and found:
            found[-1].checked = True
        elif cell.cell_type == "markdown" and not role(cell):
            for title, brackets in _TITLE.findall(cell.source):
                stated = _MINUTES.search(brackets)
                found.append(Exercise(title, int(stated[1] or 60) if stated else 0))
    return found


def as_source(notebook: NotebookNode) -> bytes:
    """A notebook as Python in Jupytext's percent format."""
    text: str = jupytext.writes(notebook, fmt="py:percent")
    return text.encode()


def _edition(notebook: NotebookNode, cells: Sequence[NotebookNode], note: str) -> NotebookNode:
    made = deepcopy(notebook)
    made.cells = list(cells)
    title, _, rest = cells[0].source.partition("\n")
    cells[0].source = f"{title}\n\n{note}\n{rest}".rstrip()
    for cell in made.cells:
        cell.metadata.pop("csd", None)
    return made


def _for_jupyter(cell: NotebookNode) -> NotebookNode:
    hidden = {part for tag in tags(cell) for part in _FOLDED.get(tag, [])}
    if hidden:
        cell.metadata["jupyter"] = {f"{part}_hidden": True for part in sorted(hidden)}
    return cell


def _empty(cell: NotebookNode) -> None:
    cell.outputs, cell.execution_count = [], None


def _folded(title: str, text: str, *, name: str) -> NotebookNode:
    return markdown(f"<details><summary>{title}</summary>\n\n{text}\n\n</details>", name=name)


def _as_markdown(outputs: Sequence[NotebookNode]) -> Iterator[str]:
    """What a cell shows, where only Markdown can show it: no script runs there."""
    for output in outputs:
        data = output.get("data", {})
        if "image/png" in data:
            yield f"![]({'data:image/png;base64,' + ''.join(data['image/png'].split())})"
        elif "<table" in data.get("text/html", "") and "<script" not in data["text/html"]:
            yield data["text/html"]
        elif text := output.get("text", data.get("text/plain", "")):
            yield f"<pre>{escape(text.rstrip())}</pre>"


def _mistake(source: str, check_says: str, *, name: str) -> NotebookNode:
    lines = source.splitlines()
    said = next((row for row, line in enumerate(lines) if not line.startswith("#")), len(lines))
    why = " ".join(line.lstrip("# ") for line in lines[:said])
    text = "\n".join(lines[said:]).strip("\n")
    heard = f"\n\nThe check says:\n\n```text\n{shorten(check_says, 400)}\n```" if check_says else ""
    return markdown(f"**A common mistake.** {why}\n\n```python\n{text}\n```{heard}", name=name)


def _table(source: NotebookNode, mistakes: Sequence[Sequence[str]]) -> str:
    known = iter(mistakes)
    rows = [
        f"| {each.title} | {each.minutes or ''} | {len(next(known)) if each.checked else 'open: marked by hand'} |"
        for each in exercises(source)
    ]
    return "\n".join(["| exercise | minutes | mistakes noted |", "|---|---|---|", *rows])


def _mark(cell: NotebookNode, name: str, **what: Any) -> None:
    cell.metadata["nbgrader"] = {**_NO_ANSWER, "cell_type": "code", "grade_id": name, **what}
