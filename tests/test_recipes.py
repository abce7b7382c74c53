"""A model is made with its card, by the command line, on artists it can be judged by."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from csdlib.cli import app
from csdlib.descriptors import load
from csdlib.errors import InputError
from csdlib.recipes import train_csd_tiny, unseen_artists
from csdlib.tables import ImageTable
from csdlib.training import TrainingConfig


def test_unseen_artists_come_from_every_movement(striped_table: ImageTable) -> None:
    unseen = unseen_artists(striped_table, 0.5, seed=0)
    movements = striped_table.frame.drop_duplicates("artist").set_index("artist")["movement"]
    assert sorted(movements[unseen]) == ["even", "odd"]
    with pytest.raises(InputError, match="two to see"):
        unseen_artists(striped_table.where(artist=["artist-0", "artist-1"]), 0.5, seed=0)


def test_a_model_comes_with_its_card(striped_table: ImageTable, tmp_path: Path) -> None:
    config = TrainingConfig(steps=2, batch_size=4)
    record = train_csd_tiny(striped_table, tmp_path, config, unseen_share=0.5, command="make it")
    stored = json.loads((tmp_path / "training.json").read_text())
    assert stored["unseen"] == record["unseen"]
    # Two seen artists of six database pictures each: the striped table has no train split.
    assert stored["images"] == 12
    assert [row["step"] for row in stored["log"]] == [0, 2]
    card = (tmp_path / "README.md").read_text()
    assert "`make it`" in card
    assert "| recall@k | 1 |" in card
    assert not (tmp_path / "checkpoint.pt").exists()
    assert load("csd-tiny", weights=tmp_path).dim == 192


def test_the_shipped_card_says_how_it_was_made() -> None:
    folder = Path(__file__).parents[1] / "data" / "models" / "csd-tiny"
    record = json.loads((folder / "training.json").read_text())
    assert record["command"].startswith("csdlib train data/models/csd-tiny")
    assert record["command"] in (folder / "README.md").read_text()
    assert sum(value.numel() for value in load("csd-tiny").model.parameters()) <= 4_500_000  # type: ignore[attr-defined]


def test_training_from_the_command_line_names_what_is_wrong(tmp_path: Path) -> None:
    failed = CliRunner().invoke(app, ["train", str(tmp_path / "out"), "--dataset", "wikiart"])
    assert failed.exit_code == 2
    assert "needs the parameter root" in failed.stderr


@pytest.mark.parametrize("movements", [["a"] * 4, ["a", "b", "c", "d"], ["a", "a", "b", "b"], [None] * 4])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_two_are_seen_and_two_unseen(striped_table: ImageTable, movements: list[str | None], share: float) -> None:
    of = dict(zip([f"artist-{number}" for number in range(4)], movements, strict=True))
    frame = striped_table.frame.assign(movement=striped_table.frame["artist"].map(of))
    unseen = unseen_artists(ImageTable(frame, striped_table.root), share, seed=0)
    assert len(set(unseen)) >= 2
    assert len(set(frame["artist"]) - set(unseen)) >= 2


def test_the_cards_command_names_the_root(striped_table: ImageTable, tmp_path: Path) -> None:
    for row, (artist, name) in enumerate(zip(striped_table.frame["artist"], striped_table.ids, strict=True)):
        target = tmp_path / "my pictures" / artist / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(striped_table.path(row).read_bytes())
    source, output = str(tmp_path / "my pictures"), tmp_path / "out"
    options = ["--dataset", "folder", "--root", source, "--steps", "1", "--batch-size", "4"]
    done = CliRunner().invoke(app, ["train", str(output), *options])
    assert done.exit_code == 0, done.output
    card = (output / "README.md").read_text()
    assert f"--dataset folder --root '{source}'" in card
    assert "data set (folder)" in card


def test_a_data_set_may_name_whom_nobody_sees(striped_table: ImageTable) -> None:
    named = sorted(set(striped_table.frame["artist"]))[1:3]
    table = ImageTable(striped_table.frame, striped_table.root, {"unseen": [*named, "somebody-else"]})
    assert unseen_artists(table, 0.9, seed=3) == named
