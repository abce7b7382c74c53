"""Near-duplicates: the same picture, cropped, framed or squeezed, found by its descriptor and joined to groups."""

from collections import Counter
from collections.abc import Iterator

import faiss
import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist

from csdlib.errors import InputError

#: Vectors that are compared with each other at a time: memory is bounded by its square, whatever is found.
BLOCK = 4096


def duplicate_groups(vectors: np.ndarray, threshold: float) -> np.ndarray:
    """Joins all vectors whose cosine is at least a threshold, and what is joined to them, to groups.

    Every pair is compared, in blocks, so nothing is missed; time grows with the square of the number, memory does not.

    Args:
        vectors: (n, d) float32, rows of unit norm.
        threshold: cosine in (-1, 1]. The paper's 0.8 belongs to SSCD; see ``threshold_for``.

    Returns:
        (n,) int64: for every vector the row of the first one of its group; its own row if it stands alone.

    Raises:
        InputError: vectors of another shape or not of unit norm, or a threshold out of range.

    Example:
        >>> side = 0.5**0.5
        >>> duplicate_groups(np.array([[1, 0], [0, 1], [side, side], [-1, 0]], dtype=np.float32), 0.7)
        array([0, 0, 0, 3])
    """
    if vectors.ndim != 2 or not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
        raise InputError(f"need vectors (n, d) with rows of unit norm, got {vectors.shape}")
    if not -1 < threshold <= 1:
        raise InputError(f"threshold must be a cosine in (-1, 1], got {threshold}")
    groups = np.arange(len(vectors))
    for rows, columns in _pairs(np.ascontiguousarray(vectors, dtype=np.float32), threshold):
        groups = _joined(groups, rows, columns)
    return groups


def merged_tags(styles: list[list[str]], groups: np.ndarray) -> list[list[str]]:
    """The tags of every group on its first image, in the order of its images, each tag once (Section 3.1).

    Args:
        styles: the tags of n images.
        groups: (n,) from ``duplicate_groups``.

    Returns:
        the tags of n images; an image that is not the first of its group keeps its own, for whoever looks at it.

    Example:
        >>> merged_tags([["a"], [], ["b", "a"]], np.array([0, 1, 0]))
        [['a', 'b'], [], ['b', 'a']]
    """
    merged = [list(tags) for tags in styles]
    for row in np.flatnonzero(groups != np.arange(len(groups))).tolist():
        first = merged[int(groups[row])]
        first += [tag for tag in styles[row] if tag not in first]
    return merged


def threshold_for(vectors: np.ndarray, truth: np.ndarray, *, precision: float = 0.95) -> float:
    """The lowest threshold at which groups have a given precision, on images whose copies are known.

    Groups are judged as they come out, chains included: the share of the pairs in one group that are in one true group.
    To be called on validation images, never on those that are curated.

    Args:
        vectors: (n, d) float32, rows of unit norm; a few thousand.
        truth: (n,) group of every image.
        precision: share of the joined pairs that shall be true, in (0, 1].

    Raises:
        InputError: no pair of copies, or a precision that no threshold reaches.
    """
    if len(np.unique(truth)) == len(truth):
        raise InputError("no two images of the truth are copies of each other: nothing to set a threshold on")
    members = [Counter([group]) for group in np.asarray(truth).tolist()]
    right = joined = 0
    threshold = None
    for a, b, distance, _ in linkage(pdist(vectors.astype(np.float64), "cosine"), "single").tolist():
        one, other = members[int(a)], members[int(b)]
        new = sum(count * other[group] for group, count in one.items())
        right, joined = right + new, joined + one.total() * other.total()
        members.append(one + other)
        # Only where a join is right: below the last of these, the threshold would only let in strangers.
        if new and right / joined >= precision:
            threshold = 1 - distance
    if threshold is None:
        raise InputError(f"no threshold reaches a precision of {precision} on these images")
    # What is computed in float32 may be a hair below.
    return threshold - 1e-6


def _pairs(vectors: np.ndarray, threshold: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The rows and columns of all cosines >= threshold, block by block of the upper triangle."""
    starts = range(0, len(vectors), BLOCK)
    # faiss keeps what is strictly above its radius.
    radius = float(np.nextafter(np.float32(threshold), np.float32(-2)))
    for start in starts:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors[start : start + BLOCK])
        for other in range(start, len(vectors), BLOCK):
            limits, _, found = index.range_search(vectors[other : other + BLOCK], radius)
            counts = (limits[1:] - limits[:-1]).astype(np.int64)
            rows = np.repeat(np.arange(len(counts)), counts)
            yield rows + other, found + start


def _joined(groups: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The groups after joining those of some pairs; a group's name is its first row."""
    a, b = groups[rows], groups[columns]
    apart = a != b
    if not apart.any():
        return groups
    size = len(groups)
    graph = coo_matrix((np.ones(int(apart.sum()), dtype=bool), (a[apart], b[apart])), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    first = np.full(size, size)
    np.minimum.at(first, component, groups)
    return first[component][groups]
