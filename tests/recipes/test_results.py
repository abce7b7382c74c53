"""What is recorded comes back as it was written, and says when, by what, and with which weights."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from csdlib.cli import app
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.generation.pipelines import revision
from csdlib.recipes.recorded import results
from csdlib.recipes.recorded.results import Recorded, read_results, write_results
from csdlib.tables import ImageTable

NAMES = sorted(path.stem for path in data_path("results").glob("*.json"))


def test_what_is_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"value": [1 / 3, 0.5]})
    written = write_results(tmp_path / "x.csv", {"images": 2}, frame, command="csdlib x", descriptors=["colour"])
    monkeypatch.setattr(results, "data_path", lambda name: tmp_path / Path(name).relative_to("results"))
    read = read_results("x")
    pd.testing.assert_frame_equal(read.frame, frame)
    assert read.facts == written.facts
    assert list(read.facts) == ["date", "command", "images", "fingerprints"]
    assert read.facts["date"] == date.today().isoformat()
    assert read.outdated() == []
    mark = load("colour").fingerprint[:8]
    assert read.sentence() == f"Recorded on {read.facts['date']} by `csdlib x`, with the weights colour {mark}."


def test_facts_may_stand_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_results(tmp_path / "alone.json", {"accuracy": 0.9})
    assert [path.name for path in tmp_path.iterdir()] == ["alone.json"]
    monkeypatch.setattr(results, "data_path", lambda name: tmp_path / Path(name).relative_to("results"))
    assert read_results("alone").frame.empty
    with pytest.raises(InputError, match=r"must be a file that ends in \.csv or \.json"):
        write_results(tmp_path / "folder", {})


def test_older_weights_are_named() -> None:
    marks = {"colour": load("colour").fingerprint, "gram": "0" * 64}
    found = Recorded(pd.DataFrame(), {"date": "2026-01-02", "command": "c", "fingerprints": marks})
    assert found.outdated() == ["gram"]
    assert found.sentence().endswith("of older weights: gram.")


def _row(model: str) -> dict[str, list[object]]:
    required = {"path": ["a.png"], "split": ["query"], "artist": ["a"], "styles": [["a"]], "source": ["generated"]}
    return {"image_id": ["a"], **required, "model": [model]}


def test_generators_are_named_as_descriptors_are(tmp_path: Path) -> None:
    ours = ImageTable(pd.DataFrame(_row("tiny-sd")), tmp_path)
    ours.manifest.update({"revision": revision("tiny-sd"), "precision": "bfloat16"})
    theirs = ImageTable(pd.DataFrame(_row("Midjourney")), tmp_path)
    found = write_results(tmp_path / "x.json", {}, command="c", generated=[ours, theirs])
    assert found.outdated() == []
    mark = revision("tiny-sd")[:8]
    assert f"tiny-sd (revision {mark}, bfloat16), Midjourney (revision not stated)" in found.sentence()
    found.facts["generators"]["tiny-sd"]["revision"] = "0" * 16
    assert found.outdated() == ["tiny-sd"]


def test_pictures_with_an_adapter_are_those_of_another_generator(tmp_path: Path) -> None:
    made = []
    for model, mark in (("tiny-sd", "a" * 16), ("tiny-sd + mine at 1.0", f"{'a' * 16}+{'b' * 16}")):
        made.append(ImageTable(pd.DataFrame(_row(model)), tmp_path, {"revision": mark, "precision": "float32"}))
    found = write_results(tmp_path / "x.json", {}, command="c", generated=made)
    assert [each["revision"][16:] for each in found.facts["generators"].values()] == ["", f"+{'b' * 16}"]
    assert "tiny-sd + mine at 1.0 (revision aaaaaaaa+bbbbbbbb, float32)" in found.sentence()


def test_what_nobody_recorded_is_said() -> None:
    with pytest.raises(InputError, match=r"data/results/nothing\.json is not here"):
        read_results("nothing")


@pytest.mark.parametrize("name", NAMES)
def test_shipped_records_are_whole_and_of_todays_weights(name: str) -> None:
    found = read_results(name)
    assert found.sentence().startswith("Recorded on 2026-")
    assert found.outdated() == []
    assert found.frame.empty == (name in ("atelier_content", "real_training"))


@pytest.mark.parametrize("name", NAMES)
def test_shipped_records_name_a_command_that_there_is(name: str) -> None:
    program, verb, *arguments = json.loads(data_path(f"results/{name}.json").read_text())["command"].split()
    assert (program, verb) == ("csdlib", "record")
    # The file itself; or, of several tables by one command, the folder.
    own = {f"data/results/{name}.csv", f"data/results/{name}.json"}
    assert ({"data/results"} if arguments[0] in ("meaning", "facets") else own) & set(arguments)
    # Without its table the command would fail; its help is printed only where all that stands before it is understood.
    done = CliRunner().invoke(app, [verb, *arguments, "--help"])
    assert done.exit_code == 0, done.output
