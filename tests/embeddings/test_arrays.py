"""Embeddings: checked at the door and once, stored whole, and named where they are damaged."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded, Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.retrieval.nearest import neighbours
from csdlib.tables import ImageTable
from tests.conftest import copied, random_embeddings


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


class Rows(np.memmap):
    """An array on the disk that remembers which of its rows were asked for."""

    asked: ClassVar[list[object]] = []

    def __getitem__(self, rows: object) -> np.ndarray:
        self.asked.append(rows)
        return np.asarray(super().__getitem__(rows))  # type: ignore[call-overload]


def test_what_was_checked_is_not_read_again(tmp_path: Path, striped_table: ImageTable) -> None:
    whole = embed(striped_table, load("colour"), progress=False)
    whole.save(tmp_path)
    stored = Embeddings.load(tmp_path)
    watched = stored.vectors.view(Rows)
    Rows.asked.clear()
    large = Embeddings(watched, stored.ids, stored.fingerprint, stored.metric, checked=True)
    assert Rows.asked == []
    part = large.of(striped_table.take([7, 3]))
    np.testing.assert_array_equal(part.vectors, whole.vectors[[7, 3]])
    (rows,) = Rows.asked
    assert np.asarray(rows).tolist() == [7, 3]


def test_loading_a_saved_file_reads_no_vector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random_embeddings(40, 1, "d").save(tmp_path)
    monkeypatch.setattr(Embeddings, "pieces", None)
    loaded = Embeddings.load(tmp_path)
    assert loaded.take(np.array([5])).ids.tolist() == ["d5"]


def test_a_table_and_its_embeddings_are_one_object(striped_table: ImageTable) -> None:
    whole = embed(striped_table, load("colour"), progress=False)
    part = whole.of(striped_table.where(artist="artist-2"))
    assert isinstance(part, Embedded)
    assert part.ids.tolist() == part.table.ids.tolist()
    assert part.table.column("artist").tolist() == ["artist-2"] * 10
    with pytest.raises(InputError, match="of other images than the table"):
        replace(part, ids=whole.ids[:10])
    with pytest.raises(InputError, match="none of the table's images"):
        random_embeddings(3, 1, "x").of(striped_table)


def test_pictures_that_were_moved_are_the_same_pictures(striped_table: ImageTable, tmp_path: Path) -> None:
    whole = embed(striped_table, load("colour"), progress=False)
    whole.save(tmp_path / "embeddings")
    striped_table.save(tmp_path / "table")
    moved = shutil.copytree(striped_table.root, tmp_path / "moved")
    again, table = Embeddings.load(tmp_path / "embeddings"), ImageTable.load(tmp_path / "table", root=moved)
    assert table.path(0).parent == moved
    assert again.of(table).ids.tolist() == whole.ids.tolist()
    strangers = copied(striped_table, tmp_path)
    with pytest.raises(InputError, match="load it with root="):
        again.of(strangers)
    assert Embeddings.load(tmp_path / "embeddings", root=tmp_path).of(strangers).ids.tolist() == whole.ids.tolist()
