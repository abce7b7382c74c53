"""Moods hold by their rules, captions say them with the stated noise, and words are read from them as recorded."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.descriptors import text_tower
from csdlib.errors import InputError
from csdlib.recipes import (
    MOODS,
    QUANTITIES,
    SYNONYMS,
    TWINS,
    invented_painters,
    mood_scores,
    quantities_of,
    record_moods,
    with_moods,
    words_of,
)
from csdlib.recipes.moods import MISSED, WRONG, _said
from csdlib.recipes.recorded import facet_worlds
from csdlib.recipes.recorded.moods import mood_world, text_sides

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> facet_worlds.World:
    """Works by few painters, small."""
    people = [replace(painter, medium="flat print") for painter in invented_painters(24)]
    folder = tmp_path_factory.mktemp("atelier")
    subjects = ["cat", "portrait", "boat"]
    table = facet_worlds.atelier(6, painters=people, subjects=subjects, size=32, cache=folder, progress=False)
    return facet_worlds.World(
        "invented", table, facet_worlds.made_works(table, people), [], facet_worlds.measure_pictures(table)
    )


def test_quantities_are_what_shows_and_what_was_meant(world: facet_worlds.World) -> None:
    found = quantities_of(world.made, world.measured)
    assert list(found) == list(QUANTITIES)
    np.testing.assert_allclose(found["lightness"], (world.measured["lightness"] - 56) / 17.5)
    warmth = (world.measured["redness"] + world.measured["yellowness"]) / 2
    np.testing.assert_allclose(found["warmth"], (warmth - 2.5) / 7.3)
    sides = [made.painter.light.side for made in world.made]
    assert found["side"].tolist() == [{"left": -1.0, "right": 1.0}.get(side, 0.0) for side in sides]
    inside = [made.scene.place in {"room", "table", "studio"} for made in world.made]
    assert found["indoors"].tolist() == np.array(inside, float).tolist()
    with pytest.raises(InputError, match="143 rows of measures"):
        quantities_of(world.made, world.measured[1:])
    with pytest.raises(InputError, match=r"lacks \['pool'\]"):
        quantities_of(world.made, world.measured.drop(columns="pool"))


def test_a_word_holds_by_its_row_and_by_nothing_else() -> None:
    none = dict.fromkeys(QUANTITIES, 0.0)
    assert not (mood_scores(pd.DataFrame([none])).to_numpy() > 0).any()
    bright_grey = pd.DataFrame([none | {"contrast": 1.5, "chroma": -1.0}])
    assert mood_scores(bright_grey)["austere"][0] == pytest.approx(1.5 + 1.0 - 1.2)
    for word, mood in MOODS.items():
        others = pd.DataFrame([none | {name: 9.0 for name in QUANTITIES if name not in mood.weights}])
        assert mood_scores(others)[word][0] == pytest.approx(-mood.above)
        assert set(mood.weights) <= set(QUANTITIES)
    for (one, other), quantity in TWINS.items():
        first, second = MOODS[one].weights, MOODS[other].weights
        assert {name for name in first if first[name] != second[name]} == {quantity}
    assert set(SYNONYMS.values()) < set(MOODS)
    assert not set(SYNONYMS) & set(MOODS)


def test_captions_say_moods_and_change_nothing_else(world: facet_worlds.World) -> None:
    found = with_moods(world.table, world.made, world.measured)
    assert found.fingerprint == world.table.fingerprint
    pd.testing.assert_frame_equal(found.frame[world.table.frame.columns], world.table.frame)
    holds = mood_scores(quantities_of(world.made, world.measured)).to_numpy() > 0
    np.testing.assert_array_equal(words_of(found.column("true_mood")), holds)
    for said, text, subject in zip(
        found.column("said_mood"), found.column("mood_caption"), found.column("content"), strict=True
    ):
        assert subject in text
        assert set(text.replace(",", " ").replace("(", " ").replace(")", " ").split()) >= set(
            said.replace(",", " ").split()
        )
    # A work's caption does not depend on the others.
    few = with_moods(world.table.take([5]), world.made[5:6], world.measured.iloc[5:6])
    assert few.column("mood_caption")[0] == found.column("mood_caption")[5]
    other = with_moods(world.table, world.made, world.measured, seed=1)
    assert (other.column("true_mood") == found.column("true_mood")).all()
    assert (other.column("mood_caption") != found.column("mood_caption")).any()
    with pytest.raises(InputError, match="the table has 143"):
        with_moods(world.table.take(range(143)), world.made, world.measured)


def test_noise_is_as_stated() -> None:
    random = np.random.default_rng(0)
    one = np.arange(len(MOODS)) == 2
    said = [_said(one, random) for _ in range(4000)]
    word = list(MOODS)[2]
    others = sum(len(set(words) - {word}) for words in said) / (4000 * (len(MOODS) - 1))
    assert others == pytest.approx(WRONG, abs=0.004)
    assert sum(word in words for words in said) / 4000 == pytest.approx(1 - MISSED, abs=0.02)
    assert max(len(_said(one | True, random)) for _ in range(50)) == 3


def test_the_word_vectors_do_not_know_what_was_never_said() -> None:
    sides = text_sides(text_tower(), ["a calm dog", "festive dog"])
    assert list(sides) == ["embedding", "word states", "word vectors"]
    same, other = sides["word vectors"](["serene dog", "dog"]), sides["embedding"](["serene dog", "dog"])
    assert (same[0] == same[1]).all()
    assert (other[0] != other[1]).any()
    np.testing.assert_array_equal(sides["word states"](["dog"] * 2)[0], sides["word states"](["dog"])[0])


@pytest.mark.slow
def test_a_record_is_of_painters_who_were_not_learned_from(world: facet_worlds.World, tmp_path: Path) -> None:
    moods = mood_world(world)
    assert not set(moods.painters[moods.learned]) & set(moods.painters[~moods.learned])
    made = record_moods(
        tmp_path / "moods.csv", world=world, descriptors=("clip-tiny", "colour"), exchanges=3, resamples=9, command="c"
    )
    frame = made.frame.set_index(["check", "pictures", "text", "word"]).sort_index()
    assert set(made.frame["check"]) == {"word", "synonym", "twin", "direction", "agreement"}
    assert set(frame.loc["word", "clip-tiny"].index.get_level_values(0)) == {
        "zero-shot", "letters shuffled", "embedding", "word states", "word vectors", "facets",
    }  # fmt: skip
    assert frame.loc[("word", "", "rule", "mean"), "value"].item() == 1.0
    assert frame.loc[("word", "", "rule", "mean"), "said"].item() < 0.99
    assert "word vectors" not in made.frame.loc[made.frame["check"] == "synonym", "text"].to_numpy()
    assert len(frame.loc["direction"]) == len(MOODS) * len(QUANTITIES)
    assert made.facts["painters"] == {"learned from": 12, "judged on": 12}
    assert made.facts["pieces"]["calm"] == 3
    # With what shows, colours alone say more than chance of what hangs on colours.
    assert frame.loc[("word", "colour", "facets", "festive"), "value"].item() > 0.7
