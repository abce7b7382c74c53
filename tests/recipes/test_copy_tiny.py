"""copy-tiny is made with its threshold."""

from pathlib import Path

import pytest

from csdlib.descriptors.csd import copy_threshold
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.recipes.shipped.copy_tiny import train_copy_tiny
from csdlib.training.csd import TrainingConfig


def test_copies_are_learned_without_labels_and_come_with_a_threshold(tmp_path: Path) -> None:
    config = TrainingConfig(steps=1, batch_size=4, label_weight=0, ssl_weight=1)
    record = train_copy_tiny(tmp_path, config, works_per_painter=2, validation_works=4, command="make it")
    assert -1 < copy_threshold(tmp_path) <= 1
    assert record["log"][-1]["multi_label_loss"] == record["log"][-1]["without_positives"] == 0
    assert "`make it`" in (tmp_path / "README.md").read_text()
    assert load("copy-tiny", weights=tmp_path).dim == 128
    with pytest.raises(InputError, match="label_weight must be 0"):
        train_copy_tiny(tmp_path, TrainingConfig())
