"""Which neighbours are right, and how many images of the database could be: by a label, or by a shared tag."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.sparse import csr_array

from csdlib.embeddings.arrays import Embedded
from csdlib.errors import InputError
from csdlib.retrieval.nearest import Neighbours, neighbours

#: Entries of a matrix that says which database images share a tag with which query.
MATCHED_AT_ONCE = 2**24


@dataclass(frozen=True)
class Matches:
    """The neighbours of every query, and which of them are right.

    Attributes:
        neighbours: rows of the database for every query, best first.
        hits: (q, k) bool, whether a neighbour is right: has the query's label, or shares a tag.
        n_relevant: (q,) int64, how many database images are right.
    """

    neighbours: Neighbours
    hits: np.ndarray
    n_relevant: np.ndarray


def matches(query: Embedded, database: Embedded, k: int, *, label: str = "artist") -> Matches:
    """Searches a table's images among another's, and judges what is found.

    Args:
        query: q images.
        database: n images, by the same descriptor.
        k: neighbours a query; at most n are searched.
        label: the column that a right neighbour shares with the query, or ``"styles"``: at least one tag is shared.

    Raises:
        InputError: as ``neighbours``, or a table lacks the column.
    """
    found = neighbours(query, database, k)
    if label == "styles":
        tags = query.table.sparse_labels(database.table.tags), database.table.sparse_labels()
        return Matches(found, *tag_hits(found, *tags))
    labels = query.table.column(label), database.table.column(label)
    return Matches(found, hits(found, *labels), relevant_counts(*labels))


def hits(neighbours: Neighbours, query_labels: np.ndarray, database_labels: np.ndarray) -> np.ndarray:
    """Which neighbours carry the query's label.

    Args:
        neighbours: of q queries.
        query_labels: (q,) labels, for example artists.
        database_labels: (n,) labels.

    Returns:
        (q, k) bool; False where a neighbour is missing.

    Raises:
        InputError: another number of labels than of queries.
    """
    if len(query_labels) != len(neighbours.rows):
        raise InputError(f"{len(query_labels)} labels for {len(neighbours.rows)} queries")
    # Numbers instead of names: a (q, k) array of strings would not fit into memory.
    names = np.concatenate([np.asarray(query_labels, dtype=str), np.asarray(database_labels, dtype=str)])
    numbers = np.unique(names, return_inverse=True)[1].astype(np.int32)
    of_query, of_database = np.split(numbers, [len(query_labels)])
    return cast(np.ndarray, (of_database[neighbours.rows] == of_query[:, None]) & (neighbours.rows >= 0))


def relevant_counts(query_labels: np.ndarray, database_labels: np.ndarray) -> np.ndarray:
    """How many database images carry each query's label, (q,) int64.

    A query that is itself in the database is counted, though it is never its own neighbour: subtract it.

    Example:
        >>> relevant_counts(np.array(["a", "c"]), np.array(["a", "b", "a"]))
        array([2, 0])
    """
    names, counts = np.unique(np.asarray(database_labels, dtype=str), return_counts=True)
    count = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return np.array([count.get(label, 0) for label in np.asarray(query_labels, dtype=str).tolist()], dtype=np.int64)


def tag_hits(neighbours: Neighbours, query_tags: csr_array, database_tags: csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Which neighbours share a tag with the query, and how many database images do.

    Args:
        neighbours: of q queries.
        query_tags: (q, a), not 0 where a query carries a tag; see ``ImageTable.sparse_labels``.
        database_tags: (n, a), the same tags in the same order.

    Returns:
        (q, k) bool, False where a neighbour is missing; and (q,) int64.

    Example:
        >>> found = Neighbours(np.array([[1, 0]]), np.zeros((1, 2), np.float32))
        >>> tag_hits(found, csr_array([[1, 1]]), csr_array([[0, 0], [0, 1]]))
        (array([[ True, False]]), array([1]))
    """
    right = np.zeros(neighbours.rows.shape, dtype=bool)
    counts = np.zeros(len(right), dtype=np.int64)
    step = max(1, MATCHED_AT_ONCE // max(1, database_tags.shape[0]))
    for start in range(0, len(right), step):
        block = slice(start, start + step)
        shared = (query_tags[block] @ database_tags.T).toarray() > 0
        right[block] = np.take_along_axis(shared, neighbours.rows[block], axis=1)
        counts[block] = shared.sum(axis=1)
    return right & (neighbours.rows >= 0), counts
