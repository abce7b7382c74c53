"""A model is made with its card, by the command line, on artists it can be judged by."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from csdlib.atelier import PAINTERS, UNSEEN
from csdlib.cli import app
from csdlib.descriptors.csd import copy_threshold
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.recipes.crawl import pupils, unseen_artists
from csdlib.recipes.recorded.ablations import REFERENCE, SETTINGS, Setting, run_ablations
from csdlib.recipes.shipped.clip_tiny import train_clip_tiny
from csdlib.recipes.shipped.copy_tiny import train_copy_tiny
from csdlib.recipes.shipped.csd_tiny import train_csd_tiny
from csdlib.tables import ImageTable
from csdlib.training.clip import CLIPConfig
from csdlib.training.csd import TrainingConfig


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


def test_copies_are_learned_without_labels_and_come_with_a_threshold(tmp_path: Path) -> None:
    config = TrainingConfig(steps=1, batch_size=4, label_weight=0, ssl_weight=1)
    record = train_copy_tiny(tmp_path, config, works_per_painter=2, validation_works=4, command="make it")
    assert -1 < copy_threshold(tmp_path) <= 1
    assert record["log"][-1]["multi_label_loss"] == record["log"][-1]["without_positives"] == 0
    assert "`make it`" in (tmp_path / "README.md").read_text()
    assert load("copy-tiny", weights=tmp_path).dim == 128
    with pytest.raises(InputError, match="label_weight must be 0"):
        train_copy_tiny(tmp_path, TrainingConfig())


def test_clip_tiny_comes_with_its_card(tmp_path: Path) -> None:
    record = train_clip_tiny(tmp_path, CLIPConfig(steps=1, batch_size=4), works_per_painter=2, command="make it")
    assert record["unseen"] == list(UNSEEN)
    assert 0 <= record["log"][-1]["zero-shot painter"] <= 1
    card = (tmp_path / "README.md").read_text()
    assert "`make it`" in card
    assert "| recall@k | 1 |" in card


@pytest.mark.parametrize(
    ("name", "limit"), [("clip-tiny", 4_500_000), ("csd-tiny", 4_500_000), ("copy-tiny", 1_000_000)]
)
def test_shipped_models_are_small_and_say_how_they_were_made(name: str, limit: int) -> None:
    folder = data_path(f"models/{name}")
    record = json.loads((folder / "training.json").read_text())
    assert record["command"].startswith(("csdlib train", "csdlib train-clip", "csdlib train-copies"))
    assert record["command"] in (folder / "README.md").read_text()
    assert set(record["unseen"]) == set(UNSEEN)
    assert sum(value.numel() for value in load(name).tower.parameters()) <= limit  # type: ignore[attr-defined]
    assert sum(path.stat().st_size for path in folder.rglob("*")) <= 12_000_000


def test_ablations_go_on_where_they_were(tmp_path: Path) -> None:
    output, brief = tmp_path / "ablations.csv", replace(REFERENCE, steps=1, batch_size=16, bfloat16=False)
    options = {"seeds": [0], "reference": brief, "works_per_painter": 6, "progress": False}
    settings = [
        Setting("reference", "reference"),
        Setting("labelled images", "none", {"label_weight": 0.0}, labelled=0),
    ]
    first = run_ablations(output, settings=settings[:1], **options)
    assert first.groupby("painters")["artist"].nunique().to_dict() == {"pupils": 32, "unseen": 16}
    assert first["right@1"].between(0, 1).all()
    seconds = json.loads(output.with_suffix(".json").read_text())["seconds"]
    both = run_ablations(output, settings=settings, **options)
    assert both.iloc[: len(first)]["precision@10"].tolist() == pytest.approx(first["precision@10"].tolist(), rel=1e-5)
    assert set(both["factor"]) == {"reference", "labelled images"}
    assert json.loads(output.with_suffix(".json").read_text())["seconds"] >= seconds
    with pytest.raises(InputError, match="delete it"):
        run_ablations(output, settings=settings, **options | {"reference": REFERENCE})


def test_every_setting_changes_one_thing() -> None:
    assert len({(setting.factor, setting.setting) for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        replace(REFERENCE, **setting.changes)
        changed = set(setting.changes) - {"steps"}
        changed |= {
            name for name in ("start", "kinds", "labelled") if getattr(setting, name) != getattr(Setting("", ""), name)
        }
        assert len(changed) == (setting.factor != "reference") or setting.setting in (
            "infinity (self-supervised only)",
            "all tags, count",
        )


def test_pupils_are_new_and_share_nothing_with_the_unseen() -> None:
    frame = pupils(28).frame
    assert frame["artist"].nunique() == len(PAINTERS) - len(UNSEEN)
    assert not set(frame["artist"]) & set(PAINTERS)
    known = {(painter.movement, painter.medium) for slug, painter in PAINTERS.items() if slug not in UNSEEN}
    mixed = set(frame[["movement", "medium"]].itertuples(index=False, name=None))
    assert len(mixed - known) > len(mixed) / 2
