"""Nearest neighbours of every query in the database, with faiss: exact, or by an approximate index of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import pandas as pd
from tqdm import tqdm

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, process_share, stored_arrays, text_hash
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap
from csdlib.retrieval.indexes import METRICS

#: Queries that are searched together, and stored together when they are done.
BLOCK = 4096
#: Queries whose approximate neighbours are compared with the exact ones.
CHECKED = 200

Search = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Neighbours:
    """The neighbours of every query, best first; equal scores in the order of the database.

    Attributes:
        rows: (q, k) int64, row numbers of the database; -1 where there is no further neighbour: of a query that is in a
            database of k images, or where an approximate index found fewer.
        scores: (q, k) float32; cosine similarity (higher = more alike) or, for l2, minus the squared distance.
        recall: the share of the exact neighbours that an approximate index found, in [0, 1], measured on up to 200 of
            the queries; None for an exact search.
    """

    rows: np.ndarray
    scores: np.ndarray
    recall: Estimate | None = None

    def table(self, query_ids: np.ndarray, database_ids: np.ndarray) -> pd.DataFrame:
        """The neighbours by name: columns query, rank (from 1), neighbour, score; missing neighbours are left out.

        Example:
            >>> found = Neighbours(np.array([[1, -1]]), np.array([[0.5, -np.inf]], np.float32))
            >>> found.table(np.array(["q"]), np.array(["a", "b"])).to_numpy().tolist()
            [['q', 1, 'b', 0.5]]
        """
        query, rank = np.nonzero(self.rows >= 0)
        # Numbers and each name once: as texts of one width, millions of names would not fit into memory.
        columns = {
            "query": pd.Categorical.from_codes(query, pd.Index(query_ids)),
            "rank": rank + 1,
            "neighbour": pd.Categorical.from_codes(self.rows[query, rank], pd.Index(database_ids)),
        }
        return pd.DataFrame(columns | {"score": self.scores[query, rank]})


def neighbours(
    query: Embeddings,
    database: Embeddings,
    k: int,
    *,
    own: np.ndarray | None = None,
    index: faiss.Index | None = None,
    parts: AnyPath | None = None,
    progress: bool = False,
) -> Neighbours:
    """The k nearest database images of every query image; an image is never its own neighbour.

    It is known by its collection and its id: a copy of the same file in another collection is a neighbour. Who knows
    better says so by ``own``.

    The search is exact, in pieces that fit into memory. Beyond a million database images, where it takes minutes,
    an approximate index is quicker.

    Args:
        query: (q, d) embeddings.
        database: (n, d) embeddings of the same descriptor; may be memory-mapped.
        k: neighbours a query; at most as many as the database has images are searched.
        own: (q,) the row of each query in the database; -1 where it is not there.
        index: of the database, in the same order, from ``approximate_index`` or made with faiss otherwise.
        parts: folder for the finished parts of an exact search: a run that was killed goes on from there.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: two descriptors or dimensions, an empty side, k below 1, an index of something else, or parts with
            an index or ``own``.

    Example:
        >>> square = np.eye(2, dtype=np.float32)
        >>> database = Embeddings(square, np.array(["a", "b"]), "x", "cosine")
        >>> query = Embeddings(square[:1], np.array(["q"]), "x", "cosine")
        >>> neighbours(query, database, k=2).rows
        array([[0, 1]])
    """
    parts = None if parts is None else Path(parts)
    _check(query, database, k, index)
    k = min(k, len(database))
    if index is not None and parts is not None:
        raise InputError("parts are for exact search: an index answers too quickly to be worth storing")
    if own is not None and parts is not None:
        raise InputError("parts are stored by collection and id: own cannot be given with them")
    own = _own_rows(query, database) if own is None else np.where(own < 0, -2, own)
    search = _exact(database) if index is None else _by_index(index, database)
    rows = np.full((len(query), k), -1, dtype=np.int64)
    scores = np.full((len(query), k), -np.inf, dtype=np.float32)
    with tqdm(total=len(query), desc="search", unit="query", disable=not progress) as bar:
        for start in range(0, len(query), BLOCK):
            block = slice(start, min(start + BLOCK, len(query)))
            path = _part(parts, query, database, k, start) if parts else None
            found = _stored(path) or _searched(query, block, own, search, k, len(database), path)
            rows[block], scores[block] = found
            bar.update(block.stop - start)
    recall = None if index is None else _recall(rows, query, database, own, k)
    return Neighbours(rows, scores, recall)


def search_share(query: Embeddings, database: Embeddings, k: int, parts: AnyPath, *, progress: bool = False) -> None:
    """This process's share of an exact search, for ``accelerate launch``; ``neighbours`` with these parts joins them.

    Args:
        query: (q, d) embeddings.
        database: (n, d) embeddings of the same descriptor.
        k: neighbours a query.
        parts: folder that all processes see; parts that are there already are not searched again.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: as ``neighbours``.
    """
    parts = Path(parts)
    _check(query, database, k, None)
    k = min(k, len(database))
    own, search = _own_rows(query, database), _exact(database)
    for start in tqdm(process_share(range(0, len(query), BLOCK)), desc="search", unit="part", disable=not progress):
        path = _part(parts, query, database, k, start)
        if not _stored(path):
            _searched(query, slice(start, start + BLOCK), own, search, k, len(database), path)


def _check(query: Embeddings, database: Embeddings, k: int, index: faiss.Index | None) -> None:
    if query.fingerprint != database.fingerprint:
        raise InputError("query and database were embedded by different descriptors: embed both with the same one")
    if query.vectors.shape[1] != database.vectors.shape[1] or query.metric != database.metric:
        raise InputError(
            f"query and database differ: {query.vectors.shape[1]} and {database.vectors.shape[1]} dimensions, "
            f"metrics {query.metric} and {database.metric}; embed both with the same descriptor"
        )
    if k < 1:
        raise InputError(f"k must be 1 or more, got {k}")
    if not len(query) or not len(database):
        raise InputError("nothing to search: the query or the database set is empty")
    wanted = (len(database), database.vectors.shape[1], METRICS[database.metric])
    if index is not None and (index.ntotal, index.d, index.metric_type) != wanted:
        raise InputError(
            f"the index holds {index.ntotal} vectors of {index.d} dimensions, the database {wanted[0]} of {wanted[1]}, "
            "or their metrics differ; build it from this database"
        )


def _own_rows(query: Embeddings, database: Embeddings) -> np.ndarray:
    """The row of each query in the database, (q,) int64; -2 where it is not in it."""
    rows = database.rows_of(query)
    return np.where(rows < 0, -2, rows)


def _exact(database: Embeddings) -> Search:
    """Searches the database piece by piece, keeping the best."""
    metric = METRICS[database.metric]

    def search(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        rows = np.zeros((len(vectors), 0), dtype=np.int64)
        scores = np.zeros((len(vectors), 0), dtype=np.float32)
        for start, piece in database.pieces():
            values, places = faiss.knn(vectors, piece, min(k, len(piece)), metric=metric)
            if not rows.size:
                rows, scores = places + start, _higher_is_better(values, metric)
                continue
            scores = np.concatenate([scores, _higher_is_better(values, metric)], axis=1)
            best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
            rows = np.take_along_axis(np.concatenate([rows, places + start], axis=1), best, axis=1)
            scores = np.take_along_axis(scores, best, axis=1)
        return rows, scores

    return search


def _by_index(index: faiss.Index, database: Embeddings) -> Search:
    def search(vectors: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        values, rows = index.search(vectors, k)
        return rows, np.where(rows < 0, -np.inf, _higher_is_better(values, METRICS[database.metric]))

    return search


def _higher_is_better(values: np.ndarray, metric: int) -> np.ndarray:
    return values if metric == faiss.METRIC_INNER_PRODUCT else -values


def _searched(
    query: Embeddings, block: slice, own: np.ndarray, search: Search, k: int, n: int, path: Path | None
) -> tuple[np.ndarray, np.ndarray]:
    """Rows and scores of a block of queries, (b, k); stored, if there is a path."""
    vectors = np.ascontiguousarray(query.vectors[block], dtype=np.float32)
    # A query that is in the database finds itself: look one further, and take it out.
    rows, scores = _best(vectors, search, min(k + bool((own[block] >= 0).any()), n), n)
    _remove(rows, scores, own[block])
    rows, scores = rows[:, :k], scores[:, :k]
    if path:
        with atomic_path(path) as temporary:
            np.savez(temporary, rows=rows, scores=scores)
    return rows, scores


def _best(vectors: np.ndarray, search: Search, k: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The k best of n; equals in the order of the database, so that chance decides neither places nor the last one."""
    rows, scores = search(vectors, min(k + 1, n))
    equals = (scores[:, 1:] == scores[:, :-1]).any(axis=1)
    order = np.lexsort((rows[equals], -scores[equals]))
    rows[equals] = np.take_along_axis(rows[equals], order, axis=1)
    if k == n:
        return rows, scores
    # Where the last place is shared, all who share it are needed: twice the neighbours, for half the queries at once.
    shared = np.flatnonzero((scores[:, k - 1] == scores[:, k]) & (rows[:, k] >= 0))
    for part in np.array_split(shared, 2):
        if len(part):
            more, _ = _best(vectors[part], search, min(2 * k, n), n)
            rows[part, :k] = more[:, :k]
    return rows[:, :k], scores[:, :k]


def _remove(rows: np.ndarray, scores: np.ndarray, own: np.ndarray) -> None:
    """Takes each query out of its own neighbours, in place; those behind it move up."""
    itself = rows == own[:, None]
    found = itself.any(axis=1)
    order = np.argsort(itself[found], axis=1, kind="stable")
    for values, missing in ((rows, -1), (scores, -np.inf)):
        moved = np.take_along_axis(values[found], order, axis=1)
        moved[:, -1] = missing
        values[found] = moved


def _recall(rows: np.ndarray, query: Embeddings, database: Embeddings, own: np.ndarray, k: int) -> Estimate:
    """The share of exact neighbours that were found, on some of the queries."""
    some = np.sort(np.random.default_rng(0).permutation(len(query))[:CHECKED])
    search = _exact(database)
    exact, _ = _searched(query.take(some), slice(None), own[some], search, k, len(database), None)
    return bootstrap(np.array([np.isin(right, found).mean() for right, found in zip(exact, rows[some], strict=True)]))


def _part(parts: Path, query: Embeddings, database: Embeddings, k: int, start: int) -> Path:
    return parts / f"{text_hash(query.content_hash, database.content_hash, k, start)[:32]}.npz"


def _stored(path: Path | None) -> tuple[np.ndarray, np.ndarray] | None:
    """A finished part; None where there is none, or where it is damaged: then it is searched again."""
    stored = stored_arrays(path) if path else None
    return (stored["rows"], stored["scores"]) if stored and {"rows", "scores"} <= set(stored) else None
