"""Who was in the prompt: three ways to score artists, beside brute force and scikit-learn."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.recognition import NameScores, by_linear_classifier, by_nearest_work, by_prototype


def _embedded(vectors: np.ndarray, fingerprint: str = "f") -> Embeddings:
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(vectors.astype(np.float32), np.arange(len(vectors)).astype(str), fingerprint, "cosine")


@pytest.fixture
def world() -> tuple[Embeddings, Embeddings, np.ndarray]:
    random = np.random.default_rng(0)
    centres, artists = random.normal(size=(5, 12)), np.repeat(list("abcde"), 6)
    works = _embedded(np.repeat(centres, 6, axis=0) + random.normal(scale=0.8, size=(30, 12)))
    return _embedded(np.repeat(centres, 3, axis=0) + random.normal(scale=0.8, size=(15, 12))), works, artists


def test_the_nearest_work_is_that_of_all_pairs(world: tuple[Embeddings, Embeddings, np.ndarray]) -> None:
    pictures, works, artists = world
    predicted = by_nearest_work(pictures, works, artists).predictions(1)["artist"].tolist()
    assert predicted == artists[(pictures.vectors @ works.vectors.T).argmax(axis=1)].tolist()


def test_prototypes_order_artists_as_centroids_do(world: tuple[Embeddings, Embeddings, np.ndarray]) -> None:
    pictures, works, artists = world
    scores = by_prototype(pictures, works, artists)
    means = np.stack([works.vectors[artists == name].mean(axis=0) for name in scores.names])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    expected = KNeighborsClassifier(1).fit(means, scores.names).predict(pictures.vectors)
    assert scores.predictions(1)["artist"].tolist() == expected.tolist()
    assert np.allclose(scores.scores, pictures.vectors @ means.T, atol=1e-6)


def test_a_classifier_gives_probabilities_and_finds_what_is_far_apart() -> None:
    pictures = _embedded(np.eye(3)[[0, 1, 2, 2]])
    scores = by_linear_classifier(pictures, _embedded(np.eye(3)[[0, 0, 1, 1, 2, 2]]), np.array(list("aabbcc")))
    assert np.allclose(scores.scores.sum(axis=1), 1)
    assert scores.predictions(1)["artist"].tolist() == ["a", "b", "c", "c"]
    with pytest.raises(InputError, match="two artists"):
        by_linear_classifier(pictures, pictures, np.array(list("aaaa")))


@pytest.mark.parametrize("method", [by_nearest_work, by_prototype, by_linear_classifier])
def test_two_descriptors_are_refused(method: object) -> None:
    one, other = _embedded(np.eye(2)), _embedded(np.eye(2), "g")
    with pytest.raises(InputError, match="two descriptors"):
        method(one, other, np.array(["a", "b"]))  # type: ignore[operator]


def test_predictions_are_ranked_and_ties_go_by_the_alphabet() -> None:
    found = NameScores(np.array(["x", "y"]), np.array(["a", "b", "c"]), np.array([[0.1, 0.5, 0.3], [1.0, 1.0, 0.0]]))
    assert found.predictions(2).to_numpy().tolist() == [
        ["x", "b", 0.5],
        ["x", "c", 0.3],
        ["y", "a", 1.0],
        ["y", "b", 1.0],
    ]
