"""What the search finds beside pages, sections and names of the module: figures, and terms of the glossary.

Sphinx's index holds the words of captions as words of their page, and neither what a figure tells those who do not see
it, nor numbers, nor terms as such. ``_static/search.js`` adds them to its results. They are scripts: a page from the
disk may fetch nothing.
"""

import json
import re
from collections.abc import Iterable, Sequence
from html import unescape
from pathlib import Path

from nbformat import NotebookNode

from book.figure_places import figure_words
from book.project import write_if_changed

#: In the folder of the book.
FIGURES, TERMS = "figures.js", "terms.js"

_TERM = re.compile(r'<dt id="(term-[^"]+)">(.*?)<a class="headerlink".*?<dd>(.*?)</dd>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def figures_script(pages: Iterable[tuple[str, str, NotebookNode]]) -> str:
    """The figures of pages.

    Args:
        pages: of each its name, its title and its notebook.
    """
    rows = [[name, title, *words] for name, title, page in pages for words in figure_words(page)]
    return _script("CSD_FIGURES", rows)


def write_terms(html: Path) -> None:
    """Writes the terms of the built glossary, each with its place and its definition; none where there is none."""
    page = html / "glossary.html"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    rows = [[place, _plain(term), _plain(definition)] for place, term, definition in _TERM.findall(text)]
    write_if_changed(html / TERMS, _script("CSD_TERMS", rows).encode())


def _script(name: str, rows: Sequence[Sequence[str]]) -> str:
    return f"const {name} = {json.dumps(rows, ensure_ascii=False, separators=(',', ':'))};\n"


def _plain(markup: str) -> str:
    return " ".join(unescape(_TAG.sub("", markup)).split())
