"""What is known of a model is what its record says, whatever the model is called."""

import json
from pathlib import Path

import pytest

from csdlib.atelier import WITHHELD
from csdlib.errors import InputError
from csdlib.generation.pipelines import model_record, stages


def unet_alone(folder: Path, record: str | None) -> Path:
    """A folder as csdlib train-diffusion leaves it, as far as anybody looks."""
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "config.json").write_text("{}")
    if record is not None:
        (folder / "training.json").write_text(record)
    return folder


def test_shipped_models_say_whom_they_have_not_seen() -> None:
    assert model_record("tiny-sd")["unseen"] == []
    assert set(model_record("tiny-sd-withheld")["unseen"]) == set(WITHHELD)


def test_a_folder_of_ones_own_says_it_too(tmp_path: Path) -> None:
    record = {"dataset": {"dataset": "atelier-crawl"}, "unseen": ["noor-felding"], "config": {"transferred": 0.5}}
    assert model_record(unet_alone(tmp_path / "my own", json.dumps(record))) == record


def test_a_name_alone_says_nothing(tmp_path: Path, micro_pipeline: Path) -> None:
    assert model_record(unet_alone(tmp_path / "tiny-sd-of-mine", None)) == {}
    assert model_record(micro_pipeline) == {}
    # The record of another program is not ours.
    assert model_record(unet_alone(tmp_path / "other", '{"epochs": 3}')) == {}
    with pytest.raises(InputError, match=r"training\.json: is not JSON"):
        model_record(unet_alone(tmp_path / "broken", "{"))


def test_stages_are_in_the_order_of_training() -> None:
    assert stages({}) == []
    first, second = {"command": "a"}, {"command": "b", "before": {"command": "a"}}
    assert stages({"command": "c", "before": second}) == [first, second, {"command": "c", "before": second}]
    assert [stage["config"]["seed"] for stage in stages(model_record("tiny-sd"))] == [0, 1, 3, 4]
