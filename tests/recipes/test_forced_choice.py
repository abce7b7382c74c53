"""The book's test shows no painter from whom a shipped descriptor has learned, and is the same for everybody."""

import json

import numpy as np
import pytest

from csdlib.atelier import PAINTERS, UNSEEN
from csdlib.files import data_path
from csdlib.recipes import atelier_pictures, repainted, style_test
from csdlib.similarity import Choices
from csdlib.tables import ImageTable


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


def test_works_are_painted_anew_in_another_size(test: Choices, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))
    small = repainted(test.table.take([0, 1]), 40)
    assert isinstance(small, ImageTable)
    assert [small.open(row).size for row in (0, 1)] == [(40, 40)] * 2
    assert small.ids.tolist() == test.table.ids[:2].tolist()
    first = small.frame.iloc[0]
    again, _ = atelier_pictures.painted(first["artist"], first["content"], int(first["seed"]), size=40)
    assert np.array_equal(np.asarray(again), np.asarray(small.open(0)))
    assert first["artist"] in PAINTERS
