"""From a table to its embeddings: in batches, from a cache, with broken images."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import load_part, save_part
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.tables import ImageTable
from tests.conftest import copied


def counted(descriptor: Descriptor, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many images are encoded from now on, a number a batch."""
    calls: list[int] = []

    def encode(images: torch.Tensor) -> torch.Tensor:
        calls.append(len(images))
        return type(descriptor).encode(descriptor, images)

    monkeypatch.setattr(descriptor, "encode", encode)
    return calls


def test_embedding_does_not_depend_on_batches_and_resumes_from_its_cache(
    striped_table: ImageTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csdlib.embeddings.embed_table.PART", 16)
    colour = load("colour")
    whole = embed(striped_table, colour, batch_size=64, progress=False)
    np.testing.assert_array_equal(whole.ids, striped_table.ids)
    parts = embed(striped_table, colour, batch_size=7, cache=tmp_path, progress=False)
    np.testing.assert_array_equal(whole.vectors, parts.vectors)
    stored = {path: len(load_part(path)) for path in tmp_path.glob("*.npz")}
    assert len(stored) > 1
    assert sum(stored.values()) == len(whole)
    lost = next(iter(stored))
    lost.unlink()
    calls = counted(colour, monkeypatch)
    again = embed(striped_table, colour, cache=tmp_path, progress=False)
    np.testing.assert_array_equal(whole.vectors, again.vectors)
    assert sum(calls) == stored[lost]


def test_what_a_shared_cache_has_is_not_encoded_again_and_nothing_is_written_there(
    striped_table: ImageTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    colour = load("colour")
    whole = embed(striped_table, colour, cache=tmp_path / "theirs" / "embeddings", progress=False)
    for lock in tmp_path.rglob("*.lock"):
        lock.unlink()
    before = sorted((tmp_path / "theirs").rglob("*"))
    monkeypatch.setenv("CSDLIB_SHARED_CACHE", str(tmp_path / "theirs"))
    calls = counted(colour, monkeypatch)
    lent = embed(striped_table, colour, cache=tmp_path / "mine", progress=False)
    np.testing.assert_array_equal(whole.vectors, lent.vectors)
    assert calls == []
    assert not (tmp_path / "mine").exists()
    other = load("random-tiny")
    embed(striped_table, other, cache=tmp_path / "mine", progress=False)
    assert sorted((tmp_path / "theirs").rglob("*")) == before
    assert list((tmp_path / "mine").glob("*.npz"))


def test_a_picture_that_is_added_moves_no_other(
    striped_table: ImageTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csdlib.embeddings.embed_table.PART", 4)
    colour, later = load("colour"), striped_table.take(np.arange(1, 40))
    embed(later, colour, cache=tmp_path, progress=False)
    sizes = [len(load_part(path)) for path in tmp_path.glob("*.npz")]
    calls = counted(colour, monkeypatch)
    found = embed(striped_table, colour, cache=tmp_path, progress=False)
    assert sum(calls) <= 1 + max(sizes) < 20
    np.testing.assert_array_equal(found.vectors, embed(striped_table, load("colour"), progress=False).vectors)


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


def test_a_picture_that_can_be_read_by_now_is_read(striped_table: ImageTable, tmp_path: Path) -> None:
    """A right that is given, or a plug-in that is installed, changes neither size nor time."""
    table, cache, colour = copied(striped_table, tmp_path), tmp_path / "cache", load("colour")
    path = table.path(0)
    good, times = path.read_bytes(), path.stat()
    for content, skipped in ((b"x" * len(good), 1), (good, 0), (b"x" * len(good), 0)):
        path.write_bytes(content)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        found = embed(ImageTable(table.frame, tmp_path), colour, cache=cache, progress=False)
        assert len(found.skipped) == skipped


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut"])
def test_a_damaged_cache_is_computed_again(striped_table: ImageTable, tmp_path: Path, damage: bytes) -> None:
    colour = load("colour")
    whole = embed(striped_table, colour, cache=tmp_path, progress=False)
    for path in tmp_path.glob("*.npz"):
        path.write_bytes(damage)
    again = embed(striped_table, colour, cache=tmp_path, progress=False)
    np.testing.assert_array_equal(whole.vectors, again.vectors)


def test_what_cannot_be_read_is_in_neither_vectors_nor_table(striped_table: ImageTable, tmp_path: Path) -> None:
    table = copied(striped_table, tmp_path)
    table.path(3).write_bytes(b"junk")
    found = embed(table, load("colour"), progress=False)
    assert found.ids.tolist() == found.table.ids.tolist() == np.delete(table.ids, 3).tolist()
    assert list(found.skipped) == [table.ids[3]]
    np.testing.assert_array_equal(found.vectors, embed(found.table, load("colour"), progress=False).vectors)


def test_who_comes_second_waits_and_finds_the_embeddings(
    striped_table: ImageTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    colour = load("colour")
    calls = counted(colour, monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(embed, striped_table, colour, cache=tmp_path, progress=False) for _ in range(2)]
    np.testing.assert_array_equal(both[0].result().vectors, both[1].result().vectors)
    assert sum(calls) == len(striped_table)


def test_no_batch_is_refused_and_poisons_no_cache(striped_table: ImageTable, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="batch_size must be 1 or more, got 0"):
        embed(striped_table, load("colour"), batch_size=0, cache=tmp_path, progress=False)
    assert len(embed(striped_table, load("colour"), cache=str(tmp_path), progress=False)) == 40


def test_a_part_that_does_not_hold_what_its_name_says_is_made_again(striped_table: ImageTable, tmp_path: Path) -> None:
    whole = embed(striped_table, load("colour"), cache=tmp_path, progress=False)
    (path,) = tmp_path.glob("*.npz")
    for wrong in (whole.take(np.arange(0)), whole.take(np.arange(39)), whole.take(np.arange(40)[::-1])):
        save_part(wrong, path)
        again = embed(striped_table, load("colour"), cache=tmp_path, progress=False)
        assert np.array_equal(again.vectors, whole.vectors)


def test_the_calling_thread_can_do_it_all(striped_table: ImageTable) -> None:
    few = striped_table.take([0, 1, 2])
    alone, helped = (embed(few, load("colour"), workers=count, progress=False) for count in (0, 2))
    assert np.array_equal(alone.vectors, helped.vectors)


def test_an_exchanged_picture_is_found_where_one_asks_for_it(striped_table: ImageTable, tmp_path: Path) -> None:
    table = copied(striped_table.take([0, 1]), tmp_path)
    embed(table, load("colour"), cache=tmp_path / "cache", progress=False)
    first, second = table.path(0), table.path(1)
    status = first.stat()
    other = second.read_bytes()[: status.st_size]
    first.write_bytes(other + b"\0" * (status.st_size - len(other)))
    os.utime(first, ns=(status.st_atime_ns, status.st_mtime_ns))
    table = ImageTable(table.frame, table.root)
    trusting = embed(table, load("colour"), cache=tmp_path / "cache", progress=False)
    careful = embed(table, load("colour"), cache=tmp_path / "cache", verify=True, progress=False)
    assert len(trusting) == 2
    assert not np.array_equal(trusting.vectors, careful.vectors)
