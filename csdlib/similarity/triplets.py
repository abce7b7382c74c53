"""Triplets: an anchor and two other pictures, and how far both are from it by each group of facets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, require_range
from csdlib.similarity.facet_spaces import FacetSpace

#: Pairs that say how far two pictures usually are.
_PAIRS = 4096
#: What the weights of the plain descriptor sum to: an answer on two random pictures is then mostly clear, not certain.
SURENESS = 8.0
#: No group begins with less than this share of an equal weight: what begins at nothing can never be learned.
_LEAST = 0.1


def question(anchor: int, first: int, second: int) -> tuple[int, int, int]:
    """What makes a triplet the same question as another: its anchor, and the other two in any order.

    Example:
        >>> question(4, 7, 2), question(4, 2, 7) == question(7, 2, 4)
        ((4, 2, 7), False)
    """
    return anchor, min(first, second), max(first, second)


def draw_triplets(pictures: int, count: int, *, seed: int = 0) -> np.ndarray:
    """Random triplets of different pictures, no two of them alike.

    Args:
        pictures: how many there are, 3 or more.
        count: triplets.
        seed: of the draws; a smaller count draws the beginning of a larger one.

    Returns:
        (count, 3) int64 rows: anchor, first, second. The same three with ``first`` and ``second`` exchanged would be
        the same question, and do not come twice.

    Raises:
        InputError: fewer than three pictures, or more triplets than half of those that there are.

    Example:
        >>> draw_triplets(5, 2).shape
        (2, 3)
    """
    require_range("pictures", pictures, 3, 10_000_000)
    require_range("count", count, 1, max(1, pictures * (pictures - 1) * (pictures - 2) // 4))
    random, found = np.random.default_rng(seed), dict[tuple[int, int, int], tuple[int, int, int]]()
    while len(found) < count:
        drawn = tuple(random.integers(pictures, size=3).tolist())
        if len(set(drawn)) == 3:
            found.setdefault(question(*drawn), drawn)
    return np.array(list(found.values()))


@dataclass(frozen=True)
class FacetDistances:
    """Distances of pictures, group by group.

    Attributes:
        groups: (f,) names.
        places: for each group (n, k) float32, where each picture stands in it.
        units: (f,) the mean squared distance of two random pictures: what a distance of 1 is.
    """

    groups: tuple[str, ...]
    places: tuple[np.ndarray, ...]
    units: np.ndarray

    @classmethod
    def of(cls, groups: Sequence[str], places: Sequence[np.ndarray]) -> "FacetDistances":
        """Distances by places in each group.

        Raises:
            InputError: all pictures stand at one place in a group.

        Example:
            >>> apart = FacetDistances.of(["light"], [np.array([[0.0], [1.0], [3.0]])])
            >>> round(float(apart.between([0], [2])[0, 0] / apart.between([0], [1])[0, 0]), 6)
            9.0
        """
        pairs = np.random.default_rng(0).integers(len(places[0]), size=(2, _PAIRS))
        pairs = pairs[:, pairs[0] != pairs[1]]
        units = np.array([_squared(place, *pairs).mean() for place in places])
        if not (units > 0).all():
            raise InputError(f"facet {groups[int(units.argmin())]!r}: all pictures are alike in it")
        return cls(tuple(groups), tuple(np.asarray(place, np.float32) for place in places), units)

    @classmethod
    def by_space(cls, space: FacetSpace, images: Embeddings) -> "FacetDistances":
        """Distances in what a facet space predicts, see ``FacetSpace.project``.

        Raises:
            InputError: as ``FacetSpace.project`` and ``of``.
        """
        return cls.of(space.groups, [space.project(images, group) for group in space.groups])

    def between(self, a: Sequence[int] | np.ndarray, b: Sequence[int] | np.ndarray) -> np.ndarray:
        """Squared distances of pairs of rows by each group, (m, f) float64; 1 is usual, higher is farther."""
        return np.stack([_squared(place, a, b) for place in self.places], axis=1) / self.units

    def differences(self, triplets: np.ndarray) -> np.ndarray:
        """Of triplets (m, 3) the distance of ``second`` from the anchor less that of ``first``, (m, f)."""
        anchor, first, second = np.asarray(triplets).T
        return self.between(anchor, second) - self.between(anchor, first)

    def plain_weights(self, images: Embeddings) -> np.ndarray:
        """The weights of the groups that are nearest to the plain descriptor: where a judgement starts.

        Of random pairs the descriptor's squared distances are explained by those of the groups, without a negative
        weight (Lawson and Hanson 1974). They sum to ``SURENESS``.

        Args:
            images: the same n pictures.

        Returns:
            (f,) above 0.
        """
        from scipy.optimize import nnls

        pairs = np.random.default_rng(1).integers(len(images.vectors), size=(2, _PAIRS))
        vectors = np.asarray(images.vectors, np.float64)
        weights, _ = nnls(self.between(*pairs), _squared(vectors, *pairs))
        weights = weights / max(float(weights.sum()), 1e-12) + _LEAST / len(weights)
        return np.asarray(SURENESS * weights / weights.sum())


def _squared(places: np.ndarray, a: Sequence[int] | np.ndarray, b: Sequence[int] | np.ndarray) -> np.ndarray:
    apart = np.asarray(places, np.float64)[a] - np.asarray(places, np.float64)[b]
    return np.asarray(np.square(apart).sum(axis=1))
