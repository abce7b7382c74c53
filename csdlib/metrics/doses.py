"""What a number does with a dose: where it changes, whether it changes at all, and what explains the rest of it."""

from dataclasses import dataclass

import numpy as np

from csdlib.errors import InputError

#: Units on each side of a change, at least.
FEWEST_BESIDE = 2

#: Permutations of a test.
PERMUTATIONS = 4999


@dataclass(frozen=True)
class ChangePoint:
    """Where the mean of a number changes with the dose, once.

    Attributes:
        at: the lowest dose behind the change; not a number where chance would often do as much.
        low: of the doses at which the change may lie, the lowest; its confidence set is Hansen's (2000).
        high: of these, the highest.
        before: the mean below the best split.
        after: the mean from it on.
        p: how often a permutation of the numbers over the doses makes a step as large somewhere.
        step: the share of the variance that the step explains, in [0, 1].
        line: the share that a straight line in log2(1 + dose) explains. Where it is no less, nothing speaks for a
            threshold: the number just grows.
    """

    at: float
    low: float
    high: float
    before: float
    after: float
    p: float
    step: float
    line: float

    @property
    def found(self) -> bool:
        """Whether there is a change that chance does not make."""
        return bool(np.isfinite(self.at))


def change_point(
    doses: np.ndarray, values: np.ndarray, *, level: float = 0.95, n_permutations: int = PERMUTATIONS, seed: int = 0
) -> ChangePoint:
    """The dose at which the mean of a number changes, with a confidence set and a test that it changes at all.

    Every split between two doses is tried, and the one with the least squared error kept. Where the best split is so
    good that at most a share ``1 - level`` of the permutations has one as good, its confidence set holds all splits
    whose error is hardly larger: n (S - S_min) / S_min <= -2 log(1 - sqrt(level)) (Hansen 2000, "Sample splitting and
    threshold estimation", Econometrica 68, Section 3).

    Args:
        doses: (n,) numbers from 0, for example pictures in the training set; some of them equal.
        values: (n,) one a unit.
        level: of confidence, in (0, 1).
        n_permutations: permutations of the test.
        seed: of the permutations.

    Raises:
        InputError: lengths that differ, a number that is not finite, a negative dose, values that are all the same,
            or no split with two units on both sides.

    Example:
        >>> found = change_point(np.repeat([0, 4, 16, 64, 256], 3), np.repeat([0.0, 0.1, 0.0, 1.0, 0.9], 3))
        >>> found.at, found.low, found.high
        (64.0, 64.0, 64.0)
    """
    doses, values = _checked(doses, values)
    if not 0 < level < 1:
        raise InputError(f"level must be in (0, 1), got {level}")
    starts = np.array([dose for dose in np.unique(doses)[1:] if _wide(doses >= dose)])
    if not len(starts):
        raise InputError(f"a change needs {FEWEST_BESIDE} units on both sides: no dose has as many below and behind it")
    above = (doses[None] >= starts[:, None]).astype(float)
    centred = values - values.mean()
    total, explained = float(centred @ centred), _between(centred[None], above)[0]
    best = int(explained.argmax())
    drawn = np.random.default_rng(seed).permuted(np.tile(centred, (n_permutations, 1)), axis=1)
    # Rounding must not make a permutation of equal numbers a little worse than themselves.
    reached = _between(drawn, above).max(axis=1) >= explained[best] * (1 - 1e-9)
    p = float((1 + reached.sum()) / (1 + n_permutations))
    error = np.maximum(total - explained, 0)
    kept = starts[len(values) * (error - error[best]) <= -2 * np.log(1 - np.sqrt(level)) * error[best] + 1e-12 * total]
    at, low, high = (float(end) for end in ((starts[best], kept[0], kept[-1]) if p <= 1 - level else (np.nan,) * 3))
    behind = above[best].astype(bool)
    line = float(np.corrcoef(np.log2(1 + doses), values)[0, 1] ** 2)
    before, after = float(values[~behind].mean()), float(values[behind].mean())
    return ChangePoint(at, low, high, before, after, p, float(explained[best]) / total, line)


def first_change(doses: np.ndarray, values: np.ndarray, *, penalty: float | None = None) -> float:
    """The dose of the first change of the mean, as the imitation threshold is inferred (arXiv:2410.15002).

    They sort concepts by how often they are in the training data, and look for the first change point of their scores
    by PELT. What is minimised is the same here, the squared error of a piecewise constant mean plus a penalty for each
    change (Killick et al. 2012); by dynamic programming without pruning, for a few units. Changes lie between two
    different doses only.

    Args:
        doses: (n,) numbers from 0.
        values: (n,) one a unit.
        penalty: of a change; by default 2 s^2 log(n), where s is the deviation that differences of neighbours show.

    Returns:
        the lowest dose behind the first change; not a number where there is none.

    Raises:
        InputError: as ``change_point``, or a negative penalty.

    Example:
        >>> first_change(np.array([1, 2, 4, 8, 16]), np.array([0.0, 0.1, 0.0, 1.0, 1.1]), penalty=0.1)
        8.0
    """
    doses, values = _checked(doses, values)
    order = np.argsort(doses, kind="stable")
    doses, values = doses[order], values[order]
    if penalty is None:
        penalty = 2 * _deviation(values) ** 2 * np.log(len(values))
    if penalty < 0:
        raise InputError(f"penalty must be at least 0, got {penalty}")
    starts = [0, *(np.flatnonzero(np.diff(doses)) + 1).tolist()]
    ends = [*starts[1:], len(doses)]
    # For each end, the least cost up to it, and where the last segment of that solution starts.
    best: dict[int, tuple[float, int]] = {0: (-penalty, 0)}
    for end in ends:
        costs = [(best[start][0] + penalty + _error(values[start:end]), start) for start in starts if start < end]
        best[end] = min(costs)
    first, place = 0, len(doses)
    while place:
        first, place = place, best[place][1]
    return float(doses[first]) if first < len(doses) else float("nan")


@dataclass(frozen=True)
class Beyond:
    """What something explains of a number that something else has left.

    Attributes:
        share: of the variance that is left, in [0, 1]; higher = explains more.
        chance: the mean of the same share over permutations: with many columns and few units it is large.
        p: how often a permutation reaches the share.
    """

    share: float
    chance: float
    p: float


def explained_beyond(
    values: np.ndarray, base: np.ndarray, extra: np.ndarray, *, n_permutations: int = PERMUTATIONS, seed: int = 0
) -> Beyond:
    """What further columns explain of a number that the columns of a base have left: a partial R squared.

    The test permutes what the base leaves (Freedman and Lane 1983), so it holds for few units and many columns.

    Args:
        values: (n,) one a unit.
        base: (n,) or (n, b) what explains first, such as the logarithm of a count; an intercept is added.
        extra: (n,) or (n, e) what may explain the rest: a number, or indicators of groups.
        n_permutations: permutations of the test.
        seed: of the permutations.

    Raises:
        InputError: lengths that differ, a number that is not finite, as many columns as units, or nothing left.

    Example:
        >>> x, y = np.arange(8.0), np.array([0.0, 1, 0, 1, 1, 0, 1, 0])
        >>> found = explained_beyond(x + y, x, y)
        >>> round(found.share, 6), found.p < 0.05
        (1.0, True)
    """
    values = np.asarray(values, dtype=float)
    first, second = (np.asarray(each, float).reshape(len(each), -1) for each in (base, extra))
    if not len(values) == len(first) == len(second):
        raise InputError(f"lengths differ: {len(values)} values, {len(first)} rows of base, {len(second)} of extra")
    known = np.column_stack([np.ones(len(values)), first])
    both = np.column_stack([known, second])
    if not (np.isfinite(values).all() and np.isfinite(both).all()):
        raise InputError("a number is not finite: leave units out of which something is unknown")
    if np.linalg.matrix_rank(both) >= len(values):
        raise InputError(f"{both.shape[1]} columns explain {len(values)} units whatever they are: take fewer columns")
    left = values - known @ (np.linalg.pinv(known) @ values)
    if np.linalg.norm(left) <= 1e-9 * max(1.0, float(np.linalg.norm(values))):
        raise InputError("the base explains everything: nothing is left")
    # Row 0 is the sample itself.
    drawn = np.random.default_rng(seed).permuted(np.tile(left, (n_permutations, 1)), axis=1)
    before, after = (_residual(np.vstack([left, drawn]), columns) for columns in (known, both))
    shares = 1 - after / before
    p = float((shares >= shares[0] * (1 - 1e-9)).mean())
    return Beyond(float(shares[0]), float(shares[1:].mean()), p)


def _checked(doses: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    doses, values = np.asarray(doses, dtype=float), np.asarray(values, dtype=float)
    if doses.ndim != 1 or doses.shape != values.shape:
        raise InputError(f"need one value a dose, got {values.shape} values and {doses.shape} doses")
    if not (np.isfinite(doses).all() and np.isfinite(values).all()):
        raise InputError("a dose or a value is not finite: leave units out of which something is unknown")
    if not len(doses) or doses.min() < 0 or np.ptp(doses) == 0:
        raise InputError("doses must be numbers from 0, and at least two different ones")
    if np.ptp(values) == 0:
        raise InputError("all values are the same: nothing changes")
    return doses, values


def _wide(behind: np.ndarray) -> bool:
    return min(int(behind.sum()), int((~behind).sum())) >= FEWEST_BESIDE


def _between(centred: np.ndarray, above: np.ndarray) -> np.ndarray:
    """The sum of squares that each split explains, (rows, splits), of rows of values whose mean is 0."""
    sums, counts, n = centred @ above.T, above.sum(axis=1), above.shape[1]
    return np.asarray(sums**2 * n / (counts * (n - counts)))


def _deviation(values: np.ndarray) -> float:
    """The deviation of noise around a mean that seldom changes: of differences of neighbours (von Neumann 1941)."""
    # A difference of two has twice the variance. Their median would be 0 where most values are the same.
    return float(np.sqrt(np.square(np.diff(values)).mean() / 2))


def _error(values: np.ndarray) -> float:
    return float(np.square(values - values.mean()).sum())


def _residual(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The squared error that columns leave of each row."""
    return np.asarray(np.square(rows - rows @ np.linalg.pinv(columns).T @ columns.T).sum(axis=1))
