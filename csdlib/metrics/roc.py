"""Can a score tell two kinds of artists apart, those whom a generator has seen and those whom it has not?"""

import numpy as np

from csdlib.errors import InputError
from csdlib.metrics.intervals import Estimate


def auc(
    scores: np.ndarray, seen: np.ndarray, *, n_bootstrap: int = 1000, level: float = 0.95, seed: int = 0
) -> Estimate:
    """The area under the ROC curve, with an interval over artists.

    It is the probability that a seen artist, drawn at random, scores higher than an unseen one; a tie counts half.

    Args:
        scores: (a,) one an artist, for example General Style Similarities.
        seen: (a,) bool.
        n_bootstrap: resamples; seen and unseen artists are drawn apart, so that both are in every one.
        level: share of the resamples inside the interval.
        seed: of the resampling; two calls with equal ``seen`` and seed use the same resamples.

    Returns:
        in [0, 1]: 1 is perfect, 0.5 is what a coin reaches.

    Raises:
        InputError: no seen or no unseen artist, another number of scores, or a score that is not finite.

    Example:
        >>> auc(np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, True, False, False])).value
        1.0
    """
    return _estimate(_areas(scores, seen, n_bootstrap, seed), len(scores), level)


def auc_difference(
    scores: np.ndarray,
    others: np.ndarray,
    seen: np.ndarray,
    *,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """By how much the first score's area is larger than the other's, on the same resamples of the same artists.

    Args:
        scores: (a,) of one method.
        others: (a,) of another, the same artists in the same order.
        seen: (a,) bool.
        n_bootstrap: resamples.
        level: share of the resamples inside the interval.
        seed: of the resampling.

    Returns:
        in [-1, 1]; an interval without 0 is a difference that other artists would be likely to show too.

    Raises:
        InputError: as ``auc``.

    Example:
        >>> auc_difference(np.array([2.0, 1.0]), np.array([1.0, 2.0]), np.array([True, False])).value
        1.0
    """
    first, second = (_areas(each, seen, n_bootstrap, seed) for each in (scores, others))
    return _estimate(first - second, len(scores), level)


def _areas(scores: np.ndarray, seen: np.ndarray, n_bootstrap: int, seed: int) -> np.ndarray:
    """The area of all artists, and behind it that of every resample, (1 + n_bootstrap,)."""
    if len(scores) != len(seen):
        raise InputError(f"{len(scores)} scores for {len(seen)} artists")
    if seen.all() or not seen.any():
        raise InputError("an area under the ROC curve needs artists who were seen, and artists who were not")
    if not np.isfinite(scores).all():
        raise InputError(f"the score of artist number {int(np.isfinite(scores).argmin())} is not finite")
    high, low = scores[seen], scores[~seen]
    wins = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    random = np.random.default_rng(seed)
    # A resample is how often each artist was drawn: all resamples are one matrix for each kind of artists.
    weights = [
        np.vstack([np.ones(count), random.multinomial(count, np.full(count, 1 / count), size=n_bootstrap)]) / count
        for count in (len(high), len(low))
    ]
    return np.einsum("bi,ij,bj->b", weights[0], wins, weights[1], optimize=True)


def _estimate(areas: np.ndarray, artists: int, level: float) -> Estimate:
    low, high = np.quantile(areas[1:], [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(areas[0]), float(low), float(high), artists, "group")
