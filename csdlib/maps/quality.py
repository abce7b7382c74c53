"""How far a style map can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist
from sklearn.manifold import trustworthiness

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.maps.layout import StyleMap, map_neighbours, style_map
from csdlib.retrieval.nearest import neighbours
from csdlib.retrieval.relevance import hits

#: Images on which trustworthiness and continuity are measured at most: both need all pairs of them.
MEASURED = 5000


@dataclass(frozen=True)
class MapQuality:
    """How faithful a map is to the descriptors.

    Attributes:
        trustworthiness: in [0, 1], higher is better: are neighbours on the map neighbours in descriptor space? Those
            that are not count by how far off they are (Venna and Kaski, 2001).
        continuity: in [0, 1], higher is better: the same with the two spaces exchanged. Low where the map tears
            neighbours apart.
        agreement: in [0, 1], higher is better: the share of the k nearest in descriptor space that are among the k
            nearest on the map.
    """

    trustworthiness: float
    continuity: float
    agreement: float


def map_quality(laid_out: StyleMap, k: int = 10) -> MapQuality:
    """How faithful a map is to the descriptors that it was made from.

    Trustworthiness and continuity compare all pairs: of more than 5,000 images, they are measured on 5,000.

    Args:
        laid_out: a map of n images.
        k: neighbours, below n / 2.

    Raises:
        InputError: a k that is too large.
    """
    n = len(laid_out.embeddings)
    if not 1 <= k < n / 2:
        raise InputError(f"k must be from 1 to below half of the {n} images, got {k}")
    some = np.sort(np.random.default_rng(0).permutation(n)[:MEASURED])
    vectors, places = np.asarray(laid_out.embeddings.vectors[some]), laid_out.coordinates[some]
    # Among vectors of unit norm the Euclidean order is that of the cosine.
    trusted, continuous = (
        float(trustworthiness(space, other, n_neighbors=k)) for space, other in ((vectors, places), (places, vectors))
    )
    kept = neighbours_kept(neighbours(laid_out.embeddings, laid_out.embeddings, k).rows, map_neighbours(laid_out, k))
    return MapQuality(trusted, continuous, kept)


def quality_over_seeds(
    embeddings: Embeddings, seeds: Sequence[int], *, k: int = 10, **settings: object
) -> pd.DataFrame:
    """The quality of maps that differ only in their seed.

    Args:
        embeddings: of the images.
        seeds: of the maps.
        k: see ``map_quality``.
        settings: see ``MapSettings``.

    Returns:
        one row a measure: ``measure``, ``mean``, ``lowest`` and ``highest`` over the seeds.
    """
    made = [vars(map_quality(style_map(embeddings, seed=seed, **settings), k)) for seed in seeds]  # type: ignore[arg-type]
    summary = pd.DataFrame(made).agg(["mean", "min", "max"]).T
    summary.columns = pd.Index(["mean", "lowest", "highest"])
    return summary.rename_axis("measure").reset_index()


def neighbours_kept(rows: np.ndarray, others: np.ndarray) -> float:
    """The mean share of each row's neighbours that stand in the other's row too, in [0, 1].

    Example:
        >>> neighbours_kept(np.array([[1, 2]]), np.array([[2, 3]]))
        0.5
    """
    return float(np.mean([np.isin(row, other).mean() for row, other in zip(rows, others, strict=True)]))


def neighbourhood_agreement(embeddings: Embeddings, labels: np.ndarray, k: int = 10) -> float:
    """The mean share of an image's k nearest others that carry its label: how well a label clusters, in [0, 1].

    Args:
        embeddings: (n, d), n > k.
        labels: (n,) labels.
        k: neighbours.
    """
    found = neighbours(embeddings, embeddings, k)
    return float(hits(found, labels, labels).mean())


def centre_distances(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The distances between the centres of groups of points: where islands lie to one another.

    Args:
        points: (n, d), on a map or in descriptor space.
        labels: (n,) the group of each.

    Returns:
        one number a pair of groups, the groups sorted: (g (g - 1) / 2,), in the unit of the points.

    Example:
        >>> centre_distances(np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 3.0]]), np.array(["a", "a", "b"])).tolist()
        [3.0]
    """
    centres = np.array([points[labels == name].mean(axis=0) for name in np.unique(labels)])
    distances: np.ndarray = pdist(centres)
    return distances


def island_sizes(points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How far the points of each group lie from its centre, on average: how large an island is.

    Args:
        points: (n, d), on a map.
        labels: (n,) the group of each.

    Returns:
        one number a group, the groups sorted, in the unit of the points.

    Example:
        >>> island_sizes(np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 3.0]]), np.array(["a", "a", "b"])).tolist()
        [1.0, 0.0]
    """
    islands = [points[labels == name] for name in np.unique(labels)]
    return np.array([np.linalg.norm(own - own.mean(axis=0), axis=1).mean() for own in islands])
