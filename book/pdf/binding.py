"""Binding: printed pages become one PDF whose links lead to its own sheets, with bookmarks and numbers of sheets."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    Fit,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    TextStringObject,
)

#: Marks a link that leads out of the PDF, to the page that it was printed from.
ALIVE = "alive"


@dataclass(frozen=True)
class Heading:
    """A heading of a printed page.

    Attributes:
        level: 1 of the page's title, 2 of its sections.
        text: of the heading.
        place: id of its section.
    """

    level: int
    text: str
    place: str


@dataclass(frozen=True)
class Leaf:
    """A printed page of the book: one or more sheets.

    Attributes:
        name: of the page.
        title: of the page.
        part: of the book in which it stands; empty outside of all.
        content: the PDF.
        headings: in their order.
        first: number of its first sheet.
    """

    name: str
    title: str
    part: str
    content: bytes
    headings: list[Heading] = field(default_factory=list)
    first: int = 1

    @cached_property
    def reader(self) -> PdfReader:
        """The PDF, opened."""
        return PdfReader(io.BytesIO(self.content))

    @property
    def pages(self) -> int:
        """Number of its sheets."""
        return len(self.reader.pages)

    @cached_property
    def places(self) -> dict[str, tuple[int, float]]:
        """Its named places: sheet, counted from 0, and height on it in points."""
        found = {}
        for name, target in self.reader.named_destinations.items():
            sheet = self.reader.get_destination_page_number(target)
            if sheet is not None and sheet >= 0:
                found[unquote(name.lstrip("/"))] = (sheet, float(target.get("/Top", 0)))
        return found


class _Volume:
    """What is bound so far.

    Args:
        front: title page and contents.
        leaves: the rest, in their order.
    """

    def __init__(self, front: Leaf, leaves: Sequence[Leaf]) -> None:
        self.writer = PdfWriter()
        self._starts: dict[str, int] = {}
        self._leaves = {leaf.name: leaf for leaf in (front, *leaves)}
        for leaf in self._leaves.values():
            self._starts[leaf.name] = len(self.writer.pages)
            leaf.places  # noqa: B018  (read before its names are taken away)
            # Every leaf has its own places of the same names.
            for names in ("/Dests", "/Names"):
                leaf.reader.root_object.pop(NameObject(names), None)
            self.writer.append(leaf.reader, import_outline=False)

    def target(self, name: str, place: str) -> tuple[int, float | None]:
        """Sheet and height of a place; the beginning of the leaf where the place is unknown."""
        sheet, top = self._leaves[name].places.get(place, (0, None))
        return self._starts[name] + sheet, top

    def __contains__(self, name: str) -> bool:
        return name in self._leaves

    def sheets(self) -> Sequence[tuple[str, PageObject]]:
        """Every sheet with the name of its leaf."""
        owners = [name for name, leaf in self._leaves.items() for _ in range(leaf.pages)]
        return list(zip(owners, self.writer.pages, strict=True))


def bind(front: Leaf, leaves: Sequence[Leaf], path: Path, *, title: str, here: str, there: str) -> None:
    """Write one PDF.

    Args:
        front: title page and contents, whose sheets have Roman numbers.
        leaves: the rest; their sheets are numbered from 1.
        path: of the PDF.
        title: of the book.
        here: address of the folder from which the pages were printed.
        there: address at which readers find that folder; relative to the PDF, or absolute.
    """
    volume = _Volume(front, leaves)
    for name, sheet in volume.sheets():
        for annotation in sheet.get("/Annots", ()):
            _lead(volume, name, annotation.get_object(), here, there)
    _add_bookmarks(volume, leaves)
    volume.writer.set_page_label(0, front.pages - 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    volume.writer.set_page_label(front.pages, len(volume.writer.pages) - 1, style=PageLabelStyle.DECIMAL)
    volume.writer.add_metadata({"/Title": title})
    volume.writer.page_mode = "/UseOutlines"
    volume.writer.compress_identical_objects()
    path.parent.mkdir(parents=True, exist_ok=True)
    volume.writer.write(path)


def _lead(volume: _Volume, own: str, link: DictionaryObject, here: str, there: str) -> None:
    """Has a link lead to a sheet, or else to where the book can be opened."""
    target: tuple[int, float | None] | None = None
    if "/Dest" in link:
        target = volume.target(own, unquote(str(link["/Dest"]).lstrip("/")))
    else:
        action: Any = link.get("/A", {})
        address = str(action.get("/URI", ""))
        if not address.startswith(here):
            return
        parts = urlsplit(address)
        name = Path(unquote(parts.path)).stem
        if name in volume and parts.query != ALIVE:
            target = volume.target(name, unquote(parts.fragment))
        action[NameObject("/URI")] = TextStringObject(there + address[len(here) :].replace(f"?{ALIVE}", ""))
    if target is not None:
        sheet, top = target
        link.pop("/A", None)
        height = NullObject() if top is None else FloatObject(top)
        where = [volume.writer.pages[sheet].indirect_reference, NameObject("/XYZ"), NullObject(), height, NullObject()]
        link[NameObject("/Dest")] = ArrayObject(where)


def _add_bookmarks(volume: _Volume, leaves: Sequence[Leaf]) -> None:
    """Parts, pages and their sections; only the parts are open."""
    part, parent = "", None
    for leaf in leaves:
        if leaf.part != part:
            part, parent = leaf.part, _bookmark(volume, leaf.part, leaf) if leaf.part else None
        chapter = _bookmark(volume, leaf.title, leaf, parent=parent)
        for heading in leaf.headings:
            if heading.level == 2:
                _bookmark(volume, heading.text, leaf, heading.place, parent=chapter)


def _bookmark(
    volume: _Volume, title: str, leaf: Leaf, place: str = "", parent: IndirectObject | None = None
) -> IndirectObject:
    sheet, top = volume.target(leaf.name, place)
    return volume.writer.add_outline_item(
        title=title, page_number=sheet, parent=parent, fit=Fit.xyz(top=top), is_open=False
    )
