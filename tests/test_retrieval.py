"""Search against brute force, and the whole way from images to estimates."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdlib.benchmark import chance, evaluate_retrieval
from csdlib.descriptors import load
from csdlib.embeddings import Embeddings, embed
from csdlib.errors import InputError
from csdlib.retrieval import hits, neighbours, relevant_counts
from csdlib.tables import ImageTable


def random_embeddings(n: int, seed: int, prefix: str, metric: str = "cosine") -> Embeddings:
    vectors = np.random.default_rng(seed).normal(size=(n, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(vectors, np.array([f"{prefix}{i}" for i in range(n)]), "x", metric)  # type: ignore[arg-type]


@given(st.integers(1, 9), st.integers(1, 20), st.integers(1, 25), st.sampled_from(["cosine", "l2"]))
@settings(max_examples=40, deadline=None)
def test_neighbours_by_brute_force(queries: int, images: int, k: int, metric: str) -> None:
    query, database = random_embeddings(queries, 1, "q", metric), random_embeddings(images, 2, "d", metric)
    found = neighbours(query, database, k)
    distance = ((query.vectors[:, None] - database.vectors[None]) ** 2).sum(axis=2)
    expected = np.argsort(distance, axis=1)[:, :k]
    assert found.rows.shape == (queries, k)
    np.testing.assert_array_equal(found.rows[:, : expected.shape[1]], expected)
    assert (found.rows[:, expected.shape[1] :] == -1).all()


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


def test_a_missing_neighbour_is_no_hit() -> None:
    found = neighbours(random_embeddings(1, 1, "q"), random_embeddings(2, 2, "d"), 4)
    np.testing.assert_array_equal(hits(found, np.array(["a"]), np.array(["a", "a"])), [[True, True, False, False]])
    assert relevant_counts(np.array(["a", "z"]), np.array(["a", "a"])).tolist() == [2, 0]


def test_embeddings_that_cannot_be_compared_are_refused() -> None:
    query, database = random_embeddings(2, 1, "q"), random_embeddings(2, 2, "d")
    other = Embeddings(database.vectors, database.ids, "y", "cosine")
    with pytest.raises(InputError, match="different descriptors"):
        neighbours(query, other, 1)
    with pytest.raises(InputError, match="k must be"):
        neighbours(query, database, 0)
    with pytest.raises(InputError, match="norm"):
        neighbours(query, Embeddings(2 * database.vectors, database.ids, "x", "cosine"), 1)
    with pytest.raises(InputError, match="not finite"):
        Embeddings(np.full((1, 2), np.nan), np.array(["a"]), "x", "cosine")
    with pytest.raises(InputError, match="stands twice"):
        Embeddings(np.ones((2, 2)), np.array(["a", "a"]), "x", "cosine")


@pytest.mark.parametrize("name", ["colour", "gram"])
def test_stripes_are_told_apart(striped_table: ImageTable, name: str) -> None:
    found = evaluate_retrieval(striped_table, load(name), k=10, progress=False)
    table = found.estimates((1, 10, 100)).set_index(["metric", "k"])
    assert table.loc[("recall@k", 1), "value"] == 1.0
    assert set(table.index.get_level_values("k")) == {1, 10}
    assert table["unit"].eq("group").all()
    assert chance(found) == pytest.approx(0.25)
    assert found.by_label()["database"].tolist() == [6] * 4


def test_one_artist_only_is_refused(striped_table: ImageTable) -> None:
    with pytest.raises(InputError, match="same artist"):
        evaluate_retrieval(striped_table.where(artist="artist-1"), load("colour"), progress=False)
    with pytest.raises(InputError, match="medium"):
        evaluate_retrieval(striped_table, load("colour"), label="medium", progress=False)


def test_embedding_does_not_depend_on_batches_and_resumes_from_its_cache(
    striped_table: ImageTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csdlib.embeddings.SHARD", 16)
    colour = load("colour")
    whole = embed(striped_table, colour, batch_size=64, progress=False)
    np.testing.assert_array_equal(whole.ids, striped_table.ids)
    parts = embed(striped_table, colour, batch_size=7, cache=tmp_path, progress=False)
    np.testing.assert_array_equal(whole.vectors, parts.vectors)
    stored = sorted(tmp_path.glob("*.npz"))
    assert len(stored) == 3
    stored[0].unlink()
    calls = []
    monkeypatch.setattr(
        colour, "encode", lambda images: calls.append(len(images)) or type(colour).encode(colour, images)
    )
    again = embed(striped_table, colour, cache=tmp_path, progress=False)
    np.testing.assert_array_equal(whole.vectors, again.vectors)
    assert sum(calls) in (16, 8)


def copied(table: ImageTable, folder: Path) -> ImageTable:
    for row in range(len(table)):
        (folder / table.frame["path"].iloc[row]).write_bytes(table.path(row).read_bytes())
    return ImageTable(table.frame, folder)


def test_the_cache_notices_changed_and_mended_images(striped_table: ImageTable, tmp_path: Path) -> None:
    table, cache = copied(striped_table, tmp_path), tmp_path / "cache"
    colour = load("colour")
    first = embed(table, colour, cache=cache, progress=False)
    good = table.path(0).read_bytes()
    table.path(0).write_bytes(table.path(30).read_bytes())
    changed = embed(ImageTable(table.frame, tmp_path), colour, cache=cache, progress=False)
    np.testing.assert_array_equal(changed.vectors[0], first.vectors[30])
    table.path(0).write_bytes(b"junk")
    assert embed(ImageTable(table.frame, tmp_path), colour, cache=cache, progress=False).skipped
    table.path(0).write_bytes(good)
    mended = embed(ImageTable(table.frame, tmp_path), colour, cache=cache, progress=False)
    assert not mended.skipped
    np.testing.assert_array_equal(mended.vectors, first.vectors)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut"])
def test_a_damaged_cache_is_computed_again(striped_table: ImageTable, tmp_path: Path, damage: bytes) -> None:
    colour = load("colour")
    whole = embed(striped_table, colour, cache=tmp_path, progress=False)
    for path in tmp_path.glob("*.npz"):
        path.write_bytes(damage)
    again = embed(striped_table, colour, cache=tmp_path, progress=False)
    np.testing.assert_array_equal(whole.vectors, again.vectors)


def test_unknown_artists_are_not_one_artist(striped_table: ImageTable) -> None:
    artists = striped_table.frame["artist"].replace("artist-3", "")
    found = evaluate_retrieval(
        ImageTable(striped_table.frame.assign(artist=artists), striped_table.root), load("colour"), k=5, progress=False
    )
    assert sorted(set(found.labels)) == ["artist-0", "artist-1", "artist-2"]
    assert len(found.skipped) == 10
    assert set(found.skipped.values()) == {"no artist"}
    assert found.estimates((10,)).empty


def test_artists_that_only_train_do_not_count(striped_table: ImageTable) -> None:
    frame = striped_table.frame
    split = frame["split"].where(frame["artist"] == "artist-0", "train")
    with pytest.raises(InputError, match="same artist"):
        evaluate_retrieval(ImageTable(frame.assign(split=split), striped_table.root), load("colour"), progress=False)
