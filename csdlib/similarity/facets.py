"""Facets of a style, and how well a probe read one: scores with intervals over painters, beside chance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import draws, with_interval

#: What varies: a habit, which a painter takes from picture to picture, or something that each picture has of its own.
Of = Literal["painter", "picture"]


@dataclass(frozen=True)
class Facet:
    """Something that is true of every picture: a number, or one of several kinds.

    Attributes:
        name: short, for tables.
        group: what it is a part of, for example ``"light"``.
        meaning: what the number or the kind says, with its unit.
        truth: (n,) numbers or texts; not a number, or an empty text, where the facet does not exist.
        of: what varies.
    """

    name: str
    group: str
    meaning: str
    truth: np.ndarray
    of: Of = "painter"

    @property
    def numeric(self) -> bool:
        """Whether it is a number, and not a kind."""
        return self.truth.dtype.kind in "fiu"

    @property
    def metric(self) -> str:
        """The name of its score.

        ``R2``: one less the squared error's share of the variance, 1 at best, below 0 where the mean would do better.
        ``balanced accuracy``: the mean over kinds of how many of a kind are recognised, in [0, 1].
        """
        return "R2" if self.numeric else "balanced accuracy"

    @property
    def known(self) -> np.ndarray:
        """Where it exists, (n,) bool."""
        return np.isfinite(self.truth) if self.numeric else self.truth != ""

    def taken(self, rows: np.ndarray) -> "Facet":
        """The facet of some pictures."""
        return Facet(self.name, self.group, self.meaning, self.truth[rows], self.of)


@dataclass(frozen=True)
class Probed:
    """How well a probe did, painter by painter.

    Attributes:
        facet: name of the facet.
        metric: see ``Facet.metric``.
        painters: (p,) those who were tested, sorted.
        sums: (p, m) what the score is made of: for ``R2`` the squared errors, the number of works, and the sums of the
            values and of their squares; for ``balanced accuracy`` the hits of every kind, and then its works.
        chance: (c,) scores with exchanged records.
        control: (c,) scores of the control task.
        said: (n,) what the probe said of every picture, as ``Facet.truth`` holds it: not a number, or an empty text,
            where the facet does not exist.
    """

    facet: str
    metric: str
    painters: np.ndarray
    sums: np.ndarray
    chance: np.ndarray
    control: np.ndarray
    said: np.ndarray

    @property
    def score(self) -> float:
        """The score of all painters; higher is better."""
        return float(scores_of(self.sums.sum(axis=0)[None], self.metric)[0])

    @property
    def selectivity(self) -> float:
        """The score less that of the control task."""
        return self.score - float(self.control.mean())

    @property
    def p(self) -> float:
        """The probability of such a score or a better one by chance, (1 + as good ones) / (1 + exchanges)."""
        return float((1 + (self.chance >= self.score).sum()) / (1 + len(self.chance)))

    def estimate(self, *, n_bootstrap: int = 1000, level: float = 0.95, seed: int = 0) -> Estimate:
        """The score with an interval over painters, see ``with_interval``."""
        resampled = self._resampled(n_bootstrap, seed)
        bounds = None if self.metric == "R2" else (0.0, 1.0)
        return with_interval(self.score, resampled, len(self.painters), "group", level=level, bounds=bounds)

    def above(self, other: "Probed", *, n_bootstrap: int = 1000, seed: int = 0) -> Estimate:
        """By how much the score is above another descriptor's, paired: both with the same painters drawn.

        Raises:
            InputError: another facet, or other painters.
        """
        if self.facet != other.facet or not np.array_equal(self.painters, other.painters):
            raise InputError("a paired difference needs one facet, and the same painters on both sides")
        apart = self._resampled(n_bootstrap, seed) - other._resampled(n_bootstrap, seed)
        bounds = None if self.metric == "R2" else (-1.0, 1.0)
        return with_interval(self.score - other.score, apart, len(self.painters), "group", bounds=bounds)

    def among(self, painters: Sequence[str] | np.ndarray) -> "Probed":
        """The result of some painters only, by the same probes; chance and control task are not known of them.

        Raises:
            InputError: none of them was tested.
        """
        there = np.isin(self.painters, np.asarray(painters))
        if not there.any():
            raise InputError(f"facet {self.facet!r}: none of these painters was tested")
        none = np.empty(0)
        return replace(self, painters=self.painters[there], sums=self.sums[there], chance=none, control=none)

    def _resampled(self, n_bootstrap: int, seed: int) -> np.ndarray:
        random = np.random.default_rng(seed)
        drawn = [counts @ self.sums for counts in draws(len(self.painters), n_bootstrap, random)]
        return scores_of(np.concatenate(drawn), self.metric)


def summed(task: np.ndarray, said: np.ndarray, painters: np.ndarray) -> np.ndarray:
    """What ``Probed.sums`` holds."""
    names, of = np.unique(painters, return_inverse=True)
    if task.dtype.kind in "fiu":
        # About the mean, so that the squares lose no digits.
        value = task.astype(np.float64) - task.mean()
        parts = np.column_stack([np.square(task - said), np.ones(len(task)), value, value**2])
    else:
        kinds = np.unique(task)
        each = task[:, None] == kinds
        parts = np.concatenate([each & (said == task)[:, None], each], axis=1).astype(float)
    return np.stack([np.bincount(of, weights=part, minlength=len(names)) for part in parts.T], axis=1)


def scores_of(sums: np.ndarray, metric: str) -> np.ndarray:
    """The score of summed parts, (b, m) to (b,); of a resample that lacks a kind, that of the others."""
    if metric == "R2":
        errors, count, total, squares = sums.T
        return np.asarray(1 - errors / np.maximum(squares - total**2 / count, 1e-12))
    hits, works = np.split(sums, 2, axis=1)
    there = works > 0
    return np.asarray(np.divide(hits, works, out=np.zeros_like(hits), where=there).sum(axis=1) / there.sum(axis=1))


def summary(found: Probed, **where: Any) -> dict[str, Any]:
    """A result as a row of a table: where it was found, metric, estimate, chance, control task, selectivity and p."""
    row = where | {"facet": found.facet, "metric": found.metric} | found.estimate().row()
    beside = {"chance": found.chance, "control": found.control}
    row |= {name: float(scores.mean()) if len(scores) else None for name, scores in beside.items()}
    row["selectivity"] = found.selectivity if len(found.control) else None
    return row | {"p": found.p if len(found.chance) else None}
