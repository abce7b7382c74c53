"""Nearest neighbours of every query in the database, with faiss."""

from dataclasses import dataclass
from typing import cast

import faiss
import numpy as np

from csdlib.embeddings import Embeddings
from csdlib.errors import InputError


@dataclass(frozen=True)
class Neighbours:
    """The neighbours of every query, best first.

    Attributes:
        rows: (q, k) int64, row numbers of the database; -1 where the database is too small.
        scores: (q, k) float32; cosine similarity (higher = more alike) or, for l2, minus the squared distance.
    """

    rows: np.ndarray
    scores: np.ndarray


def neighbours(query: Embeddings, database: Embeddings, k: int) -> Neighbours:
    """The k nearest database images of every query image; an image is never its own neighbour.

    Args:
        query: (q, d) embeddings.
        database: (n, d) embeddings of the same descriptor.
        k: neighbours a query; where the database has fewer, the rest is -1.

    Raises:
        InputError: two descriptors, an empty database, k below 1, or cosine embeddings that are not of unit norm.

    Example:
        >>> square = np.eye(2, dtype=np.float32)
        >>> database = Embeddings(square, np.array(["a", "b"]), "x", "cosine")
        >>> query = Embeddings(square[:1], np.array(["q"]), "x", "cosine")
        >>> neighbours(query, database, k=2).rows
        array([[0, 1]])
    """
    _check(query, database, k)
    shared = len(np.intersect1d(query.ids, database.ids)) > 0
    # A query that is in the database finds itself: look one further, and take it out.
    rows, scores = _search(query, database, min(k + shared, len(database)))
    if shared:
        rows, scores = _without_itself(rows, scores, query.ids, database.ids)
    rows, scores = rows[:, :k], scores[:, :k]
    missing = ((0, 0), (0, k - rows.shape[1]))
    return Neighbours(np.pad(rows, missing, constant_values=-1), np.pad(scores, missing, constant_values=-np.inf))


def hits(neighbours: Neighbours, query_labels: np.ndarray, database_labels: np.ndarray) -> np.ndarray:
    """Which neighbours carry the query's label.

    Args:
        neighbours: of q queries.
        query_labels: (q,) labels, for example artists.
        database_labels: (n,) labels.

    Returns:
        (q, k) bool; False where a neighbour is missing.
    """
    found = np.asarray(database_labels)[neighbours.rows] == np.asarray(query_labels)[:, None]
    return cast(np.ndarray, found & (neighbours.rows >= 0))


def relevant_counts(query_labels: np.ndarray, database_labels: np.ndarray) -> np.ndarray:
    """How many database images carry each query's label, (q,) int64.

    Example:
        >>> relevant_counts(np.array(["a", "c"]), np.array(["a", "b", "a"]))
        array([2, 0])
    """
    names, counts = np.unique(database_labels, return_counts=True)
    count = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return np.array([count.get(label, 0) for label in np.asarray(query_labels).tolist()], dtype=np.int64)


def _check(query: Embeddings, database: Embeddings, k: int) -> None:
    if query.fingerprint != database.fingerprint:
        raise InputError("query and database were embedded by different descriptors: embed both with the same one")
    if k < 1:
        raise InputError(f"k must be 1 or more, got {k}")
    if not len(query) or not len(database):
        raise InputError("nothing to search: the query or the database set is empty")
    for part in (query, database):
        norms = np.linalg.norm(part.vectors, axis=1)
        if part.metric == "cosine" and not np.allclose(norms, 1, atol=1e-3):
            worst = int(np.argmax(abs(norms - 1)))
            raise InputError(
                f"the descriptor of {part.ids[worst]!r} has norm {norms[worst]:.3g}; cosine needs unit norm"
            )


def _search(query: Embeddings, database: Embeddings, k: int) -> tuple[np.ndarray, np.ndarray]:
    dim = database.vectors.shape[1]
    index = faiss.IndexFlatIP(dim) if database.metric == "cosine" else faiss.IndexFlatL2(dim)
    index.add(np.ascontiguousarray(database.vectors, dtype=np.float32))
    values, rows = index.search(np.ascontiguousarray(query.vectors, dtype=np.float32), k)
    return rows, values if database.metric == "cosine" else -values


def _without_itself(
    rows: np.ndarray, scores: np.ndarray, query_ids: np.ndarray, database_ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    itself = database_ids[rows] == query_ids[:, None]
    # Where the query is not among its neighbours, the furthest one gives way instead.
    itself[~itself.any(axis=1), -1] = True
    shape = (len(rows), rows.shape[1] - 1)
    return rows[~itself].reshape(shape), scores[~itself].reshape(shape)
