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
        threshold: where it is half way up.
        slope: how steep it is there, on the logit scale; below 0 where it falls.
        chance: its lower end.
        lapses: by how much its upper end stays below 1.
    """

    threshold: float
    slope: float
    chance: float
    lapses: float

    def share(self, margin: np.ndarray) -> np.ndarray:
        """The share of right answers at given margins, in [chance, 1 - lapses].

        Example:
            >>> Psychometric(0.0, 4.0, 0.25, 0.05).share(np.array([-9.0, 0.0, 9.0])).round(3).tolist()
            [0.25, 0.6, 0.95]
        """
        curve = expit(self.slope * (np.asarray(margin, float) - self.threshold))
        shares: np.ndarray = self.chance + (1 - self.chance - self.lapses) * curve
        return shares


def psychometric(
    margin: np.ndarray, right: np.ndarray, readers: int, *, chance: float = 0.25, lapses: float = 0.05
) -> Psychometric:
    """The curve that makes the readers' right answers most likely (maximum likelihood; Wichmann and Hill 2001).

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
    centre, spread = float(margin.mean()), float(margin.std())

    def cost(place: np.ndarray) -> float:
        share = chance + (1 - chance - lapses) * expit(place[0] + place[1] * (margin - centre) / spread)
        # A weak pull to a flat curve: where all were right, nothing else would hold it.
        return float(-(xlogy(right, share) + xlog1py(readers - right, -share)).sum() + 0.01 * np.square(place).sum())

    height = float(np.clip((right.mean() / readers - chance) / (1 - chance - lapses), 0.02, 0.98))
    best = minimize(cost, np.array([logit(height), 1.0])).x
    slope = float(best[1]) / spread
    return Psychometric(centre - float(best[0]) / slope, slope, chance, lapses)
