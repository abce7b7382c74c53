"""The retrieval of real paintings is recorded as the benchmark measures it."""

from pathlib import Path

import pandas as pd
import pytest

from csdlib.datasets import load_dataset
from csdlib.descriptors.registry import load
from csdlib.recipes.recorded.paintings import record_paintings
from csdlib.retrieval.benchmark import evaluate_retrieval

pytestmark = pytest.mark.usefixtures("own_cache")


def test_the_record_is_the_benchmark(outside_world: Path, tmp_path: Path) -> None:
    output, aside = tmp_path / "real.csv", ["artist-0", "artist-1", "artist-2"]
    made = record_paintings(outside_world, output, descriptors=("gram", "colour"), aside=aside, k=10, command="c")
    table = load_dataset("wikiart", root=outside_world)
    frame = pd.read_csv(output)
    for artists, judged in (("all", table), ("aside", table.where(artist=aside))):
        expected = evaluate_retrieval(judged, load("colour"), k=10, progress=False)
        own = frame[(frame["descriptor"] == "colour") & (frame["artists"] == artists)].reset_index(drop=True)
        # Too few artists for an interval: no number, in memory and in the file.
        rows = expected.estimates().astype({"low": float, "high": float}).round(5)
        pd.testing.assert_frame_equal(own.drop(columns="artists"), rows)
        facts = made.facts[artists]
        count = len(set(judged.column("artist")))
        assert (facts["queries"], facts["database"], facts["labels"]) == (2 * count, 6 * count, count)
        assert facts["chance"] == pytest.approx(1 / count)
        assert facts["skipped"] == {"gram": 0, "colour": 0}
        assert facts["first"] == "gram"
        assert {metric: [*above] for metric, above in facts["above"].items()} == {
            "recall@1": ["colour"],
            "mean precision@10": ["colour"],
        }
