"""Training of the projection alone."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from csdlib.errors import InputError
from csdlib.training.csd import TrainingConfig
from csdlib.training.projection import fit_projection

CONFIG = TrainingConfig(steps=60, batch_size=32, images_each=4, projection_rate=0.05)


def features(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pictures by eight artists: two numbers tell them apart, and eight loud ones do not."""
    generator = np.random.default_rng(seed)
    artists = np.repeat(np.arange(8), 20)
    angles = artists * np.pi / 4
    quiet = np.stack([np.cos(angles), np.sin(angles)], axis=1) + 0.05 * generator.standard_normal((160, 2))
    return np.hstack([3 * generator.standard_normal((160, 8)), quiet]).astype(np.float32), artists


def right(vectors: np.ndarray, artists: np.ndarray) -> float:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    return float((artists[cosines.argmax(axis=1)] == artists).mean())


def test_it_learns_what_tells_artists_apart() -> None:
    inputs, artists = features()
    labels = sparse.csr_array(np.eye(8, dtype=np.float32)[artists])
    trained = fit_projection(inputs, labels, np.eye(10), CONFIG)
    others, their_artists = features(seed=1)
    assert right(others, their_artists) < 0.3
    assert right(others @ trained, their_artists) > 0.7
    assert np.array_equal(trained, fit_projection(inputs, labels, np.eye(10), CONFIG))


def test_what_does_not_fit_is_refused() -> None:
    inputs, artists = features()
    labels = sparse.csr_array(np.eye(8, dtype=np.float32)[artists])
    with pytest.raises(InputError, match=r"features \(160, 10\), labels \(160, 8\) and start \(9, 9\) do not fit"):
        fit_projection(inputs, labels, np.eye(9), CONFIG)
    with pytest.raises(InputError, match="images_each"):
        fit_projection(inputs, labels, np.eye(10), replace(CONFIG, images_each=0))
