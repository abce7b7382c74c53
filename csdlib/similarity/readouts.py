"""What a pair of pictures can be read by beside its cosine: how crowded the places of both are is taken into account.

In many dimensions some pictures are near to everything (hubs), and others to nothing. A read-out looks at the
neighbourhood of both pictures in a reference collection, without any labels, and puts their cosine in relation to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, lookup
from csdlib.similarity.against_references import cosine_blocks

#: Neighbours of CSLS, as in CSD+ (arXiv:2605.09030).
NEIGHBOURS = 15

#: What each read-out is; all are higher for what is more alike.
READOUTS = {
    "cosine": "the cosine, in [-1, 1]",
    "csls": "2 cosine - crowd - crowd, in [-4, 4]; a crowd is the mean cosine with the k nearest (arXiv:1710.04087)",
    "local-scaling": "exp(-d^2 / (s s')), in [0, 1], of distances; s is that of the k-th nearest (Zelnik-Manor and "
    "Perona 2004; Schnitzer et al. 2012)",
    "mutual-proximity": "the chance that a picture of the reference is less alike to both, in [0, 1], by normal "
    "distributions that are taken for independent (Schnitzer et al., JMLR 2012)",
}

#: Between which values each read-out can lie.
RANGES = {"cosine": (-1.0, 1.0), "csls": (-4.0, 4.0), "local-scaling": (0.0, 1.0), "mutual-proximity": (0.0, 1.0)}

#: Neighbours by default: 7 is what the source of local scaling takes; the other two look at none, or at all.
USUAL_K = {"csls": NEIGHBOURS, "local-scaling": 7}


@dataclass(frozen=True)
class Readout:
    """How a pair is read, by the neighbourhoods of both pictures in a reference collection.

    Attributes:
        name: one of ``READOUTS``.
        reference: the collection, n images with metric cosine.
        k: neighbours; 0 where none are looked at.
    """

    name: str
    reference: Embeddings
    k: int

    def places(self, images: Embeddings) -> np.ndarray:
        """What the read-out has to know of the neighbourhood of each picture: to be given to ``read``.

        Args:
            images: of m pictures, by the same descriptor. One that is in the reference is no neighbour of itself.

        Returns:
            (m, p) float64, where p is 0, 1 or 2.

        Raises:
            InputError: images of another descriptor.
        """
        if images.fingerprint != self.reference.fingerprint:
            raise InputError("the images and the reference were embedded by two descriptors: embed both by one")
        return _WAYS[self.name][0](images.vectors, self.reference.vectors, self.k, self.own(images))

    def read(self, cosines: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """The pairs' values.

        Args:
            cosines: (r, c) of r pictures and c others; what is not a number stays none.
            first: (r, p) their places.
            second: (c, p) likewise of the others.

        Returns:
            (r, c); higher = more alike, see ``READOUTS`` for the range.
        """
        return _WAYS[self.name][1](cosines, first, second)

    def own(self, images: Embeddings) -> np.ndarray:
        """The row of each picture in the reference, (m,); -1 where it is not there."""
        if images is self.reference:
            return np.arange(len(images))
        rows = self.reference.rows_of(images)
        # A name alone may be chance, where nobody knows whose pictures these are.
        there = np.einsum("nd,nd->n", images.vectors, self.reference.vectors[rows], dtype=np.float64) > 1 - 1e-3
        return np.where(there, rows, -1)


def readout(name: str, reference: Embeddings, *, k: int | None = None) -> Readout:
    """A read-out, fitted on a reference collection; no labels are needed.

    The collection decides what a value means: say which it was, and how large. Where the pictures that are read are by
    artists of the reference, their own works are among their neighbours, and part of the likeness is taken off with the
    crowd (see CSD+'s decomposition, arXiv:2605.09030): for strangers' pictures fit it on other artists.

    Args:
        name: one of ``READOUTS``.
        reference: n > 1 images, with metric cosine.
        k: neighbours, below n; by default as in the sources: 15 for ``csls``, 7 for ``local-scaling``.

    Raises:
        InputError: an unknown name, no cosine, or a k outside [1, n).

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
        >>> three = Embeddings(vectors, np.array(["1", "2", "3"]), "x", "cosine")
        >>> csls = readout("csls", three, k=1)
        >>> csls.places(three)[:, 0].round(1).tolist()
        [0.6, 0.8, 0.8]
        >>> csls.read(vectors @ vectors.T, csls.places(three), csls.places(three))[0].round(1).tolist()
        [0.8, -0.2, -1.4]
    """
    lookup("readout", name, READOUTS)
    if reference.metric != "cosine":
        raise InputError(f"read-outs need cosine embeddings, got {reference.metric}")
    k = USUAL_K.get(name, 1) if k is None else k
    if not 1 <= k < len(reference):
        raise InputError(f"k must be between 1 and {len(reference) - 1}, one less than the reference has, got {k}")
    return Readout(name, reference, k if name in USUAL_K else 0)


def _nearest(vectors: np.ndarray, references: np.ndarray, k: int, own: np.ndarray) -> np.ndarray:
    """The cosines of each vector with its k nearest references, (m, k); the k-th comes first, the rest in no order."""
    found = [np.empty((0, k))]
    for _, cosines in cosine_blocks(vectors, references, own):
        seen = np.where(np.isnan(cosines), -np.inf, cosines)
        found.append(np.partition(seen, -k, axis=1)[:, -k:])
    return np.concatenate(found)


# What each read-out knows of a picture's place: from vectors, references, k and own rows to (m, p).
Place = Callable[[np.ndarray, np.ndarray, int, np.ndarray], np.ndarray]
Read = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def _nowhere(vectors: np.ndarray, _references: np.ndarray, _k: int, _own: np.ndarray) -> np.ndarray:
    return np.empty((len(vectors), 0))


def _crowd(vectors: np.ndarray, references: np.ndarray, k: int, own: np.ndarray) -> np.ndarray:
    return _nearest(vectors, references, k, own).mean(axis=1, keepdims=True)


def _scale(vectors: np.ndarray, references: np.ndarray, k: int, own: np.ndarray) -> np.ndarray:
    """The distance of the k-th nearest, in the space of the unit vectors."""
    kth = _nearest(vectors, references, k, own)[:, :1]
    # Copies of one picture have no distance: nothing can be divided by it.
    return np.sqrt(np.maximum(2 - 2 * kth, 1e-6))


def _moments(vectors: np.ndarray, references: np.ndarray, _k: int, own: np.ndarray) -> np.ndarray:
    """The mean and the deviation of the cosines with all references, without any matrix of them."""
    vectors, references = np.asarray(vectors, np.float64), np.asarray(references, np.float64)
    there = own >= 0
    n = len(references) - there
    itself = np.where(there, np.einsum("md,md->m", vectors, references[own]), 0)
    mean = (vectors @ references.sum(axis=0) - itself) / n
    squares = np.einsum("md,md->m", vectors @ (references.T @ references), vectors) - itself**2
    return np.column_stack([mean, np.sqrt(np.maximum(squares / n - mean**2, 1e-12))])


def _cosine(cosines: np.ndarray, _first: np.ndarray, _second: np.ndarray) -> np.ndarray:
    return cosines


def _csls(cosines: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return 2 * cosines - first - second[:, 0]


def _local_scaling(cosines: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    # Rounding may leave a cosine just beyond 1.
    return np.exp(np.minimum(2 * cosines - 2, 0) / (first * second[:, 0]))


def _mutual_proximity(cosines: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    sides = (first[:, :1], first[:, 1:]), (second[:, 0], second[:, 1])
    one, other = (ndtr((cosines - mean) / deviation) for mean, deviation in sides)
    return one * other


_WAYS: dict[str, tuple[Place, Read]] = {
    "cosine": (_nowhere, _cosine),
    "csls": (_crowd, _csls),
    "local-scaling": (_scale, _local_scaling),
    "mutual-proximity": (_moments, _mutual_proximity),
}
