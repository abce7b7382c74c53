"""Questions from a folder, answers into it, and a metric out of them, as a stranger would type it."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from csdlib import load
from csdlib.cli import app
from csdlib.datasets import load_dataset
from csdlib.embeddings import embed
from csdlib.scoring import load_metric
from csdlib.similarity import Facet, FacetSpace, fit_facets


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Plain pictures by thirty painters, each with a lightness of their own, and works from green to red."""
    folder = tmp_path / "pictures"
    for painter in range(30):
        for work in range(3):
            lab = np.array([[[60 + 5 * painter, 108 + 20 * work, 128]]], np.uint8)
            pixels = np.tile(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), (24, 24, 1))
            (folder / f"p{painter:02}").mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(folder / f"p{painter:02}" / f"{work}.png")
    return folder


def planted(ids: np.ndarray) -> list[Facet]:
    key = np.array([float(name[1:3]) for name in ids])
    red = np.array([float(Path(name).stem) for name in ids])
    return [Facet("key", "light", "planted", key), Facet("red", "palette", "planted", red, of="picture")]


@pytest.fixture
def space(pictures: Path, tmp_path: Path) -> Path:
    """What colour tells of light and of palette."""
    table = load_dataset("folder", pictures)
    names = table.ids.tolist()
    painters = np.array([name.split("/")[0] for name in names])
    seen = embed(table, load("colour"), progress=False)
    found = fit_facets(seen, planted(table.ids), painters, descriptor="colour")
    found.save(tmp_path / "space.safetensors", dtype="float32")
    return tmp_path / "space.safetensors"


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["feedback", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.stdout


def answer(path: Path, expert: str, place: int) -> None:
    """An expert for whom one part of the name decides: the painter's number (light), or the work's (palette)."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        values = [float((name[1:3], Path(name).stem)[place]) for name in (row["anchor"], row["first"], row["second"])]
        first, second = abs(values[1] - values[0]), abs(values[2] - values[0])
        row |= {"expert": expert, "nearer": "skipped" if first == second else "first" if first < second else "second"}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(("expert", "place", "facet"), [("light", 0, "light"), ("palette", 1, "palette")])
def test_questions_are_asked_answered_and_learned_from(
    expert: str, place: int, facet: str, pictures: Path, space: Path, tmp_path: Path
) -> None:
    options = ["--descriptor", "colour", "--space", space]
    first, more, metric = tmp_path / "first.csv", tmp_path / "more.csv", tmp_path / "metric.json"
    assert "20 questions about 90 pictures" in run("ask", pictures, first, "--count", 20, *options)
    answer(first, expert, place)
    run("ask", pictures, more, "--count", 10, "--answers", first, "--expert", expert, *options)
    asked = {tuple(line.split(",")[1:4]) for line in more.read_text().splitlines()[1:]}
    assert not asked & {tuple(line.split(",")[1:4]) for line in first.read_text().splitlines()[1:]}
    found = json.loads(run("fit", first, pictures, "-o", metric, "--json", *options))
    times = {row["facet"]: row["times"] for row in found["weights"]}
    assert max(times, key=lambda name: times[name]) == facet
    assert found["foretold"][expert]["value"] > 0.6
    learned = load_metric(metric)
    shares = dict(zip(learned.facets, learned.weights / learned.weights.sum(), strict=True))
    assert shares == pytest.approx({row["facet"]: row["weight"] for row in found["weights"]})
    assert facet in run("fit", first, pictures, *options)
    searched = ["search", str(pictures), str(pictures), str(tmp_path / "found.csv"), "-k", "3", "--metric", str(metric)]
    done = CliRunner().invoke(app, [*searched, *map(str, options)])
    assert done.exit_code == 0, done.output
    told = FacetSpace.load(space)
    images = embed(load_dataset("folder", pictures), load("colour"), progress=False)
    places = [told.project(images, name) for name in learned.facets]
    apart = [np.square(each[:, None] - each).sum(axis=2) for each in places]
    whole = sum(w / unit * each for w, unit, each in zip(learned.weights, learned.units, apart, strict=True))
    np.fill_diagonal(whole, np.inf)
    found_rows = pd.read_csv(tmp_path / "found.csv").set_index("query")
    for row in (0, 40, 77):
        scores = found_rows.loc[images.ids[row], "score"].to_numpy()
        assert scores == pytest.approx(-np.sort(whole[row])[:3], rel=1e-3, abs=1e-5)
    other = fit_facets(images, planted(images.ids), np.array([each[:3] for each in images.ids]), seed=1, exchanges=20)
    other.save(tmp_path / "other.safetensors")
    wrong = [*searched, "--descriptor", "colour", "--space", str(tmp_path / "other.safetensors")]
    failed = CliRunner().invoke(app, wrong)
    assert failed.exit_code == 2
    assert "learned in another facet space" in failed.stderr


def test_mistakes_are_one_line(pictures: Path, space: Path, tmp_path: Path) -> None:
    path, runner = tmp_path / "q.csv", CliRunner()
    options = ["--descriptor", "colour", "--space", str(space)]
    run("ask", pictures, path, *options)
    again = runner.invoke(app, ["feedback", "ask", str(pictures), str(path), *options])
    assert again.exit_code == 2
    assert "may hold answers" in again.stderr
    empty = runner.invoke(app, ["feedback", "fit", str(path), str(pictures), *options])
    assert empty.exit_code == 2
    assert "no answer to learn from: 30 not answered yet" in empty.stderr
    none = runner.invoke(app, ["feedback", "ask", str(pictures), str(tmp_path / "r.csv"), "--descriptor", "colour"])
    assert none.exit_code == 2
    assert "no facet space ships for this descriptor" in none.stderr


def test_of_several_experts_one_is_asked_on(pictures: Path, space: Path, tmp_path: Path) -> None:
    path, options = tmp_path / "q.csv", ["--descriptor", "colour", "--space", str(space)]
    run("ask", pictures, path, "--count", 4, *options)
    answer(path, "ann", 0)
    path.write_text(path.read_text().replace("ann", "bob", 1))
    more = ["feedback", "ask", str(pictures), str(tmp_path / "r.csv"), "--answers", str(path), *options]
    failed = CliRunner().invoke(app, more)
    assert failed.exit_code == 2
    assert "say with --expert who is asked: ann, bob" in failed.stderr
    assert CliRunner().invoke(app, [*more, "--expert", "ann"]).exit_code == 0
