"""Shares of a few trials that are right or wrong, each on its own."""

from scipy.stats import binomtest

from csdlib.errors import InputError, require_range
from csdlib.metrics.estimate import Estimate


def wilson(right: int, trials: int, *, level: float = 0.95) -> Estimate:
    """A share with Wilson's score interval (Wilson 1927), which holds near 0 and 1, and with few trials, too.

    It is for trials that tell nothing of each other. Where readers meet the same trials, see ``crossed_mean``.

    Args:
        right: trials that were right, 0 to ``trials``.
        trials: 1 or more.
        level: of confidence, in (0, 1).

    Raises:
        InputError: numbers out of range.

    Example:
        >>> wilson(11, 20).percent()
        '55.0 [34.2, 74.2]'
    """
    if trials < 1:
        raise InputError(f"a share needs one trial or more, got {trials}")
    require_range("right", right, 0, trials)
    if not 0 < level < 1:
        raise InputError(f"level must be in (0, 1), got {level}")
    interval = binomtest(int(right), int(trials)).proportion_ci(level, method="wilson")
    return Estimate(right / trials, float(interval.low), float(interval.high), int(trials), "trial")
