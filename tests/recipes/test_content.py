"""Whether subjects carry over to unseen painters is recorded."""

import json
from pathlib import Path

import pytest

from csdlib.atelier import UNSEEN
from csdlib.recipes.recorded import content


def test_the_record_says_which_pictures_were_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def measured(table):  # type: ignore[no-untyped-def]
        seen["unseen"], seen["images"] = table.manifest["unseen"], len(table)
        return {"accuracy": 0.5}

    monkeypatch.setattr(content, "content_accuracy", measured)
    content.record_content(tmp_path / "content.json", works_per_painter=28, size=64, command="c")
    facts = json.loads((tmp_path / "content.json").read_text())
    assert set(seen["unseen"]) == set(UNSEEN)
    assert seen["images"] == 48 * 28
    assert (facts["accuracy"], facts["works_per_painter"], facts["size"]) == (0.5, 28, 64)
