"""Exact search against brute force: ties, pieces, parts, processes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.api.types import union_categoricals

from csdlib.embeddings.arrays import Embeddings, same_collection
from csdlib.errors import InputError
from csdlib.retrieval.nearest import neighbours, search_share
from tests.conftest import random_embeddings


@given(st.integers(1, 9), st.integers(1, 20), st.integers(1, 25), st.sampled_from(["cosine", "l2"]))
@settings(max_examples=40)
def test_neighbours_by_brute_force(queries: int, images: int, k: int, metric: str) -> None:
    query, database = random_embeddings(queries, 1, "q", metric), random_embeddings(images, 2, "d", metric)
    found = neighbours(query, database, k)
    distance = ((query.vectors[:, None] - database.vectors[None]) ** 2).sum(axis=2)
    expected = np.argsort(distance, axis=1)[:, :k]
    np.testing.assert_array_equal(found.rows, expected)


def test_an_image_is_never_its_own_neighbour() -> None:
    images = random_embeddings(12, 3, "d")
    rows = neighbours(images, images, 11).rows
    for row, found in enumerate(rows):
        assert sorted([row, *found.tolist()]) == list(range(12))


def test_only_some_queries_are_in_the_database() -> None:
    database = random_embeddings(6, 4, "d")
    query = Embeddings(database.vectors[:2], np.array(["d0", "new"]), "x", "cosine")
    rows = neighbours(query, database, 3).rows
    assert 0 not in rows[0]
    assert rows[1, 0] == 1


def few_directions(n: int, seed: int, prefix: str, metric: str = "cosine") -> Embeddings:
    """Many images with one of six descriptors: most neighbours are tied."""
    random = np.random.default_rng(seed)
    directions = np.vstack([np.eye(3), -np.eye(3)]).astype(np.float32)
    rows = directions[random.integers(6, size=n)]
    return Embeddings(rows, np.array([f"{prefix}{i}" for i in range(n)]), "x", metric)  # type: ignore[arg-type]


@given(st.integers(1, 6), st.integers(1, 40), st.integers(1, 30), st.integers(1, 60), st.sampled_from(["cosine", "l2"]))
@settings(max_examples=60)
def test_ties_stand_in_the_order_of_the_database(queries: int, images: int, k: int, piece: int, metric: str) -> None:
    query, database = few_directions(queries, 5, "q", metric), few_directions(images, 6, "d", metric)
    distance = ((query.vectors[:, None] - database.vectors[None]) ** 2).sum(axis=2)
    expected = np.argsort(distance, axis=1, kind="stable")[:, :k]
    with pytest.MonkeyPatch.context() as patch:
        # The size of a piece and of a block of queries must not be seen in the result.
        patch.setattr(Embeddings.pieces, "__defaults__", (piece,))
        patch.setattr("csdlib.retrieval.nearest.BLOCK", 2)
        found = neighbours(query, database, k)
    np.testing.assert_array_equal(found.rows[:, : expected.shape[1]], expected)


@given(st.integers(2, 30), st.integers(1, 10))
@settings(max_examples=30)
def test_the_order_of_the_database_does_not_matter_without_ties(images: int, k: int) -> None:
    query, database = random_embeddings(4, 1, "q"), random_embeddings(images, 2, "d")
    order = np.random.default_rng(k).permutation(images)
    shuffled = Embeddings(database.vectors[order], database.ids[order], "x", "cosine")
    k = min(k, images)
    first, second = neighbours(query, database, k), neighbours(query, shuffled, k)
    np.testing.assert_array_equal(database.ids[first.rows], shuffled.ids[second.rows])
    np.testing.assert_allclose(first.scores, second.scores, rtol=1e-6)


def test_a_twin_of_the_query_stays_and_the_query_itself_goes() -> None:
    vectors = np.tile(np.eye(3, dtype=np.float32), (4, 1))
    images = Embeddings(vectors, np.arange(12).astype(str), "x", "cosine")
    rows = neighbours(images, images, 3).rows
    assert rows[0].tolist() == [3, 6, 9]
    assert rows[3].tolist() == [0, 6, 9]


def test_a_search_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csdlib.retrieval.nearest.BLOCK", 4)
    query, database = random_embeddings(18, 1, "q"), random_embeddings(50, 2, "d")
    whole = neighbours(query, database, 7)
    neighbours(query, database, 7, parts=tmp_path)
    parts = sorted(tmp_path.glob("*.npz"))
    assert len(parts) == 5
    parts[0].unlink()
    parts[1].write_bytes(parts[1].read_bytes()[:100])
    times = {path: path.stat().st_mtime_ns for path in parts[2:]}
    again = neighbours(query, database, 7, parts=tmp_path)
    np.testing.assert_array_equal(again.rows, whole.rows)
    np.testing.assert_array_equal(again.scores, whole.scores)
    assert {path: path.stat().st_mtime_ns for path in times} == times
    # Parts of another search are no parts of this one.
    neighbours(query, database, 3, parts=tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 10


def test_several_processes_share_a_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csdlib.retrieval.nearest.BLOCK", 4)
    query, database = few_directions(18, 1, "d"), few_directions(50, 2, "d")
    for rank in range(2):
        monkeypatch.setenv("RANK", str(rank))
        monkeypatch.setenv("WORLD_SIZE", "2")
        search_share(query, database, 7, tmp_path)
        assert len(list(tmp_path.glob("*.npz"))) == (3, 5)[rank]
    monkeypatch.setattr("csdlib.retrieval.nearest._searched", None)
    joined = neighbours(query, database, 7, parts=tmp_path)
    monkeypatch.undo()
    np.testing.assert_array_equal(joined.rows, neighbours(query, database, 7).rows)


def test_embeddings_that_cannot_be_compared_are_refused() -> None:
    query, database = random_embeddings(2, 1, "q"), random_embeddings(2, 2, "d")
    other = Embeddings(database.vectors, database.ids, "y", "cosine")
    with pytest.raises(InputError, match="different descriptors"):
        neighbours(query, other, 1)
    with pytest.raises(InputError, match="k must be"):
        neighbours(query, database, 0)
    with pytest.raises(InputError, match="5 and 2 dimensions"):
        neighbours(query, Embeddings(np.eye(2, dtype=np.float32), database.ids, "x", "cosine"), 1)
    with pytest.raises(InputError, match="is empty"):
        neighbours(query, Embeddings(np.zeros((0, 5), np.float32), np.array([], str), "x", "cosine"), 1)


def test_equal_names_in_two_collections_are_two_images() -> None:
    def folder(name: str, vectors: np.ndarray) -> Embeddings:
        ids = np.array([f"{row:03}.png" for row in range(len(vectors))])
        return Embeddings(vectors, ids, "x", "cosine", collections=same_collection(name, len(ids)))

    vectors = random_embeddings(6, 0, "").vectors
    database, copies = folder("database", vectors), folder("query", vectors[:2])
    assert neighbours(copies, database, 1).rows.ravel().tolist() == [0, 1]
    assert neighbours(folder("database", vectors[:2]), database, 6).rows[:, -1].tolist() == [-1, -1]
    # Nobody knows whose they are: the names decide.
    unknown = replace(copies, collections=same_collection("", 2), checked=True)
    assert neighbours(unknown, database, 1).rows[0, 0] != 0
    both = replace(
        database,
        vectors=np.concatenate([vectors[:2], vectors]),
        ids=np.concatenate([copies.ids, database.ids]),
        collections=union_categoricals([copies.collections, database.collections]),
    )
    assert both.rows_of(copies).tolist() == [0, 1]
    assert both.rows_of(database).tolist() == [2, 3, 4, 5, 6, 7]
    assert both.rows_of(folder("third", vectors)).tolist() == [-1] * 6
