"""The case studies are recorded as numbers."""

import json
from pathlib import Path

import pandas as pd
import pytest

from csdlib.errors import InputError
from csdlib.recipes.recorded.studies import record_real_studies

pytestmark = pytest.mark.usefixtures("own_cache")


def test_real_studies_are_recorded(outside_world: Path, tmp_path: Path) -> None:
    output = tmp_path / "studies.csv"
    frame = record_real_studies(outside_world, output, csv="generated.csv", command="make it", descriptors=["colour"])
    assert frame["content"].tolist() == ["all", "all", "cat", "cat", "dog", "dog"]
    assert frame["generated"].tolist() == [2, 2, 1, 1, 1, 1]
    pd.testing.assert_frame_equal(pd.read_csv(output)[["artist", "value"]], frame[["artist", "value"]].round(4))
    facts = json.loads(output.with_suffix(".json").read_text())
    assert facts["command"] == "make it"
    assert (facts["works"], facts["artists"], facts["table"]) == (32, 2, "generated.csv")
    assert {each["what"] for each in facts["retrieval"]} == {"mAP@1", "mAP@10", "recall@10", "chance"}


def test_a_study_needs_artists_who_have_works(outside_world: Path, tmp_path: Path) -> None:
    strangers = pd.read_csv(outside_world / "generated.csv").assign(artist="nobody")
    strangers.to_csv(outside_world / "strangers.csv", index=False)
    with pytest.raises(InputError, match="none of its artists"):
        record_real_studies(outside_world, tmp_path / "studies.csv", csv="strangers.csv")
