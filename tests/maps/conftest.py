"""Four groups of descriptors, and a map of them."""

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.maps.layout import StyleMap, style_map


def groups(count: int = 60, dim: int = 16, seed: int = 0) -> Embeddings:
    """Four well separated groups of unit vectors."""
    random = np.random.default_rng(seed)
    vectors = np.repeat(4 * np.eye(4, dim), count // 4, axis=0) + random.normal(0, 0.4, (count, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(vectors.astype(np.float32), np.array([f"{seed}-{row}" for row in range(count)]), "f", "cosine")


@pytest.fixture(scope="module")
def laid_out() -> StyleMap:
    return style_map(groups(), n_neighbors=8)
