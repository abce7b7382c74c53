"""The commands that train."""

import json
import shlex
from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from csdlib.cli import app, training
from csdlib.files import data_path
from csdlib.generation.pipelines import stages
from csdlib.tables import ImageTable


def test_training_from_the_command_line_names_what_is_wrong(tmp_path: Path) -> None:
    failed = CliRunner().invoke(app, ["train", str(tmp_path / "out"), "--dataset", "wikiart"])
    assert failed.exit_code == 2
    assert "needs the parameter root" in failed.stderr


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


#: The shipped models by the command that made each, and the function that it calls.
SHIPPED = {
    "csd-tiny": ("train", "train_csd_tiny"),
    "csd-art": ("train-art", "train_csd_art"),
    "clip-tiny": ("train-clip", "train_clip_tiny"),
    "copy-tiny": ("train-copies", "train_copy_tiny"),
    "tiny-sd/vae": ("train-autoencoder", "make_autoencoder"),
    "subjects-tiny": ("train-subjects", "train_subjects_tiny"),
}


def record(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_path(f"models/{name}") / "training.json").read_text())
    return found


def called(arguments: list[str], function: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a command hands to the function that trains: all but the command itself, and tables by their size."""
    given: dict[str, Any] = {}
    for name in ("load_dataset", "pupils"):
        monkeypatch.setattr(training, name, lambda *args, name=name, **options: (name, args, options))
    monkeypatch.setattr(training, "curated_crawl", lambda works: SimpleNamespace(table=("crawl", works)))
    monkeypatch.setattr(training, "judge_autoencoder", lambda output: None)
    monkeypatch.setattr(training, function, lambda *args, **options: given.update(options, args=args))
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return given


def settings(given: dict[str, Any], stage: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings that a command hands over, and those of a record, as far as both know them."""
    config = next(asdict(value) for value in given["args"] if is_dataclass(value) and not isinstance(value, type))
    # How much of a hand is carried means nothing where none is.
    shared = set(config) & set(stage["config"]) - ({"strength"} if not config.get("transferred") else set())
    assert {"steps", "batch_size", "seed"} <= shared
    return tuple({name: held[name] for name in sorted(shared)} for held in (config, stage["config"]))  # type: ignore[return-value]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_command_alone_makes_the_shipped_model(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    verb, function = SHIPPED[name]
    stored = record(name)
    words = shlex.split(stored["command"])
    assert words[:2] == ["csdlib", verb]
    # Real paintings lie where the reader has them.
    told = [words[2], "--root", "$CSD_ART"] if name == "csd-art" else [words[2]]
    shipped, alone = (called(said, function, monkeypatch) for said in (words[1:], [verb, *told]))
    assert alone.pop("command") == " ".join(["csdlib", verb, *told])
    shipped.pop("command")
    if name == "csd-tiny":
        assert data_path(f"models/{alone.pop('start')}") == Path(shipped.pop("start")).resolve()
    assert alone == shipped
    if "config" in stored:
        mine, theirs = settings(alone, stored)
        assert mine == theirs
    else:
        assert (alone["epochs"], alone["seed"]) == (stored["epochs"], stored["seed"])


@pytest.mark.parametrize("name", ["tiny-sd", "tiny-sd-withheld"])
def test_the_commands_in_the_cards_of_tiny_sd_give_the_settings_of_their_records(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, stage in enumerate(stages(record(name))):
        words = shlex.split(stage["command"])
        given = called(words[1:], "train_tiny_sd", monkeypatch)
        mine, theirs = settings(given, stage)
        assert mine == theirs
        assert given["rewritten"] == stage.get("rewritten", 0)
        assert given["works_per_painter"] == stage["dataset"]["works_per_painter"]
        assert (given["start"] or "random weights") == stage["start"]
        assert given["withheld"] == bool(stage["unseen"])
        if number == 0:
            withheld = ["--withheld"] if stage["unseen"] else []
            alone = called(["train-diffusion", words[2], *withheld], "train_tiny_sd", monkeypatch)
            assert alone | {"command": ""} == given | {"command": ""}, "the defaults are the first training's"
