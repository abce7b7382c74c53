"""Predictions of a method are checked, and judged by artists."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from csdlib.cli import app
from csdlib.errors import InputError
from csdlib.scoring.recognised import judge_predictions, lowest_confidence, read_predictions, read_splits

ARTISTS = [f"a{n}" for n in range(8)]


def _splits() -> pd.DataFrame:
    rows = [("r0", "reference", "reference", "seen", "a0")]
    for setting in ("new_seeds", "user"):
        rows += [(f"{setting}-{who}", setting, "test", "unseen" if who > "a5" else "seen", who) for who in ARTISTS]
    rows += [("two-0", "two_names", "test", "several", "a0;a1"), ("two-1", "two_names", "test", "several", "a2;a3")]
    return pd.DataFrame(rows, columns=["id", "setting", "role", "group", "artist"])


def _perfect(splits: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (row.id, artist, 1.0 - place / 10)
        for row in splits[splits["role"] == "test"].itertuples()
        for place, artist in enumerate(row.artist.split(";"))
    ]
    return pd.DataFrame(rows, columns=["id", "artist", "confidence"])


def _value(judged: pd.DataFrame, setting: str, measure: str, group: str = "all") -> float:
    is_it = (judged["setting"] == setting) & (judged["measure"] == measure) & (judged["group"] == group)
    return float(judged.loc[is_it, "value"].iloc[0])


def test_who_is_always_right_is_always_right() -> None:
    judged = judge_predictions(_perfect(_splits()), _splits())
    assert (judged["value"] == 1).all()
    assert set(judged["measure"]) == {"accuracy", "all_found", "coverage", "answered"}
    assert set(judged.loc[judged["setting"] == "user", "group"]) == {"all", "seen", "unseen"}


def test_a_name_of_two_is_right_and_half_of_what_was_to_be_found() -> None:
    splits, predictions = _splits(), _perfect(_splits())
    second = predictions["id"].str.startswith("two") & predictions["artist"].isin(["a1", "a3"])
    predictions.loc[second, "artist"] = "a7"
    judged = judge_predictions(predictions, splits)
    assert _value(judged, "two_names", "accuracy") == 1
    assert _value(judged, "two_names", "all_found") == 0.5


def test_a_refusal_is_not_right_and_not_an_answer() -> None:
    predictions = _perfect(_splits())
    predictions.loc[predictions["id"] == "user-a0", "artist"] = ""
    judged = judge_predictions(predictions, _splits())
    assert _value(judged, "user", "accuracy") == _value(judged, "user", "coverage") == 7 / 8
    assert _value(judged, "user", "answered") == 1


def test_what_is_unsure_and_wrong_is_kept_back_by_the_other_half_s_limit() -> None:
    splits, predictions = _splits(), _perfect(_splits())
    # Every artist has a sure right answer to one setting; of user prompts all are unsure, and wrong.
    user = predictions["id"].str.startswith("user")
    predictions.loc[user, ["artist", "confidence"]] = ["a7", 0.1]
    judged = judge_predictions(predictions, splits)
    assert _value(judged, "new_seeds", "coverage") == 1
    assert _value(judged, "user", "coverage") == 0
    assert not ((judged["setting"] == "user") & (judged["measure"] == "answered")).any()


def test_without_the_setting_that_calibrates_nothing_is_refused_or_said_of_it() -> None:
    splits = _splits().query("setting != 'new_seeds'")
    assert set(judge_predictions(_perfect(splits), splits)["measure"]) == {"accuracy", "all_found"}


def test_the_limit_is_the_lowest_that_keeps_the_promise() -> None:
    random = np.random.default_rng(0)
    confidence = random.random(200).round(2)
    right = (random.random(200) < confidence).astype(float)
    limit = lowest_confidence(right, confidence, 0.8)
    assert right[confidence >= limit].mean() >= 0.8
    assert all(right[confidence >= lower].mean() < 0.8 for lower in np.unique(confidence[confidence < limit]))
    assert lowest_confidence(np.zeros(3), np.ones(3), 0.8) == np.inf


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "nobody"}, "line 2: id 'nobody' is not in the splits"),
        ({"id": "r0"}, "line 2: id 'r0' is a reference"),
        ({"artist": "zoe"}, "line 2: artist 'zoe' is in no prompt"),
        ({"confidence": "high"}, "line 2: confidence 'high' is not a number"),
        ({"confidence": "nan"}, "line 2: confidence 'nan' is not a number"),
        ({"id": "new_seeds-a1", "artist": "a1"}, "line 3: artist 'a1' stands twice"),
        ({"id": "new_seeds-a1", "artist": "a2"}, "1 test pictures have no prediction, the first is 'new_seeds-a0'"),
    ],
)
def test_a_bad_row_is_named(change: dict[str, str], says: str, tmp_path: Path) -> None:
    rows = _perfect(_splits()).astype(str)
    rows.loc[0, list(change)] = list(change.values())
    rows.to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(InputError, match=says):
        read_predictions(tmp_path / "p.csv", _splits())


def test_splits_are_checked(tmp_path: Path) -> None:
    for change, says in (({"id": "r0"}, "line 3: id 'r0' stands twice"), ({"role": "x"}, "role 'x' is neither")):
        rows = _splits()
        rows.loc[1, list(change)] = list(change.values())
        rows.to_csv(tmp_path / "s.csv", index=False)
        with pytest.raises(InputError, match=says):
            read_splits(tmp_path / "s.csv")


def test_a_method_is_judged_by_a_command(tmp_path: Path) -> None:
    _splits().to_csv(tmp_path / "s.csv", index=False)
    _perfect(_splits()).to_csv(tmp_path / "p.csv", index=False)
    told = ["recognise", str(tmp_path / "p.csv"), "--splits", str(tmp_path / "s.csv")]
    done = CliRunner().invoke(app, [*told, "-o", str(tmp_path / "judged.csv")])
    assert done.exit_code == 0, done.output
    assert (pd.read_csv(tmp_path / "judged.csv")["value"] == 1).all()
    assert "two_names" in done.output
    refused = CliRunner().invoke(app, [*told, "-o", str(tmp_path / "judged.txt")])
    assert refused.exit_code == 2
    assert "ends in .csv" in refused.stderr
