"""Galleries of what was found: queries with their neighbours."""

from collections.abc import Iterable

from IPython.display import HTML

from csdlib.figures.book import label, neighbour_rows
from csdlib.retrieval.benchmark import Retrieval


def neighbour_gallery(found: Retrieval, queries: Iterable[int], *, caption: str, count: int = 5) -> HTML:
    """Some queries of a benchmark with their nearest neighbours: one row a query, right and wrong ones marked.

    Args:
        found: what a descriptor found.
        queries: rows of ``found.query``.
        caption: what to see.
        count: neighbours of each query.
    """
    shown = []
    for query in queries:
        nearest = zip(found.neighbours.rows[query, :count], found.hits[query], strict=False)
        neighbours = [(found.database.open(row), label(found.database, row), bool(hit)) for row, hit in nearest]
        shown.append(((found.query.open(query), label(found.query, query)), neighbours))
    return neighbour_rows(shown, caption=caption)
