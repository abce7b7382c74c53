"""A search takes whatever somebody points at, knows a file again, and asks facets of the descriptor's own space."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import csdlib
from csdlib.cli import app
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import facet_neighbours, shipped_space
from tests.conftest import stripes


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("searched")
    for number in range(12):
        (root / f"style{number % 3}").mkdir(exist_ok=True)
        stripes(number % 4, 3 + number % 5, number).save(root / f"style{number % 3}" / f"{number}.png")
    return root


def test_neighbours_by_a_facet_are_those_of_the_shipped_space(pictures: Path, tmp_path: Path) -> None:
    query = pictures / "style0" / "3.png"
    plain = csdlib.search(query, pictures, 20, descriptor="csd-tiny", progress=False)
    assert plain.columns.tolist() == ["query", "rank", "neighbour", "score"]
    # A file is no neighbour of itself, whatever folder leads to it.
    assert len(plain) == 11
    assert "style0/3.png" not in set(plain["neighbour"])
    found = csdlib.search(pictures, pictures, 3, facet="light", unlike="palette", descriptor="csd-tiny", progress=False)
    described = csdlib.embed(
        csdlib.load_dataset("folder", pictures), csdlib.load("csd-tiny"), cache=tmp_path, progress=False
    )
    space = shipped_space(described.fingerprint)
    expected = facet_neighbours(described, described, 3, space, facet="light", unlike="palette")
    by_query = found.groupby("query", observed=True)["neighbour"].agg(list)
    for row, name in enumerate(described.ids):
        assert by_query[name] == described.ids[expected.rows[row]].tolist()
    space.save(tmp_path / "own.safetensors")
    own = tmp_path / "own.safetensors"
    again = csdlib.search(described, described, 3, facet="light", unlike="palette", space=own)
    assert again["neighbour"].tolist() == found["neighbour"].tolist()


def test_what_cannot_be_searched_is_one_sentence(pictures: Path) -> None:
    random = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    nobody = Embeddings(random, np.array(list("abcd")), "nobody", "l2")
    with pytest.raises(InputError, match="no facet space ships for this descriptor"):
        csdlib.search(nobody, nobody, facet="light")
    with pytest.raises(InputError, match="'stroke': csd-tiny does not show it beyond chance"):
        csdlib.search(pictures, pictures, facet="stroke", descriptor="csd-tiny", progress=False)


def test_facets_are_searched_from_the_command_line(pictures: Path, tmp_path: Path) -> None:
    output, kept = tmp_path / "found.csv", tmp_path / "found.parts"
    kept.mkdir()
    run = ["search", str(pictures), str(pictures), str(output), "--descriptor", "csd-tiny", "-k", "2"]
    done = CliRunner().invoke(app, [*run, "--facet", "light", "--unlike", "palette"])
    assert done.exit_code == 0, done.output
    # A folder that is no search's stays.
    assert kept.is_dir()
    expected = csdlib.search(pictures, pictures, 2, facet="light", unlike="palette", descriptor="csd-tiny")
    assert output.read_text().splitlines()[1].split(",")[2] == expected["neighbour"].iloc[0]
    for options, message in (
        (["--facet", "lihgt"], "choose one of light, marks, medium, movement, palette"),
        (["--facet", "light", "--index", "ivf"], "leave --index out"),
        (["--facet", "light", "--space", str(output)], "no whole facet space"),
    ):
        failed = CliRunner().invoke(app, [*run, *options])
        assert failed.exit_code == 2
        assert message in failed.stderr
