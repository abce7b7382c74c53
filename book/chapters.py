"""A chapter's source: its header, its parameters and its exercises, checked before anything runs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode

from book.notebooks import role, tags
from book.parameters import Parameter, Scalar, read_parameters, read_registry
from book.project import BookError, Project

# A hint is in words, or shows what comes out, and then follows what makes it. Of mistakes there may be several.
_EXERCISE = re.compile(r"(exercise, (hint, )*solution, (hint, |mistake, )*check, )*")


@dataclass(frozen=True)
class Chapter:
    """A chapter's source and what its header says.

    Attributes:
        slug: file name without ending.
        path: of the Jupytext source.
        text: the source.
        title: from the header.
        minutes: what the slowest listed run takes on two cores, two chapters at a time (``book/times.csv``).
        accelerator: "none", or what the chapter wants.
        data: files and folders that it reads, relative to the repository.
        parameters: in the order of the source.
    """

    slug: str
    path: Path
    text: str
    title: str
    minutes: float
    accelerator: str
    data: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    def notebook(self) -> NotebookNode:
        """A fresh notebook without outputs; the same source always gives the same ids."""
        notebook = jupytext.reads(self.text, fmt="py:percent")
        for number, cell in enumerate(notebook.cells, 1):
            cell["id"] = f"cell-{number}"
            cell.metadata["csd"] = {"number": number}
        return notebook

    def resolve(self, given: Mapping[str, object]) -> dict[str, Scalar]:
        """All parameters: the given values over the defaults.

        Raises:
            BookError: a name is unknown or a value has the wrong type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values = {name: parameter.default for name, parameter in known.items()}
        for name, value in given.items():
            if name not in known:
                raise self._refuse(f"unknown parameter {name}")
            try:
                values[name] = known[name].check(value)
            except TypeError as error:
                raise self._refuse(str(error)) from error
        return values

    def parse(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Scalar]:
        """Parameters from a command line's ``-p name value`` pairs.

        Raises:
            BookError: a name is unknown or a text cannot be read as its parameter's type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values: dict[str, Scalar] = {}
        for name, text in pairs:
            if name not in known:
                raise self._refuse(f"unknown parameter {name}")
            try:
                values[name] = known[name].parse(text)
            except TypeError as error:
                raise self._refuse(str(error)) from error
        return values

    def changed(self, values: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """The values that differ from their defaults."""
        return {
            parameter.name: values[parameter.name]
            for parameter in self.parameters
            if values[parameter.name] != parameter.default
        }

    def _refuse(self, problem: str) -> BookError:
        known = "".join(
            f"\n  {parameter.name}: {type(parameter.default).__name__} = {parameter.default!r}"
            for parameter in self.parameters
        )
        return BookError(f"chapter {self.slug}: {problem}. Its parameters are:{known or ' none'}")


def find_chapters(project: Project) -> list[str]:
    """Slugs of all chapters, sorted."""
    return sorted(path.stem for path in project.chapters.glob("*.py"))


def read_chapter(project: Project, slug: str) -> Chapter:
    """Read one chapter and check its form.

    Raises:
        BookError: there is no such chapter, or its header, parameters or exercises break the contract.
    """
    path = project.chapters / f"{slug}.py"
    if not path.is_file():
        raise BookError(f"no chapter {slug!r}; chapters are {', '.join(find_chapters(project)) or 'none'}")
    text = path.read_text(encoding="utf-8")
    notebook = jupytext.reads(text, fmt="py:percent")
    header = _header(slug, notebook)
    _check_exercises(slug, notebook)
    _check_title(slug, notebook)
    parameters = read_parameters(slug, _parameters_cell(slug, notebook), read_registry(project))
    return Chapter(slug=slug, path=path, text=text, parameters=parameters, **header)


def _header(slug: str, notebook: NotebookNode) -> dict[str, Any]:
    if "kernelspec" not in notebook.metadata:
        raise BookError(f"chapter {slug}: the header has no kernelspec")
    csd = notebook.metadata.get("csd")
    expected: dict[str, type | tuple[type, ...]] = {
        "title": str,
        "minutes": (int, float),
        "accelerator": str,
        "data": list,
    }
    if not isinstance(csd, dict) or set(csd) != set(expected):
        raise BookError(f"chapter {slug}: the header's csd block must have exactly {', '.join(expected)}")
    for name, kind in expected.items():
        if not isinstance(csd[name], kind):
            raise BookError(f"chapter {slug}: {name} in the header's csd block has the wrong type ({csd[name]!r})")
    return {**csd, "data": tuple(csd["data"])}


def _parameters_cell(slug: str, notebook: NotebookNode) -> str:
    cells = [cell for cell in notebook.cells if "parameters" in tags(cell)]
    if len(cells) != 1:
        raise BookError(f"chapter {slug}: {len(cells)} cells are tagged parameters; there must be exactly one")
    return str(cells[0].source)


def _check_exercises(slug: str, notebook: NotebookNode) -> None:
    """Exercises are a stub, its solution and a check, with hints and common mistakes between them."""
    found = [(role(cell), cell) for cell in notebook.cells if role(cell)]
    if not _EXERCISE.fullmatch("".join(f"{name}, " for name, _ in found)):
        raise BookError(
            f"chapter {slug}: cells of exercises must be tagged exercise, solution, check in this order, with any hint "
            f"before the check and any mistake behind the solution; found {', '.join(name for name, _ in found)}"
        )
    for name, cell in found:
        if name == "mistake" and not cell.source.startswith("#"):
            raise BookError(f"chapter {slug}: a cell tagged mistake must begin with a comment that says what is wrong")


def _check_title(slug: str, notebook: NotebookNode) -> None:
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.startswith("# "):
        raise BookError(f"chapter {slug}: the first cell must be Markdown that starts with the title ('# ...')")
