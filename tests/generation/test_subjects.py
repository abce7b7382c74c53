"""The classifier of subjects carries what is there to artists that it has not seen, and nothing where nothing is."""

from pathlib import Path

import pytest

from csdlib.errors import InputError
from csdlib.generation.subjects import content_accuracy
from csdlib.tables import ImageTable
from tests.generation.conftest import bars


@pytest.mark.slow
def test_subjects_carry_over_to_unseen_artists(tmp_path: Path) -> None:
    found = content_accuracy(bars(tmp_path, shapes=True), epochs=20)
    assert found["accuracy"] >= 0.95
    assert (found["artists"], found["images"], found["training_images"]) == (2, 32, 64)


def test_noise_gives_no_better_than_chance(tmp_path: Path) -> None:
    found = content_accuracy(bars(tmp_path, shapes=False), epochs=4)
    assert 0.2 <= found["accuracy"] <= 0.8
    assert found["confused"]


def test_somebody_must_be_unseen_and_somebody_else_seen(tmp_path: Path) -> None:
    table = bars(tmp_path, shapes=True)
    for unseen in ([], ["nobody"], [f"a{k}" for k in range(6)]):
        with pytest.raises(InputError, match="needs artists who are unseen"):
            content_accuracy(ImageTable(table.frame, table.root, {"unseen": unseen}))
