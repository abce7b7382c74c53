"""Retrieval metrics.

All metrics read ``hits`` (q, K): whether the i-th neighbour of each query is right, best neighbour first. They return
an ``Estimate``: the mean over queries with its interval (``intervals.py``).
"""

from typing import Any

import numpy as np

from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap

#: How people call the metrics whose short names stand in tables.
METRIC_TITLES = {
    "mean_precision": "mean precision@k",
    "average_precision": "average precision@k",
    "recall": "recall@k",
    "reciprocal_rank": "mean reciprocal rank@k",
    "precision_at_r": "precision@R",
    "mean_precision_macro": "mean precision@k, macro",
}


def mean_precision_at_k(hits: np.ndarray, k: int, **options: Any) -> Estimate:
    """The mean over i = 1..k of precision@i, averaged over queries.

    This is what the CSD paper and its code call mAP@k; it is not average precision (see ``average_precision_at_k``).

    Args:
        hits: (q, K) bool, best neighbour first.
        k: 1 <= k <= K.
        options: see ``bootstrap``.

    Returns:
        a fraction in [0, 1]; higher is better.

    Example:
        >>> mean_precision_at_k(np.array([[True, False]]), k=2).value  # (1/1 + 1/2) / 2
        0.75
    """
    return bootstrap(mean_precision_per_query(hits, k), **options)


def average_precision_at_k(
    hits: np.ndarray, k: int, *, n_relevant: np.ndarray | None = None, **options: Any
) -> Estimate:
    """Textbook average precision: precision@i summed over the hits up to k, divided by min(k, relevant).

    Args:
        hits: (q, K) bool, best neighbour first.
        k: 1 <= k <= K.
        n_relevant: (q,) how many database images are right for each query; queries with none count as 0.
        options: see ``bootstrap``.

    Returns:
        a fraction in [0, 1]; higher is better.

    Raises:
        InputError: ``n_relevant`` is missing, or smaller than the hits that were found.

    Example:
        >>> average_precision_at_k(np.array([[True, False]]), k=2, n_relevant=np.array([2])).value
        0.5
    """
    return bootstrap(average_precision_per_query(hits, k, n_relevant), **options)


def recall_at_k(hits: np.ndarray, k: int, **options: Any) -> Estimate:
    """The share of queries with at least one hit among the first k.

    Args:
        hits: (q, K) bool, best neighbour first.
        k: 1 <= k <= K.
        options: see ``bootstrap``.

    Returns:
        a fraction in [0, 1]; higher is better.

    Example:
        >>> recall_at_k(np.array([[False, True], [False, False]]), k=2).value
        0.5
    """
    return bootstrap(recall_per_query(hits, k), **options)


def mrr_at_k(hits: np.ndarray, k: int, **options: Any) -> Estimate:
    """Mean reciprocal rank: 1 / rank of the first hit, 0 where there is none among the first k.

    The average is over all queries; the paper's released code leaves out the queries without a hit.

    Args:
        hits: (q, K) bool, best neighbour first.
        k: 1 <= k <= K.
        options: see ``bootstrap``.

    Returns:
        a fraction in [0, 1]; higher is better.

    Example:
        >>> mrr_at_k(np.array([[False, True], [False, False]]), k=2).value
        0.25
    """
    return bootstrap(reciprocal_rank_per_query(hits, k), **options)


def precision_at_r(hits: np.ndarray, *, n_relevant: np.ndarray, **options: Any) -> Estimate:
    """R-precision: the share of right images among the first R, where R is how many right ones a query has.

    Args:
        hits: (q, K) bool, best neighbour first; K at least the largest of ``n_relevant``.
        n_relevant: (q,) how many database images are right for each query; queries with none count as 0.
        options: see ``bootstrap``.

    Returns:
        a fraction in [0, 1]; higher is better.

    Raises:
        InputError: fewer neighbours were searched than a query has right images.

    Example:
        >>> precision_at_r(np.array([[True, False, True]]), n_relevant=np.array([2])).value
        0.5
    """
    return bootstrap(precision_at_r_per_query(hits, n_relevant), **options)


def mean_precision_per_query(hits: np.ndarray, k: int) -> np.ndarray:
    """The mean of precision@1 to precision@k of each query, (q,) float64 in [0, 1]; higher is better.

    Args:
        hits: (q, K) bool, whether each neighbour is right; the nearest come first.
        k: neighbours that count, from 1 to K.

    Raises:
        InputError: hits of another form, or fewer than k of them.

    Example:
        >>> mean_precision_per_query(np.array([[True, False], [False, False]]), k=2)
        array([0.75, 0.  ])
    """
    # The hit at rank j counts 1 / i in precision@i for every i from j to k: all queries are one product.
    weights = np.cumsum(1 / np.arange(k, 0, -1))[::-1] / k
    return np.asarray(_first(hits, k) @ weights)


def average_precision_per_query(hits: np.ndarray, k: int, n_relevant: np.ndarray | None) -> np.ndarray:
    """The average precision of each query, (q,) float64 in [0, 1]; higher is better.

    Args:
        hits: (q, K) bool, whether each neighbour is right; the nearest come first.
        k: neighbours that count, from 1 to K.
        n_relevant: (q,) how many images of the database are right.

    Raises:
        InputError: no ``n_relevant``, or one smaller than what was found; hits of another form, or fewer than k.

    Example:
        >>> average_precision_per_query(np.array([[True, False, True]]), 3, np.array([4]))
        array([0.55555556])
    """
    first = _first(hits, k)
    found = first.sum(axis=1)
    if n_relevant is None or len(n_relevant) != len(hits):
        raise InputError("average precision needs n_relevant: how many database images are right for each query")
    if (found > n_relevant).any():
        raise InputError("n_relevant is smaller than the number of hits of a query")
    queries, ranks = np.nonzero(first)
    nth = np.arange(len(queries)) - np.repeat(found.cumsum() - found, found) + 1
    precisions = np.bincount(queries, weights=nth / (ranks + 1), minlength=len(first))
    return np.asarray(precisions / np.clip(n_relevant, 1, k))


def precision_at_r_per_query(hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """The R-precision of each query, (q,) float64 in [0, 1]: of R right images, the share among the first R.

    Args:
        hits: (q, K) bool, whether each neighbour is right; the nearest come first.
        n_relevant: (q,) how many images of the database are right: each query's R.

    Raises:
        InputError: fewer neighbours than the largest R, or numbers for other queries.

    Example:
        >>> precision_at_r_per_query(np.array([[True, False, True]]), np.array([2]))
        array([0.5])
    """
    if len(n_relevant) != len(hits):
        raise InputError(f"n_relevant has {len(n_relevant)} numbers for {len(hits)} queries")
    most = max(1, int(np.max(n_relevant, initial=0)))
    if np.ndim(hits) == 2 and most > np.shape(hits)[1]:
        raise InputError(f"a query has {most} right images: search at least as many neighbours for precision@R")
    first = _first(hits, most) & (np.arange(most) < np.asarray(n_relevant)[:, None])
    return np.asarray(first.sum(axis=1) / np.maximum(n_relevant, 1))


def recall_per_query(hits: np.ndarray, k: int) -> np.ndarray:
    """1 where a query has a hit among the first k, else 0; (q,) float64.

    Args:
        hits: (q, K) bool, whether each neighbour is right; the nearest come first.
        k: neighbours that count, from 1 to K.

    Raises:
        InputError: hits of another form, or fewer than k of them.

    Example:
        >>> recall_per_query(np.array([[False, True], [False, False]]), k=2)
        array([1., 0.])
    """
    return np.asarray(_first(hits, k).any(axis=1), dtype=np.float64)


def reciprocal_rank_per_query(hits: np.ndarray, k: int) -> np.ndarray:
    """1 / rank of the first hit of each query, 0 without one; (q,) float64 in [0, 1], higher is better.

    Args:
        hits: (q, K) bool, whether each neighbour is right; the nearest come first.
        k: neighbours that count, from 1 to K.

    Raises:
        InputError: hits of another form, or fewer than k of them.

    Example:
        >>> reciprocal_rank_per_query(np.array([[False, True], [False, False]]), k=2)
        array([0.5, 0. ])
    """
    first = _first(hits, k)
    return np.where(first.any(axis=1), 1 / (first.argmax(axis=1) + 1), 0.0)


def _first(hits: np.ndarray, k: int) -> np.ndarray:
    hits = np.asarray(hits)
    if hits.ndim != 2 or hits.dtype != bool:
        raise InputError(f"hits must be (q, K) bool, got {hits.shape} {hits.dtype}")
    if not 1 <= k <= hits.shape[1]:
        raise InputError(f"k must be from 1 to {hits.shape[1]} (the neighbours that were searched), got {k}")
    return hits[:, :k]
