"""Can a score tell two kinds of artists apart, those whom a generator has seen and those whom it has not?"""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from csdlib.errors import InputError
from csdlib.metrics.estimate import FEW, Estimate
from csdlib.metrics.intervals import SIGNED, draws, resampled_sums, with_interval

#: Above such an area the bootstrap of a difference is too short: hardly a resample holds a mistake.
NEAR_ONE = 0.95


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


def auc(scores: np.ndarray, seen: np.ndarray, *, level: float = 0.95) -> Estimate:
    """The area under the ROC curve, see ``roc_area``, with an interval over artists.

    The bootstrap fails near 1, where most resamples hold no mistake. So a score test is inverted: the interval holds
    every area from which the observed one is not further than its deviation allows *there* (Newcombe 2006, method 5).

    Args:
        scores: (a,) one an artist.
        seen: (a,) bool.
        level: of confidence, in (0, 1).

    Returns:
        in [0, 1]; with a note where there are fewer than 6 artists of a kind.

    Raises:
        InputError: as ``roc_area``, or a level outside (0, 1).

    Example:
        >>> str(auc(np.arange(16.0), np.arange(16) >= 5))
        '1.000 [0.724, 1.000] (5 artists of a kind only)'
    """
    if not 0 < level < 1:
        raise InputError(f"level must be in (0, 1), got {level}")
    wins = _wins(scores, seen)
    value, fewest = float(wins.mean()), min(wins.shape)
    low, high = _score_interval(value, (wins.shape[0], wins.shape[1]), level)
    note = f"{fewest} artist{'s' * (fewest > 1)} of a kind only" if fewest < FEW else ""
    return Estimate(value, low, high, sum(wins.shape), "group", note)


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
        seen: (a,) bool; seen and unseen artists are drawn apart, so that both are in every resample.
        n_bootstrap: resamples.
        level: of confidence, in (0, 1).
        seed: of the resampling.

    Returns:
        in [-1, 1]; an interval without 0 is a difference that other artists would be likely to show too. ``n`` are the
        artists of the smaller kind, whom the interval hangs on. Where an area is above NEAR_ONE a note warns.

    Raises:
        InputError: as ``roc_area``.

    Example:
        >>> auc_difference(np.array([2.0, 1.0]), np.array([1.0, 2.0]), np.array([True, False])).value
        1.0
    """
    first, second = _wins(scores, seen), _wins(others, seen)
    wins = first - second
    resampled = resampled_areas(wins, n_bootstrap, np.random.default_rng(seed))
    found = with_interval(float(wins.mean()), resampled, min(wins.shape), "group", level=level, bounds=SIGNED)
    if max(first.mean(), second.mean()) <= NEAR_ONE or found.note:
        return found
    return replace(found, note=f"an area above {NEAR_ONE}: the interval is too short")


def resampled_areas(wins: np.ndarray, n_bootstrap: int, random: np.random.Generator) -> np.ndarray:
    """The mean over the pairs of every resample, in which artists of both kinds are drawn apart; (n_bootstrap,).

    Args:
        wins: (seen, unseen) whether each seen artist scores above each unseen one, or a difference of two such tables.
        n_bootstrap: resamples.
        random: what draws them.

    Example:
        >>> resampled_areas(np.ones((3, 2)), 2, np.random.default_rng(0)).tolist()
        [1.0, 1.0]
    """
    of_unseen = resampled_sums(wins, n_bootstrap, random)
    unseen = np.concatenate([*draws(wins.shape[1], n_bootstrap, random)])
    return np.asarray((of_unseen * unseen).sum(axis=1) / wins.size)


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


def _score_interval(value: float, artists: tuple[int, int], level: float) -> tuple[float, float]:
    """The areas from which an observed one is not further than a normal quantile of their standard deviations."""
    quantile, others = norm.ppf((1 + level) / 2), sum(artists) / 2 - 1

    def beyond(area: float) -> float:
        spread = 1 + others * (1 - area) / (2 - area) + others * area / (1 + area)
        return float(abs(value - area) - quantile * np.sqrt(area * (1 - area) * spread / (artists[0] * artists[1])))

    # At the value itself the test never rejects: one end lies on each side of it.
    low = brentq(beyond, 0, value - 1e-9) if value > 1e-9 else 0.0
    high = brentq(beyond, value + 1e-9, 1) if value < 1 - 1e-9 else 1.0
    return float(low), float(high)
