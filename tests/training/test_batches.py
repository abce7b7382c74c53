"""Batches: everybody once an epoch, and only pictures that can be read, which are looked at once."""

from pathlib import Path

import numpy as np
import pytest

from csdlib.errors import InputError
from csdlib.tables import ImageTable
from csdlib.training.batches import batch_rows, positive_pairs, readable, tagged_rows


def test_every_image_is_seen_once_an_epoch() -> None:
    rows = np.concatenate([batch_rows(10, 4, step, seed=3) for step in range(5)])
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert rows[:10].tolist() != rows[10:].tolist()


def test_a_batch_of_pairs_has_some_images_of_each_tag(striped_table: ImageTable) -> None:
    tagged = striped_table.tagged("artist")
    untagged = tagged.with_column(
        "styles", [[] if row in (0, 1) else tags for row, tags in enumerate(tagged.frame["styles"])]
    )
    labels = untagged.sparse_labels()
    for step in range(20):
        rows = tagged_rows(labels, 12, 4, step, seed=1)
        assert not {0, 1} & set(rows.tolist())
        assert len(set(rows.tolist())) == 12
        assert sorted(untagged.frame["artist"].iloc[rows].value_counts()) == [4, 4, 4]
    assert tagged_rows(labels, 12, 4, 3, seed=1).tolist() == tagged_rows(labels, 12, 4, 3, seed=1).tolist()
    # A tag with fewer images gives some twice; so do fewer tags than the batch has room for.
    few = tagged_rows(labels[[2, 3]], 8, 4, 0, seed=1)
    assert sorted(set(few.tolist())) == [0, 1]


@pytest.fixture
def table(striped_table: ImageTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImageTable:
    """The first eight stripes, in a folder where they may be broken, and a cache that knows nothing."""
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    table = striped_table.take(range(8))
    for row in range(len(table)):
        (tmp_path / table.frame["path"].iloc[row]).write_bytes(table.path(row).read_bytes())
    return ImageTable(table.frame, tmp_path)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pictures that are opened."""
    names: list[str] = []
    plain = ImageTable.open

    def noted(table: ImageTable, row: int) -> object:
        names.append(str(table.ids[row]))
        return plain(table, row)

    monkeypatch.setattr(ImageTable, "open", noted)
    return names


def test_pictures_are_looked_at_once(table: ImageTable, opened: list[str]) -> None:
    assert readable(table).ids.tolist() == table.ids.tolist() == sorted(opened)
    opened.clear()
    again = ImageTable(table.frame, table.root)
    assert readable(again).ids.tolist() == table.ids.tolist()
    assert opened == []


def test_a_broken_picture_is_left_out_and_named_and_tried_again(
    table: ImageTable, opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    table.path(5).write_bytes(b"junk")
    for _ in range(2):
        assert readable(ImageTable(table.frame, table.root)).ids.tolist() == [*table.ids[:5], *table.ids[6:]]
        said = capsys.readouterr().err
        assert "left out 1 images" in said and str(table.path(5)) in said
    assert opened.count(table.ids[5]) == 2 and len(opened) == 9


def test_a_disk_that_failed_for_a_moment_costs_no_picture(table: ImageTable, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise InputError("broken image (too many open files)")

    with monkeypatch.context() as moment:
        moment.setattr(ImageTable, "open", fails)
        assert len(readable(table, progress=False)) == 0
    assert len(readable(table, progress=False)) == len(table)


def test_a_picture_that_has_changed_is_looked_at_again(table: ImageTable, opened: list[str]) -> None:
    readable(table)
    table.path(2).write_bytes(b"junk")
    assert len(readable(ImageTable(table.frame, table.root), progress=False)) == 7


def test_positive_pairs_are_those_that_share_a_tag(striped_table: ImageTable) -> None:
    everything = striped_table.tagged("artist")
    # One batch of all: four artists of ten pictures each, 45 pairs an artist.
    assert positive_pairs(everything, 40, 1) == 4 * 45
    rows = [batch_rows(40, 8, step, seed=3) for step in range(5)]
    artists = everything.column("artist")
    counted = [sum(artists[a] == artists[b] for a in batch for b in batch if a < b) for batch in rows]
    assert positive_pairs(everything, 8, 5, seed=3) == np.mean(counted)
    assert positive_pairs(everything.with_column("styles", [[] for _ in range(40)]), 8, 5) == 0
    with pytest.raises(InputError, match="at least 1"):
        positive_pairs(everything, 8, 0)
