"""Search against brute force, and the whole way from images to estimates."""

from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array
from typer.testing import CliRunner

from csdlib.cli import app
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.retrieval.benchmark import chance, evaluate_embeddings, evaluate_retrieval
from csdlib.retrieval.indexes import approximate_index
from csdlib.retrieval.nearest import Neighbours, neighbours, search_share
from csdlib.retrieval.relevance import hits, relevant_counts, tag_hits
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


def test_a_missing_neighbour_is_no_hit() -> None:
    found = neighbours(random_embeddings(1, 1, "q"), random_embeddings(2, 2, "d"), 4)
    np.testing.assert_array_equal(hits(found, np.array(["a"]), np.array(["a", "a"])), [[True, True]])
    images = random_embeddings(2, 3, "d")
    alone = neighbours(images, images, 10**12)
    assert alone.rows.tolist() == [[1, -1], [0, -1]]
    assert hits(alone, np.array(["a", "a"]), np.array(["a", "a"])).tolist() == [[True, False], [True, False]]
    with pytest.raises(InputError, match="1 labels for 2 queries"):
        hits(alone, np.array(["a"]), np.array(["a", "a"]))
    assert relevant_counts(np.array(["a", "z"]), np.array(["a", "a"])).tolist() == [2, 0]


def few_directions(n: int, seed: int, prefix: str, metric: str = "cosine") -> Embeddings:
    """Many images with one of six descriptors: most neighbours are tied."""
    random = np.random.default_rng(seed)
    directions = np.vstack([np.eye(3), -np.eye(3)]).astype(np.float32)
    rows = directions[random.integers(6, size=n)]
    return Embeddings(rows, np.array([f"{prefix}{i}" for i in range(n)]), "x", metric)  # type: ignore[arg-type]


@given(st.integers(1, 6), st.integers(1, 40), st.integers(1, 30), st.integers(1, 60), st.sampled_from(["cosine", "l2"]))
@settings(max_examples=60, deadline=None)
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
@settings(max_examples=30, deadline=None)
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


def test_half_precision_on_the_disk(tmp_path: Path) -> None:
    query, database = random_embeddings(5, 1, "q"), random_embeddings(60, 2, "d")
    database.save(tmp_path, dtype="float16")
    stored = Embeddings.load(tmp_path)
    assert isinstance(stored.vectors, np.memmap)
    assert stored.ids.tolist() == database.ids.tolist()
    assert next(tmp_path.glob("vectors-*.npy")).stat().st_size < 60 * 5 * 2 + 200
    half = Embeddings(database.vectors.astype(np.float16).astype(np.float32), database.ids, "x", "cosine")
    np.testing.assert_array_equal(neighbours(query, stored, 9).rows, neighbours(query, half, 9).rows)
    with pytest.raises(InputError, match="too large for float16: save them as float32"):
        Embeddings(np.full((1, 2), 1e6, np.float32), np.array(["a"]), "x", "l2").save(tmp_path, dtype="float16")
    # What was there before is still whole; and can be saved over itself.
    Embeddings.load(tmp_path).save(tmp_path, dtype="float16")
    np.testing.assert_array_equal(Embeddings.load(tmp_path).vectors, half.vectors)
    assert len(list(tmp_path.iterdir())) == 3


def test_numbers_as_ids_are_names_before_and_after_saving(tmp_path: Path) -> None:
    images = Embeddings(np.eye(4, dtype=np.float32), np.arange(4), "x", "cosine")
    images.save(tmp_path)
    assert (neighbours(images, Embeddings.load(tmp_path), 1).rows[:, 0] != np.arange(4)).all()


def of(folder: Path, kind: str) -> Path:
    return next(folder.glob(f"{kind}-*"))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: of(folder, "vectors").write_bytes(of(folder, "vectors").read_bytes()[:-9]), "no whole"),
        (lambda folder: of(folder, "ids").unlink(), "no whole"),
        (lambda folder: (folder / "embeddings.json").write_text("{}"), "no whole"),
        (lambda folder: (folder / "embeddings.json").write_text("[]"), "no whole"),
        (lambda folder: pd.DataFrame({"image_id": ["a"]}).to_parquet(of(folder, "ids")), "and n ids"),
    ],
)
def test_damaged_embeddings_are_named(tmp_path: Path, damage: Callable[[Path], object], message: str) -> None:
    random_embeddings(6, 1, "d").save(tmp_path)
    damage(tmp_path)
    with pytest.raises(InputError, match=f"{tmp_path.name}.*{message}"):
        Embeddings.load(tmp_path)


@given(
    arrays(bool, st.tuples(st.integers(1, 6), st.just(4))),
    arrays(bool, st.tuples(st.integers(1, 9), st.just(4))),
    st.integers(1, 40),
)
@settings(max_examples=40, deadline=None)
def test_tags_match_by_brute_force(query: np.ndarray, database: np.ndarray, at_once: int) -> None:
    rows = np.random.default_rng(0).integers(-1, len(database), size=(len(query), 5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csdlib.retrieval.relevance.MATCHED_AT_ONCE", at_once)
        right, counts = tag_hits(Neighbours(rows, rows), csr_array(query * 2), csr_array(database * 3))
    for row, own in enumerate(query):
        expected = [bool(found >= 0 and (own & database[found]).any()) for found in rows[row]]
        assert right[row].tolist() == expected
        assert counts[row] == sum((own & other).any() for other in database)


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


@pytest.mark.parametrize(
    ("vectors", "ids", "message"),
    [
        ([[1, 0], [2, 0]], "ab", "image 'b' does not have unit norm"),
        ([[1, 0], [0, 0]], "ab", "image 'b' does not have unit norm"),
        ([[np.nan, 0], [1, 0]], "ab", "image 'a' is not finite"),
        ([[1, 0], [np.inf, 0]], "ab", "image 'b' is not finite"),
        ([[1, 0], [0, 1]], "aa", "'a' stands twice"),
        ([[1, 0], [0, 1]], "abc", "3"),
        ([1, 0], "ab", r"need vectors \(n, d\)"),
    ],
)
def test_vectors_that_are_no_descriptors_are_named(vectors: list[object], ids: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Embeddings(np.array(vectors, np.float32), np.array(list(ids)), "x", "cosine")
    with pytest.raises(InputError, match="unknown metric 'dot': choose one of cosine, l2"):
        Embeddings(np.eye(2, dtype=np.float32), np.array(["a", "b"]), "x", "dot")  # type: ignore[arg-type]


def test_search_from_the_command_line(tmp_path: Path) -> None:
    query, database = random_embeddings(3, 1, "q"), random_embeddings(90, 2, "d")
    query.save(tmp_path / "query")
    database.save(tmp_path / "database", dtype="float16")
    run = [str(tmp_path / name) for name in ("query", "database")]
    output = tmp_path / "found.csv"
    done = CliRunner().invoke(app, ["search", *run, str(output), "-k", "4"])
    assert done.exit_code == 0, done.output
    assert not output.with_suffix(".parts").exists()
    table = pd.read_csv(output)
    assert table.columns.tolist() == ["query", "rank", "neighbour", "score"]
    expected = database.ids[neighbours(query, database, 4).rows]
    assert table["neighbour"].tolist() == expected.ravel().tolist()
    ivf = CliRunner().invoke(app, ["search", *run, str(tmp_path / "f.parquet"), "--index", "ivf"])
    assert "% of the exact neighbours" in ivf.stdout
    for options, message in (
        (["x.txt"], "must be a file that ends in"),
        (["x.csv", "--index", "tree"], "choose one of exact, hnsw, ivf"),
    ):
        failed = CliRunner().invoke(app, ["search", *run, *options])
        assert failed.exit_code == 2
        assert message in failed.stderr


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
    monkeypatch.setattr("csdlib.embeddings.embed_table.SHARD", 16)
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


def test_queries_that_nothing_can_answer_are_counted(striped_table: ImageTable) -> None:
    frame = striped_table.frame
    lonely = (frame["artist"] == "artist-3") & (frame["split"] == "query")
    artists = frame["artist"].where(~lonely, "stranger")
    found = evaluate_retrieval(
        ImageTable(frame.assign(artist=artists), striped_table.root), load("colour"), k=5, progress=False
    )
    assert set(found.skipped.values()) == {"no database image has its artist"}
    assert len(found.skipped) == 4
    assert len(found.query) == 12


def test_an_artist_whose_works_are_all_broken_cannot_be_asked_for(striped_table: ImageTable, tmp_path: Path) -> None:
    frame = striped_table.frame
    kept = frame[(frame["artist"] != "artist-3") | (frame["split"] == "query") | (frame["image_id"] == "3-4")]
    table = copied(ImageTable(kept.reset_index(drop=True), striped_table.root), tmp_path)
    (tmp_path / "artist-3_4.png").write_bytes(b"junk")
    found = evaluate_retrieval(table, load("colour"), k=5, progress=False)
    assert "artist-3" not in found.labels
    assert (found.n_relevant > 0).all()
    assert "not an image" in found.skipped["3-4"]
    assert found.skipped["3-0"] == "no database image has its artist"
    subset = evaluate_embeddings(table, found.embeddings.of(table.where(artist=["artist-0", "artist-1"]))[0], k=5)
    assert subset.skipped["2-0"] == "not embedded"


def test_any_column_can_be_matched(striped_table: ImageTable) -> None:
    numbers = striped_table.frame.assign(century=[15 + int(name[0]) % 2 for name in striped_table.ids])
    found = evaluate_retrieval(
        ImageTable(numbers, striped_table.root), load("colour"), label="century", k=5, progress=False
    )
    by_movement = evaluate_retrieval(striped_table, load("colour"), label="movement", k=5, progress=False)
    np.testing.assert_array_equal(found.hits, by_movement.hits)


def test_a_shared_tag_is_a_match(striped_table: ImageTable) -> None:
    found = evaluate_retrieval(striped_table, load("colour"), label="styles", k=5, progress=False)
    # Every picture of the table has the tag "stripes".
    assert found.hits.all()
    assert set(found.n_relevant) == {24}
    own = striped_table.tagged("movement")
    by_tag = evaluate_retrieval(own, load("colour"), label="styles", k=5, progress=False)
    by_column = evaluate_retrieval(striped_table, load("colour"), label="movement", k=5, progress=False)
    np.testing.assert_array_equal(by_tag.hits, by_column.hits)
    np.testing.assert_array_equal(by_tag.n_relevant, by_column.n_relevant)


def test_who_is_unknown_is_a_group_alone(striped_table: ImageTable) -> None:
    frame = striped_table.frame
    unknown = ImageTable(
        frame.assign(artist=frame["artist"].where(frame["artist"] != "artist-2", "")), striped_table.root
    )
    found = evaluate_retrieval(unknown, load("colour"), label="styles", k=5, progress=False)
    assert len(set(found.labels)) == 3 + 4


def test_further_questions_need_no_further_embedding(striped_table: ImageTable) -> None:
    whole = evaluate_retrieval(striped_table, load("colour"), k=5, progress=False)
    again = evaluate_embeddings(striped_table, whole.embeddings, label="movement", k=5, name="colour")
    fresh = evaluate_retrieval(striped_table, load("colour"), label="movement", k=5, progress=False)
    np.testing.assert_array_equal(again.hits, fresh.hits)
    few = striped_table.take([row for row, name in enumerate(striped_table.ids) if int(name[-1]) < 6])
    part = evaluate_embeddings(few, whole.embeddings, k=5)
    assert set(part.n_relevant) == {2}
    np.testing.assert_array_equal(part.hits, evaluate_retrieval(few, load("colour"), k=5, progress=False).hits)


def test_what_has_to_be_fitted_sees_the_database_and_no_query(striped_table: ImageTable) -> None:
    colour, seen = load("colour"), []

    class Fitted:
        name, dim, metric = "fitted", colour.dim, colour.metric
        preprocess, encode = staticmethod(colour.preprocess), staticmethod(colour.encode)

        @property
        def fingerprint(self) -> str:
            return f"fitted on {seen}"

        def fit(self, table: ImageTable) -> None:
            seen.append(set(table.frame["split"]))

    evaluate_retrieval(striped_table, Fitted(), k=5, progress=False)
    assert seen == [{"database"}]


def test_all_metrics_at_all_k_in_one_table(striped_table: ImageTable) -> None:
    found = evaluate_retrieval(striped_table, load("random-tiny"), k=24, progress=False)
    table = found.estimates((1, 5, 24)).set_index(["metric", "k"])["value"]
    assert set(table.loc["precision@R"].index) == {24}
    n = found.n_relevant[0]
    assert table["precision@R", 24] == pytest.approx(found.hits[:, :n].mean())
    assert table["recall@k"].is_monotonic_increasing
    assert table["mean reciprocal rank@k"].is_monotonic_increasing
    by_query = found.estimates((1, 5, 24), over="query")
    assert set(by_query["unit"]) == {"query", "group"}
    np.testing.assert_allclose(by_query["value"], found.estimates((1, 5, 24))["value"])
