"""Embedding a corpus of shards: whole, broken, by two processes of which one is killed, and joined again."""

import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from csdlib.cli import app
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_shards import corpus_shards, embed_corpus, join_corpus
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.tables import ImageTable


def pictures(table: ImageTable) -> list[bytes]:
    return [table.path(row).read_bytes() for row in range(len(table))]


def write_tar(path: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """A shard as img2dataset writes them: webdataset, picture and caption by one key."""
    with tarfile.open(path, "w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def write_parquet(path: Path, images: Sequence[bytes | None]) -> None:
    """A shard as the hub keeps image data sets: a struct of bytes and path (datasets' Image feature)."""
    values = [{"bytes": data, "path": f"{number}.png"} for number, data in enumerate(images)]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    pq.write_table(pa.table({"image": pa.array(values, kind), "label": list(range(len(values)))}), path)


@pytest.fixture
def corpus(striped_table: ImageTable, tmp_path: Path) -> Path:
    """Two tar shards and one of parquet, together the forty pictures of the striped table."""
    folder, data = tmp_path / "shards", pictures(striped_table)
    folder.mkdir()
    for number in range(2):
        rows = range(15 * number, 15 * number + 15)
        write_tar(folder / f"{number:05d}.tar", [(f"{row:09d}.png", data[row]) for row in rows])
    write_parquet(folder / "last.parquet", data[30:])
    return folder


def test_a_corpus_is_embedded_as_a_table_is(striped_table: ImageTable, corpus: Path, tmp_path: Path) -> None:
    colour = load("colour")
    embed_corpus(corpus_shards(corpus), colour, tmp_path / "out", batch_size=4, progress=False)
    found = join_corpus(tmp_path / "out", dtype="float32")
    np.testing.assert_array_equal(found.vectors, embed(striped_table, colour, progress=False).vectors)
    assert found.ids[[0, 15, 39]].tolist() == ["00000/000000000", "00001/000000015", "last/000000009"]
    assert (found.fingerprint, found.skipped) == (colour.fingerprint, {})
    half = join_corpus(tmp_path / "out")
    assert isinstance(half.vectors, np.memmap)
    assert half.vectors.dtype == np.float16
    np.testing.assert_allclose(half.vectors, found.vectors, atol=5e-4)


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(striped_table: ImageTable, tmp_path: Path) -> None:
    data, folder = pictures(striped_table), tmp_path / "shards"
    folder.mkdir()
    write_tar(folder / "a.tar", [("0.png", data[0]), ("1.png", b"junk"), ("0.jpg", data[1]), ("../x.png", data[2])])
    write_parquet(folder / "b.parquet", [data[3], None])
    write_tar(folder / "c.tar", [("0.png", data[4]), ("1.png", data[5])])
    cut = (folder / "c.tar").read_bytes()
    (folder / "c.tar").write_bytes(cut[: 512 + len(data[4]) + 1024])
    (folder / "d.parquet").write_bytes(b"PAR1 and then nothing")
    embed_corpus(corpus_shards(folder), load("colour"), tmp_path / "out", progress=False)
    found = join_corpus(tmp_path / "out")
    assert found.ids.tolist() == ["a/0", "b/000000000", "c/0"]
    later = {"b/000000001", "c.tar", "d.parquet"}
    assert set(found.skipped) == {"a/1", "a/0 (number 2)", "a.tar: members that leave the shard", *later}
    assert "damaged or cut after 1 images" in found.skipped["c.tar"]
    assert not list(tmp_path.rglob("x.png"))


def test_a_changed_shard_is_embedded_again_and_only_that(corpus: Path, tmp_path: Path) -> None:
    colour, out = load("colour"), tmp_path / "out"
    embed_corpus(corpus_shards(corpus), colour, out, progress=False)
    before = {path.name: path.stat().st_mtime_ns for path in (out / "parts").iterdir()}
    first = next(iter(sorted(corpus.iterdir())))
    with tarfile.open(first) as archive:
        member = archive.getmembers()[0]
        data = archive.extractfile(member).read()  # type: ignore[union-attr]
    write_tar(first, [("only.png", data)])
    embed_corpus(corpus_shards(corpus), colour, out, progress=False)
    after = {path.name: path.stat().st_mtime_ns for path in (out / "parts").iterdir()}
    assert len(after.items() - before.items()) == 1
    assert join_corpus(out).ids.tolist()[:2] == ["00000/only", "00001/000000015"]


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:-40])])
def test_a_missing_or_cut_part_is_not_joined(corpus: Path, tmp_path: Path, damage: Callable[[Path], object]) -> None:
    colour, out = load("colour"), tmp_path / "out"
    with pytest.raises(InputError, match="no corpus was embedded here"):
        join_corpus(out)
    embed_corpus(corpus_shards(corpus), colour, out, progress=False)
    damage(next((out / "parts").iterdir()))
    with pytest.raises(InputError, match="1 of 3 shards have no whole part yet"):
        join_corpus(out)
    embed_corpus(corpus_shards(corpus), colour, out, progress=False)
    assert len(join_corpus(out)) == 40


def test_impossible_corpora_are_refused(corpus: Path, tmp_path: Path) -> None:
    colour, out = load("colour"), tmp_path / "out"
    with pytest.raises(InputError, match="no shards here"):
        corpus_shards(tmp_path / "nowhere")
    for paths, message in (
        ([], "at least one shard"),
        ([corpus / "gone.tar"], "no such file"),
        ([corpus / "00000.zip"], "a .tar or a .parquet"),
        ([corpus / "00000.tar", corpus / "00000.tar"], "the same name"),
    ):
        with pytest.raises(InputError, match=message):
            embed_corpus(paths, colour, out, progress=False)
    with pytest.raises(InputError, match="into another folder"):
        embed_corpus(corpus_shards(corpus), colour, corpus, progress=False)
    for column in ({"text": ["a"]}, {"image": [{"bytes": "text", "path": "a"}]}, {"image": [b"bytes"]}):
        pq.write_table(pa.table(column), corpus / "texts.parquet")
        with pytest.raises(InputError, match=r"texts\.parquet: needs a column image"):
            embed_corpus(corpus_shards(corpus), colour, out, progress=False)


def test_hostile_shards_do_not_end_the_run(striped_table: ImageTable, tmp_path: Path) -> None:
    folder, data = tmp_path / "shards", pictures(striped_table)[0]
    folder.mkdir()
    with tarfile.open(folder / "size.tar", "w") as archive:
        for name in ("0.png", "1.png"):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    # The second member says that it is larger than any disk.
    raw = bytearray((folder / "size.tar").read_bytes())
    second = raw.index(b"1.png")
    raw[second + 124 : second + 136] = b"\x80" + (2**62).to_bytes(11, "big")
    raw[second + 148 : second + 156] = b" " * 8
    total = sum(raw[second : second + 512])
    raw[second + 148 : second + 156] = f"{total:06o}\0 ".encode()
    (folder / "size.tar").write_bytes(raw)
    deep = tarfile.TarInfo("deep.png")
    deep.pax_headers = {"comment": "x"}
    # A header of headers, without the member that it should announce.
    (folder / "deep.tar").write_bytes(deep.tobuf(tarfile.PAX_FORMAT)[:1024] * 3000)
    write_tar(folder / "whole.tar", [("0.png", data)])
    (folder / "._hidden.tar").write_bytes(b"a file manager's")
    embed_corpus(corpus_shards(folder), load("colour"), tmp_path / "out", progress=False)
    found = join_corpus(tmp_path / "out")
    assert "whole/0" in found.ids
    assert {"size.tar", "deep.tar"} <= set(found.skipped)


def test_another_descriptor_makes_what_was_joined_before_unusable(corpus: Path, tmp_path: Path) -> None:
    for name in ("colour", "pixels"):
        embed_corpus(corpus_shards(corpus), load(name), tmp_path, progress=False)
        with pytest.raises(InputError, match="no whole saved"):
            Embeddings.load(tmp_path)
        assert join_corpus(tmp_path).fingerprint == load(name).fingerprint


def process(rank: int, shards: Path, out: Path) -> "subprocess.Popen[bytes]":
    """One of two processes, as torchrun and accelerate start them on a machine with several GPUs."""
    command = [sys.executable, "-m", "csdlib", "embed-shards", str(shards), str(out), "--descriptor", "gram"]
    environment = os.environ | {"RANK": str(rank), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@pytest.mark.slow
def test_two_processes_of_which_one_is_killed(
    striped_table: ImageTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards, out, data = tmp_path / "shards", tmp_path / "out", pictures(striped_table)[::2]
    shards.mkdir()
    for number in range(16):
        write_tar(shards / f"{number:02d}.tar", [(f"{key}.png", image) for key, image in enumerate(data)])
    processes = [process(rank, shards, out) for rank in range(2)]
    while processes[1].poll() is None and not (out / "corpus.json").is_file():
        time.sleep(0.02)
    # The second one is killed when it has begun: there is a part of an odd shard, and not yet the last.
    of_the_second = json.loads((out / "corpus.json").read_text())["parts"][1::2]
    while processes[1].poll() is None and not any((out / "parts" / name).is_file() for name in of_the_second):
        time.sleep(0.02)
    processes[1].kill()
    assert processes[0].wait() == 0
    assert processes[1].wait() != 0, "the run was over before it was killed: it needs more shards"
    with pytest.raises(InputError, match="shards have no whole part yet"):
        join_corpus(out)
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("parts/*.npz")}
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    again = CliRunner().invoke(app, ["embed-shards", str(shards), str(out), "--descriptor", "gram"])
    assert again.exit_code == 0, again.output
    kept = {path.name: path.stat().st_mtime_ns for path in out.glob("parts/*.npz") if path.name in before}
    assert kept == before
    joined = CliRunner().invoke(app, ["join-shards", str(out)])
    assert joined.exit_code == 0, joined.output
    found = Embeddings.load(out)
    assert len(found) == 16 * 20
    expected = embed(striped_table, load("gram"), progress=False).vectors[::2]
    np.testing.assert_allclose(found.vectors, np.tile(expected, (16, 1)), atol=1e-3)


def test_img2datasets_list_beside_its_archive_is_no_shard(corpus: Path) -> None:
    """Layout: 00000.tar, 00000.parquet and 00000_stats.json (github.com/rom1504/img2dataset, output webdataset)."""
    before = corpus_shards(corpus)
    archive = next(path for path in before if path.suffix == ".tar")
    pd.DataFrame({"key": ["0"], "caption": ["x"]}).to_parquet(archive.with_suffix(".parquet"))
    archive.with_name(f"{archive.stem}_stats.json").write_text("{}")
    assert corpus_shards(corpus) == before
