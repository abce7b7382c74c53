"""clip-tiny is made with its card."""

from pathlib import Path

import pytest

from csdlib.atelier import UNSEEN
from csdlib.recipes.shipped.clip_tiny import train_clip_tiny
from csdlib.training.clip import CLIPConfig


@pytest.mark.slow
@pytest.mark.usefixtures("small_exhibition")
def test_clip_tiny_comes_with_its_card(tmp_path: Path) -> None:
    record = train_clip_tiny(tmp_path, CLIPConfig(steps=1, batch_size=4), works_per_painter=2, command="make it")
    assert record["unseen"] == list(UNSEEN)
    assert 0 <= record["log"][-1]["zero-shot painter"] <= 1
    card = (tmp_path / "README.md").read_text()
    assert "`make it`" in card
    assert "| recall@k | 1 |" in card
