"""How csd-art is made: who is put aside, what is learned from, and that a run ends in a model with its card."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from csdlib.descriptors.art import csd_art as csd_art_descriptor
from csdlib.errors import InputError
from csdlib.recipes.shipped import csd_art
from csdlib.recipes.shipped.csd_art import CSD_ART, between, learned_paintings, split_artists, train_csd_art


def test_every_artist_has_one_part_and_the_seed_decides() -> None:
    names = [f"artist {number}" for number in range(107)]
    split = split_artists([*names, *names, ""], 0)
    assert (len(split.fit), len(split.choose), len(split.test)) == (59, 24, 24)
    assert sorted([*split.fit, *split.choose, *split.test]) == sorted(names)
    assert split == split_artists(names[::-1], 0)
    assert split != split_artists(names, 1)
    with pytest.raises(InputError, match="49 artists are too few"):
        split_artists(names[:49])


def test_weights_go_a_share_of_the_way() -> None:
    start, end = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    wanted = 0.75 * start.weight + 0.25 * end.weight
    between(start, end, 0.25)
    torch.testing.assert_close(end.weight, wanted)


def test_paintings_of_several_tables_without_those_put_aside(paintings: Path) -> None:
    learned = learned_paintings(paintings, ["wikiart.csv", "more.csv"], ["artist-0"])
    assert learned.tags == [f"artist-{number}" for number in range(1, 7)]
    assert len(learned) == 54


@pytest.mark.parametrize(("stage", "learned"), [("choose", 3), ("test", 5)])
def test_a_model_comes_with_its_card_and_never_sees_its_judges(
    paintings: Path,
    imagenet_weights: Path,
    tmp_path: Path,
    stage: str,
    learned: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csd_art, "BASELINES", ("colour",))
    config = replace(CSD_ART, steps=2, batch_size=6, bfloat16=False)
    options = {
        "csvs": ["wikiart.csv", "more.csv"],
        "aside": 2,
        "style_dim": 4,
        "weights": imagenet_weights,
        "command": "make it",
    }
    record = train_csd_art(paintings, tmp_path / "out", config, stage=stage, **options)
    stored = json.loads((tmp_path / "out" / "training.json").read_text())
    assert stored["results"] == record["results"]
    assert stored["images"] == 9 * learned
    assert set(stored["split"][stage]) <= set(stored["unseen"])
    assert (stored["queries"], stored["database"]) == (4, 14)
    card = (tmp_path / "out" / "README.md").read_text()
    assert "`make it`" in card
    assert "non-commercial" in card
    assert csd_art_descriptor(tmp_path / "out").dim == 4
    with pytest.raises(InputError, match="unknown stage"):
        train_csd_art(paintings, tmp_path / "out", config, stage="judge", **options)
