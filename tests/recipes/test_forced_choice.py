"""The book's test shows no painter from whom a shipped descriptor has learned, and is the same for everybody."""

import json
from pathlib import Path

import numpy as np
import pytest

from csdlib.atelier import PAINTERS, UNSEEN
from csdlib.files import data_path
from csdlib.recipes import atelier_pictures, repainted, style_test
from csdlib.similarity import Choices
from csdlib.tables import ImageTable
from tests.conftest import stripes


@pytest.fixture(scope="module")
def test() -> Choices:
    """The test as readers meet it, in small."""
    with pytest.MonkeyPatch.context() as patch:
        # What is painted is looked at in another test.
        patch.setattr("csdlib.recipes.forced_choice.repainted", lambda table, side: table)
        return style_test()


def test_no_descriptor_has_learned_from_a_painter_of_the_test(test: Choices) -> None:
    painters = set(test.table.column("artist"))
    assert painters <= set(UNSEEN)
    # So say the records of the trainings that made what ships.
    for name in ("clip-tiny", "csd-tiny"):
        record = json.loads(data_path(f"models/{name}/training.json").read_text())
        assert painters <= set(record["unseen"]), name
    assert set(test.table.column("split")) <= {"query", "database"}


def test_the_test_is_the_one_whose_answers_are_collected(test: Choices) -> None:
    assert len(test) == 20
    assert test.edition == "23d81bd161f2"
    assert test.related.sum() == 10
    assert np.bincount(test.answer).tolist() == [5, 5, 5, 5]
    assert np.ptp(np.unique(test.of("movement")[0], return_counts=True)[1]) <= 1


def test_works_are_painted_anew_in_another_size(test: Choices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))
    small = repainted(test.table.take([0, 1]), 40)
    assert isinstance(small, ImageTable)
    assert [small.open(row).size for row in (0, 1)] == [(40, 40)] * 2
    assert small.ids.tolist() == test.table.ids[:2].tolist()
    first = small.frame.iloc[0]
    again, _ = atelier_pictures.painted(first["artist"], first["content"], int(first["seed"]), size=40)
    assert np.array_equal(np.asarray(again), np.asarray(small.open(0)))
    assert first["artist"] in PAINTERS


def test_a_folder_of_anybodys_pictures_is_a_test_too(tmp_path: Path) -> None:
    for artist in range(4):
        (tmp_path / f"artist-{artist}").mkdir()
        for number in range(8):
            stripes(artist, 4, 10 * artist + number).save(tmp_path / f"artist-{artist}" / f"{number}.png")
    found = style_test("folder", tmp_path, trials=4)
    assert len(found) == 4
    assert not found.related.any()
    assert found.table.open(0).size == (64, 64)
