"""Pictures that are not as a descriptor knows them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from csdlib.recipes.recorded.conditions import (
    CONDITIONS,
    detail,
    drawn,
    framed,
    in_sepia,
    photographed,
    record_conditions,
    with_chart,
)
from tests.conftest import stripes

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.parametrize("name", CONDITIONS)
@pytest.mark.parametrize("size", [(16, 16), (17, 40), (301, 33)])
def test_every_change_makes_a_picture_of_any_picture(name: str, size: tuple[int, int]) -> None:
    image = stripes(0, 5, 0).resize(size)
    before = image.tobytes()
    changed = CONDITIONS[name](image)
    assert changed.mode == "RGB"
    assert min(changed.size) >= 1
    assert image.tobytes() == before


def test_changes_are_what_they_are_called() -> None:
    image = stripes(0, 5, 0)
    assert detail(image).tobytes() == image.crop((16, 16, 48, 48)).tobytes()
    assert framed(image).size == (88, 88)
    assert framed(image).crop((12, 12, 76, 76)).tobytes() == image.tobytes()
    margin = 64 // 20
    assert with_chart(image).crop((margin, margin, 64 + margin, 64 + margin)).tobytes() == image.tobytes()
    for grey in (in_sepia(image), drawn(image)):
        pixels = np.asarray(grey, int)
        # One scale of tones, whatever its colour: the channels go up and down together.
        assert np.corrcoef(pixels[..., 0].ravel(), pixels[..., 2].ravel())[0, 1] > 0.9
    flat = Image.new("RGB", (64, 64), "white")
    red, _, blue = np.asarray(photographed(flat), float)[20:44, 20:44].reshape(-1, 3).mean(axis=0)
    assert red > blue + 20
    assert np.asarray(drawn(flat)).min() > 250


def test_the_record_stands_beside_the_unchanged_pictures(outside_world: Path, tmp_path: Path) -> None:
    artists = [f"artist-{number}" for number in range(4)]
    made = record_conditions(
        outside_world, tmp_path / "conditions.csv", descriptors=("colour",), artists=artists, command="c"
    )
    frame = pd.read_csv(tmp_path / "conditions.csv").set_index(["condition", "measure"])["value"]
    assert made.facts["queries"] == 8
    assert set(frame.index.get_level_values(0)) == set(CONDITIONS)
    assert frame["as it is", "above"] == 0
    assert frame["as it is", "same picture"] == pytest.approx(1, abs=1e-3)
    assert frame["mirrored", "same picture"] == pytest.approx(1, abs=1e-3), "a histogram does not see it"
    assert frame["in grey", "same picture"] < 0.9
    assert frame["as it is", "same artist"] > frame["as it is", "other artists"]
    change = frame["in grey", "recall@1"] - frame["as it is", "recall@1"]
    assert frame["in grey", "above"] == pytest.approx(change, abs=1e-3)
