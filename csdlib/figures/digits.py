"""Numbers that stand below each other: with the same decimals, and no more of them than an eye reads off a chart."""

from collections.abc import Iterable
from math import ceil, log10
from typing import Any

import numpy as np


def is_number(value: Any) -> bool:
    """Whether a value of a chart is a finite number."""
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))


def decimals(values: Iterable[Any]) -> int:
    """The decimals that some numbers share: three digits of the largest, and none that says nothing.

    Example:
        >>> decimals([0.25, 0.00154, -0.5]), decimals([68.75, 100]), decimals([1247, 3])
        (3, 1, 0)
        >>> decimals([0.5, 0.25])
        2
    """
    found = np.array([float(value) for value in values if is_number(value)])
    largest = np.abs(found).max(initial=0)
    most = max(3 - ceil(log10(largest)), 0) if largest else 0
    rounded = found.round(most)
    return next(few for few in range(most + 1) if np.array_equal(found.round(few), rounded))


def written(value: Any, digits: int | None = None) -> str:
    """A number with so many decimals, or with three digits that count; a dash where there is none.

    Example:
        >>> written(-2.4e-16, 3), written(1247.0, 0), written(0.00154), written(None)
        ('0.000', '1,247', '0.00154', '–')
    """
    if not is_number(value):
        return "–"
    if digits is None:
        return f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.3g}"
    # Zero has no sign.
    return f"{value:z,.{digits}f}"
