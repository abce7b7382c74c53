"""The command that draws the style map of a folder."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from csdlib.cli import app
from tests.conftest import stripes


def artists(root: Path, count: int) -> Path:
    """Pictures of three artists, in folders of folders."""
    for number in range(count):
        folder = root / f"artist-{number % 3}" / f"year-{number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        stripes(number % 3, 3 + number % 4, number).save(folder / f"{number}.png")
    return root


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_folder_becomes_one_page(tmp_path: Path, cache: Path) -> None:
    pictures = artists(tmp_path / "mine", 12)
    (pictures / "artist-0" / "broken.jpg").write_text("no picture")
    (pictures / "notes.txt").write_text("a note")
    output = tmp_path / "out" / "map.html"
    done = CliRunner().invoke(app, ["map", str(pictures), "-o", str(output), "--descriptor", "colour"])
    assert done.exit_code == 0, done.output
    assert f"12 pictures, 1 skipped: {output}" in done.stdout
    assert "left out 1: files that are no pictures (.txt)" in done.stderr
    assert "skipped 'artist-0/broken.jpg': 'artist-0/broken.jpg: not an image" in done.stderr
    page = BeautifulSoup(output.read_text(encoding="utf-8"), "html.parser")
    assert page.title
    assert page.title.string == "Style map of mine"
    data = json.loads(page.find("script", type="application/json").string)  # type: ignore[union-attr, arg-type]
    (artist, folder) = data["columns"]
    assert artist["values"] == ["Artist 0", "Artist 1", "Artist 2"]
    assert folder["values"][:2] == ["artist-0/year-0", "artist-0/year-1"]
    # What is described already is not described again.
    assert list((cache / "embeddings").glob("*.npz"))
    assert [path.name for path in output.parent.iterdir()] == ["map.html"]


@pytest.mark.slow
def test_json_says_how_the_map_was_made(tmp_path: Path) -> None:
    pictures = artists(tmp_path / "mine", 40)
    options = ["-o", str(tmp_path / "map.html"), "--descriptor", "gram", "--colour", "folder", "--seed", "3"]
    done = CliRunner().invoke(app, ["map", str(pictures), *options, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["pictures"], told["artists"], told["descriptor"]) == (40, 3, "gram")
    assert told["layout"] == "UMAP of 15 neighbours, min_dist 0.1, seed 3"
    assert told["bytes"] == (tmp_path / "map.html").stat().st_size
    assert told["chance"] < told["kept"] <= 1
    assert (told["thumbnail_side"], told["thumbnails_reduced"]) == (144, 0)


def test_a_mistake_is_one_line_and_leaves_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = artists(tmp_path / "few", 4)
    (few / "broken.png").write_text("no picture")
    output = tmp_path / "map.html"
    for arguments, message in (
        ([str(few)], "a map needs 5 readable pictures or more; here are 4, 1 cannot be read"),
        ([str(tmp_path / "gone")], "there is no such folder"),
        ([str(few), "--colour", "size"], "unknown colour 'size': choose one of artist, folder"),
        ([str(few), "--device", "toaster"], "there is no device 'toaster' here"),
        ([str(few), "-o", str(tmp_path)], "is a folder: name the page in it"),
        ([str(few), "--with-descriptor"], "a page cannot compute colour: only csd-tiny and csd-art"),
    ):
        failed = CliRunner().invoke(app, ["map", "-o", str(output), "--descriptor", "colour", *arguments])
        assert failed.exit_code == 2, failed.output
        assert message in failed.stderr
        assert not output.exists()
    monkeypatch.setattr("csdlib.cli.mapping.MOST", 3)
    failed = CliRunner().invoke(app, ["map", str(few), "-o", str(output), "--descriptor", "colour"])
    assert "5 pictures are more than the 3 that a map can show" in failed.stderr
