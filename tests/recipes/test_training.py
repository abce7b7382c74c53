"""The recipe of csd-tiny on real paintings is recorded without its weights."""

import json
from dataclasses import replace
from pathlib import Path

from csdlib.recipes.recorded.training import REAL, record_training


def test_a_training_on_real_paintings_is_recorded(outside_world: Path, tmp_path: Path) -> None:
    output = tmp_path / "real_training.json"
    made = record_training(outside_world, output, replace(REAL, steps=1, batch_size=4, bfloat16=False), command="c")
    assert [path.name for path in tmp_path.iterdir()] == ["real_training.json"]
    facts = json.loads(output.read_text())
    assert facts == made.facts
    assert (facts["command"], facts["start"], len(facts["unseen"])) == ("c", "clip-tiny", 2)
    assert facts["images"] == 12, "the database of two artists"
    assert facts["results"][0]["descriptor"] == "csd-tiny"
