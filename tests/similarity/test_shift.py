"""What all pictures of an origin share is taken out."""

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.shift import centred
from tests.similarity.conftest import unit


def test_what_all_share_no_longer_matters() -> None:
    random = np.random.default_rng(0)
    plain, common = random.normal(size=(50, 8)), 3 * random.normal(size=8)
    moved = unit(plain / np.linalg.norm(plain, axis=1, keepdims=True) + common)
    found = centred(moved)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    apart = moved.vectors - moved.vectors.mean(axis=0)
    np.testing.assert_allclose(found.vectors * np.linalg.norm(apart, axis=1, keepdims=True), apart, atol=1e-5)
    assert np.linalg.norm(found.vectors.mean(axis=0)) < 0.2 < np.linalg.norm(moved.vectors.mean(axis=0))
    assert found.fingerprint != moved.fingerprint
    assert centred(moved).fingerprint == found.fingerprint


def test_a_picture_without_a_direction_is_refused() -> None:
    same = Embeddings(np.tile([[1.0, 0.0]], (3, 1)), np.array(["a", "b", "c"]), "x", "cosine")
    with pytest.raises(InputError, match="image 'a' is the mean itself"):
        centred(same)
    with pytest.raises(InputError, match="needs cosine"):
        centred(Embeddings(np.eye(2), np.array(["a", "b"]), "x", "l2"))
