"""Generated pictures on the map of paintings."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.datasets import load_dataset
from csdlib.descriptors.registry import load
from csdlib.recipes.recorded.on_map import generated_on_map, record_generated_on_map

pytestmark = pytest.mark.usefixtures("own_cache")


def test_generated_images_land_with_their_artist(outside_world: Path) -> None:
    paintings, made = (load_dataset(name, root=outside_world) for name in ("wikiart", "generated"))
    frame, shares = generated_on_map(paintings, made, load("colour"), k=4, progress=False)
    assert frame["source"].value_counts().to_dict() == {"painting": 32, "generated": 5}
    assert np.isfinite(frame[["x", "y"]].to_numpy()).all()
    # Four of five are by artists who have paintings, and look like them.
    assert shares["descriptor"].value == pytest.approx(0.8)
    assert shares["map"].value > 0.6
    assert shares["chance"].value == pytest.approx(0.8 / 4)


def test_the_record_holds_shares_and_places(outside_world: Path, tmp_path: Path) -> None:
    output = tmp_path / "out" / "on_map.csv"
    table = record_generated_on_map(outside_world, output, csv="generated.csv", descriptors=("colour",), command="c")
    assert table["neighbours"].tolist() == ["descriptor", "map", "chance"]
    text = output.with_suffix(".json").read_text()
    assert '"paintings": 32' in text and '"generated": 4' in text and '"artists": 2' in text
    assert str(outside_world) not in text
    places = pd.read_csv(output.with_name("on_map_places.csv"))
    assert list(places.columns) == ["source", "artist", "content", "colour x", "colour y"]
    assert len(places) == 36
