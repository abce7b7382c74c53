"""Approximate indexes beside exact search."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.retrieval.indexes import approximate_index
from csdlib.retrieval.nearest import neighbours
from tests.conftest import random_embeddings


@pytest.mark.parametrize("kind", ["ivf", "hnsw"])
@pytest.mark.parametrize("metric", ["cosine", "l2"])
def test_an_approximate_index_says_how_much_it_finds(kind: str, metric: str) -> None:
    random = np.random.default_rng(0)
    centres = random.normal(size=(40, 16))
    vectors = (centres[random.integers(40, size=4000)] + 0.5 * random.normal(size=(4000, 16))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    database = Embeddings(vectors, np.arange(4000).astype(str), "x", metric)  # type: ignore[arg-type]
    query = Embeddings(vectors[:50], database.ids[:50], "x", metric)  # type: ignore[arg-type]
    index = approximate_index(database, kind)  # type: ignore[arg-type]
    found, exact = neighbours(query, database, 10, index=index), neighbours(query, database, 10)
    same = np.mean([np.isin(a, b).mean() for a, b in zip(exact.rows, found.rows, strict=True)])
    assert exact.recall is None
    assert found.recall is not None
    assert found.recall.value == pytest.approx(same)
    assert same > 0.9
    assert not (found.rows == np.arange(50)[:, None]).any()
    with pytest.raises(InputError, match="the index holds 4000 vectors"):
        neighbours(query, Embeddings(vectors[:99], database.ids[:99], "x", metric), 1, index=index)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="parts are for exact search"):
        neighbours(query, database, 1, index=index, parts=Path("anywhere"))
    with pytest.raises(InputError, match="unknown index 'tree': choose one of hnsw, ivf"):
        approximate_index(database, "tree")  # type: ignore[arg-type]


def test_an_index_that_finds_too_little_leaves_places_empty() -> None:
    database, query = random_embeddings(200, 1, "d"), random_embeddings(3, 2, "q")
    index = faiss.index_factory(5, "IVF20,Flat", faiss.METRIC_INNER_PRODUCT)
    index.train(database.vectors)
    index.add(database.vectors)
    index.nprobe = 1
    found = neighbours(query, database, 100, index=index)
    assert (found.rows == -1).any()
    assert (found.scores[found.rows == -1] == -np.inf).all()
    assert found.recall is not None
    assert found.recall.value < 0.5
