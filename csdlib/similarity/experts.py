"""Experts who mean different things by style: simulated ones with a known truth, and groups among many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from csdlib.errors import InputError, require_range
from csdlib.similarity.judgement import Judgement, learn_judgement
from csdlib.similarity.triplets import SURENESS

#: Share of answers that are taken for guesses when experts are sorted: one slip must not outweigh all that fits.
GUESSED = 0.05
#: Rounds after which groups do not change any more, and starts of which the likeliest is kept.
_ROUNDS, _STARTS = 30, 5


@dataclass(frozen=True)
class Expert:
    """Somebody who weighs facets, answers by their true distances, and now and then guesses.

    Attributes:
        weights: (f,) of the facets, 0 or more; the larger all are, the less is left to chance.
        lapses: share of the questions that are guessed, in [0, 1].
    """

    weights: np.ndarray
    lapses: float = 0.05

    def answer(self, differences: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Whether ``first`` is called nearer, (n,) bool, by true differences (n, f), see ``learn_judgement``."""
        sure = expit(np.asarray(differences) @ self.weights)
        said = random.random(len(sure)) < sure
        guessed = random.random(len(sure)) < self.lapses
        return np.where(guessed, random.random(len(sure)) < 0.5, said)


def simulated_experts(count: int, facets: int, *, likeness: float = 0.7, seed: int = 0) -> list[Expert]:
    """Experts with weights of their own; whatever is found of them says nothing about people.

    Args:
        count: how many.
        facets: how many each weighs.
        likeness: how alike their weights are (concentration of a Dirichlet distribution), above 0; below 1 most weigh
            few facets.
        seed: of the weights; expert i is the same whatever the count.

    Raises:
        InputError: a number out of range.

    Example:
        >>> [round(float(expert.weights.sum()), 6) for expert in simulated_experts(2, 3)]
        [8.0, 8.0]
    """
    require_range("count", count, 1, 10_000)
    require_range("facets", facets, 1, 1_000)
    if likeness <= 0:
        raise InputError(f"likeness must be above 0, got {likeness}")
    drawn = (np.random.default_rng([seed, number]).dirichlet(np.full(facets, likeness)) for number in range(count))
    return [Expert(SURENESS * weights) for weights in drawn]


def angle(a: np.ndarray, b: np.ndarray) -> float:
    """Between two vectors of weights, in degrees, 0 to 90 for weights of 0 and more: whether they mean the same.

    Example:
        >>> round(angle(np.array([1.0, 0.0]), np.array([2.0, 2.0])), 6)
        45.0
    """
    cosine = float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def unmended_angle(expected: np.ndarray, true: np.ndarray) -> float:
    """What is left of the true angles when the expected ones are taken out, in degrees; 0 where nothing is left.

    Args:
        expected: (e,) ``Judgement.expected_angle`` of each expert.
        true: (e,) the angle to the expert's weights.

    Returns:
        the root of the mean of ``true**2 - expected**2``: what to give ``Judgement.angle_off`` of other experts.

    Example:
        >>> unmended_angle(np.array([3.0, 3.0]), np.array([5.0, 5.0]))
        4.0
    """
    return float(np.sqrt(max(0.0, float(np.mean(np.square(true) - np.square(expected))))))


@dataclass(frozen=True)
class Groups:
    """Experts sorted by what they mean.

    Attributes:
        judgements: what each of the g groups means.
        belongs: (e, g) how probable it is that each expert belongs to each group; rows sum to 1.
    """

    judgements: tuple[Judgement, ...]
    belongs: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """The likeliest group of each expert, (e,)."""
        return np.asarray(self.belongs.argmax(axis=1))

    def surprise(self, differences: Sequence[np.ndarray], first_nearer: Sequence[np.ndarray]) -> float:
        """Mean of minus the log likelihood of answers by the same experts, in nats; lower is better.

        Log 2, 0.693, is what a coin has.
        """
        total = 0.0
        for belongs, x, y in zip(self.belongs, differences, first_nearer, strict=True):
            total -= float(np.log(belongs @ _foretold(self.judgements, x, y)).sum())
        return total / sum(len(y) for y in first_nearer)


def group_experts(
    differences: Sequence[np.ndarray],
    first_nearer: Sequence[np.ndarray],
    *,
    facets: Sequence[str],
    groups: int,
    start: np.ndarray | None = None,
    seed: int = 0,
) -> Groups:
    """Sorts experts into groups that mean the same, by expectation and maximisation (Dempster et al. 1977).

    Each group has one judgement, learned from the answers of its experts; in every round an expert belongs to the
    groups by how well these foretell the own answers. Nobody is averaged with those who contradict.

    Args:
        differences: for each of e experts (n, f), see ``learn_judgement``.
        first_nearer: for each (n,) bool.
        facets: (f,) names.
        groups: how many, 1 to e; compare ``Groups.surprise`` on answers that were kept aside.
        start: of each judgement.
        seed: of the first guess.

    Raises:
        InputError: a number of groups out of range, or as ``learn_judgement``.
    """
    require_range("groups", groups, 1, len(differences))
    random = np.random.default_rng(seed)
    own = [learn_judgement(x, y, facets, start=start) for x, y in zip(differences, first_nearer, strict=True)]
    found = []
    for _ in range(_STARTS if groups > 1 else 1):
        # Whoever is drawn as a middle begins a group with all who mean nearly the same.
        middles = random.choice(len(own), groups, replace=False)
        apart = np.array([[angle(each.shares, own[middle].shares) for middle in middles] for each in own])
        belongs = np.eye(groups)[apart.argmin(axis=1)]
        found.append(_sorted(differences, first_nearer, facets, belongs, start))
    return min(found, key=lambda each: each.surprise(differences, first_nearer))


def _sorted(
    differences: Sequence[np.ndarray],
    first_nearer: Sequence[np.ndarray],
    facets: Sequence[str],
    belongs: np.ndarray,
    start: np.ndarray | None,
) -> Groups:
    x, y = np.concatenate(differences), np.concatenate(first_nearer)
    of = np.repeat(np.arange(len(differences)), [len(each) for each in first_nearer])
    for _ in range(_ROUNDS):
        judgements = tuple(
            learn_judgement(x, y, facets, start=start, counts=belongs[of, group]) for group in range(belongs.shape[1])
        )
        logs = np.stack([np.bincount(of, weights=row) for row in np.log(_foretold(judgements, x, y))], axis=1)
        logs = logs + np.log(np.maximum(belongs.mean(axis=0), 1e-12))
        now = np.exp(logs - logs.max(axis=1, keepdims=True))
        now /= now.sum(axis=1, keepdims=True)
        if np.abs(now - belongs).max() < 1e-4:
            break
        belongs = now
    return Groups(judgements, belongs)


def _foretold(judgements: Sequence[Judgement], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The probability that each group gives to each answer, (g, n), of which some are guesses."""
    firsts = [group.probability(x) for group in judgements]
    return GUESSED / 2 + (1 - GUESSED) * np.stack([np.where(y, first, 1 - first) for first in firsts])
