"""Pictures against their references: the numbers of every picture, whichever way the two were paired."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

#: Cosines that exist at a time.
AT_ONCE = 2**22


@dataclass(frozen=True)
class Against:
    """How alike each of g pictures is to its references.

    Attributes:
        mean: (g,) the mean cosine, in [-1, 1]; higher = more alike. Not a number where a picture has no reference.
        highest: (g,) the largest cosine, likewise.
        nearest: (g,) the row of the reference that has it; -1 where there is none.
        prototype: (g,) the cosine with the references' prototype, their mean scaled to unit norm.
        n: (g,) references.
    """

    mean: np.ndarray
    highest: np.ndarray
    nearest: np.ndarray
    prototype: np.ndarray
    n: np.ndarray


def against(vectors: np.ndarray, references: np.ndarray, own: np.ndarray | None = None) -> Against:
    """Scores pictures against one set of references.

    Args:
        vectors: (g, d) descriptors of the pictures, rows of unit norm.
        references: (r, d), likewise.
        own: (g,) the row of each picture among the references, -1 where it is none of them: no picture is a reference
            of itself.

    Example:
        >>> found = against(np.array([[1.0, 0.0]]), np.array([[0.6, 0.8], [0.8, -0.6]]))
        >>> found.mean.round(2), found.highest.round(2), found.nearest, found.prototype.round(2)
        (array([0.7]), array([0.8]), array([1]), array([0.99]))
    """
    g, own = len(vectors), _own(vectors, own)
    there = own >= 0
    highest, nearest = np.full(g, np.nan), np.full(g, -1)
    for rows, cosines in cosine_blocks(vectors, references, own):
        seen = np.where(np.isnan(cosines), -np.inf, cosines)
        nearest[rows] = best = seen.argmax(axis=1)
        highest[rows] = seen[np.arange(len(seen)), best]
    n = len(references) - there.astype(int)
    # Without the picture itself, where it is among them.
    sums = references.sum(axis=0, dtype=np.float64) - np.where(there[:, None], references[own], 0)
    total = np.einsum("gd,gd->g", np.asarray(vectors, np.float64), sums)
    lengths = np.linalg.norm(sums, axis=1)
    some = n > 0
    mean = np.divide(total, n, out=np.full(g, np.nan), where=some)
    prototype = np.divide(total, lengths, out=np.full(g, np.nan), where=some & (lengths > 1e-9))
    # Rounding may leave a cosine just beyond 1.
    mean, highest, prototype = (np.clip(each, -1, 1) for each in (mean, np.where(some, highest, np.nan), prototype))
    return Against(mean, highest, np.where(some, nearest, -1), prototype, n)


def cosine_blocks(
    vectors: np.ndarray, references: np.ndarray, own: np.ndarray | None = None
) -> Iterator[tuple[slice, np.ndarray]]:
    """The cosines of pictures and references in blocks that fit into memory; not a number for a picture with itself.

    Args:
        vectors: (g, d), see ``against``.
        references: (r, d), r > 0.
        own: see ``against``.

    Yields:
        which pictures, and their cosines, (rows, r) float64.
    """
    own = _own(vectors, own)
    step = max(1, AT_ONCE // max(1, len(references)))
    second = np.asarray(references, np.float64).T
    for start in range(0, len(vectors), step):
        rows = slice(start, min(start + step, len(vectors)))
        cosines = np.asarray(vectors[rows], np.float64) @ second
        itself = np.flatnonzero(own[rows] >= 0)
        cosines[itself, own[rows][itself]] = np.nan
        yield rows, cosines


def _own(vectors: np.ndarray, own: np.ndarray | None) -> np.ndarray:
    return np.full(len(vectors), -1) if own is None else own
