"""csd-tiny is made with its card."""

import json
from pathlib import Path

import pytest

from csdlib.descriptors.registry import load
from csdlib.recipes.shipped import csd_tiny
from csdlib.recipes.shipped.csd_tiny import train_csd_tiny
from csdlib.tables import ImageTable
from csdlib.training.csd import TrainingConfig


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


def test_curves_never_watch_those_whom_the_card_judges(
    striped_table: ImageTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: set[str] = set()

    def recall(model: object, test: ImageTable) -> dict[str, float]:
        watched.update(test.frame["artist"])
        return {"recall@1, validation": 0.0}

    monkeypatch.setattr(csd_tiny, "_recall", recall)
    config = TrainingConfig(steps=1, batch_size=4)
    record = train_csd_tiny(striped_table, tmp_path / "a", config, unseen_share=0.5)
    assert watched == set(striped_table.frame["artist"]) - set(record["unseen"])
    assert len(watched) == 2
    # Without a query of a seen artist nothing is watched, and nothing is borrowed from the test.
    learned = striped_table.frame["artist"].isin(watched)
    only = striped_table.with_column("split", striped_table.frame["split"].mask(learned, "train"))
    watched.clear()
    train_csd_tiny(only, tmp_path / "b", config, unseen_share=0.5)
    assert not watched
