"""Galleries of facet queries: chosen by the reader, with the truth beside each picture; and where a facet fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from IPython.display import HTML

from csdlib.embeddings.arrays import Embedded
from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.retrieval.nearest import neighbours
from csdlib.similarity.facet_queries import facet_neighbours, near_by_truth
from csdlib.similarity.facet_spaces import FacetSpace
from csdlib.similarity.facets import Facet

#: Pictures of a page, at most: it shall stay below 1 MB.
MOST = 700

_numbers = count(1)


@dataclass(frozen=True)
class _Works:
    """Works with the truth about them, and the space that they are searched by."""

    images: Embedded
    space: FacetSpace
    facets: dict[str, Facet]

    def others(self, row: int) -> np.ndarray:
        """The works that a query can find: all by other painters."""
        painters = self.images.table.column("artist")
        return np.flatnonzero(painters != painters[row])

    def found(self, row: int, k: int, facet: str | None = None, unlike: str | None = None) -> np.ndarray:
        """The k nearest to a work, as rows; by the whole descriptor, if there is no facet."""
        others, own = self.others(row), np.array([row])
        query, database = self.images.take(own), self.images.take(others)
        if facet is None:
            return others[neighbours(query, database, k).rows[0]]
        return others[facet_neighbours(query, database, k, self.space, facet=facet, unlike=unlike).rows[0]]

    def near(self, row: int, group: str, share: float = 0.05) -> np.ndarray:
        """The rows of the works that are near by the truth, see ``near_by_truth``."""
        others = self.others(row)
        return others[near_by_truth(self.space, group, self.facets, np.array([row]), others, share=share)[0]]

    def said(self, row: int, group: str) -> dict[str, str]:
        """The truth about a work, as text."""
        return {read.name: _text(self.facets[read.name].truth[row]) for read in self.space.of(group)}


def facet_gallery(
    images: Embedded,
    queries: Sequence[int],
    space: FacetSpace,
    facets: Sequence[Facet],
    *,
    caption: str,
    k: int = 4,
    side: int = 72,
    quality: int = 60,
) -> HTML:
    """A gallery in which the reader chooses a picture and a facet, and sees neighbours by it beside the plain ones.

    Each neighbour shows its true values beside the query's, and whether it is right: near by the truth (see
    ``near_by_truth``), and in the farther half by the facet that it should be unlike in, or of another kind. Works by
    the query's own painter are never shown. All is computed here; the page only looks it up.

    Args:
        images: n works, by painters whom the space has not met.
        queries: rows of those that can be chosen.
        space: the projections.
        facets: the truth about the n works, of all that the space reads.
        caption: what to see.
        k: neighbours.
        side: of a thumbnail in pixels.
        quality: of the WebP, up to 100.

    Raises:
        InputError: no query, more than 700 pictures, painters whom the space has met, or the truth of a facet is
            missing.
    """
    works = _checked(images, queries, space, facets)
    groups = space.groups
    pairs = [(group, other) for group in groups for other in groups if group != other]
    asked = [_asked(works, int(row), k, pairs) for row in queries]
    found = {row for each in asked for rows in each["found"].values() for row in rows}
    shown = sorted(found | {each["picture"] for each in asked})
    if len(shown) > MOST:
        raise InputError(f"{len(shown)} pictures are too many for a page: ask for fewer queries, or a smaller k")
    place = {row: number for number, row in enumerate(shown)}
    sheet, columns = book.sprite((images.table.open(row) for row in shown), len(shown), side, quality)
    data = {
        "id": next(_numbers),
        "k": k,
        "side": side,
        "columns": columns,
        "sheet": sheet,
        "groups": groups,
        "facets": {group: [read.name for read in space.of(group)] for group in groups},
        "names": [book.label(images.table, row) for row in shown],
        "values": [{name: text for group in groups for name, text in works.said(row, group).items()} for row in shown],
        "queries": [_placed(each, place) for each in asked],
    }
    body = (
        f'<style>{book.asset("facets/facets.css")}</style><div class="csd-facets">'
        f'<script type="application/json">{book.script_data(data)}</script>'
        "<noscript><p>This gallery needs JavaScript.</p></noscript></div>"
        f"<script>{book.script('elements', 'facets/gallery')}</script>"
    )
    return book.framed(body, caption)


def facet_counter_examples(
    images: Embedded,
    queries: Sequence[int],
    space: FacetSpace,
    facets: Sequence[Facet],
    *,
    caption: str,
    k: int = 4,
    side: int = 96,
) -> HTML:
    """For each facet the query whose neighbours by it are worst by the truth: a row a facet.

    Args:
        images: as ``facet_gallery``.
        queries: rows among which the worst is looked for; of equals the first.
        space: likewise.
        facets: likewise.
        caption: what to see.
        k: neighbours.
        side: longest side of a picture as stored, in pixels.

    Raises:
        InputError: as ``facet_gallery``.
    """
    works = _checked(images, queries, space, facets)
    rows = []
    for group in space.groups:
        row, found = worst_query(works.images, queries, space, facets, group, k=k)
        right = set(works.near(row, group).tolist())
        table, query = images.table, _values(works, row, group)
        neighbour = [(table.open(each), _values(works, each, group), each in right) for each in found.tolist()]
        rows.append(((table.open(row), f"{group}: {query}"), neighbour))
    return book.neighbour_rows(rows, caption=caption, side=side)


def worst_query(
    images: Embedded, queries: Sequence[int], space: FacetSpace, facets: Sequence[Facet], group: str, *, k: int = 4
) -> tuple[int, np.ndarray]:
    """The query with the fewest right neighbours by a facet, and of equals the one whose are farthest by the truth.

    Returns:
        its row, and those of its k neighbours.
    """
    works = _checked(images, queries, space, facets)
    found = {int(row): works.found(int(row), k, group) for row in queries}

    def score(row: int) -> tuple[int, float]:
        reads = [(read, works.facets[read.name].truth) for read in space.of(group)]
        apart = [np.square(read.columns(truth[found[row]]) - read.columns(truth[[row]])).sum() for read, truth in reads]
        return int(np.isin(found[row], works.near(row, group)).sum()), -float(np.sum(apart))

    worst = min(found, key=score)
    return worst, found[worst]


def _checked(images: Embedded, queries: Sequence[int], space: FacetSpace, facets: Sequence[Facet]) -> _Works:
    truth = {facet.name: facet for facet in facets}
    if missing := [read.name for read in space.facets if read.name not in truth]:
        raise InputError(f"the truth of {missing[0]!r} is missing: give all facets that the space reads")
    if not len(queries):
        raise InputError("a gallery of facets needs a query at least")
    space.require(images)
    space.require_unmet(images.table.column("artist"))
    return _Works(images, space, truth)


def _asked(works: _Works, row: int, k: int, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """All that the page says of one query, in rows of the table."""
    groups = works.space.groups
    found = {"": works.found(row, k).tolist()} | {group: works.found(row, k, group).tolist() for group in groups}
    found |= {f"{group}|{other}": works.found(row, k, group, other).tolist() for group, other in pairs}
    shown = sorted({each for rows in found.values() for each in rows})
    near = {group: np.intersect1d(shown, works.near(row, group)).tolist() for group in groups}
    far = {group: np.setdiff1d(shown, works.near(row, group, 0.5)).tolist() for group in groups}
    return {"picture": row, "found": found, "near": near, "far": far}


def _placed(asked: dict[str, Any], place: dict[int, int]) -> dict[str, Any]:
    """The same in places of the page's pictures."""
    lists = {
        part: {key: [place[row] for row in rows] for key, rows in asked[part].items()}
        for part in ("found", "near", "far")
    }
    return {"picture": place[asked["picture"]]} | lists


def _values(works: _Works, row: int, group: str) -> str:
    return ", ".join(f"{name} {text}" for name, text in works.said(row, group).items())


def _text(value: Any) -> str:
    """A value for readers: three digits are enough."""
    return str(value) if isinstance(value, str) else f"{value:.3g}".replace("-", "−")
