"""The simulation of intervals: what it counts, and what the recorded one says."""

from pathlib import Path

import numpy as np
import pytest

from csdlib.errors import InputError
from csdlib.recipes.recorded import coverage
from csdlib.recipes.recorded.coverage import OURS, record_coverage
from csdlib.recipes.recorded.results import read_results


def test_coverage_is_the_share_of_trials_that_hold_the_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def trial(random: np.random.Generator) -> dict[str, tuple[float, float]]:
        place = random.random()
        return {OURS: (place, place + 0.5), "never": (2.0, 3.0)}

    monkeypatch.setattr(coverage, "_cases", lambda: iter([("uniform", "1", 0.75, trial)]))
    frame = record_coverage(tmp_path / "coverage.csv", trials=400).set_index("method")
    # An interval of half the line that begins anywhere in (0, 1) holds 0.75 if it begins in (0.25, 0.75).
    assert frame.loc[OURS, "coverage"] == pytest.approx(0.5, abs=0.08)
    assert frame.loc[OURS, "low"] < frame.loc[OURS, "coverage"] < frame.loc[OURS, "high"]
    assert frame.loc[OURS, "width"] == pytest.approx(0.5)
    assert frame.loc["never", "coverage"] == 0
    with pytest.raises(InputError, match="trials"):
        record_coverage(tmp_path / "coverage.csv", trials=0)


def test_the_recorded_intervals_hold_what_they_promise() -> None:
    """A change of a method that covers less is seen when the table is recorded again."""
    ours = read_results("coverage").frame.query("method == @OURS")
    about_this_size = ours["kind"].str.endswith("by prototypes")
    checked = ours[~about_this_size]
    assert (checked["coverage"] >= 0.91).all(), checked[checked["coverage"] < 0.91].to_string()
    assert checked["coverage"].median() == pytest.approx(0.96, abs=0.02)
