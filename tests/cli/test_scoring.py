"""The commands that take anybody's folders."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from csdlib.cli import app
from csdlib.files import file_hash
from csdlib.scoring import Report, Scores
from tests.conftest import GOLDEN, stripes
from tests.scoring.conftest import own_cache, write

__all__ = ["own_cache"]

COLOUR = ["--descriptor", "colour"]


@pytest.fixture
def sides(tmp_path: Path) -> list[str]:
    return [str(write(tmp_path / "made", 3, 4, 5000)), str(write(tmp_path / "known", 3, 5, 0))]


def test_folders_in_a_table_out(sides: list[str], tmp_path: Path) -> None:
    output = tmp_path / "scores.csv"
    done = CliRunner().invoke(app, ["score", *sides, "-o", str(output), "--pair", "group", *COLOUR])
    assert done.exit_code == 0, done.output
    found = Scores.load(output)
    assert len(found) == 12
    for said in ("descriptor: colour", "pairing: group", "weights:", "preprocessing: own", str(output)):
        assert said in done.stdout
    assert found.how["pairing"] == "group"


def test_published_scores_take_a_checkpoint_in_the_released_layout(sides: list[str], tmp_path: Path) -> None:
    with np.load(GOLDEN / "csd_tower.npz") as stored:
        state = {key.removeprefix("state/"): torch.from_numpy(stored[key]) for key in stored.files if "state/" in key}
    save_file(state, tmp_path / "csd.safetensors")
    weights = ["--descriptor", "csd-vit-l", "--weights", str(tmp_path / "csd.safetensors")]
    done = CliRunner().invoke(app, ["score", *sides, "--json", "--precision", "float32", *weights])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["weights"] == file_hash(tmp_path / "csd.safetensors")
    assert told["size"] == 32
    assert not any("published" in note for note in told["notes"])


def test_json_is_json(sides: list[str]) -> None:
    done = CliRunner().invoke(app, ["score", *sides, "--json", *COLOUR])
    told = json.loads(done.stdout)
    assert len(told["rows"]) == 12
    assert {row["measure"] for row in told["summary"]} == {"mean", "max", "prototype"}
    assert told["generated"] == {"pictures": 12, "read": 12, "left out": {}}


def test_strict_is_strict(sides: list[str]) -> None:
    run = ["score", *sides, "--strict", *COLOUR]
    assert CliRunner().invoke(app, run).exit_code == 0
    Path(sides[0], "style-0", "broken.png").write_bytes(b"")
    assert CliRunner().invoke(app, run).exit_code == 1
    assert CliRunner().invoke(app, [each for each in run if each != "--strict"]).exit_code == 0


def test_mistakes_are_one_line(sides: list[str], tmp_path: Path) -> None:
    for arguments, message in (
        (["score", str(tmp_path / "gone"), sides[1]], "no such picture"),
        (["score", *sides, "--pair", "nmae"], "unknown pairing"),
        (["score", *sides, "-o", "x.xlsx"], "must be a file that ends in"),
        # Before anything is computed.
        (["doctor", str(tmp_path / "gone"), "-o", str(tmp_path)], "must be a file that ends in"),
        (["score", *sides, "--corpus", "nowhere"], "unknown corpus"),
        (["score", *sides, "--preprocessing", "squash"], "in its own way only"),
        (["score", *sides, "--compare-preprocessing", "--preprocessing", "pad"], "leave --preprocessing"),
        (["score", *sides, "--compare-preprocessing", "--corpus", sides[1]], "leave --preprocessing"),
        (["evaluate", str(Path(sides[0], "style-0"))], "at least two"),
        (["attribute", sides[0], str(Path(sides[1], "style-0"))], "no image has an artist"),
    ):
        failed = CliRunner().invoke(app, [*arguments, *COLOUR])
        assert failed.exit_code == 2, failed.output
        assert message in failed.stderr
        assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("verb", ["doctor", "score"])
def test_what_is_printed_shows_missing_numbers_and_steers_no_terminal(sides: list[str], verb: str) -> None:
    Path(sides[0], "style-0", "000.png").write_bytes(b"")
    red = Path(sides[0], "style-0", "\x1b[31m\u202e\n[b].png")
    stripes(0, 3, 1).save(red)
    alone = str(Path(sides[0], "style-0"))
    run = {"doctor": [alone], "score": [alone, sides[1], "--pair", "group"]}[verb]
    done = CliRunner().invoke(app, [verb, *run, *COLOUR])
    assert done.exit_code == 0, done.output
    assert not {"\x1b", "\u202e"} & set(done.output)
    assert "nan" not in done.stdout
    assert r"\x1b" in done.stdout


def test_a_terminal_that_knows_few_letters_ends_no_job(sides: list[str]) -> None:
    stripes(0, 3, 1).save(Path(sides[0], "0 é\U0001f600.png"))
    run = [sys.executable, "-m", "csdlib", "doctor", sides[0], *COLOUR]
    done = subprocess.run(run, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"}, check=False)
    assert done.returncode == 0, done.stderr
    assert rb"\U0001f600" in done.stdout


def test_the_preprocessing_can_be_compared(sides: list[str]) -> None:
    run = ["score", sides[0] + "/style-0", sides[1] + "/style-0", "--compare-preprocessing", "--json"]
    done = CliRunner().invoke(app, [*run, "--descriptor", "csd-tiny"])
    assert next(row["preprocessing"] for row in json.loads(done.stdout)["rows"]) == "own"


def test_pictures_are_attributed(sides: list[str], tmp_path: Path) -> None:
    output = tmp_path / "who.parquet"
    Path(sides[0], "style-0", "broken.png").write_bytes(b"")
    run = ["attribute", *sides, "-o", str(output), "-k", "2", "--wrong", "0.5", *COLOUR]
    done = CliRunner().invoke(app, run)
    assert done.exit_code == 0, done.output
    found = Report.load(output)
    first = found.frame[found.frame["rank"] == 1]
    assert (first["artist"] == first["picture"].str.split("/").str[0]).all()
    assert len(first) == 12
    broken = found.frame[found.frame["picture"] == "style-0/broken.png"].iloc[0]
    assert pd.isna(broken["similarity"])
    assert not broken["named"]
    assert "not an image" in broken["note"]
    assert set(found.summary["measure"]) == {"given to somebody", "found"}
    assert CliRunner().invoke(app, [*run, "--strict"]).exit_code == 1


def test_a_folder_is_a_benchmark(sides: list[str]) -> None:
    done = CliRunner().invoke(app, ["evaluate", sides[1], "-k", "3", "--json", *COLOUR])
    told = json.loads(done.stdout)
    values = {row["measure"]: row["value"] for row in told["summary"]}
    assert values["recall@1"] == 1
    assert {row["group"] for row in told["rows"]} == {"style-0", "style-1", "style-2"}
    assert told["pictures"]["queries"] == 15


def test_the_doctor_finds_what_is_wrong(sides: list[str]) -> None:
    folder = Path(sides[1])
    (folder / "style-0" / "copy.png").write_bytes((folder / "style-1" / "000.png").read_bytes())
    (folder / "style-2" / "broken.png").write_bytes(b"x")
    stripes(1, 5, 77).resize((300, 64)).save(folder / "style-1" / "wide.png")
    done = CliRunner().invoke(app, ["doctor", str(folder), "--json", "--descriptor", "csd-tiny"])
    told = json.loads(done.stdout)
    rows = {row["picture"]: row for row in told["rows"]}
    assert rows["style-1/000.png"]["copy_of"] == "style-0/copy.png" or rows["style-0/copy.png"]["copy_of"]
    assert rows["style-1/wide.png"]["crop_loss"] == pytest.approx(1 - 64 / 300)
    assert "not an image" in rows["style-2/broken.png"]["note"]
    advice = " ".join(told["advice"])
    for said in ("in another group", "3 groups only", "fewer than 10", "cannot be read: 1", "lose more than 20%"):
        assert said in advice
