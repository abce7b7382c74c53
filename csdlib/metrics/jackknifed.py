"""Numbers without each of the artists in turn: intervals for what is made of pairs of their works."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from csdlib.errors import InputError, unknown
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import SHARE, Bounds, with_interval


def jackknife(
    value: float, left_out: np.ndarray, *, level: float = 0.95, bounds: Bounds = SHARE, unit: str = "group"
) -> Estimate:
    """A number with the interval that leaving out each unit in turn gives (Efron and Stein 1981).

    It is for numbers that are made of *pairs*. A bootstrap draws an artist twice, and then has to say what two copies
    of one work are to each other: neither two works by one artist nor by two. Leaving out asks no such question.

    Args:
        value: the number of the sample.
        left_out: (n,) the number without each unit.
        level: of confidence, in (0, 1).
        bounds: between which values the number can lie.
        unit: what is left out.

    Returns:
        the number and an interval by Student's t with n - 1 degrees of freedom, between bounds on the logit scale. What
        does not change without any unit is treated as by ``with_interval``.

    Raises:
        InputError: a level outside (0, 1).

    Example:
        >>> values = np.array([0.2, 0.4, 0.6, 0.8])
        >>> str(jackknife(0.5, (2 - values) / 3, bounds=None))  # the mean: Student's interval
        '0.500 [0.089, 0.911] (4 groups only)'
    """
    left_out = np.asarray(left_out, dtype=np.float64)
    n = len(left_out)
    if not np.isfinite(left_out).all():
        return Estimate(value, np.nan, np.nan, n, unit, f"without one {unit} there is no number: no interval")
    # As far apart as resamples would be: their deviation, by sqrt(n / (n - 1)), is the jackknife's.
    spread = (left_out - left_out.mean()) * (n - 1) / np.sqrt(n)
    return with_interval(value, spread, n, unit, level=level, bounds=bounds)


def half_width(parts: Iterable[tuple[float, int]], level: float) -> float:
    """Half a t interval of a number whose variance is a sum, with the degrees of freedom of Welch and Satterthwaite.

    Args:
        parts: independent variances, each with its degrees of freedom.
        level: of confidence, in (0, 1).

    Returns:
        above 0, or 0 where nothing varies; not a number where a variance is none.

    Example:
        >>> round(half_width([(0.5, 10), (0.5, 10)], 0.95), 3)  # Student's quantile of 20 degrees of freedom
        2.086
    """
    variances, freedoms = np.array(list(parts), dtype=np.float64).T
    total = variances.sum()
    if total == 0:
        return 0.0
    freedom = total**2 / (variances**2 / freedoms).sum()
    return float(stdtrit(freedom, (1 + level) / 2) * np.sqrt(total))


@dataclass(frozen=True)
class Jackknifed:
    """Numbers of a set of artists, and the same without each of them.

    Attributes:
        measures: m names.
        numbers: (m,) of all artists.
        units: (n,) the artists, sorted.
        left_out: (n, m) the same without each artist.
    """

    measures: Sequence[str]
    numbers: np.ndarray
    units: np.ndarray
    left_out: np.ndarray

    def estimate(self, measure: str, *, level: float = 0.95) -> Estimate:
        """A number in [0, 1] with its interval over artists, see ``jackknife``.

        Raises:
            InputError: an unknown measure.
        """
        column = self.column(measure)
        return jackknife(float(self.numbers[column]), self.left_out[:, column], level=level)

    def above(self, other: "Jackknifed", measure: str, *, level: float = 0.95) -> Estimate:
        """By how much a number is larger than another's of the same artists, paired: both without the same artist.

        Raises:
            InputError: an unknown measure, or other artists.
        """
        if not np.array_equal(self.units, other.units):
            raise InputError("a paired difference needs the same artists on both sides")
        one, two = self.column(measure), other.column(measure)
        apart = self.left_out[:, one] - other.left_out[:, two]
        return jackknife(float(self.numbers[one] - other.numbers[two]), apart, level=level, bounds=(-1.0, 1.0))

    def column(self, measure: str) -> int:
        """Where a measure stands.

        Raises:
            InputError: an unknown measure.
        """
        if measure not in self.measures:
            raise unknown("measure", measure, list(self.measures))
        return list(self.measures).index(measure)
