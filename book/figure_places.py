"""Figures as places: each has a name to which a link can lead, and words by which the search finds it."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from nbformat import NotebookNode

from book.notebooks import outputs

_FIRST_TAG = re.compile(r'\s*<(figure|div)(?= class="csd-)')
_CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
_SAID = re.compile(r'\s(?:aria-label|alt)="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")


def with_places(page: NotebookNode) -> NotebookNode:
    """Gives each figure of a page its name, ``figure-1`` and so on."""
    for number, data in enumerate(_figures(page), 1):
        data["text/html"] = _FIRST_TAG.sub(rf'<\1 id="{_place(number)}"', data["text/html"], count=1)
    return page


def figure_words(page: NotebookNode) -> list[tuple[str, str, str]]:
    """What the figures of a page say: of each its place, its caption, and what it says to those who do not see it.

    Call it before or after ``with_places``; the places are the same.
    """
    return [
        (_place(number), _text(_CAPTION.findall(data["text/html"])), _text(_SAID.findall(data["text/html"])))
        for number, data in enumerate(_figures(page), 1)
    ]


def _figures(page: NotebookNode) -> Iterator[NotebookNode]:
    """The outputs that are figures; several that stand in one frame count as one."""
    for output in outputs(page):
        data = output.get("data", {})
        if re.match(r'\s*<(?:figure|div)(?: id="figure-\d+")? class="csd-', data.get("text/html", "")):
            yield data


def _place(number: int) -> str:
    return f"figure-{number}"


def _text(parts: Iterable[str]) -> str:
    """Each part once, without markup."""
    plain = (" ".join(unescape(_TAG.sub("", part)).split()) for part in parts)
    return " ".join(dict.fromkeys(filter(None, plain)))
