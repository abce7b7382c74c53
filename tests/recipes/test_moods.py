"""Moods hold by their rules, captions say them with the stated noise, and words are read from them as recorded."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.descriptors import text_tower
from csdlib.errors import InputError
from csdlib.recipes import MOODS, SYMBOLS, Vocabulary, invented_painters, record_moods, with_words
from csdlib.recipes.recorded import facet_worlds
from csdlib.recipes.recorded.word_directions import text_sides, word_world
from csdlib.recipes.vocabulary import MISSED, WRONG

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
    found = MOODS.quantities_of(world.made, world.measured)
    assert list(found) == list(MOODS.quantities)
    np.testing.assert_allclose(found["lightness"], (world.measured["lightness"] - 56) / 17.5)
    warmth = (world.measured["redness"] + world.measured["yellowness"]) / 2
    np.testing.assert_allclose(found["warmth"], (warmth - 2.5) / 7.3)
    sides = [made.painter.light.side for made in world.made]
    assert found["side"].tolist() == [{"left": -1.0, "right": 1.0}.get(side, 0.0) for side in sides]
    inside = [made.scene.place in {"room", "table", "studio"} for made in world.made]
    assert found["indoors"].tolist() == np.array(inside, float).tolist()
    with pytest.raises(InputError, match="143 rows of measures"):
        MOODS.quantities_of(world.made, world.measured[1:])
    with pytest.raises(InputError, match=r"lacks \['pool'\]"):
        MOODS.quantities_of(world.made, world.measured.drop(columns="pool"))


@pytest.mark.parametrize("vocabulary", [MOODS, SYMBOLS], ids=lambda each: each.name)
def test_a_word_holds_by_its_row_and_by_nothing_else(vocabulary: Vocabulary) -> None:
    none = dict.fromkeys(vocabulary.quantities, 0.0)
    assert not (vocabulary.scores(pd.DataFrame([none])).to_numpy() > 0).any()
    for word, rule in vocabulary.words.items():
        others = pd.DataFrame([none | {name: 9.0 for name in vocabulary.quantities if name not in rule.weights}])
        assert vocabulary.scores(others)[word][0] == pytest.approx(-rule.above)
        assert set(rule.weights) <= set(vocabulary.quantities)
    for (one, other), quantity in vocabulary.twins.items():
        first, second = vocabulary.words[one].weights, vocabulary.words[other].weights
        assert {name for name in first if first[name] != second[name]} == {quantity}
    assert set(vocabulary.synonyms.values()) < set(vocabulary.words)
    assert not set(vocabulary.synonyms) & set(vocabulary.words)


def test_a_rule_is_a_weighted_sum() -> None:
    bright_grey = pd.DataFrame([dict.fromkeys(MOODS.quantities, 0.0) | {"contrast": 1.5, "chroma": -1.0}])
    assert MOODS.scores(bright_grey)["austere"][0] == pytest.approx(1.5 + 1.0 - 1.2)


def test_a_symbol_is_what_is_painted_and_a_convention_shows_nowhere(world: facet_worlds.World) -> None:
    quantities = SYMBOLS.quantities_of(world.made, world.measured)
    holds = SYMBOLS.scores(quantities) > 0
    subjects = np.array([made.scene.subject for made in world.made])
    np.testing.assert_array_equal(holds["voyage"], subjects == "boat")
    np.testing.assert_array_equal(holds["fidelity"] | holds["envy"], subjects == "cat")
    assert not (holds["fidelity"] & holds["envy"]).any()
    # A painter has one tradition, and there are both.
    by_painter = quantities["tradition"].groupby([made.painter.slug for made in world.made])
    assert (by_painter.min() == by_painter.max()).all()
    assert set(quantities["tradition"]) == {-1.0, 1.0}


def test_captions_say_moods_and_change_nothing_else(world: facet_worlds.World) -> None:
    found = with_words(world.table, world.made, world.measured, MOODS)
    assert found.fingerprint == world.table.fingerprint
    pd.testing.assert_frame_equal(found.frame[world.table.frame.columns], world.table.frame)
    holds = MOODS.scores(MOODS.quantities_of(world.made, world.measured)).to_numpy() > 0
    np.testing.assert_array_equal(MOODS.said_in(found.column("true_mood")), holds)
    for said, text, subject in zip(
        found.column("said_mood"), found.column("mood_caption"), found.column("content"), strict=True
    ):
        assert subject in text
        assert set(text.replace(",", " ").replace("(", " ").replace(")", " ").split()) >= set(
            said.replace(",", " ").split()
        )
    # A work's caption does not depend on the others.
    few = with_words(world.table.take([5]), world.made[5:6], world.measured.iloc[5:6], MOODS)
    assert few.column("mood_caption")[0] == found.column("mood_caption")[5]
    other = with_words(world.table, world.made, world.measured, MOODS, seed=1)
    assert (other.column("true_mood") == found.column("true_mood")).all()
    assert (other.column("mood_caption") != found.column("mood_caption")).any()
    with pytest.raises(InputError, match="the table has 143"):
        with_words(world.table.take(range(143)), world.made, world.measured, MOODS)


def test_noise_is_as_stated() -> None:
    random = np.random.default_rng(0)
    one = np.arange(len(MOODS.words)) == 2
    said = [MOODS.heard(one, random) for _ in range(4000)]
    word = list(MOODS.words)[2]
    others = sum(len(set(words) - {word}) for words in said) / (4000 * (len(MOODS.words) - 1))
    assert others == pytest.approx(WRONG, abs=0.004)
    assert sum(word in words for words in said) / 4000 == pytest.approx(1 - MISSED, abs=0.02)
    assert max(len(MOODS.heard(one | True, random)) for _ in range(50)) == 3


def test_the_word_vectors_do_not_know_what_was_never_said() -> None:
    sides = text_sides(text_tower(), ["a calm dog", "festive dog"])
    assert list(sides) == ["embedding", "word states", "word vectors"]
    same, other = sides["word vectors"](["serene dog", "dog"]), sides["embedding"](["serene dog", "dog"])
    assert (same[0] == same[1]).all()
    assert (other[0] != other[1]).any()
    np.testing.assert_array_equal(sides["word states"](["dog"] * 2)[0], sides["word states"](["dog"])[0])


@pytest.mark.slow
def test_a_record_is_of_painters_who_were_not_learned_from(world: facet_worlds.World, tmp_path: Path) -> None:
    moods = word_world(world, MOODS)
    assert not set(moods.painters[moods.learned]) & set(moods.painters[~moods.learned])
    # Of the few subjects these symbols only are there.
    words = {word: SYMBOLS.words[word] for word in ("voyage", "fidelity", "envy")}
    symbols = replace(SYMBOLS, words=words, synonyms={"journey": "voyage"})
    made = record_moods(
        tmp_path / "moods.csv",
        world=world,
        descriptors=("clip-tiny", "colour"),
        vocabularies=(MOODS, symbols),
        exchanges=3,
        resamples=9,
        command="c",
    )
    assert set(made.frame["vocabulary"]) == {"mood", "symbol"}
    moods_only = made.frame[made.frame["vocabulary"] == "mood"]
    frame = moods_only.set_index(["check", "pictures", "text", "word"]).sort_index()
    assert set(made.frame["check"]) == {"word", "synonym", "twin", "direction", "agreement"}
    assert set(frame.loc["word", "clip-tiny"].index.get_level_values(0)) == {
        "zero-shot", "letters shuffled", "embedding", "word states", "word vectors", "facets",
    }  # fmt: skip
    assert frame.loc[("word", "", "rule", "mean"), "value"].item() == 1.0
    assert frame.loc[("word", "", "rule", "mean"), "said"].item() < 0.99
    assert "word vectors" not in moods_only.loc[moods_only["check"] == "synonym", "text"].to_numpy()
    assert len(frame.loc["direction"]) == len(MOODS.words) * len(MOODS.quantities)
    assert made.facts["mood"]["painters"] == {"learned from": 12, "judged on": 12}
    assert made.facts["mood"]["pieces"]["calm"] == 3
    # With what shows, colours alone say more than chance of what hangs on colours.
    assert frame.loc[("word", "colour", "facets", "festive"), "value"].item() > 0.7
