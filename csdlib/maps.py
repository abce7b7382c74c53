"""Style maps: descriptors laid out in the plane by UMAP."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from csdlib.embeddings import Embeddings
from csdlib.errors import InputError
from csdlib.retrieval import hits, neighbours


@dataclass(frozen=True)
class StyleMap:
    """Coordinates of images in the plane.

    Attributes:
        coordinates: (n, 2) float32; only neighbourhoods mean something, not axes or far distances.
        ids: (n,) image ids.
        trustworthiness: in [0, 1]; the share of map neighbours that are neighbours in descriptor space too, weighted
            by how far off the others are (Venna and Kaski, 2001); higher is better.
    """

    coordinates: np.ndarray
    ids: np.ndarray
    trustworthiness: float


def style_map(
    embeddings: Embeddings, *, n_neighbors: int = 15, min_dist: float = 0.1, seed: int = 0, method: str = "umap"
) -> StyleMap:
    """Lays descriptors out in the plane.

    Args:
        embeddings: at least ``n_neighbors`` + 1 images.
        n_neighbors: neighbours that UMAP tries to keep; small values show detail, large ones the whole.
        min_dist: how close UMAP may put points.
        seed: of UMAP; equal seeds give equal maps on one machine.
        method: ``"umap"``, or ``"pca"`` for the plane of largest variance.

    Raises:
        InputError: too few images, or an unknown method.
    """
    if len(embeddings) <= n_neighbors + 1:
        raise InputError(f"a map with n_neighbors = {n_neighbors} needs more than {n_neighbors + 1} images")
    if method == "umap":
        coordinates = _umap(embeddings, n_neighbors, min_dist, seed)
    elif method == "pca":
        coordinates = PCA(2, random_state=seed).fit_transform(embeddings.vectors)
    else:
        raise InputError(f"unknown method {method!r}: choose one of pca, umap")
    quality = _trustworthiness(embeddings, coordinates, min(n_neighbors, (len(embeddings) - 1) // 2))
    return StyleMap(coordinates.astype(np.float32), embeddings.ids, quality)


def neighbourhood_agreement(embeddings: Embeddings, labels: np.ndarray, k: int = 10) -> float:
    """The mean share of an image's k nearest others that carry its label: how well a label clusters, in [0, 1].

    Args:
        embeddings: (n, d), n > k.
        labels: (n,) labels.
        k: neighbours.
    """
    found = neighbours(embeddings, embeddings, k)
    return float(hits(found, labels, labels).mean())


def _umap(embeddings: Embeddings, n_neighbors: int, min_dist: float, seed: int) -> np.ndarray:
    # Imported here: numba compiles for seconds, and nothing else needs it.
    from umap import UMAP

    metric = "cosine" if embeddings.metric == "cosine" else "euclidean"
    reducer = UMAP(n_neighbors=n_neighbors, min_dist=min_dist, metric=metric, random_state=seed, n_jobs=1)
    return np.asarray(reducer.fit_transform(embeddings.vectors))


def _trustworthiness(embeddings: Embeddings, coordinates: np.ndarray, k: int) -> float:
    metric = "cosine" if embeddings.metric == "cosine" else "euclidean"
    return float(trustworthiness(embeddings.vectors, coordinates, n_neighbors=k, metric=metric))
