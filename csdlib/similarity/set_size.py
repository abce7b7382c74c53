"""How the cosine of two prototypes grows with the number of pictures: the closed form, its fit, and the measurement.

The mean of n descriptors of unit norm has the squared length ``c + (1 - c) / n`` on average, where c is the mean cosine
of two different pictures of the set: a prototype of few pictures is partly chance, and chance points elsewhere on the
other side. The mean cosine across the sides does not depend on n, so the score of n and m pictures is about
``x / sqrt((c + (1 - c) / n) * (k + (1 - k) / m))``. Two sets by one hand (x = c = k, n = m) give ``n * c / (1 + (n - 1)
* c)``: the formula by which a test's reliability grows with its length (Spearman 1910, Brown 1910).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from csdlib.errors import InputError
from csdlib.similarity.sets import corrected_cosine, prototype_cosine


@dataclass(frozen=True)
class MeanCosines:
    """The three numbers on which the score of two sets depends, whatever their sizes.

    Attributes:
        across: the mean cosine of a picture of one side and one of the other, in [-1, 1].
        first: the mean cosine of two different pictures of the first side, in (0, 1]; lower = more varied.
        second: likewise of the second.
    """

    across: float
    first: float
    second: float

    def expected(self, n: int | np.ndarray, m: int | np.ndarray) -> np.ndarray:
        """The expected cosine of the prototypes of n and m pictures, to first order.

        Exact for n = m = 1. Elsewhere it is a quotient of means where the score is the mean of a quotient.

        Args:
            n: pictures of the first side, 1 or more; numbers or arrays.
            m: likewise of the second.

        Returns:
            rising with n and m towards ``limit`` where ``across`` is above 0.

        Raises:
            InputError: fewer than one picture.

        Example:
            >>> one_hand = MeanCosines(0.2, 0.2, 0.2)
            >>> one_hand.expected(np.array([1, 4, 16]), np.array([1, 4, 16])).round(2).tolist()
            [0.2, 0.5, 0.8]
        """
        if np.min(n) < 1 or np.min(m) < 1:
            raise InputError("a prototype needs at least one picture on either side")
        one, other = (c + (1 - c) / np.asarray(count) for c, count in ((self.first, n), (self.second, m)))
        return np.asarray(self.across / np.sqrt(one * other))

    @property
    def limit(self) -> float:
        """The cosine of the prototypes of endlessly many pictures, which ``corrected_cosine`` estimates, too."""
        return self.across / float(np.sqrt(self.first * self.second))


def mean_cosines(first: np.ndarray, second: np.ndarray) -> MeanCosines:
    """The mean cosines within and across two sets.

    Args:
        first: (n, d), rows of unit norm, n > 1.
        second: (m, d), rows of unit norm, m > 1.

    Raises:
        InputError: a side of one picture, or of pictures that are on average not like each other.

    Example:
        >>> mean_cosines(np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([[1.0, 0.0], [1.0, 0.0]]))
        MeanCosines(across=0.8, first=0.6, second=1.0)
    """
    if min(len(first), len(second)) < 2:
        raise InputError(f"mean cosines need two pictures of each side or more, got {len(first)} and {len(second)}")
    one, other = first.sum(axis=0), second.sum(axis=0)
    within = [float((total @ total - n) / (n * (n - 1))) for total, n in ((one, len(first)), (other, len(second)))]
    if not min(within) > 0:
        raise InputError("the pictures of a side are on average not like each other: its prototype is chance")
    across = float(one @ other / (len(first) * len(second)))
    return MeanCosines(*(round(number, 12) for number in (across, *within)))


def fit_set_size(
    sizes: Sequence[int] | np.ndarray, values: Sequence[float] | np.ndarray, *, sides: int = 2
) -> MeanCosines:
    """The mean cosines that explain measured scores of sets of several sizes best (least squares).

    Args:
        sizes: (k,) pictures, two different numbers or more.
        values: (k,) scores of sets of these sizes, for example means over many draws.
        sides: 2 where both sides had so many pictures: they are taken to be equally varied. 1 where one side grew and
            the other stayed as it was: that one is taken as a single fixed direction (``second`` is 1).

    Returns:
        the fit; its ``limit`` is the score that endlessly many pictures (of the sides that grew) would give.

    Raises:
        InputError: fewer than two sizes, lengths that differ, or other ``sides`` than 1 or 2.

    Example:
        >>> sizes = np.array([1, 2, 4, 8])
        >>> found = fit_set_size(sizes, MeanCosines(0.1, 0.25, 0.25).expected(sizes, sizes))
        >>> round(found.across, 3), round(found.first, 3), round(found.limit, 3)
        (0.1, 0.25, 0.4)
    """
    sizes, values = np.asarray(sizes, float), np.asarray(values, float)
    if sizes.shape != values.shape or len(np.unique(sizes)) < 2 or sides not in (1, 2):
        raise InputError("a fit needs a score for each of two sizes or more, and sides 1 or 2")

    def apart(guess: np.ndarray) -> np.ndarray:
        across, within = guess
        return across / (within + (1 - within) / sizes) ** (sides / 2) - values

    start = [float(np.clip(values[sizes.argmin()], -1, 1)), 0.5]
    across, within = least_squares(apart, start, bounds=([-1, 1e-6], [1, 1])).x
    return MeanCosines(float(across), float(within), float(within) if sides == 2 else 1.0)


def scores_by_size(
    first: np.ndarray,
    second: np.ndarray | None,
    sizes: Sequence[int],
    *,
    fixed: int | None = None,
    draws: int = 30,
    random: np.random.Generator,
) -> pd.DataFrame:
    """What both scores of two bodies of work are where only so many pictures of them are at hand.

    Args:
        first: (n, d) descriptors of all pictures of the first, rows of unit norm.
        second: (m, d) likewise; None for the first once more: then the two sides share no picture.
        sizes: pictures that are drawn of the first side, without replacement; sizes for which there are not enough
            pictures are left out.
        fixed: pictures of the second side; by default as many as of the first.
        draws: how often each size is drawn.
        random: what draws.

    Returns:
        a row a size: ``n`` and ``m``; ``prototype`` and ``corrected``, the means of ``prototype_cosine`` and of
        ``corrected_cosine`` over the draws; ``prototype_scatter`` and ``corrected_scatter``, their standard deviations;
        and ``undefined``, the share of draws in which the corrected one is not a number. Those do not enter the others;
        where all are, there is none.

    Raises:
        InputError: a size below 1.

    Example:
        >>> same = np.tile([[0.6, 0.8]], (4, 1))
        >>> scores_by_size(same, None, [1, 2, 3], random=np.random.default_rng(0))[["n", "prototype", "undefined"]]
           n  prototype  undefined
        0  1        1.0        1.0
        1  2        1.0        0.0
    """
    if min(sizes) < 1:
        raise InputError(f"sizes must be 1 or more, got {min(sizes)}")
    rows = []
    for n in sizes:
        m = fixed or n
        if n + (m if second is None else 0) > len(first) or (second is not None and m > len(second)):
            continue
        drawn = [_drawn(first, second, n, m, random) for _ in range(draws)]
        prototype, corrected = (
            np.array([measure(*sides).value for sides in drawn]) for measure in (prototype_cosine, corrected_cosine)
        )
        row = {"n": n, "m": m, "prototype": prototype.mean(), "prototype_scatter": prototype.std()}
        known = corrected[~np.isnan(corrected)]
        found = {"corrected": known.mean(), "corrected_scatter": known.std()} if len(known) else {}
        rows.append(row | found | {"undefined": float(np.isnan(corrected).mean())})
    columns = ["n", "m", "prototype", "prototype_scatter", "corrected", "corrected_scatter", "undefined"]
    return pd.DataFrame(rows, columns=columns)


def _drawn(
    first: np.ndarray, second: np.ndarray | None, n: int, m: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """N pictures of one side, and m of the other."""
    order = random.permutation(len(first))
    if second is None:
        return first[order[:n]], first[order[n : n + m]]
    return first[order[:n]], second[random.permutation(len(second))[:m]]
