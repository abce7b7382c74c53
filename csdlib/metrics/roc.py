"""Can a score tell two kinds of artists apart, those whom a generator has seen and those whom it has not?"""

from typing import Any

import numpy as np

from csdlib.errors import InputError
from csdlib.metrics.intervals import Estimate, draws, interval, resampled_sums


def roc_area(scores: np.ndarray, seen: np.ndarray) -> float:
    """The area under the ROC curve.

    It is the probability that a seen artist, drawn at random, scores higher than an unseen one; a tie counts half.

    Args:
        scores: (a,) one an artist, for example General Style Similarities.
        seen: (a,) bool.

    Returns:
        in [0, 1]: 1 is perfect, 0.5 is what a coin reaches.

    Raises:
        InputError: no seen or no unseen artist, another number of scores, or a score that is not finite.

    Example:
        >>> roc_area(np.array([0.9, 0.4, 0.5, 0.1]), np.array([True, True, False, False]))
        0.75
    """
    return float(_wins(scores, seen).mean())


def auc(scores: np.ndarray, seen: np.ndarray, **options: Any) -> Estimate:
    """The area under the ROC curve, see ``roc_area``, with an interval over artists.

    Args:
        scores: (a,) one an artist.
        seen: (a,) bool; seen and unseen artists are drawn apart, so that both are in every resample.
        options: ``n_bootstrap``, ``level`` and ``seed``, see ``bootstrap``.

    Raises:
        InputError: as ``roc_area``.

    Example:
        >>> auc(np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, True, False, False])).value
        1.0
    """
    return _estimate(_wins(scores, seen), **options)


def auc_difference(scores: np.ndarray, others: np.ndarray, seen: np.ndarray, **options: Any) -> Estimate:
    """By how much the first score's area is larger than the other's, on the same resamples of the same artists.

    Args:
        scores: (a,) of one method.
        others: (a,) of another, the same artists in the same order.
        seen: (a,) bool.
        options: see ``auc``.

    Returns:
        in [-1, 1]; an interval without 0 is a difference that other artists would be likely to show too.

    Raises:
        InputError: as ``roc_area``.

    Example:
        >>> auc_difference(np.array([2.0, 1.0]), np.array([1.0, 2.0]), np.array([True, False])).value
        1.0
    """
    return _estimate(_wins(scores, seen) - _wins(others, seen), **options)


def _wins(scores: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Whether each seen artist scores above each unseen one, (seen, unseen) float64; a tie counts half."""
    if len(scores) != len(seen):
        raise InputError(f"{len(scores)} scores for {len(seen)} artists")
    if seen.all() or not seen.any():
        raise InputError("an area under the ROC curve needs artists who were seen, and artists who were not")
    if not np.isfinite(scores).all():
        raise InputError(f"the score of artist number {int(np.isfinite(scores).argmin())} is not finite")
    high, low = scores[seen], scores[~seen]
    return (high[:, None] > low) + 0.5 * (high[:, None] == low)


def _estimate(wins: np.ndarray, *, n_bootstrap: int = 1000, level: float = 0.95, seed: int = 0) -> Estimate:
    """The mean over all pairs of a seen and an unseen artist, (seen, unseen), with both kinds drawn."""
    random = np.random.default_rng(seed)
    of_unseen = resampled_sums(wins, n_bootstrap, random)
    unseen = np.concatenate([*draws(wins.shape[1], n_bootstrap, random)])
    low, high = interval((of_unseen * unseen).sum(axis=1) / wins.size, level)
    return Estimate(float(wins.mean()), float(low), float(high), sum(wins.shape), "group")
