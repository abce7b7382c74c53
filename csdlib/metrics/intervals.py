"""Numbers with confidence intervals, by a percentile bootstrap.

A resample is how often each unit was drawn: many resamples are one matrix of counts, a statistic of all of them is a
matrix product (``resampled_sums``), and its interval the quantiles of the result (``interval``).

With ``groups`` (artists) the bootstrap draws whole artists, because an artist's queries succeed and fail together; the
database stays as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from csdlib.errors import InputError

#: Numbers in the matrix of resamples that is in memory at once.
DRAWN_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Estimate:
    """A number and how sure it is.

    Attributes:
        value: the estimate.
        low: lower end of the interval.
        high: upper end of the interval.
        n: how many units were resampled.
        unit: what they are: ``"query"``, ``"group"`` or ``"image"``.
    """

    value: float
    low: float
    high: float
    n: int
    unit: str

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def row(self) -> dict[str, Any]:
        """The estimate as a row of a table or of a json file: ``value``, ``low``, ``high``, ``n`` and ``unit``."""
        return dict(vars(self))

    @classmethod
    def from_row(cls, row: "Mapping[str, Any] | pd.Series") -> "Estimate":
        """The estimate in a row that ``row`` made; what else stands in the row is left.

        Example:
            >>> Estimate.from_row({"metric": "recall"} | Estimate(0.5, 0.4, 0.6, 10, "query").row()).percent()
            '50.0 [40.0, 60.0]'
        """
        return cls(float(row["value"]), float(row["low"]), float(row["high"]), int(row["n"]), str(row["unit"]))

    def percent(self) -> str:
        """The estimate as text in percent.

        Example:
            >>> Estimate(0.5, 0.41, 0.6, 10, "query").percent()
            '50.0 [41.0, 60.0]'
        """
        return f"{100 * self.value:.1f} [{100 * self.low:.1f}, {100 * self.high:.1f}]"


def draws(units: int, n_bootstrap: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """How often each unit is drawn in each resample, with replacement: (b, units) int64, in blocks of bounded size.

    Example:
        >>> [block.sum(axis=1).tolist() for block in draws(3, 2, np.random.default_rng(0))]
        [[3, 3]]
    """
    if n_bootstrap < 1:
        raise InputError(f"n_bootstrap must be 1 or more, got {n_bootstrap}")
    step = max(1, DRAWN_AT_ONCE // units)
    for start in range(0, n_bootstrap, step):
        yield random.multinomial(units, np.full(units, 1 / units), size=min(step, n_bootstrap - start))


def resampled_sums(values: np.ndarray, n_bootstrap: int, random: np.random.Generator) -> np.ndarray:
    """The sums of m numbers of each of n units, (n, m), over the units of every resample, (n_bootstrap, m) float64.

    Example:
        >>> resampled_sums(np.ones((3, 1)), 2, np.random.default_rng(0)).tolist()
        [[3.0], [3.0]]
    """
    return np.concatenate([counts @ values for counts in draws(len(values), n_bootstrap, random)])


def interval(samples: np.ndarray, level: float = 0.95) -> np.ndarray:
    """The lower and the upper end between which a share ``level`` of the resamples lies, (2,) or (2, m) float64.

    Args:
        samples: (n_bootstrap,) or (n_bootstrap, m), a statistic of every resample.
        level: in (0, 1).

    Raises:
        InputError: a level outside (0, 1).

    Example:
        >>> interval(np.arange(101), level=0.5).tolist()
        [25.0, 75.0]
    """
    if not 0 < level < 1:
        raise InputError(f"level must be in (0, 1), got {level}")
    return np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=0)


def bootstrap(
    values: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """The mean of per-query values with a percentile bootstrap interval.

    Args:
        values: (q,) float.
        groups: (q,) labels; then whole groups are drawn, with all their queries.
        n_bootstrap: resamples.
        level: share of the resamples inside the interval, in (0, 1).
        seed: of the resampling; two calls with equal groups and seed use the same resamples.

    Returns:
        the mean over queries (micro average) and its interval.

    Raises:
        InputError: no values, one that is not finite, groups of another length, a level outside (0, 1), or no
            resamples.

    Example:
        >>> bootstrap(np.ones(4)).low, bootstrap(np.array([0.0, 1.0]), groups=np.array(["a", "b"])).n
        (1.0, 2)
    """
    return bootstrap_each(
        np.asarray(values)[..., None], groups=groups, n_bootstrap=n_bootstrap, level=level, seed=seed
    )[0]


def bootstrap_each(
    values: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> list[Estimate]:
    """What ``bootstrap`` gives for every column of (q, m) values: m metrics of the same queries, drawn once.

    Raises:
        InputError: as ``bootstrap``.

    Example:
        >>> [estimate.value for estimate in bootstrap_each(np.array([[0.0, 1.0], [1.0, 1.0]]))]
        [0.5, 1.0]
    """
    values, units, unit = _units(values, groups)
    sums, counts = _totals(values, units)
    resampled = resampled_sums(np.column_stack([sums, counts]), n_bootstrap, np.random.default_rng(seed))
    ends = interval(resampled[:, :-1] / resampled[:, -1:], level)
    columns = zip(values.mean(axis=0), *ends, strict=True)
    return [Estimate(float(value), float(low), float(high), len(counts), unit) for value, low, high in columns]


def paired_difference(values: np.ndarray, others: np.ndarray, **options: Any) -> Estimate:
    """The mean of ``values - others`` for two methods on the same queries, with an interval.

    Both methods see the same resamples, so that what makes a query hard for both cancels out.

    Args:
        values: (q,) per-query values of one method.
        others: (q,) per-query values of the other, the same queries in the same order.
        options: see ``bootstrap``.

    Returns:
        a difference in [-1, 1]; above 0 where the first method is better. An interval without 0 is a difference that
        another draw of queries (or artists) would be likely to show too.

    Raises:
        InputError: lengths that differ.

    Example:
        >>> paired_difference(np.array([1.0, 1.0]), np.array([0.0, 1.0])).value
        0.5
    """
    if np.shape(values) != np.shape(others):
        raise InputError(f"paired values must have one length, got {np.shape(values)} and {np.shape(others)}")
    return bootstrap(np.asarray(values, float) - np.asarray(others, float), **options)


def correlation(
    first: np.ndarray, second: np.ndarray, *, n_bootstrap: int = 1000, level: float = 0.95, seed: int = 0
) -> Estimate:
    """Pearson's correlation of two numbers of each unit, with a percentile bootstrap interval over units.

    Args:
        first: (n,) for example a score of every artist.
        second: (n,) for example how varied each artist's works are.
        n_bootstrap: resamples; those in which a side does not vary are left out.
        level: share of the resamples inside the interval.
        seed: of the resampling.

    Returns:
        in [-1, 1]; 0 is no linear relation.

    Raises:
        InputError: fewer than three units, lengths that differ, or a side that does not vary.

    Example:
        >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])).value
        1.0
    """
    if len(first) != len(second) or len(first) < 3:
        raise InputError(f"a correlation needs three units or more, got {len(first)} and {len(second)} numbers")
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        raise InputError("one side of the correlation does not vary: there is nothing to explain")
    # Standardised, so that the moments of a resample lose no digits.
    x, y = ((each - np.mean(each)) / np.std(each) for each in (first, second))
    n, moments = len(x), np.column_stack([x, y, x * x, y * y, x * y])
    resampled = resampled_sums(moments, n_bootstrap, np.random.default_rng(seed)) / n
    of_x, of_y, of_xx, of_yy, of_xy = resampled.T
    variances = (of_xx - of_x**2) * (of_yy - of_y**2)
    # Of a side that does not vary, rounding leaves a little.
    drawn = (of_xy - of_x * of_y)[variances > 1e-12] / np.sqrt(variances[variances > 1e-12])
    low, high = interval(drawn, level)
    return Estimate(round(float(np.mean(x * y)), 12), float(low), float(high), n, "group")


def macro_average(values: np.ndarray, groups: np.ndarray, **options: Any) -> Estimate:
    """The mean over groups of the group's mean: every artist counts the same, however many queries it has.

    Args:
        values: (q,) per-query values.
        groups: (q,) labels.
        options: see ``bootstrap``; groups are drawn.

    Example:
        >>> macro_average(np.array([1.0, 1.0, 0.0]), np.array(["a", "a", "b"])).value
        0.5
    """
    return macro_average_each(np.asarray(values)[..., None], groups, **options)[0]


def macro_average_each(values: np.ndarray, groups: np.ndarray, **options: Any) -> list[Estimate]:
    """What ``macro_average`` gives for every column of (q, m) values.

    Example:
        >>> [estimate.unit for estimate in macro_average_each(np.ones((2, 1)), np.array(["a", "b"]))]
        ['group']
    """
    sums, counts = _totals(*_units(values, groups)[:2])
    return [replace(estimate, unit="group") for estimate in bootstrap_each(sums / counts[:, None], **options)]


def _units(values: np.ndarray, groups: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, str]:
    """The values, checked; the number of the unit that each query belongs to; and what units are."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or not len(values):
        raise InputError(f"need one value a query, and at least one query, got the shape {values.shape[:-1]}")
    if not np.isfinite(values).all():
        raise InputError(f"the value of query number {int(np.isfinite(values).all(axis=1).argmin())} is not finite")
    if groups is None:
        return values, np.arange(len(values)), "query"
    if len(groups) != len(values):
        raise InputError(f"{len(groups)} groups for {len(values)} queries")
    return values, np.unique(groups, return_inverse=True)[1], "group"


def _totals(values: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sum of every column over each unit's queries, (n, m), and how many queries each has, (n,)."""
    counts = np.bincount(units)
    sums = [np.bincount(units, weights=column, minlength=len(counts)) for column in values.T]
    return np.stack(sums, axis=1), counts
