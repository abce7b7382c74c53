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
