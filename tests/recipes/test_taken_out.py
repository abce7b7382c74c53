"""Taken out or never in: who is taken out when, what is asked, and what is made of the answers."""

from itertools import product

import pandas as pd
import pytest

from csdlib.atelier import PAINTERS, WITHHELD
from csdlib.recipes.recorded.taken_out import QUESTIONS, erased_prompts, erasure_findings, painters_of, questions


def test_each_withheld_painter_is_taken_out_once_with_its_movement() -> None:
    halves = [painters_of(half) for half in (0, 1)]
    assert sorted(halves[0] + halves[1]) == sorted(WITHHELD)
    movements = [{PAINTERS[slug].movement for slug in each} for each in halves]
    assert [len(each) for each in movements] == [4, 4]
    assert not movements[0] & movements[1]


def test_only_the_question_by_name_says_the_name() -> None:
    slugs = painters_of(0)
    asked = questions(slugs, 2, 5)
    for name, frame in asked.items():
        told = [PAINTERS[row.artist].name.lower() in row.prompt.lower() for row in frame.itertuples()]
        assert all(told) if name == "named" else not any(told)
        assert frame["seed"].tolist() == asked["named"]["seed"].tolist()
    assert set(asked) == {*QUESTIONS, "neutral"}
    assert asked["neutral"]["prompt"].unique().tolist() == ["A painting in the style of a painter"]
    pairs = erased_prompts(slugs)
    assert all("a painter" in bare and named != bare for named, bare in pairs)
    assert sum(named.startswith("A painting in the style") for named, _ in pairs) == len(pairs) / 2


def planted() -> pd.DataFrame:
    """Painters who are gone by name and come back by inversion; siblings lose 0.3, strangers 0.1."""
    values = {"in": 0.9, "out of the UNet": 0.2, "never in": 0.2}
    rows = [
        {"artist": f"w{n}", "state": state, "question": question, "relation": "own", "found": 1.0}
        | {"value": value + n / 100 + (0.5 if question == "inverted" and state == "out of the UNet" else 0)}
        for n, (state, value), question in product(range(8), values.items(), ("named", "inverted"))
    ]
    rows += [
        {"artist": f"s{n}", "state": state, "question": "named", "relation": relation, "found": 1.0}
        | {"value": 0.8 - (lost if state != "in" else 0)}
        for n, state, (relation, lost) in product(
            range(6), ("in", "out of the UNet"), (("sibling", 0.3), ("stranger", 0.1))
        )
    ]
    return pd.DataFrame(rows).assign(descriptor="colour")


def test_what_is_planted_is_found() -> None:
    found = {(row["what"], row["state"], row["question"]): row for row in erasure_findings(planted())}
    gone = "out of the UNet"
    assert found["gone", gone, "named"]["value"] == pytest.approx(0.7)
    assert found["back", gone, "inverted"]["value"] == pytest.approx(0.5)
    assert found["back", "never in", "inverted"]["value"] == pytest.approx(0)
    assert found["beyond never in", gone, "inverted"]["value"] == pytest.approx(0.5)
    assert found["beyond never in", gone, "named"]["value"] == pytest.approx(0)
    assert found["told apart", gone, "inverted"]["value"] == 1
    assert found["told apart", gone, "named"]["value"] == 0.5
    assert found["lost", gone, "sibling"]["value"] == pytest.approx(0.3)
    assert found["lost", gone, "stranger"]["value"] == pytest.approx(0.1)
    assert found["lost", gone, "siblings more"]["value"] == pytest.approx(0.2)
    assert found["found", "in", "named"]["value"] == 1
