"""The retrieval of real paintings is recorded as the benchmark measures it."""

from pathlib import Path

import pandas as pd
import pytest

from csdlib.datasets import load_dataset
from csdlib.descriptors.registry import load
from csdlib.recipes.recorded.paintings import record_paintings
from csdlib.retrieval.benchmark import evaluate_retrieval


def test_the_record_is_the_benchmark(outside_world: Path, tmp_path: Path) -> None:
    output = tmp_path / "real.csv"
    made = record_paintings(outside_world, output, descriptors=("gram", "colour"), k=10, command="c")
    expected = evaluate_retrieval(load_dataset("wikiart", root=outside_world), load("colour"), k=10, progress=False)
    frame = pd.read_csv(output)
    assert frame["descriptor"].unique().tolist() == ["gram", "colour"]
    own = frame[frame["descriptor"] == "colour"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, expected.estimates().round(5))
    assert (made.facts["queries"], made.facts["database"], made.facts["labels"]) == (8, 24, 4)
    assert made.facts["chance"] == pytest.approx(0.25)
    assert made.facts["skipped"] == {"gram": 0, "colour": 0}
    assert set(made.facts["winner_above"]) == {"gram", "colour"} - {made.facts["winner"]}
    first = frame[(frame["k"] == 1) & (frame["metric"] == "recall")].set_index("descriptor")["value"]
    assert first[made.facts["winner"]] == first.max()
