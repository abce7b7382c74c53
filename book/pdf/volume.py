"""The order of a printed book: title and contents, the pages as they are listed, and the solutions."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from playwright.sync_api import Browser

from book.assemble import files_in
from book.chapters import find_chapters
from book.pdf.binding import Leaf, bind
from book.pdf.press import Press
from book.project import BookError, Project, log
from book.publish.address import read_address, read_config

#: Name of the printed chapter of solutions; no page of the book has it.
SOLUTIONS = "solutions"

_LINK = re.compile(r'href="([\w.-]+)\.html#([^"]+)"')
_NOTE = (
    "Printed from the executable book. Code that its pages fold is left out here; solutions and answers of the quizzes "
    "stand at the end. Figures that move in the book are shown as they stand when a page is opened, with a link to "
    "where they move."
)


def make_pdf(project: Project, chromium: Browser) -> Path:
    """Print the built book.

    Args:
        project: its book must be built.
        chromium: the browser that prints.

    Returns:
        path of the PDF, ``measuring-style.pdf`` in the project's output.

    Raises:
        BookError: there is no book.
    """
    listed = list(_listed(project))
    leaves = _print(project, Press(chromium, project.html), listed, _wanted(project, [name for _, name in listed]))
    front = Press(chromium, project.html).written("", "", _front(project, leaves), first=0)
    path = project.output / "measuring-style.pdf"
    bind(
        front, leaves, path, title=str(read_config(project)["title"]), here=project.html.as_uri(), there=_there(project)
    )
    return path


def _print(
    project: Project, press: Press, listed: Sequence[tuple[str, str]], wanted: Mapping[str, Sequence[str]]
) -> list[Leaf]:
    """The pages of the book, and their solutions behind them."""
    leaves: list[Leaf] = []
    solutions, first = "", 1
    chapters = set(find_chapters(project))
    for part, name in listed:
        leaf, solved = press.page(name, part, first=first, wanted=wanted[name])
        log.info("printed  %s: sheets %d to %d", name, first, first + leaf.pages - 1)
        leaves.append(leaf)
        # A chapter's further runs have the same exercises as its first one.
        solutions += solved if name in chapters else ""
        first += leaf.pages
    if solutions:
        text = f"<h1>Solutions</h1>{solutions}"
        leaves.append(press.written(SOLUTIONS, "Solutions", text, first=first, wanted=wanted[SOLUTIONS]))
    return leaves


def _listed(project: Project) -> Iterator[tuple[str, str]]:
    """The built pages in the order of the table of contents: part of the book, and name."""
    toc = project.site / "_toc.yml"
    if not (project.html / "index.html").is_file() or not toc.is_file():
        raise BookError(f"{project.html} holds no book; make book first")
    listed: dict[str, Any] = yaml.safe_load(toc.read_text(encoding="utf-8"))
    yield "", listed["root"]
    for part in listed["parts"]:
        yield from ((part["caption"], name) for name in files_in(part))


def _wanted(project: Project, names: Sequence[str]) -> Mapping[str, list[str]]:
    """The places of each page to which other pages lead."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        text = (project.html / f"{name}.html").read_text(encoding="utf-8")
        for page, place in _LINK.findall(text):
            found[page].add(unquote(place))
    found[SOLUTIONS] = set(names)
    return defaultdict(list, {name: sorted(places) for name, places in found.items()})


def _front(project: Project, leaves: Sequence[Leaf]) -> str:
    """Title page and contents, as HTML."""
    config = read_config(project)
    picture = '<img src="_static/atelier.webp" alt="">' if (project.html / "_static/atelier.webp").is_file() else ""
    title = (
        f'<div class="csd-title"><h1>{escape(str(config["title"]))}</h1><p>{escape(str(config["author"]))}, '
        f'{escape(str(config["copyright"]))}</p>{picture}<p class="csd-said">{_NOTE}</p></div>'
    )
    rows, part = "", ""
    for leaf in leaves:
        if leaf.part != part:
            rows += f"<h3>{escape(leaf.part)}</h3>" if leaf.part else ""
            part = leaf.part
        rows += (
            f'<p><a href="{leaf.name}.html"><span>{escape(leaf.title)}</span><i></i>'
            f'<span class="csd-number">{leaf.first}</span></a></p>'
        )
    return f'{title}<div class="csd-contents"><h2>Contents</h2>{rows}</div>'


def _there(project: Project) -> str:
    """Where the book can be opened: on GitHub's pages, or beside the PDF where no repository is named."""
    address = read_address(project)
    if address is None:
        return f"./{project.html.relative_to(project.output).as_posix()}"
    return address.site.rstrip("/")
