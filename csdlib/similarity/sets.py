"""How alike two sets of descriptors are: the paper's cosine of prototypes, and one that does not depend on set sizes.

Both intervals are by the jackknife: every picture is left out once, and the scatter of the results, over both sides,
is the variance (Efron and Stein 1981). The bootstrap is of no use here: a resample holds the same picture twice, which
shortens what both numbers stand on.
"""

from collections.abc import Callable

import numpy as np

from csdlib.metrics.estimate import FEWEST, Estimate, few
from csdlib.metrics.intervals import SIGNED, Bounds, around
from csdlib.metrics.jackknifed import half_width

#: From the sums of two sides, (..., d), and how many rows stand behind each, to one number a pair of sums.
Statistic = Callable[[np.ndarray, int, np.ndarray, int], np.ndarray]


def prototype_cosine(first: np.ndarray, second: np.ndarray, *, level: float = 0.95) -> Estimate:
    """The cosine of two prototypes: the paper's General Style Similarity (arXiv:2404.01292, Section 6).

    It rises with the number of pictures, because few of them make a prototype that is partly chance. So its interval is
    about *sets of this size*: other pictures, as many. It does not hold the cosine that endlessly many would give; for
    that there is ``corrected_cosine``. (The paper multiplies the two mean descriptors. It does not say whether they
    are scaled to length one again, and its release has no code for it; here they are, and the score is a cosine.)

    Args:
        first: (n, d), rows of unit norm.
        second: (m, d), rows of unit norm.
        level: of confidence, in (0, 1).

    Returns:
        in [-1, 1]; higher = more alike. Where the smaller side has fewer than 4 pictures there is no interval, below 6
        a note. Of a side with one picture nothing can be left out; two single pictures have a cosine and no more.

    Example:
        >>> round(prototype_cosine(np.eye(3)[[0, 0, 1]], np.eye(3)[[0]]).value, 3)
        0.894
    """
    return _jackknifed(_prototypes, first, second, level, SIGNED)


def corrected_cosine(first: np.ndarray, second: np.ndarray, *, level: float = 0.95) -> Estimate:
    """The cosine of two bodies of work, corrected for how few pictures stand for each.

    The mean cosine across the sides, divided by the root of the mean cosines of two different pictures within each:
    Spearman's (1904) correction for attenuation. It estimates the cosine of the prototypes of endlessly many pictures,
    so that numbers of sets of different size can be compared. Of few pictures it is too high: of csd-art's paintings by
    one hand by a twentieth at four of each side, by a fiftieth at six; in the atelier by half as much or less. At two
    it is of no use (``data/results/meaning_set_size.csv``).

    Args:
        first: (n, d), rows of unit norm.
        second: (m, d), rows of unit norm.
        level: of confidence, in (0, 1).

    Returns:
        higher = more alike; about -1 to 1, and a little above 1 by chance. Not a number where a side has one picture,
        or pictures that are on average not like each other; the note says so.

    Example:
        >>> twice = np.array([[1.0, 0.0], [0.6, 0.8]])
        >>> round(corrected_cosine(twice, twice).value, 3)  # the mean of 1, .6, .6, 1, by .6
        1.333
    """
    return _jackknifed(_corrected, first, second, level, None)


def _prototypes(first: np.ndarray, _n: int, second: np.ndarray, _m: int) -> np.ndarray:
    lengths = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    return np.clip((first * second).sum(axis=-1) / np.maximum(lengths, 1e-12), -1, 1)


def _corrected(first: np.ndarray, n: int, second: np.ndarray, m: int) -> np.ndarray:
    within = _within(first, n), _within(second, m)
    root = np.sqrt(np.where((within[0] > 0) & (within[1] > 0), within[0] * within[1], np.nan))
    return np.asarray((first * second).sum(axis=-1) / (n * m) / root)


def _within(total: np.ndarray, n: int) -> np.ndarray:
    """The mean cosine of two different ones of n rows of unit norm, from their sum; not a number for a single one."""
    return (np.square(total).sum(axis=-1) - n) / (n * (n - 1)) if n > 1 else np.full(total.shape[:-1], np.nan)


def _jackknifed(statistic: Statistic, first: np.ndarray, second: np.ndarray, level: float, bounds: Bounds) -> Estimate:
    """A number of two sides with a t interval, its degrees of freedom by Welch and Satterthwaite."""
    n, m, images = len(first), len(second), len(first) + len(second)
    one, other = first.sum(axis=0), second.sum(axis=0)
    value, fewest = float(statistic(one, n, other, m)), min(side for side in (n, m, images) if side > 1)
    if np.isnan(value):
        return Estimate(np.nan, np.nan, np.nan, images, "image", "pictures that are not like each other, or one only")
    if fewest < FEWEST:
        return Estimate(value, np.nan, np.nan, images, "image", few(fewest, "image"))
    parts = [
        (_scatter(statistic(one - first, n - 1, other, m)), n - 1) if n > 1 else (0.0, 1),
        (_scatter(statistic(one, n, other - second, m - 1)), m - 1) if m > 1 else (0.0, 1),
    ]
    if not sum(variance for variance, _ in parts) > 1e-18:
        return Estimate(value, value, value, images, "image", "the pictures of each side are the same")
    return Estimate(value, *around(value, half_width(parts, level), bounds), images, "image", few(fewest, "image"))


def _scatter(left_out: np.ndarray) -> float:
    """The jackknife's variance, from the numbers without each row of a side."""
    n = len(left_out)
    return float((n - 1) / n * np.square(left_out - left_out.mean()).sum())
