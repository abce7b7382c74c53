"""Differences between two trainings, when other painters and other seeds would both have given other numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm as normal
from scipy.stats import t as student

from csdlib.errors import InputError
from csdlib.metrics.estimate import FEW, Estimate
from csdlib.metrics.intervals import SIGNED, Bounds, around


def crossed_mean(values: np.ndarray, *, level: float = 0.95, bounds: Bounds = SIGNED) -> tuple[Estimate, float]:
    """The mean of a table of seeds and painters, with an interval over both.

    An interval over painters alone says what others would have told of *these* trainings. Here both are drawn, crossed:
    every seed has met every painter. The variance is what resampling rows and columns tends to, without counting their
    interaction twice (Owen 2007), with degrees of freedom by Satterthwaite.

    Args:
        values: (seeds, painters), for example how much a setting found of each painter more than the reference.
        level: of confidence, in (0, 1).
        bounds: between which the values lie.

    Returns:
        the mean, and the probability of one so far from 0 where there is no difference (two-sided). ``n`` are the
        painters; a note says where there are fewer than 6 seeds.

    Raises:
        InputError: fewer than two seeds or painters, or a level outside (0, 1).

    Example:
        >>> found, p = crossed_mean(np.array([[0.1, 0.2, 0.3], [0.2, 0.1, 0.3]]))
        >>> round(found.value, 3), found.n, found.note
        (0.2, 3, '2 seeds only')
    """
    values = np.asarray(values, dtype=np.float64)
    if not 0 < level < 1:
        raise InputError(f"level must be in (0, 1), got {level}")
    mean, variance, freedom = _variance(values)
    seeds, painters = values.shape
    note = f"{seeds} seeds only" if seeds < FEW else ""
    if not variance > 1e-18:
        return Estimate(mean, mean, mean, painters, "group", note), float(abs(mean) < 1e-12)
    reach = float(student.ppf((1 + level) / 2, freedom)) * np.sqrt(variance)
    probability = float(2 * student.sf(abs(mean) / np.sqrt(variance), freedom))
    return Estimate(mean, *around(mean, float(reach), bounds), painters, "group", note), probability


@dataclass(frozen=True)
class Parts:
    """Of what the scatter of a crossed table is made, as variances, 0 or more.

    Attributes:
        row: how much rows (readers, say) differ.
        column: how much columns (trials, say) differ.
        rest: what is left in a cell: a row's own way with a column, and chance.
    """

    row: float
    column: float
    rest: float

    def half_width(self, rows: int, columns: int, *, level: float = 0.95) -> float:
        """Half the interval of the mean of a table with so many other rows and columns, by the normal distribution.

        However many rows there are, what the columns leave to chance stays.

        Example:
            >>> [round(Parts(0.0, 0.04, 0.2).half_width(rows, 20), 3) for rows in (1, 100, 10_000)]
            [0.215, 0.09, 0.088]
        """
        variance = self.row / rows + self.column / columns + self.rest / (rows * columns)
        return float(normal.ppf((1 + level) / 2) * np.sqrt(variance))


def crossed_parts(values: np.ndarray) -> Parts:
    """How much of a crossed table's scatter is the rows', the columns', and neither's (analysis of variance).

    Args:
        values: (rows, columns), one number a cell; a part that comes out below 0 is 0.

    Raises:
        InputError: fewer than two rows or columns.

    Example:
        >>> crossed_parts(np.array([[0.0, 1.0], [0.0, 1.0]]))
        Parts(row=0.0, column=0.5, rest=0.0)
    """
    values = np.asarray(values, dtype=np.float64)
    of_rows, of_columns, rest = _scatter(values)
    rows, columns = values.shape
    return Parts(max(of_rows - rest / columns, 0.0), max(of_columns - rest / rows, 0.0), rest)


def holm(probabilities: Sequence[float]) -> list[float]:
    """Probabilities corrected for how many comparisons were made (Holm 1979).

    Of all comparisons without a difference, *any* stays below 5 % after the correction in at most 5 of 100 studies.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(probabilities, kind="stable")
    factors = np.arange(len(order), 0, -1)
    raised = np.maximum.accumulate(np.asarray(probabilities, dtype=float)[order] * factors)
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(raised, 1)
    return [float(each) for each in corrected]


def _scatter(values: np.ndarray) -> tuple[float, float, float]:
    """The variances of the rows' means, of the columns' means, and of what is left in a cell."""
    if values.ndim != 2 or min(values.shape) < 2:
        raise InputError(
            "a crossed table needs two rows and two columns or more (seeds and painters, readers and trials), got "
            f"{values.shape}"
        )
    by_row, by_column = values.mean(axis=1), values.mean(axis=0)
    rest = np.square(values - by_row[:, None] - by_column + values.mean()).sum() / np.prod(np.array(values.shape) - 1)
    return float(by_row.var(ddof=1)), float(by_column.var(ddof=1)), float(rest)


def _variance(values: np.ndarray) -> tuple[float, float, float]:
    """The mean of a crossed table, its variance, and the variance's degrees of freedom."""
    of_seeds, of_painters, rest = _scatter(values)
    seeds, painters = values.shape
    degrees = np.array([seeds - 1, painters - 1, (seeds - 1) * (painters - 1)])
    parts = np.array([of_seeds / seeds, of_painters / painters, rest / values.size])
    # Each of the first two holds the interaction's part; where chance makes the sum smaller than one of them, that one.
    variance = max(float(parts[0] + parts[1] - parts[2]), float(parts[:2].max()))
    freedom = variance**2 / max(float((parts**2 / degrees).sum()), 1e-300)
    return float(values.mean()), variance, max(freedom, 1.0)
