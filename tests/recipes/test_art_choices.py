"""What each choice brings is measured on those who choose, beside one and the same start."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch

from csdlib.descriptors.art import imagenet_start
from csdlib.descriptors.style_model import save_model
from csdlib.errors import InputError
from csdlib.recipes.recorded.art_choices import PROJECTION, record_art_choices
from csdlib.recipes.shipped.csd_art import split_artists

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.slow
def test_every_choice_stands_beside_the_reference(paintings: Path, imagenet_weights: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    save_model(imagenet_start(64, 8, imagenet_weights), tmp_path / "trained")
    options = {
        "csvs": ["wikiart.csv", "more.csv"],
        "aside": 2,
        "counts": (8, 16),
        "projection": replace(PROJECTION, steps=2, batch_size=8),
        "weights": imagenet_weights,
        "command": "c",
    }
    made = record_art_choices(paintings, tmp_path / "choices.csv", tmp_path / "trained", **options)
    frame = pd.read_csv(tmp_path / "choices.csv")
    assert sorted(frame["metric"].unique()) == ["mean precision@10", "recall@1", "recall@10"]
    own = frame[frame["choice"] == "8 components, half-whitened"]
    assert (own["above"] == 0).all()
    assert (frame["n"] == 2).all()
    split = split_artists([f"artist-{number}" for number in range(6)], aside=2)
    assert tuple(made.facts["artists"]) == split.choose
    assert (made.facts["learned"], made.facts["extra"], made.facts["judges"]) == (27, 9, 18)
    assert frame["value"].between(0, 1).all()


def test_a_broken_painting_is_not_left_out_in_silence(paintings: Path, imagenet_weights: Path, tmp_path: Path) -> None:
    for source in paintings.iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    split = split_artists([f"artist-{number}" for number in range(6)], aside=2)
    (tmp_path / f"{split.fit[0].replace('artist-', '')}_3.png").rename(tmp_path / "hidden")
    (tmp_path / f"{split.fit[0].replace('artist-', '')}_3.png").write_text("no picture")
    save_model(imagenet_start(64, 8, imagenet_weights), tmp_path / "trained")
    with pytest.raises(InputError, match=r"_3\.png: not an image"):
        record_art_choices(
            tmp_path,
            tmp_path / "choices.csv",
            tmp_path / "trained",
            csvs=["wikiart.csv"],
            aside=2,
            counts=(8,),
            weights=imagenet_weights,
        )
