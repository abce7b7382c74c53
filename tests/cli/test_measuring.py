"""The commands that measure."""

import shutil
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from csdlib import style_similarity
from csdlib.cli import app
from csdlib.embeddings.arrays import Embeddings
from csdlib.retrieval.nearest import neighbours
from csdlib.tables import ImageTable
from tests.conftest import random_embeddings, stripes


def test_search_from_the_command_line(tmp_path: Path) -> None:
    query, database = random_embeddings(3, 1, "q"), random_embeddings(90, 2, "d")
    query.save(tmp_path / "query")
    database.save(tmp_path / "database", dtype="float16")
    run = [str(tmp_path / name) for name in ("query", "database")]
    output = tmp_path / "found.csv"
    done = CliRunner().invoke(app, ["search", *run, str(output), "-k", "4"])
    assert done.exit_code == 0, done.output
    assert not output.with_suffix(".parts").exists()
    table = pd.read_csv(output)
    assert table.columns.tolist() == ["query", "rank", "neighbour", "score"]
    expected = database.ids[neighbours(query, database, 4).rows]
    assert table["neighbour"].tolist() == expected.ravel().tolist()
    ivf = CliRunner().invoke(app, ["search", *run, str(tmp_path / "f.parquet"), "--index", "ivf"])
    assert "% of the exact neighbours" in ivf.stdout
    for options, message in (
        (["x.txt"], "must be a file that ends in"),
        (["x.csv", "--index", "tree"], "choose one of exact, hnsw, ivf"),
    ):
        failed = CliRunner().invoke(app, ["search", *run, *options])
        assert failed.exit_code == 2
        assert message in failed.stderr


def test_curation_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    captions = ["a boat by ann example", "by Bob Sample", "a boat", "a dog", "", "by ann example again"]
    for row, caption in enumerate(captions):
        # Pictures 0 and 5 are one file.
        stripes(row % 5 % 4, 3 + row % 5, row % 5).save(tmp_path / "in" / f"{row}.png")
        (tmp_path / "in" / f"{row}.txt").write_text(caption)
    (tmp_path / "bank.csv").write_text("tag,kind\nAnn Example,artist\nBob Sample,artist\n")
    options = ["--root", str(tmp_path / "in"), "--bank", str(tmp_path / "bank.csv"), "--descriptor", "colour"]
    done = CliRunner().invoke(app, ["curate", str(tmp_path / "out"), *options, "--threshold", "0.9999"])
    assert done.exit_code == 0, done.output
    table = ImageTable.load(tmp_path / "out", check_hashes=True)
    assert table.frame["styles"].tolist() == [["Ann Example"], ["Bob Sample"], [], [], []]
    refused = CliRunner().invoke(app, ["curate", str(tmp_path / "out"), *options])
    assert refused.exit_code == 2
    assert "a cosine belongs to a descriptor" in refused.stderr


def test_command_line_prints_the_score_or_one_line(tmp_path: Path) -> None:
    run = CliRunner().invoke
    for number in (0, 1):
        stripes(number, 4, number).save(tmp_path / f"{number}.png")
    paths = [str(tmp_path / "0.png"), str(tmp_path / "1.png")]
    good = run(app, ["compare", *paths, "--descriptor", "gram"])
    expected = style_similarity(*paths, descriptor="gram")
    assert (good.exit_code, good.stdout.strip()) == (0, str(expected))
    read = run(app, ["compare", *paths, "--descriptor", "csd-tiny"]).stdout.splitlines()
    assert read[0] == str(style_similarity(*paths, descriptor="csd-tiny"))
    assert read[1].startswith("above ")
    assert "(paintings: 1,569 pictures by 24 artists)" in read[1]
    bad = run(app, ["compare", paths[0], "gone.png"])
    assert bad.exit_code == 2
    assert bad.stderr.startswith("csdlib: gone.png: there is no such image")
    unknown = run(app, ["compare", *paths, "--descriptor", "vgg"])
    assert "choose one of clip-tiny, clip-vit-b-16" in unknown.stderr


def test_command_line_embeds_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in" / "ann").mkdir(parents=True)
    stripes(0, 4, 0).save(tmp_path / "in" / "ann" / "a.png")
    (tmp_path / "in" / "ann" / "b.png").write_text("no image")
    output = tmp_path / "out"
    done = CliRunner().invoke(app, ["embed", str(tmp_path / "in"), str(output), "--descriptor", "colour"])
    assert "1 images embedded, 1 skipped" in done.stdout
    assert Embeddings.load(output).ids.tolist() == ["ann/a.png"]
    assert "gram" in CliRunner().invoke(app, ["descriptors"]).stdout


def test_a_copy_in_another_folder_is_found_whatever_its_name(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "db").mkdir(exist_ok=True)
        stripes(number, 4 + number, number).save(tmp_path / "db" / f"00{number}.png")
    (tmp_path / "q").mkdir()
    shutil.copy(tmp_path / "db" / "001.png", tmp_path / "q" / "001.png")
    for name in ("db", "q"):
        run = ["embed", str(tmp_path / name), str(tmp_path / f"{name}.emb"), "--descriptor", "colour"]
        assert CliRunner().invoke(app, run).exit_code == 0
    found = tmp_path / "found.csv"
    CliRunner().invoke(app, ["search", str(tmp_path / "q.emb"), str(tmp_path / "db.emb"), str(found), "-k", "3"])
    assert pd.read_csv(found)["neighbour"].iloc[0] == "001.png"
    CliRunner().invoke(app, ["search", str(tmp_path / "db.emb"), str(tmp_path / "db.emb"), str(found), "-k", "3"])
    table = pd.read_csv(found)
    assert (table["query"] != table["neighbour"]).all()
    assert len(table) == 6
