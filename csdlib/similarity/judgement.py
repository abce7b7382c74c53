"""A metric of one's own, learned from triplets: is A nearer to B or to C?

Every answer compares two distances, and a distance is a weighted sum over facets. So an answer says something about the
weights, and enough answers say what somebody means by style. Weights are positive and start at those of the plain
descriptor: who has answered nothing keeps it, and who has answered little does not stray far.

The whole estimator, so short that a page can do the same:

- ``x`` is a row of differences, the distance of ``second`` from the anchor less that of ``first``, facet by facet;
  ``y`` is 1 where ``first`` is nearer, else 0.
- ``w = exp(u)``; ``P(y = 1) = 1 / (1 + exp(-x @ w))``; before any answer ``u`` is normal around ``log(start)`` with the
  deviation ``SPREAD`` in each facet.
- ``STEPS`` times, from ``u = log(start)``: with ``J = x * w`` (a row an answer) and ``p`` the probabilities,
  ``g = J.T @ (y - p) - (u - log(start)) / SPREAD**2``,
  ``H = J.T @ diag(p * (1 - p)) @ J + I / SPREAD**2``, and ``u += t * clip(solve(H, g), -1, 1)``: ``t`` is 1, and halved
  (``HALVINGS`` times at most) until the log posterior does not fall; where it still would, the steps are over.
- The covariance of ``u`` is the inverse of ``H`` at the end.
- A question teaches ``p (1 - p) J @ covariance @ J.T`` (of its own row): how far the answer is open, times how far the
  weights that decide it are. The next question is the one that teaches most.
- The expected angle is ``sqrt(trace(Q S Q)) / |w|`` with ``S = diag(w) covariance diag(w)`` and ``Q`` the projection
  that takes the direction of ``w`` out: how far, to first order, the direction of the weights may be from the truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from scipy.special import expit

from csdlib.errors import InputError

#: Deviation of a weight's logarithm before any answer: by a factor of e, up or down.
SPREAD = 1.0
#: Steps of Newton's method (with Gauss's Hessian), each at most 1 in a weight's logarithm; how often one is halved.
STEPS, HALVINGS = 60, 12
#: Expected angle in degrees below which no further question is needed.
ENOUGH = 5.0
#: By descriptor: how far the weights stay from the truth however sure the answers are, in degrees; from
#: ``csdlib record judgement``. Of another descriptor it is not known.
UNMENDED: MappingProxyType[str, float] = MappingProxyType({"csd-tiny": 27.8, "csd-art": 29.6})


@dataclass(frozen=True)
class Judgement:
    """What somebody means by style, as far as their answers tell.

    Attributes:
        facets: (f,) names.
        log_weights: (f,) natural logarithms of the weights.
        covariance: (f, f) of the logarithms.
        answers: how many there were.
    """

    facets: tuple[str, ...]
    log_weights: np.ndarray
    covariance: np.ndarray
    answers: int

    @property
    def weights(self) -> np.ndarray:
        """How much a facet's distance counts, (f,) above 0; the larger all are, the surer the answers."""
        return np.asarray(np.exp(self.log_weights))

    @property
    def shares(self) -> np.ndarray:
        """The weights as shares of their sum, (f,)."""
        return np.asarray(self.weights / self.weights.sum())

    @property
    def expected_angle(self) -> float:
        """How far the direction of the weights may be from the truth, in degrees; lower is surer.

        It is about the facets as the descriptor sees them. What it sees wrongly no answer mends, and this does not
        know: see ``angle_off``.
        """
        w = self.weights
        along = w / np.linalg.norm(w)
        spread = self.covariance * np.outer(w, w)
        across = np.eye(len(w)) - np.outer(along, along)
        return float(np.degrees(np.sqrt(np.trace(across @ spread @ across)) / np.linalg.norm(w)))

    @property
    def enough(self) -> bool:
        """Whether the expected angle is below ``ENOUGH``, so that further questions would hardly turn the weights."""
        return self.expected_angle < ENOUGH

    def angle_off(self, unmended: float) -> float:
        """How far the weights may point from the true ones, in degrees, 90 at most; lower is surer.

        Args:
            unmended: the part that answers do not mend, in degrees: what the descriptor does not see of the facets.
                ``UNMENDED`` has it where it was measured, on simulated experts whose weights are known.

        Returns:
            the root of the sum of both squares.
        """
        return min(90.0, float(np.hypot(self.expected_angle, unmended)))

    def intervals(self) -> np.ndarray:
        """95 % intervals of the weights, (f, 2), by the normal distribution of their logarithms."""
        half = 1.959964 * np.sqrt(np.diag(self.covariance))
        return np.asarray(np.exp(self.log_weights[:, None] + half[:, None] * np.array([-1, 1])))

    def probability(self, differences: np.ndarray) -> np.ndarray:
        """How probable it is that ``first`` is called nearer, (n,) in [0, 1], of differences (n, f)."""
        return np.asarray(expit(differences @ self.weights))

    def teaches(self, differences: np.ndarray) -> np.ndarray:
        """How much an answer to each question would teach, (n,), of differences (n, f); higher is more."""
        p, pull = self.probability(differences), differences * self.weights
        return np.asarray(p * (1 - p) * np.einsum("nf,fg,ng->n", pull, self.covariance, pull))

    def surer(self, difference: np.ndarray) -> "Judgement":
        """The same weights, as sure as they will be when one more question, of difference (f,), is answered."""
        p, pull = float(self.probability(difference[None])[0]), self.covariance @ (difference * self.weights)
        told = p * (1 - p) / (1 + self.teaches(difference[None])[0])
        return replace(self, covariance=self.covariance - told * np.outer(pull, pull))


def learn_judgement(
    differences: np.ndarray,
    first_nearer: np.ndarray,
    facets: Sequence[str],
    *,
    start: np.ndarray | None = None,
    counts: np.ndarray | None = None,
) -> Judgement:
    """Learns the weights of facets from answers; how is said at the top of this file.

    Args:
        differences: (n, f) of each answered triplet: the distance of ``second`` from the anchor less that of ``first``,
            by each facet.
        first_nearer: (n,) bool, the answers.
        facets: (f,) names.
        start: (f,) weights of the plain descriptor, above 0; by default 1 each.
        counts: (n,) how much each answer counts, in [0, 1]; by default wholly.

    Raises:
        InputError: shapes that do not fit, numbers that are not finite, or a start that is not above 0.

    Example:
        >>> random = np.random.default_rng(0)
        >>> apart = random.normal(size=(200, 2))
        >>> found = learn_judgement(apart, apart @ [4.0, 1.0] > 0, ["palette", "light"])
        >>> found.shares.round(1).tolist(), found.enough
        ([0.8, 0.2], True)
    """
    x, y = np.asarray(differences, np.float64), np.asarray(first_nearer)
    start = np.ones(len(facets)) if start is None else np.asarray(start, np.float64)
    if x.ndim != 2 or x.shape != (len(y), len(facets)) or start.shape != (len(facets),):
        raise InputError(f"{len(y)} answers on {len(facets)} facets need differences ({len(y)}, {len(facets)})")
    if not np.isfinite(x).all() or not (np.isfinite(start) & (start > 0)).all():
        raise InputError("differences must be finite, and weights to start from finite and above 0")
    counted = np.ones(len(y)) if counts is None else np.asarray(counts, np.float64)
    answers = _Answers(x, y.astype(np.float64), counted, np.log(start))
    log_weights, curvature = answers.climbed()
    return Judgement(tuple(facets), log_weights, np.linalg.inv(curvature), len(y))


@dataclass(frozen=True)
class _Answers:
    """The log posterior of the weights' logarithms ``u``."""

    x: np.ndarray
    y: np.ndarray
    counts: np.ndarray
    before: np.ndarray

    def climbed(self) -> tuple[np.ndarray, np.ndarray]:
        """Its top, and the Hessian there."""
        u, height = self.before.copy(), self.height(self.before)
        for _ in range(STEPS):
            slope, curvature = self.slope(u)
            step = np.clip(np.linalg.solve(curvature, slope), -1, 1)
            tries = ((u + step / 2**halved) for halved in range(HALVINGS + 1))
            further = next((tried for tried in tries if self.height(tried) >= height), None)
            if further is None:
                break
            u, height = further, self.height(further)
        return u, self.slope(u)[1]

    def height(self, u: np.ndarray) -> float:
        """The log posterior, up to a constant."""
        sure = np.where(self.y > 0, 1, -1) * (self.x @ np.exp(u))
        return float(-self.counts @ np.logaddexp(0, -sure) - np.square(u - self.before).sum() / (2 * SPREAD**2))

    def slope(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Its gradient, and Gauss's Hessian with the sign turned."""
        pull = self.x * np.exp(u)
        p = expit(pull.sum(axis=1))
        slope = pull.T @ (self.counts * (self.y - p)) - (u - self.before) / SPREAD**2
        weighed = pull * (self.counts * p * (1 - p))[:, None]
        return slope, weighed.T @ pull + np.eye(len(u)) / SPREAD**2
