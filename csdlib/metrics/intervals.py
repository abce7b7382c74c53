"""Numbers with confidence intervals: means over queries, by a percentile bootstrap.

With ``groups`` (artists) the bootstrap draws whole artists, because an artist's queries succeed and fail together; the
database stays as it is.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

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
        unit: what they are: ``"query"`` or ``"group"``.
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

    def percent(self) -> str:
        """The estimate as text in percent.

        Example:
            >>> Estimate(0.5, 0.41, 0.6, 10, "query").percent()
            '50.0 [41.0, 60.0]'
        """
        return f"{100 * self.value:.1f} [{100 * self.low:.1f}, {100 * self.high:.1f}]"


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
    if not 0 < level < 1 or n_bootstrap < 1:
        raise InputError(f"need 0 < level < 1 and n_bootstrap >= 1, got {level} and {n_bootstrap}")
    sums, counts = _totals(values, units)
    resampled = _resampled(np.column_stack([sums, counts]), n_bootstrap, np.random.default_rng(seed))
    means = resampled[:, :-1] / resampled[:, -1:]
    ends = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
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
    rows = np.random.default_rng(seed).integers(0, len(first), (n_bootstrap, len(first)))
    one, other = (each[rows] - each[rows].mean(axis=1, keepdims=True) for each in (first, second))
    products = np.sqrt(np.square(one).sum(axis=1) * np.square(other).sum(axis=1))
    varied = products > 0
    drawn = (one * other).sum(axis=1)[varied] / products[varied]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    value = float(np.corrcoef(first, second)[0, 1])
    return Estimate(round(value, 12), float(low), float(high), len(first), "group")


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


def _resampled(totals: np.ndarray, n_bootstrap: int, random: np.random.Generator) -> np.ndarray:
    """The totals of n units, (n, m), summed over the units of each resample, (n_bootstrap, m)."""
    n = len(totals)
    # A resample is how often each unit was drawn; many are one matrix, and all their sums one product.
    step = max(1, DRAWN_AT_ONCE // n)
    sizes = [min(step, n_bootstrap - start) for start in range(0, n_bootstrap, step)]
    return np.concatenate([random.multinomial(n, np.full(n, 1 / n), size=size) @ totals for size in sizes])
