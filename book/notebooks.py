"""Notebook files and cells: nbformat's functions, typed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

_ROLES = ("exercise", "hint", "solution", "mistake", "check")


def read(path: Path) -> NotebookNode:
    """Read a notebook file."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def to_bytes(notebook: NotebookNode) -> bytes:
    """The content of a notebook file."""
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text.encode()


def markdown(text: str, *, name: str) -> NotebookNode:
    """A Markdown cell; its name becomes its id, so that the same text always gives the same file."""
    return nbformat.v4.new_markdown_cell(text, id=name)  # type: ignore[no-untyped-call]


def code(text: str, *, name: str, metadata: Mapping[str, Any]) -> NotebookNode:
    """A code cell without outputs."""
    return nbformat.v4.new_code_cell(text, id=name, metadata=dict(metadata))  # type: ignore[no-untyped-call]


def tags(cell: NotebookNode) -> list[str]:
    """A cell's tags."""
    return list(cell.metadata.get("tags", []))


def outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """What the cells of a notebook printed or showed."""
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def role(cell: NotebookNode) -> str:
    """What a cell is to an exercise: exercise, hint, solution, mistake or check; empty for all other cells."""
    return next((tag for tag in tags(cell) if tag in _ROLES), "")
