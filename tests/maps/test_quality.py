"""How faithful a map is, beside brute force."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.maps.layout import MapSettings, StyleMap, style_map
from csdlib.maps.quality import (
    centre_distances,
    island_sizes,
    map_quality,
    neighbourhood_agreement,
    neighbours_kept,
    quality_over_seeds,
)
from tests.maps.conftest import groups


def nearest(distances: np.ndarray, k: int) -> np.ndarray:
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1)[:, :k]


def brute_trustworthiness(true: np.ndarray, shown: np.ndarray, k: int) -> float:
    """The definition of Venna and Kaski, pair by pair."""
    n, total = len(true), 0.0
    ranks = np.argsort(nearest(true.copy(), n), axis=1) + 1
    for row, found in enumerate(nearest(shown.copy(), k)):
        total += sum(max(0, int(ranks[row, other]) - k) for other in found)
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * total


def test_the_qualities_are_those_of_brute_force(laid_out: StyleMap) -> None:
    true = 1 - laid_out.embeddings.vectors.astype(float) @ laid_out.embeddings.vectors.T.astype(float)
    shown = cdist(laid_out.coordinates.astype(float), laid_out.coordinates.astype(float))
    quality = map_quality(laid_out, 7)
    assert quality.trustworthiness == pytest.approx(brute_trustworthiness(true, shown, 7))
    assert quality.continuity == pytest.approx(brute_trustworthiness(shown, true, 7))
    kept = [len(set(a) & set(b)) / 7 for a, b in zip(nearest(true, 7), nearest(shown, 7), strict=True)]
    assert quality.agreement == pytest.approx(np.mean(kept))


def test_a_map_of_the_plane_is_perfect() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(30, 2)).astype(np.float32)
    flat = Embeddings(vectors, np.arange(30).astype(str), "f", "l2")
    assert vars(map_quality(style_map(flat, n_neighbors=5, method="pca"), 5)) == dict.fromkeys(
        ("trustworthiness", "continuity", "agreement"), 1.0
    )
    torn = StyleMap(flat, random.permutation(vectors), MapSettings())
    assert map_quality(torn, 5).agreement < 0.5


def test_quality_over_seeds_has_a_spread() -> None:
    found = quality_over_seeds(groups(), range(2), k=5, n_neighbors=8).set_index("measure")
    assert list(found.index) == ["trustworthiness", "continuity", "agreement"]
    assert (found["lowest"] <= found["mean"]).all()
    assert (found["mean"] <= found["highest"]).all()
    assert found.loc["trustworthiness", "lowest"] < found.loc["trustworthiness", "highest"]


def test_kept_neighbours_and_labels() -> None:
    assert neighbours_kept(np.array([[1, 2], [3, 4]]), np.array([[2, 1], [0, 4]])) == 0.75
    assert neighbourhood_agreement(groups(), np.repeat(np.arange(4), 15), k=5) == 1.0


def test_too_many_neighbours_are_refused(laid_out: StyleMap) -> None:
    with pytest.raises(InputError, match="k must be from 1"):
        map_quality(laid_out, 30)


def test_centres_and_islands_by_hand() -> None:
    points = np.array([[0, 0], [4, 0], [2, 5], [2, 7], [-1, 0]], dtype=float)
    labels = np.array(["a", "a", "b", "b", "c"])
    assert centre_distances(points, labels).tolist() == pytest.approx([6, 3, np.hypot(3, 6)])
    assert island_sizes(points, labels).tolist() == pytest.approx([2, 1, 0])


def test_both_grow_with_the_map_and_do_not_turn_with_it() -> None:
    random = np.random.default_rng(0)
    points, labels = random.normal(size=(30, 2)), np.repeat(["x", "y", "z"], 10)
    turned = 3 * points @ np.array([[0.6, -0.8], [0.8, 0.6]]) + 5
    for measure in (centre_distances, island_sizes):
        np.testing.assert_allclose(measure(turned, labels), 3 * measure(points, labels))
