"""Judging a generator: whose hand, what is shown, and copies, on pictures whose answers are known."""

from pathlib import Path

import numpy as np
import pytest

from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.generation.judges import by_group, likeness_to_nearest, painter_found, subject_found
from csdlib.generation.subjects import SubjectClassifier, train_subject_classifier
from csdlib.tables import ImageTable
from tests.conftest import copied


@pytest.fixture
def parts(striped_table: ImageTable) -> tuple[ImageTable, ImageTable]:
    return striped_table.where(split="query"), striped_table.where(split="database")


def test_the_painter_is_found_by_colour_and_not_under_another_name(parts: tuple[ImageTable, ImageTable]) -> None:
    made, works = parts
    colour = load("colour")
    assert painter_found(made, works, colour).mean() == 1
    turned = made.with_column("artist", [f"artist-{(int(name[-1]) + 1) % 4}" for name in made.frame["artist"]])
    assert painter_found(turned, works, colour).mean() == 0


def test_a_broken_picture_is_not_found(parts: tuple[ImageTable, ImageTable], tmp_path: Path) -> None:
    made, works = parts
    for row in range(len(made)):
        (tmp_path / made.frame["path"].iloc[row]).write_bytes(made.path(row).read_bytes()[: 200 if row == 3 else None])
    found = painter_found(ImageTable(made.frame, tmp_path), works, load("colour"))
    assert found.tolist() == [float(row != 3) for row in range(len(made))]


def test_a_copy_is_as_like_as_can_be(parts: tuple[ImageTable, ImageTable]) -> None:
    made, works = parts
    colour = load("colour")
    assert likeness_to_nearest(works, works.take([0]), colour)[1:].max() < 0.9999
    copied = works.with_column("image_id", [f"copy-{name}" for name in works.ids])
    assert likeness_to_nearest(copied, works, colour) == pytest.approx(np.ones(len(works)), abs=1e-5)
    assert likeness_to_nearest(made, works, colour).max() < 0.9999


def test_a_copy_is_seen_whatever_the_pictures_are_called(parts: tuple[ImageTable, ImageTable], tmp_path: Path) -> None:
    """Two collections that number alike: the picture of the same name is another picture, here a copy."""
    _, works = parts
    made = copied(works, tmp_path)
    assert made.ids.tolist() == works.ids.tolist()
    assert likeness_to_nearest(made, works, load("colour")) == pytest.approx(np.ones(len(works)), abs=1e-5)
    assert painter_found(made, works, load("colour")).mean() == 1


def test_means_of_groups(parts: tuple[ImageTable, ImageTable]) -> None:
    made, _ = parts
    values = np.array([name == "artist-0" for name in made.frame["artist"]], dtype=float)
    found = by_group(values, made, {"first two": ["artist-0", "artist-1"], "last": ["artist-3"], "none": ["ann"]})
    assert (found["first two"].value, found["first two"].n) == (0.5, 2)
    assert found["last"].value == 0
    assert "none" not in found


@pytest.mark.slow
def test_a_classifier_learns_saves_and_is_read_again(striped_table: ImageTable, tmp_path: Path) -> None:
    # What is learned is the colour, under the name of content.
    table = striped_table.with_column("content", striped_table.column("artist"))
    classifier = train_subject_classifier(table, size=32, epochs=30)
    assert subject_found(table, classifier).mean() > 0.9
    classifier.save(tmp_path)
    again = SubjectClassifier.load(tmp_path)
    assert (again.guess(table) == classifier.guess(table)).all()
    (tmp_path / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(InputError, match="holds no saved classifier"):
        SubjectClassifier.load(tmp_path)
