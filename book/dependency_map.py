"""The map of what depends on what, drawn from the chapters' tables of prerequisites; it follows the theme."""

from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap

from book.teaching import Lesson

# In units of the drawing. A box holds three lines of a title; the letters are 12 high (csd.css).
_BOX, _HIGH, _COLUMN, _ROW, _EDGE = 126, 50, 150, 60, 8
_LETTERS, _LINE = 16, 14
#: Okabe and Ito's colours, in the order of the book's parts.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1")

Place = tuple[int, int]


def levels(lessons: Sequence[Lesson]) -> dict[str, int]:
    """How many chapters at least have to be read one after the other before each: the longest chain of needs."""
    needs = {lesson.slug: lesson.needs for lesson in lessons}
    found: dict[str, int] = {}

    def level(slug: str) -> int:
        if slug not in found:
            found[slug] = 1 + max((level(each) for each in needs[slug]), default=-1)
        return found[slug]

    for slug in needs:
        level(slug)
    return found


def shortest_needs(lessons: Sequence[Lesson]) -> dict[str, list[str]]:
    """The needs of each chapter without those that another need brings along."""
    needs = {lesson.slug: lesson.needs for lesson in lessons}

    def before(slug: str) -> set[str]:
        return set(needs[slug]).union(*(before(each) for each in needs[slug]))

    brought = {slug: set().union(*(before(each) for each in needs[slug])) for slug in needs}
    return {slug: [each for each in needs[slug] if each not in brought[slug]] for slug in needs}


def dependency_map(lessons: Sequence[Lesson], parts: Mapping[str, str]) -> str:
    """The map as a figure in HTML, on one line for each element and without an empty one, as MyST wants it.

    Args:
        lessons: all chapters, in the order of the book.
        parts: slug -> the part of the book in which a chapter stands.
    """
    needs, places = shortest_needs(lessons), _places(lessons)
    said = escape(_said(needs))
    names = list(dict.fromkeys(parts[lesson.slug] for lesson in lessons))
    colours = dict(zip(names, _COLOURS, strict=False))
    wide = max(x for x, _ in places.values()) + _BOX + 2
    high = max(y for _, y in places.values()) + _HIGH + 2
    edges = [_edge(places[need], places[slug]) for slug, found in needs.items() for need in found]
    boxes = [_box(lesson, places[lesson.slug], colours[parts[lesson.slug]]) for lesson in lessons]
    legend = " ".join(f'<span><i style="background: {colours[name]}"></i>{escape(name)}</span>' for name in names)
    return "\n".join(
        [
            '<figure class="csd-figure full-width csd-dependencies">',
            f'<div class="csd-wide"><svg viewBox="-1 -1 {wide} {high}" role="group" aria-label="{said}">',
            *edges,
            *boxes,
            "</svg></div>",
            f'<p class="csd-legend">{legend}</p>',
            "<figcaption>What has to be read before what, from the chapters' own tables of prerequisites. "
            "A line leads from a chapter to one that needs it; each box opens its chapter. "
            "The table below has the same, and what helps.</figcaption>",
            "</figure>",
        ]
    )


def _places(lessons: Sequence[Lesson]) -> dict[str, Place]:
    """A column for each level; in a column a chapter stands near what it needs."""
    level, places = levels(lessons), dict[str, Place]()
    for column in range(max(level.values()) + 1):
        inside = [lesson for lesson in lessons if level[lesson.slug] == column]
        heights = {each.slug: [places[need][1] for need in each.needs] for each in inside}
        # The sort is stable: where nothing else decides, the order of the book does.
        inside.sort(key=lambda each: sum(heights[each.slug]) / max(len(heights[each.slug]), 1))
        for row, each in enumerate(inside):
            places[each.slug] = (column * _COLUMN, row * _ROW)
    return places


def _edge(start: Place, end: Place) -> str:
    x, y = start[0] + _BOX, start[1] + _HIGH // 2
    u, v = end[0], end[1] + _HIGH // 2
    bend = (u - x) // 2 if u - x < _COLUMN else _COLUMN // 3
    return f'<path d="M{x} {y} C{x + bend} {y} {u - bend} {v} {u} {v}"/>'


def _box(lesson: Lesson, place: Place, colour: str) -> str:
    x, y = place
    lines = wrap(lesson.title, _LETTERS)
    first = y + _HIGH / 2 + 4.5 - _LINE / 2 * (len(lines) - 1)
    texts = "".join(
        f'<text x="{x + _EDGE + 4}" y="{first + _LINE * row:g}">{escape(line)}</text>' for row, line in enumerate(lines)
    )
    return (
        f'<a href="{lesson.slug}.html"><rect x="{x}" y="{y}" width="{_BOX}" height="{_HIGH}" rx="4"/>'
        f'<rect class="csd-part" x="{x}" y="{y}" width="{_EDGE - 3}" height="{_HIGH}" fill="{colour}"/>{texts}</a>'
    )


def _said(needs: Mapping[str, Sequence[str]]) -> str:
    ways_in = sum(not found for found in needs.values())
    lines = sum(map(len, needs.values()))
    return (
        f"A map of {len(needs)} chapters in columns, joined by {lines} lines from left to right. "
        f"{ways_in} chapters need no other one. The table below says the same in words."
    )
