"""Style maps: descriptors laid out in the plane, and new images placed among them."""

import json
import warnings
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from pandas.api.types import union_categoricals
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, needs_extra, unknown
from csdlib.files import AnyPath, atomic_path
from csdlib.retrieval.nearest import neighbours

METHODS = ("densmap", "pca", "umap")

#: Fitted images between which a new one is placed.
PLACED_BETWEEN = 5


@dataclass(frozen=True)
class MapSettings:
    """How a map is made.

    Attributes:
        method: ``"umap"``, ``"densmap"`` (UMAP that also keeps how dense a region is), or ``"pca"`` (the plane of the
            largest variance).
        n_neighbors: neighbours that UMAP tries to keep, 2 or more; small values show detail, large ones the whole.
        min_dist: how close UMAP may put points.
        seed: of UMAP; equal seeds give equal maps on one machine.
    """

    method: str = "umap"
    n_neighbors: int = 15
    min_dist: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class StyleMap:
    """Images in the plane, and all that is needed to place others among them.

    Attributes:
        embeddings: of the n images, in descriptor space.
        coordinates: (n, 2) float32; only neighbourhoods mean something, not axes or far distances.
        settings: how the map was made.
        placed: how many images, the last ones, were placed on the finished map.
    """

    embeddings: Embeddings
    coordinates: np.ndarray
    settings: MapSettings
    placed: int = 0

    @property
    def ids(self) -> np.ndarray:
        """The image ids, (n,) strings."""
        return self.embeddings.ids

    def place(self, embeddings: Embeddings) -> np.ndarray:
        """Where new images belong on this map.

        PCA projects them. The other methods have no formula: a new image goes to the geometric median of the places of
        the five fitted images that are nearest in descriptor space. The median, not the mean, because neighbours may
        lie on two islands, and no picture belongs in the sea between them. Held-out images keep more of their
        neighbours so than by UMAP's own ``transform``, which also needs a pickle and does not know densMAP
        (``make bench`` compares the two).

        Args:
            embeddings: (m, d) of the same descriptor.

        Returns:
            (m, 2) float32.

        Raises:
            InputError: embeddings of another descriptor.
        """
        fitted = self._fitted()
        if embeddings.fingerprint != fitted.fingerprint:
            raise InputError("the map was made with another descriptor: embed the new images with the same one")
        if self.settings.method == "pca":
            return _pca(fitted.vectors, self.settings).transform(embeddings.vectors).astype(np.float32)
        # Others' ids: an image that is on the map already may be placed anew, and is then its own neighbour.
        ids = np.array([f"new {row}" for row in range(len(embeddings))])
        new = Embeddings(embeddings.vectors, ids, embeddings.fingerprint, embeddings.metric, checked=True)
        found = neighbours(new, fitted, min(PLACED_BETWEEN, len(fitted)))
        return _geometric_median(self.coordinates[found.rows])

    def projection(self) -> tuple[np.ndarray, np.ndarray] | None:
        """How a map made by PCA places a vector: ``(vector - mean) @ axes``; None where a map has no formula.

        Returns:
            mean (d,) and axes (d, 2), float32.
        """
        if self.settings.method != "pca":
            return None
        found = _pca(self._fitted().vectors, self.settings)
        return found.mean_.astype(np.float32), found.components_.T.astype(np.float32)

    def extended(self, embeddings: Embeddings) -> "StyleMap":
        """The same map with new images placed on it; those that were there stay where they are.

        Raises:
            InputError: embeddings of another descriptor, or of an image that is on the map already.
        """
        vectors = np.concatenate([self.embeddings.vectors, embeddings.vectors])
        places = np.concatenate([self.coordinates, self.place(embeddings)])
        joined = replace(
            self.embeddings.take(slice(None)),
            vectors=vectors,
            ids=np.concatenate([self.ids, embeddings.ids]),
            collections=union_categoricals([self.embeddings.collections, embeddings.collections]),
            checked=True,
        )
        return StyleMap(joined, places, self.settings, self.placed + len(embeddings))

    def save(self, folder: AnyPath) -> None:
        """Writes the map into a folder: embeddings, ``coordinates.npy`` and ``map.json``; nothing is pickled."""
        folder = Path(folder)
        self.embeddings.save(folder / "embeddings")
        with atomic_path(folder / "coordinates.npy") as path:
            np.save(path, self.coordinates)
        with atomic_path(folder / "map.json") as path:
            path.write_text(json.dumps(asdict(self.settings) | {"placed": self.placed}, indent=1))

    @classmethod
    def load(cls, folder: AnyPath) -> "StyleMap":
        """Reads a saved map.

        Raises:
            InputError: a file is missing, cut, or does not belong to the others.
        """
        folder = Path(folder)
        try:
            settings = json.loads((folder / "map.json").read_text())
            coordinates = np.load(folder / "coordinates.npy", allow_pickle=False)
            placed = settings.pop("placed")
            loaded = cls(Embeddings.load(folder / "embeddings"), coordinates, MapSettings(**settings), placed)
        except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{folder}: no whole saved map ({error}); make it again") from error
        if loaded.coordinates.shape != (len(loaded.embeddings), 2):
            raise InputError(f"{folder}: {len(loaded.embeddings)} images, places {loaded.coordinates.shape}")
        return loaded

    def _fitted(self) -> Embeddings:
        """The embeddings that the map was made from, in memory."""
        return self.embeddings.take(slice(len(self.embeddings) - self.placed))


def style_map(
    embeddings: Embeddings, *, n_neighbors: int = 15, min_dist: float = 0.1, seed: int = 0, method: str = "umap"
) -> StyleMap:
    """Lays descriptors out in the plane.

    Args:
        embeddings: for PCA two images or more, else more than ``n_neighbors`` + 1.
        n_neighbors: see ``MapSettings``, as for the rest.
        min_dist: see there.
        seed: see there.
        method: see there.

    Raises:
        InputError: too few images or neighbours, images that all have one descriptor, or an unknown method.
    """
    settings = MapSettings(method, n_neighbors, min_dist, seed)
    if method not in METHODS:
        raise unknown("method", method, list(METHODS))
    vectors = np.asarray(embeddings.vectors, dtype=np.float32)
    if (vectors == vectors[0]).all():
        raise InputError("all images have the same descriptor: there is nothing to lay out")
    if method == "pca":
        return StyleMap(embeddings, _pca(vectors, settings).transform(vectors).astype(np.float32), settings)
    if n_neighbors < 2:
        raise InputError(f"n_neighbors must be 2 or more, got {n_neighbors}")
    if len(embeddings) <= n_neighbors + 1:
        raise InputError(
            f"a map with n_neighbors = {n_neighbors} needs more than {n_neighbors + 1} images, got {len(embeddings)}: "
            "lower n_neighbors, or take more images"
        )
    places = _umap(embeddings, vectors, settings)
    # Turned so that the longer side lies level, as pages do; no distance changes.
    return StyleMap(embeddings, _pca(places, settings).transform(places).astype(np.float32), settings)


def map_neighbours(laid_out: StyleMap, k: int, places: np.ndarray | None = None) -> np.ndarray:
    """The rows of the k nearest images on the map, (m, k), nearest first.

    Args:
        laid_out: a map of n images.
        k: neighbours, below n.
        places: (m, 2) on the map; by default every image's own, and an image is never its own neighbour.
    """
    search = NearestNeighbors(n_neighbors=k).fit(laid_out.coordinates)
    return np.asarray(search.kneighbors(places, return_distance=False))


def _umap(embeddings: Embeddings, vectors: np.ndarray, settings: MapSettings) -> np.ndarray:
    # Imported here: numba compiles for seconds, and nothing else needs it.
    with needs_extra("maps"):
        from umap import UMAP

    found = neighbours(embeddings, embeddings, settings.n_neighbors - 1)
    distances = 1 - found.scores if embeddings.metric == "cosine" else np.sqrt(np.maximum(-found.scores, 0))
    # UMAP counts an image as its own first neighbour.
    rows = np.column_stack([np.arange(len(vectors)), found.rows])
    distances = np.pad(np.maximum(distances, 0), ((0, 0), (1, 0)))
    reducer = UMAP(
        n_neighbors=settings.n_neighbors,
        min_dist=settings.min_dist,
        metric="cosine" if embeddings.metric == "cosine" else "euclidean",
        random_state=settings.seed,
        n_jobs=1,
        densmap=settings.method == "densmap",
        # Exact neighbours, and the search that UMAP would compile for half a minute is not needed.
        precomputed_knn=(rows, distances),
        force_approximation_algorithm=True,
    )
    with warnings.catch_warnings():
        # That its own transform will not work, which nobody asks for.
        warnings.filterwarnings("ignore", message="precomputed_knn")
        return np.asarray(reducer.fit_transform(vectors))


def _pca(vectors: np.ndarray, settings: MapSettings) -> PCA:
    return PCA(2, random_state=settings.seed).fit(vectors)


def _geometric_median(points: np.ndarray, rounds: int = 50) -> np.ndarray:
    """The point with the least sum of distances to k points, (m, k, 2) -> (m, 2) float32; by Weiszfeld's method."""
    points = points.astype(np.float64)
    middle = points.mean(axis=1)
    for _ in range(rounds):
        weights = 1 / np.maximum(np.linalg.norm(points - middle[:, None], axis=2, keepdims=True), 1e-6)
        middle = (weights * points).sum(axis=1) / weights.sum(axis=1)
    return middle.astype(np.float32)
