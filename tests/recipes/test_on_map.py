"""Generated pictures on a map of paintings land with their artist."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.datasets.registry import load_dataset
from csdlib.descriptors.registry import load
from csdlib.recipes.recorded.on_map import generated_on_map, record_generated_on_map
from tests.conftest import write_outside_world


def test_generated_images_land_with_their_artist(tmp_path: Path) -> None:
    write_outside_world(tmp_path)
    paintings, made = load_dataset("wikiart", root=tmp_path), load_dataset("generated", root=tmp_path)
    frame, shares = generated_on_map(paintings, made, load("colour"), k=4, progress=False)
    assert frame["source"].value_counts().to_dict() == {"painting": 32, "generated": 5}
    assert np.isfinite(frame[["x", "y"]].to_numpy()).all()
    # Four of five are by artists who have paintings, and look like them.
    assert shares["descriptor"].value == pytest.approx(0.8)
    assert shares["map"].value > 0.6
    assert shares["chance"].value == pytest.approx(0.8 / 4)


def test_the_record_holds_numbers_and_where_they_are_from(tmp_path: Path) -> None:
    write_outside_world(tmp_path)
    output = tmp_path / "out" / "on_map.csv"
    table = record_generated_on_map(tmp_path, output, csv="generated.csv", descriptors=("colour",), command="c")
    assert table["neighbours"].tolist() == ["descriptor", "map", "chance"]
    facts = json.loads(output.with_suffix(".json").read_text())
    assert (facts["paintings"], facts["generated"], facts["artists"], facts["command"]) == (32, 4, 2, "c")
    places = pd.read_csv(output.with_name("on_map_places.csv"))
    assert list(places.columns) == ["source", "artist", "content", "colour x", "colour y"]
    assert len(places) == 36
    assert str(tmp_path) not in output.with_suffix(".json").read_text()
