"""What moves a score is recorded: each table on a small world, and all by one verb."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csdlib.atelier import PAINTERS, UNSEEN
from csdlib.errors import InputError
from csdlib.recipes.recorded import meaning
from csdlib.recipes.recorded.described import read_described
from csdlib.recipes.recorded.fooled import record_fooled
from csdlib.recipes.recorded.palettes import record_palettes
from csdlib.recipes.recorded.set_sizes import asked_for, curves
from csdlib.recipes.recorded.strengths import (
    STRENGTHS,
    blurred,
    bordered,
    cropped,
    paled,
    record_strengths,
    saved_as_jpeg,
)
from csdlib.recipes.recorded.style_shares import record_style_shares
from tests.conftest import stripes

#: Of one movement, and not seen by the descriptors; the atelier's own works are in the cache of the session.
TWO = UNSEEN[:2]
ARTISTS = [f"artist-{number}" for number in range(4)]


@pytest.mark.parametrize("name", STRENGTHS)
def test_every_strength_makes_a_picture_and_the_stronger_is_further_away(name: str) -> None:
    change, strengths = STRENGTHS[name]
    image = stripes(0, 5, 0).resize((300, 200))
    before = image.tobytes()
    changed = [change(image, strength) for strength in strengths]
    assert all(each.mode == "RGB" for each in changed)
    assert image.tobytes() == before
    apart = [np.abs(np.asarray(each.resize(image.size), float) - np.asarray(image, float)).mean() for each in changed]
    assert apart[-1] > apart[0]


def test_strengths_are_what_they_are_called() -> None:
    image = stripes(0, 5, 0)
    assert cropped(image, 0.25).tobytes() == image.crop((16, 16, 48, 48)).tobytes()
    assert bordered(image, 0.25).crop((16, 16, 80, 80)).tobytes() == image.tobytes()
    assert paled(image, 0).tobytes() == image.tobytes()
    grey = np.asarray(paled(image, 1))
    assert (grey[..., 0] == grey[..., 2]).all()
    assert np.asarray(blurred(image, 0.1), float).std() < np.asarray(image, float).std()
    assert saved_as_jpeg(image, 5).size == image.size
    with pytest.raises(InputError, match="quality must be between 1 and 95"):
        saved_as_jpeg(image, 0)


def test_scores_of_real_paintings_grow_as_the_closed_form_says() -> None:
    paintings, made = read_described()
    rows = pd.DataFrame(curves(paintings.of(paintings.table.where(split="query")), (1, 4, 8), 4))
    alike = rows[rows["pair"] == "same hand"]
    assert set(rows["pair"]) == {"same hand", "two hands"}
    assert (alike["prototype"] - alike["expected"]).abs().max() < 0.05
    both = alike[alike["grows"] == "both"].set_index("n")
    assert both["prototype"].is_monotonic_increasing
    assert both.loc[8, "corrected"] == pytest.approx(1, abs=0.1)
    assert np.isnan(both.loc[1, "corrected"]) and both.loc[1, "undefined"] == 1
    asked = asked_for(made, paintings, (1, 8), 2)
    assert asked[0]["prototype"] < asked[1]["prototype"]  # type: ignore[operator]
    assert asked[0]["m"] == 16


@pytest.mark.slow
def test_the_split_of_a_descriptor_is_recorded_and_adds_up(tmp_path: Path) -> None:
    made = record_style_shares(tmp_path / "content.csv", descriptors=("colour",), command="c")
    whole = made.frame.groupby(["world", "artists", "descriptor"])["value"].sum()
    assert whole.to_numpy() == pytest.approx(1, abs=1e-3)
    assert set(whole.index.get_level_values("world")) == {"atelier", "generated"}
    shares = made.frame.set_index(["world", "artists", "part"])["value"]
    # A histogram of colours does not know what is shown; painters have colours of their own.
    assert shares["atelier", "unseen", "style"] > 10 * shares["atelier", "unseen", "content"]
    assert made.facts["generated"] == 960


@pytest.mark.slow
def test_changed_pictures_are_compared_with_themselves(outside_world: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {"descriptors": ("colour",), "real": ("csd-tiny",), "painters": TWO, "artists": ARTISTS}
    options |= {"conditions": ("colour lost", "longest side")}
    made = record_strengths(tmp_path / "conditions.csv", outside_world, queries=1, command="c", **options)
    value = made.frame.set_index(["world", "condition", "strength", "measure"])["value"]
    assert value["paintings", "unchanged", 0, "same picture"] == pytest.approx(1, abs=1e-3)
    assert ("paintings", "unchanged", 0, "told apart above") not in value.index
    for world in ("atelier", "paintings"):
        paler = [value[world, "colour lost", strength, "same picture"] for strength in (0.25, 0.5, 1.0)]
        assert paler == sorted(paler, reverse=True)
        lost = value[world, "colour lost", 1.0, "told apart"] - value[world, "unchanged", 0, "told apart"]
        assert value[world, "colour lost", 1.0, "told apart above"] == pytest.approx(lost, abs=1e-3)
    assert made.facts["paintings"] == {"queries": 4, "works": 24}
    # What csd-tiny sees is the reference's crop, and of a square nothing is lost.
    assert value["paintings", "reference crop", 0, "same picture"] == pytest.approx(1, abs=1e-3)
    # A picture of 64 pixels is not made larger.
    sides = made.frame.query("world == 'paintings' and condition == 'longest side'")["strength"]
    assert sides.max() == 64


def test_strokes_and_colours_are_told_apart(tmp_path: Path) -> None:
    siblings = [who.slug for who in PAINTERS.values() if who.movement == PAINTERS[TWO[0]].movement][:3]
    made = record_palettes(tmp_path / "palettes.csv", descriptors=("colour",), painters=siblings, command="c")
    value = made.frame.query("makers == 'all'").set_index("measure")["value"]
    assert made.facts["pictures"] == 6
    above = value["maker of the strokes"] - value["owner of the palette"]
    assert value["strokes above palette"] == pytest.approx(above, abs=1e-3)
    assert value["own palette"] > value["maker of the strokes"]


@pytest.mark.slow
def test_fooled_scores_are_recorded_beside_noise_and_the_targets_own_works(tmp_path: Path) -> None:
    four = UNSEEN[:4]
    made = record_fooled(
        tmp_path / "fooled.csv", descriptors=("csd-tiny", "colour"), painters=four, bounds=(2,), steps=4, command="c"
    )
    score = made.frame.query("measure == 'score'").set_index(["descriptor", "change"])["value"]
    assert score["csd-tiny", "gradient"] > score["csd-tiny", "noise"] + 0.05
    assert score["csd-tiny", "gradient"] > score["csd-tiny", "none"]
    assert score["colour", "colours"] > score["colour", "none"]
    assert score["csd-tiny", "by the target"] > score["csd-tiny", "none"]
    assert made.facts["atelier"]["pictures"] == 8
    with pytest.raises(InputError, match="colour has no gradient"):
        record_fooled(tmp_path / "none.csv", descriptors=("colour",), painters=four)


def test_tables_are_recorded_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    fakes = {name: lambda *args, name=name: called.append((name, *args)) for name in ("one", "two")}
    monkeypatch.setattr(meaning, "TABLES", fakes)
    found = meaning.record_meaning(tmp_path, "root", tables=["two"], command="c")
    assert called == [("two", tmp_path / "meaning_two.csv", "root", "c")]
    assert found == [tmp_path / "meaning_two.csv"]
    with pytest.raises(InputError, match="unknown table 'three': choose one of one, two"):
        meaning.record_meaning(tmp_path, tables=["three"])
