"""Hubs: pictures that are near to everything, and orphans that are near to nothing, whatever their style."""

from dataclasses import dataclass

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap, draws, with_interval
from csdlib.similarity.against_references import AT_ONCE
from csdlib.similarity.readouts import Readout


@dataclass(frozen=True)
class Hubness:
    """How unequally pictures are among the nearest neighbours of others.

    Attributes:
        occurrences: (n,) of how many others each picture is among the k nearest; the mean is k.
        k: neighbours.
        skewness: of the occurrences (Radovanovic et al., JMLR 2010); 0 is symmetric, above 1 there are hubs. With an
            interval over groups.
        orphans: the share of pictures that are among nobody's k nearest (anti-hubs), in [0, 1]; likewise.
    """

    occurrences: np.ndarray
    k: int
    skewness: Estimate
    orphans: Estimate

    @property
    def hub(self) -> int:
        """The row of the picture that is the neighbour of most others."""
        return int(self.occurrences.argmax())

    @property
    def hub_share(self) -> float:
        """The share of the other pictures that have the biggest hub among their k nearest, in [0, 1].

        It has no interval: of a largest value a resample tells nothing.
        """
        return float(self.occurrences.max() / (len(self.occurrences) - 1))


def hubness(images: Embeddings, way: Readout, *, k: int = 10, groups: np.ndarray | None = None) -> Hubness:
    """How unequally pictures are among the nearest neighbours of others, as a read-out orders them.

    Args:
        images: n pictures.
        way: a read-out; fitted on the same pictures it says how much of the hubness it takes away.
        k: neighbours of a picture, below n.
        groups: (n,) artists: then whole artists are drawn for the intervals, with the pictures' occurrences as they
            are; by default pictures.

    Raises:
        InputError: a k outside [1, n), images of another descriptor, or groups of another number.

    Example:
        >>> from csdlib.similarity import readout
        >>> vectors = np.array([[1.0, 0.0], [0.8, 0.6], [0.6, -0.8]])
        >>> three = Embeddings(vectors, np.array(["1", "2", "3"]), "x", "cosine")
        >>> found = hubness(three, readout("cosine", three), k=1)
        >>> found.occurrences.tolist(), found.hub, found.hub_share, round(found.orphans.value, 2)
        ([2, 1, 0], 0, 1.0, 0.33)
    """
    counts = k_occurrence(images, way, k)
    groups = np.arange(len(counts)) if groups is None else np.asarray(groups)
    if len(groups) != len(counts):
        raise InputError(f"{len(groups)} groups for {len(counts)} pictures")
    return Hubness(counts, k, _skewness(counts, groups), bootstrap((counts == 0).astype(float), groups=groups))


def k_occurrence(images: Embeddings, way: Readout, k: int) -> np.ndarray:
    """Of how many others each picture is among the k nearest, (n,) int64; in blocks, without an (n, n) matrix.

    Args:
        images: n pictures.
        way: the read-out that says what is near.
        k: neighbours of a picture, below n.

    Raises:
        InputError: a k outside [1, n), or images of another descriptor.

    Example:
        >>> from csdlib.similarity import readout
        >>> vectors = np.array([[1.0, 0.0], [0.8, 0.6], [0.8, -0.6]])
        >>> three = Embeddings(vectors, np.array(["1", "2", "3"]), "x", "cosine")
        >>> k_occurrence(three, readout("cosine", three), 2)
        array([2, 2, 2])
    """
    n = len(images)
    if not 1 <= k < n:
        raise InputError(f"k must be between 1 and {n - 1}, the other pictures, got {k}")
    vectors, places = np.asarray(images.vectors, np.float64), way.places(images)
    counts, step = np.zeros(n, dtype=np.int64), max(1, AT_ONCE // n)
    for start in range(0, n, step):
        rows = np.arange(start, min(start + step, n))
        values = way.read(vectors[rows] @ vectors.T, places[rows], places)
        values[rows - start, rows] = -np.inf
        counts += np.bincount(np.argpartition(values, -k, axis=1)[:, -k:].ravel(), minlength=n)
    return counts


def _skewness(counts: np.ndarray, groups: np.ndarray) -> Estimate:
    """The third standardised moment, with an interval over groups."""
    units = np.unique(groups, return_inverse=True)[1]
    powers = np.column_stack([np.ones(len(counts)), *(counts.astype(float) ** power for power in (1, 2, 3))])
    sums = np.stack([np.bincount(units, weights=column) for column in powers.T], axis=1)
    drawn = [_third_moment(block @ sums) for block in draws(len(sums), 1000, np.random.default_rng(0))]
    return with_interval(float(_third_moment(sums.sum(axis=0))), np.concatenate(drawn), len(sums), "group", bounds=None)


def _third_moment(sums: np.ndarray) -> np.ndarray:
    """From the sums of the powers 0 to 3, (..., 4), to the skewness; 0 where all are the same."""
    one, two, three = (sums[..., power] / sums[..., 0] for power in (1, 2, 3))
    variance = two - one**2
    third = three - 3 * one * two + 2 * one**3
    return np.where(variance > 1e-12, third / np.maximum(variance, 1e-12) ** 1.5, 0.0)
