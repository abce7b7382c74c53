"""How often readers are right by how easy a descriptor finds the trial: a psychometric curve."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit, xlog1py, xlogy

from csdlib.errors import InputError


@dataclass(frozen=True)
class Psychometric:
    """A curve from chance to 1 minus the lapses.

    Attributes:
        margins: the smallest and the largest that it was fitted to.
        level: how high it is between these two, in the middle, on the logit scale.
        slope: how steep it is, on that scale; below 0 where it falls.
        chance: its lower end.
        lapses: by how much its upper end stays below 1.
    """

    margins: tuple[float, float]
    level: float
    slope: float
    chance: float
    lapses: float

    @property
    def threshold(self) -> float:
        """Where it is half way up, NaN where that is nowhere between the margins.

        A curve that is too flat or too high has none.

        Example:
            >>> Psychometric((-1.0, 1.0), -2.0, 4.0, 0.25, 0.05).threshold
            0.5
        """
        away = -self.level / self.slope if self.slope else np.inf
        return sum(self.margins) / 2 + away if abs(away) <= np.ptp(self.margins) / 2 else np.nan

    def share(self, margin: np.ndarray) -> np.ndarray:
        """The share of right answers at given margins, in [chance, 1 - lapses].

        Example:
            >>> Psychometric((-1.0, 1.0), 0.0, 4.0, 0.25, 0.05).share(np.array([-9.0, 0.0, 9.0])).round(3).tolist()
            [0.25, 0.6, 0.95]
        """
        curve = expit(self.level + self.slope * (np.asarray(margin, float) - sum(self.margins) / 2))
        shares: np.ndarray = self.chance + (1 - self.chance - self.lapses) * curve
        return shares


def psychometric(
    margin: np.ndarray, right: np.ndarray, readers: int, *, chance: float = 0.25, lapses: float = 0.05
) -> Psychometric:
    """The curve that makes right answers most likely (Wichmann and Hill 2001), pulled a little to a flat one.

    Args:
        margin: (n,) of each trial, see ``Chosen.margin``.
        right: (n,) how many readers were right in it, 0 to ``readers``.
        readers: who all met all trials.
        chance: share of right answers of somebody who sees nothing.
        lapses: share of wrong answers of somebody who sees all; it is given, for few trials cannot tell it.

    Raises:
        InputError: lengths that differ, fewer than three trials, counts out of range, or margins that do not vary.
    """
    margin, right = np.asarray(margin, float), np.asarray(right, float)
    if margin.shape != right.shape or len(margin) < 3 or np.ptp(margin) == 0:
        raise InputError("a curve needs three trials or more, with margins that differ, and a count for each")
    if right.min() < 0 or right.max() > readers:
        raise InputError(f"of {readers} readers, {right.min():g} to {right.max():g} cannot be right")
    margins = float(margin.min()), float(margin.max())
    centre, spread = sum(margins) / 2, float(margin.std())

    def cost(place: np.ndarray) -> float:
        share = chance + (1 - chance - lapses) * expit(place[0] + place[1] * (margin - centre) / spread)
        # A weak pull to a flat curve: where all were right, nothing else would hold it.
        return float(-(xlogy(right, share) + xlog1py(readers - right, -share)).sum() + 0.01 * np.square(place).sum())

    height = float(np.clip((right.mean() / readers - chance) / (1 - chance - lapses), 0.02, 0.98))
    best = minimize(cost, np.array([logit(height), 1.0])).x
    return Psychometric(margins, float(best[0]), float(best[1]) / spread, chance, lapses)
