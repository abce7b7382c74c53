"""Numbers with confidence intervals, by the bootstrap.

A resample is how often each unit was drawn: many resamples are one matrix of counts, and a statistic of all of them is
a matrix product (``resampled_sums``). How far the results scatter makes the interval (``with_interval``).

With ``groups`` (artists) the bootstrap draws whole artists, because an artist's queries succeed and fail together; the
database stays as it is.
"""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from scipy.special import expit, logit, stdtrit

from csdlib.errors import InputError
from csdlib.metrics.estimate import FEWEST, Estimate, few

#: The lowest and the highest value that a number can have; None for one without an end.
Bounds = tuple[float, float] | None

SHARE: Bounds = (0.0, 1.0)
#: Bounds of differences of shares, of cosines and of correlations.
SIGNED: Bounds = (-1.0, 1.0)

#: Numbers in the matrix of resamples that is in memory at once.
DRAWN_AT_ONCE = 4_000_000


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


def with_interval(
    value: float, resampled: np.ndarray, n: int, unit: str, *, level: float = 0.95, bounds: Bounds = SHARE
) -> Estimate:
    """A number with the interval that its resamples give: a bootstrap t interval.

    Quantiles of the resamples are too near: of few units a resample holds fewer distinct ones than the sample, and
    nothing makes up for how little is known of their scatter. So the interval is ``t`` standard deviations of the
    resamples wide, times ``sqrt(n / (n - 1))``, with ``t`` of n - 1 degrees of freedom; between bounds it is laid on
    the logit scale, where it cannot leave them and is longer towards the middle. Simulated coverage:
    ``csdlib record coverage``.

    Where no unit differs from another at an end of the scale, or at 0 (every artist found always, say), the exact
    binomial decides: at most so large a share of units would differ, and each by no more than the bounds allow. Any
    other number that is the same for all units, such as a chance that is known, is its own interval.

    Args:
        value: the number of the sample.
        resampled: (n_bootstrap,) the number of every resample.
        n: units in the sample; below 4 of them there is no interval, below 6 a note.
        unit: what they are.
        level: of confidence, in (0, 1).
        bounds: between which values the number can lie.

    Raises:
        InputError: a level outside (0, 1).

    Example:
        >>> with_interval(1.0, np.ones(10), 16, "group").percent()
        '100.0 [79.4, 100.0]'
    """
    if not 0 < level < 1:
        raise InputError(f"level must be in (0, 1), got {level}")
    note = few(n, unit)
    if n < FEWEST:
        return Estimate(value, np.nan, np.nan, n, unit, note)
    tail, deviation = (1 - level) / 2, float(np.std(resampled))
    if deviation <= 1e-12:
        if bounds is None:
            return Estimate(value, np.nan, np.nan, n, unit, f"no {unit} differs from another: no interval")
        if value not in (*bounds, 0):
            return Estimate(value, value, value, n, unit, note)
        share = 1 - tail ** (1 / n)
        low, high = value - share * (value - bounds[0]), value + share * (bounds[1] - value)
        return Estimate(value, low, high, n, unit, note)
    reach = float(stdtrit(n - 1, 1 - tail)) * np.sqrt(n / (n - 1)) * deviation
    return Estimate(value, *around(value, reach, bounds), n, unit, note)


def around(value: float, reach: float, bounds: Bounds) -> tuple[float, float]:
    """The ends of an interval that reaches so far on both sides: between bounds, as far on the logit scale.

    Example:
        >>> [round(end, 3) for end in around(0.9, 0.1, (0.0, 1.0))]
        [0.748, 0.965]
    """
    if bounds is None:
        return value - reach, value + reach
    if not bounds[0] < value < bounds[1]:
        return max(value - reach, bounds[0]), min(value + reach, bounds[1])
    wide = bounds[1] - bounds[0]
    place = (value - bounds[0]) / wide
    # The slope of the logit at the value tells how long the reach is there.
    ends = expit(logit(place) + np.array([-1, 1]) * reach / wide / (place * (1 - place)))
    low, high = bounds[0] + wide * ends
    return float(low), float(high)


def bootstrap(
    values: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    bounds: Bounds = SHARE,
) -> Estimate:
    """The mean of per-query values with a bootstrap interval, see ``with_interval``.

    Args:
        values: (q,) float.
        groups: (q,) labels; then whole groups are drawn, with all their queries.
        n_bootstrap: resamples.
        level: of confidence, in (0, 1).
        seed: of the resampling; two calls with equal groups and seed use the same resamples.
        bounds: between which values every one of them can lie; None for what has no end, such as decibels.

    Returns:
        the mean over queries (micro average) and its interval. Below 4 units (groups, or queries) its ends are not
        numbers, below 6 the interval is rough; the estimate's ``note`` says so.

    Raises:
        InputError: no values, one that is not finite or out of bounds, groups of another length, a level outside
            (0, 1), or no resamples.

    Example:
        >>> bootstrap(np.array([0.0, 1.0] * 50)).percent()
        '50.0 [40.1, 59.9]'
        >>> str(bootstrap(np.array([0.0, 1.0]), groups=np.array(["a", "b"])))
        '0.500 (2 groups: no interval)'
    """
    column = np.asarray(values)[..., None]
    options: dict[str, Any] = {"groups": groups, "n_bootstrap": n_bootstrap, "level": level, "seed": seed}
    return bootstrap_each(column, **options, bounds=bounds)[0]


def bootstrap_each(
    values: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    bounds: Bounds = SHARE,
) -> list[Estimate]:
    """What ``bootstrap`` gives for every column of (q, m) values: m metrics of the same queries, drawn once.

    Raises:
        InputError: as ``bootstrap``.

    Example:
        >>> [estimate.value for estimate in bootstrap_each(np.array([[0.0, 1.0], [1.0, 1.0]]))]
        [0.5, 1.0]
    """
    values, units, unit = _units(values, groups, bounds)
    sums, counts = _totals(values, units)
    resampled = resampled_sums(np.column_stack([sums, counts]), n_bootstrap, np.random.default_rng(seed))
    columns = zip(values.mean(axis=0), (resampled[:, :-1] / resampled[:, -1:]).T, strict=True)
    n = len(counts)
    return [with_interval(float(value), each, n, unit, level=level, bounds=bounds) for value, each in columns]


def paired_difference(values: np.ndarray, others: np.ndarray, **options: Any) -> Estimate:
    """The mean of ``values - others`` for two methods on the same queries, with an interval.

    Both methods see the same resamples, so that what makes a query hard for both cancels out.

    Args:
        values: (q,) per-query values of one method.
        others: (q,) per-query values of the other, the same queries in the same order.
        options: see ``bootstrap``; by default both are shares, and their difference lies in [-1, 1].

    Returns:
        a difference; above 0 where the first method is better. An interval without 0 is a difference that
        another draw of queries (or artists) would be likely to show too.

    Raises:
        InputError: lengths that differ.

    Example:
        >>> paired_difference(np.array([1.0, 1.0]), np.array([0.0, 1.0])).value
        0.5
    """
    if np.shape(values) != np.shape(others):
        raise InputError(f"paired values must have one length, got {np.shape(values)} and {np.shape(others)}")
    return bootstrap(np.asarray(values, float) - np.asarray(others, float), **{"bounds": SIGNED} | options)


def unpaired_difference(
    values: np.ndarray,
    first: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    bounds: Bounds = SHARE,
) -> Estimate:
    """The mean of some queries minus the mean of the others, with an interval: for artists seen and unseen, say.

    No unit is on both sides, so nothing cancels out, and both sides are resampled apart.

    Args:
        values: (q,) float.
        first: (q,) bool, the queries whose mean comes first.
        groups: (q,) labels, none of them on both sides; then whole groups are drawn.
        n_bootstrap: resamples.
        level: of confidence, in (0, 1).
        seed: of the resampling.
        bounds: between which values every one of them can lie.

    Returns:
        the difference; ``n`` is the number of units on the smaller side, which decides how long the interval is.

    Raises:
        InputError: as ``bootstrap``, a side without queries, or a group on both sides.

    Example:
        >>> unpaired_difference(np.array([1.0, 1.0, 0.0, 1.0]), np.array([True, True, False, False])).value
        0.5
    """
    first = np.asarray(first, dtype=bool)
    if first.shape != np.shape(values) or first.all() or not first.any():
        raise InputError("need one value a query, and queries on both sides of the difference")
    if groups is not None and (both := set(groups[first]) & set(groups[~first])):
        raise InputError(f"{sorted(map(str, both))[0]!r} is on both sides of the difference: nothing would cancel out")
    random, means, resamples, counts = np.random.default_rng(seed), [], [], []
    for side in (first, ~first):
        part, units, unit = _units(np.asarray(values)[side, None], None if groups is None else groups[side], bounds)
        sums, sizes = _totals(part, units)
        drawn = resampled_sums(np.column_stack([sums, sizes]), n_bootstrap, random)
        means.append(float(part.mean()))
        resamples.append(drawn[:, 0] / drawn[:, 1])
        counts.append(len(sizes))
    wide = None if bounds is None else (bounds[0] - bounds[1], bounds[1] - bounds[0])
    return with_interval(means[0] - means[1], resamples[0] - resamples[1], min(counts), unit, level=level, bounds=wide)


def correlation(
    first: np.ndarray, second: np.ndarray, *, n_bootstrap: int = 1000, level: float = 0.95, seed: int = 0
) -> Estimate:
    """Pearson's correlation of two numbers of each unit, with a bootstrap interval over units.

    Args:
        first: (n,) for example a score of every artist.
        second: (n,) for example how varied each artist's works are.
        n_bootstrap: resamples; those in which a side does not vary are left out.
        level: of confidence, in (0, 1).
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
    return with_interval(round(float(np.mean(x * y)), 12), drawn, n, "group", level=level, bounds=SIGNED)


def macro_average(values: np.ndarray, groups: np.ndarray, **options: Any) -> Estimate:
    """The mean over groups of the group's mean: every artist counts the same, however many queries it has.

    Args:
        values: (q,) per-query values.
        groups: (q,) labels.
        options: see ``macro_average_each``.

    Example:
        >>> macro_average(np.array([1.0, 1.0, 0.0]), np.array(["a", "a", "b"])).value
        0.5
    """
    return macro_average_each(np.asarray(values)[..., None], groups, **options)[0]


def macro_average_each(
    values: np.ndarray, groups: np.ndarray, *, over: Literal["group", "query"] = "group", **options: Any
) -> list[Estimate]:
    """What ``macro_average`` gives for every column of (q, m) values.

    Args:
        values: (q, m) per-query values.
        groups: (q,) labels.
        over: what is drawn: groups, or the queries of each group, where the interval is to be about these groups only.
            A group of one query is then the same in every resample, and adds no scatter.
        options: see ``bootstrap``.

    Example:
        >>> [estimate.unit for estimate in macro_average_each(np.ones((2, 1)), np.array(["a", "b"]))]
        ['group']
        >>> macro_average_each(np.ones((8, 1)), np.repeat(["a", "b"], 4), over="query")[0].n
        8
    """
    checked, units, _ = _units(values, groups, options.get("bounds", SHARE))
    sums, counts = _totals(checked, units)
    if over == "group":
        return bootstrap_each(sums / counts[:, None], groups=np.arange(len(counts)), **options)
    return _within_groups(checked, units, **options)


def _within_groups(
    values: np.ndarray,
    units: np.ndarray,
    *,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    bounds: Bounds = SHARE,
) -> list[Estimate]:
    """The mean of the groups' means, when every group's own queries are drawn again."""
    random = np.random.default_rng(seed)
    own = [values[units == unit] for unit in range(units.max() + 1)]
    resampled = np.mean([resampled_sums(each, n_bootstrap, random) / len(each) for each in own], axis=0)
    means = np.mean([each.mean(axis=0) for each in own], axis=0)
    columns = zip(means, resampled.T, strict=True)
    return [
        with_interval(float(mean), each, len(values), "query", level=level, bounds=bounds) for mean, each in columns
    ]


def _units(values: np.ndarray, groups: np.ndarray | None, bounds: Bounds) -> tuple[np.ndarray, np.ndarray, str]:
    """The values, checked; the number of the unit that each query belongs to; and what units are."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or not len(values):
        raise InputError(f"need one value a query, and at least one query, got the shape {values.shape[:-1]}")
    if not np.isfinite(values).all():
        raise InputError(f"the value of query number {int(np.isfinite(values).all(axis=1).argmin())} is not finite")
    beyond = (values < bounds[0]) | (values > bounds[1]) if bounds else np.full(values.shape, False)
    if beyond.any():
        row = int(beyond.any(axis=1).argmax())
        raise InputError(f"the value of query number {row} is not in {bounds}: say the bounds, or bounds=None")
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
