"""The benchmark of names: who is asked for where, and what methods learn from planted pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.atelier import PAINTERS, UNSEEN, WITHHELD
from csdlib.files import data_path
from csdlib.recipes.recorded.recognition import _end_to_end, _few, _methods, _seen, recognition_splits
from csdlib.scoring.recognised import judge_predictions, read_splits
from csdlib.tables import ImageTable
from tests.conftest import stripes

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(scope="module")
def splits() -> pd.DataFrame:
    return recognition_splits()


def test_no_tested_picture_is_a_reference(splits: pd.DataFrame) -> None:
    assert splits["id"].is_unique
    by_role = {role: set(rows["seed"]) for role, rows in splits.groupby("role")}
    assert not by_role["reference"] & by_role["test"], "no noise is shared"
    references = splits[splits["role"] == "reference"]
    assert references["artist"].value_counts().tolist() == [8] * len(PAINTERS)


def test_settings_hold_whom_their_names_promise(splits: pd.DataFrame) -> None:
    asked = {setting: rows["artist"].tolist() for setting, rows in splits.groupby("setting")}
    assert sorted(asked["never_seen"]) == sorted(WITHHELD)
    assert sorted(asked["never_seen"] + asked["other_generator"]) == sorted(asked["new_seeds"])
    by_model = splits.groupby("setting")["model"].unique().map(list)
    assert by_model["never_seen"] == by_model["other_generator"] == ["tiny-sd-withheld"]
    for setting, size in (("two_names", 2), ("three_names", 3)):
        assert {len(set(each.split(";"))) for each in asked[setting]} == {size}
    unseen = splits[splits["group"] == "unseen"]
    assert set(unseen["artist"]) == set(UNSEEN)
    assert set(splits.loc[splits["group"] == "several", "setting"]) == {"two_names", "three_names"}


def test_the_shipped_splits_are_todays(splits: pd.DataFrame) -> None:
    shipped = read_splits(data_path("results/recognition_splits.csv"))
    pd.testing.assert_frame_equal(shipped.reset_index(drop=True), splits.astype(str), check_dtype=False)


@pytest.fixture
def world(tmp_path: Path) -> Callable[[], tuple[pd.DataFrame, dict[str, ImageTable]]]:
    """Four painters of stripes, four references and a test picture of each."""

    def make() -> tuple[pd.DataFrame, dict[str, ImageTable]]:
        rows, made = [], {}
        for setting, each in (("reference", 4), ("new_seeds", 1)):
            artists = np.repeat([*"abcd"], each).tolist()
            paths = [f"{setting}{n}.png" for n in range(len(artists))]
            for n, (artist, path) in enumerate(zip(artists, paths, strict=True)):
                stripes("abcd".index(artist), 3 + "abcd".index(artist), 10 * each + n, 32).save(tmp_path / path)
            kept = {"image_id": paths, "path": paths, "split": "query", "artist": artists, "source": "generated"}
            made[setting] = ImageTable(pd.DataFrame(kept).assign(styles=[[who] for who in artists]), tmp_path)
            role = "reference" if setting == "reference" else "test"
            rows.append(pd.DataFrame({"id": paths, "setting": setting, "role": role, "group": "g", "artist": artists}))
        return pd.concat(rows, ignore_index=True), made

    return make


def test_every_method_names_painters_who_cannot_be_mistaken(
    world: Callable[[], tuple[pd.DataFrame, dict[str, ImageTable]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    splits, made = world()
    monkeypatch.setattr("csdlib.recipes.recorded.recognition.SHOTS", (1, 4))
    monkeypatch.setattr("csdlib.recipes.recorded.recognition.EPOCHS", 30)
    shown = _seen(made["reference"], "colour")
    told = [scores for _, _, scores in _methods(splits, made, shown, shown, "colour")] + [_end_to_end(splits, made)]
    assert len(told) == 3 + 2 + 1 + 1
    for scores in told:
        judged = judge_predictions(scores, splits)
        assert judged.loc[judged["measure"] == "accuracy", "value"].tolist() == [1.0]


def test_few_are_the_first_of_each_name(world: Callable[[], tuple[pd.DataFrame, dict[str, ImageTable]]]) -> None:
    shown = _seen(world()[1]["reference"], "colour")
    assert _few(shown, 2).ids.tolist() == [f"reference{n}.png" for n in (0, 1, 4, 5, 8, 9, 12, 13)]
