"""Chapters outside of the book: what only Sphinx understands, as plain Markdown that Jupyter shows."""

import re
from copy import deepcopy

from nbformat import NotebookNode
from pybtex.database import parse_file

from book.chapters import find_chapters
from book.project import Project

_TERM = re.compile(r"\{term\}`([^`<]+?)(?:\s*<[^`]*>)?`")
_CITED = re.compile(r"\{cite:([tp])\}`([^`]+)`")
_LINK = re.compile(r"\[([^\]]+)\]\((\w+)\)")
_BOX = re.compile(r"^(:::+|```)\{\w+\} ?(.*)\n(?::[\w-]+:.*\n)*((?:.*\n)*?)\1$", re.MULTILINE)
_NUMBERED = re.compile(r"(\$\$)[ \t]*\([\w:-]+\)")


def plain_markdown(project: Project, notebook: NotebookNode) -> NotebookNode:
    """A copy of a chapter whose words, citations, links and boxes need no book around them.

    A term stands as it is, a citation as names and year; a link leads to a notebook beside this one; a box is a quote.
    """
    labels, slugs = _labels(project), find_chapters(project)

    def cited(found: re.Match[str]) -> str:
        names = [labels.get(key.strip(), (key.strip(), "n.d.")) for key in found[2].split(",")]
        text = "; ".join(f"{who}, {year}" if found[1] == "p" else f"{who} ({year})" for who, year in names)
        return f"({text})" if found[1] == "p" else text

    made = deepcopy(notebook)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            text = _CITED.sub(cited, _TERM.sub(r"\1", cell.source))
            text = _LINK.sub(lambda found: f"[{found[1]}]({found[2]}.ipynb)" if found[2] in slugs else found[1], text)
            cell.source = _NUMBERED.sub(r"\1", _BOX.sub(_quoted, text))
    return made


def _labels(project: Project) -> dict[str, tuple[str, str]]:
    """Key -> who and when, as a sentence names them."""
    path = project.book / "references.bib"
    entries = parse_file(str(path)).entries if path.is_file() else {}
    return {
        key: (_who(each.persons.get("author", [])), each.fields.get("year", "n.d.")) for key, each in entries.items()
    }


def _who(authors: list[object]) -> str:
    names = [" ".join(getattr(each, "prelast_names", []) + getattr(each, "last_names", [])) for each in authors]
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."


def _quoted(found: re.Match[str]) -> str:
    lines = [f"**{found[2]}**", "", *found[3].rstrip().splitlines()] if found[2] else found[3].rstrip().splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines)
