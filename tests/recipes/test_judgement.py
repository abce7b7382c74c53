"""The record of simulated experts, on works whose truth a descriptor sees whole, and on works where it sees a part."""

import numpy as np
import pandas as pd
import pytest

from csdlib.recipes.recorded import judgement
from csdlib.recipes.recorded.judgement import Scene, group_rows, learned_rows
from csdlib.similarity import FacetDistances


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Three facets, of which the third is all but hidden from the learner."""
    monkeypatch.setattr(judgement, "LOOKED", (0, 10, 30))
    random = np.random.default_rng(0)
    places = [random.normal(size=(150, 1)) for _ in range(3)]
    seen = [*places[:2], random.normal(size=(150, 1)) + 0.1 * places[2]]
    facets = ("palette", "light", "marks")
    true, blurred = FacetDistances.of(facets, places), FacetDistances.of(facets, seen)
    return Scene("small", facets, blurred, true, np.full(3, 8 / 3), 150)


@pytest.mark.slow
def test_answers_teach_and_what_is_hidden_bounds_them(small: Scene) -> None:
    rows = pd.DataFrame(learned_rows(small, 8))
    learned = rows[rows["question"] == "learned"]
    of = learned.set_index(["sees", "asked", "measure", "answers"])["value"]
    for way in ("random", "active"):
        assert of["truth", way, "angle", 30] < 0.6 * of["truth", way, "angle", 0]
        assert of["truth", way, "accuracy", 30] > 0.9
        assert of["truth", way, "accuracy", 30] > of["descriptor", way, "accuracy", 30] + 0.03
    assert of["truth", "active", "angle", 30] < of["truth", "random", "angle", 30]
    gain = rows[(rows["question"] == "gain") & (rows["sees"] == "truth")].set_index("answers")["value"]
    apart = of["truth", "active", "angle", 30] - of["truth", "random", "angle", 30]
    assert gain[30] == pytest.approx(apart)
    assert gain[0] == 0
    # What a blurred view leaves is more than what the truth leaves, and who is told of it is right more often.
    unmended = rows[rows["question"] == "unmended"].set_index(["sees", "measure"])["value"]
    assert unmended["descriptor", "angle"] > unmended["truth", "angle"]
    assert unmended["descriptor", "inside"] > unmended["descriptor", "inside alone"]


@pytest.mark.slow
def test_planted_groups_are_recovered_with_many_answers(small: Scene) -> None:
    rows = pd.DataFrame(group_rows(small, 4, sizes=(8,), answers=(40,))).set_index("measure")
    assert rows.loc["adjusted Rand index", "value"] > 0.4
    assert (rows["n"] == 4).all()
