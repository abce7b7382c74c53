"""Captioned corpora on fixtures in the layouts in which they are published, with all that the web puts in them."""

import io
import json
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pandas as pd
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError
from PIL import Image

from csdlib.datasets import load_dataset
from csdlib.datasets.captioned import captioned
from csdlib.datasets.contrastyles import COLUMNS, contrastyles, parsed_tags
from csdlib.datasets.shards import shards
from csdlib.errors import InputError

# The package has a function of the module's name.
contrastyles_module = sys.modules["csdlib.datasets.contrastyles"]


def jpeg(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(buffer, "jpeg")
    return buffer.getvalue()


def listed(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


STRANGE = {
    "long.jpg": "word " * 20_000,
    "html.jpg": "<script>alert(1)</script> by Ann",
    "rtl.jpg": "لوحة زيتية",
    "emoji.jpg": "🎨 by Ann",
    "empty.jpg": "  ",
}


def test_texts_beside_images(tmp_path: Path) -> None:
    """Layout: image and .txt of one stem (github.com/rom1504/img2dataset, output format files)."""
    folder = tmp_path / "00000"
    folder.mkdir()
    for name, text in STRANGE.items():
        (folder / name).write_bytes(jpeg())
        (folder / name).with_suffix(".txt").write_text(text, encoding="utf-8")
    (folder / "latin.jpg").write_bytes(jpeg())
    (folder / "latin.txt").write_bytes(b"caf\xe9 by Ann")
    (folder / "bare.jpg").write_bytes(jpeg())
    table = captioned(tmp_path)
    captions = table.frame.set_index("image_id")["caption"]
    assert captions["00000/emoji.jpg"] == STRANGE["emoji.jpg"]
    assert captions["00000/latin.jpg"] == "caf\ufffd by Ann"
    assert captions["00000/empty.jpg"] is None
    assert table.manifest["left_out"] == {"images without a text": 1}
    assert table.manifest["not_utf8"] == 1
    assert table.tags == []


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_table_of_captions(tmp_path: Path, kind: str) -> None:
    """Layout: metadata with file_name and text (huggingface.co/docs/datasets/image_dataset#imagefolder)."""
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    for name in ("a.png", "sub/b.jpg", "c.jpg"):
        (root / name).write_bytes(jpeg())
    (tmp_path / "x.jpg").write_bytes(jpeg())
    names = ["a.png", "sub/b.jpg", "c.jpg", "a.png", "gone.jpg", "../x.jpg", str(tmp_path / "x.jpg")]
    frame = pd.DataFrame({"file_name": names, "text": ["one", STRANGE["rtl.jpg"], "", "again", "x", "x", "x"]})
    if kind == "csv":
        frame.to_csv(root / "metadata.csv", index=False)
    elif kind == "jsonl":
        frame.to_json(root / "metadata.jsonl", orient="records", lines=True)
    else:
        frame.to_parquet(root / "metadata.parquet")
    table = load_dataset("captioned", root=root)
    assert table.ids.tolist() == ["a.png", "sub/b.jpg", "c.jpg"]
    assert table.frame["caption"].tolist() == ["one", STRANGE["rtl.jpg"], None]
    assert table.manifest["left_out"] == {
        "paths that are empty or leave the folder": 2,
        "rows whose file has a row already": 1,
        "rows without an image": 1,
    }


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metadata.csv", b"name,text\na.png,x\n", "column 'file_name' is missing"),
        ("metadata.csv", b"file_name,label\na.png,x\n", "no column of captions"),
        ("metadata.jsonl", b"{not json}\n", "metadata.jsonl: cannot be read"),
        ("metadata.parquet", b"PAR1 cut", "metadata.parquet: cannot be read"),
        ("notes.md", b"", "no captioned image"),
    ],
)
def test_captions_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        captioned(tmp_path)


def add(archive: tarfile.TarFile, name: str, data: bytes, kind: bytes = tarfile.REGTYPE) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname = len(data), kind, "/etc/hostname"
    archive.addfile(member, io.BytesIO(data))


def write_shard(path: Path, keys: range, extra: list[tuple[str, bytes, bytes]] = []) -> None:  # noqa: B006
    """A shard as img2dataset writes it (github.com/rom1504/img2dataset, output format webdataset)."""
    with tarfile.open(path, "w") as archive:
        for key in keys:
            caption = f"picture {key} by Ann"
            add(archive, f"{key:09d}.jpg", jpeg())
            add(archive, f"{key:09d}.json", json.dumps({"caption": caption, "status": "success"}).encode())
            add(archive, f"{key:09d}.txt", caption.encode())
        for name, data, kind in extra:
            add(archive, name, data, kind)


def test_shards_are_unpacked_once_and_nothing_leaves_the_cache(tmp_path: Path) -> None:
    root, cache = tmp_path / "shards", tmp_path / "cache"
    root.mkdir()
    hostile = [
        ("../../x.jpg", jpeg(), tarfile.REGTYPE),
        ("/abs.jpg", jpeg(), tarfile.REGTYPE),
        ("link.jpg", b"", tarfile.SYMTYPE),
        ("hard.jpg", b"", tarfile.LNKTYPE),
        ("000000001.jpg", jpeg("blue"), tarfile.REGTYPE),
        ("alone.txt", b"no picture", tarfile.REGTYPE),
        ("000000002.txt", b"caf\xe9", tarfile.REGTYPE),
    ]
    write_shard(root / "00000.tar", range(3), hostile)
    write_shard(root / "00001.tar", range(2))
    before = listed(root)
    table = shards(root, cache=cache, progress=False)
    assert len(table) == 5
    assert table.frame["caption"].tolist()[:2] == ["picture 0 by Ann", "picture 1 by Ann"]
    assert table.open(1).getpixel((9, 9)) == table.open(0).getpixel((9, 9))
    assert table.manifest["left_out"] == {
        "captions without a picture": 1,
        "members that are links or devices": 2,
        "members that leave the shard": 2,
        "second pictures of one key": 1,
    }
    assert table.manifest["not_utf8"] == 1
    assert listed(root) == before
    assert {path.split("/")[0] for path in listed(tmp_path)} == {"shards", "cache"}
    times = {path: path.stat().st_mtime_ns for path in cache.rglob("*")}
    assert shards(root, cache=cache, progress=False).ids.tolist() == table.ids.tolist()
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*")} == times


def test_a_shard_that_is_cut_gives_what_it_has(tmp_path: Path) -> None:
    write_shard(tmp_path / "00000.tar", range(6))
    whole = (tmp_path / "00000.tar").read_bytes()
    (tmp_path / "00000.tar").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "00001.tar").write_bytes(b"")
    write_shard(tmp_path / "00002.tar", range(1))
    table = shards(tmp_path, cache=tmp_path / "cache", progress=False)
    assert set(table.manifest["cut"]) == {"00000.tar", "00001.tar"}
    assert 2 <= len(table) < 7
    assert table.open(0).size == (32, 32)
    (tmp_path / "00000.tar").unlink()
    (tmp_path / "00002.tar").unlink()
    with pytest.raises(InputError, match="no picture in 1 shard"):
        shards(tmp_path, cache=tmp_path / "cache", progress=False)


def test_a_folder_without_shards_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \.tar file"):
        load_dataset("shards", root=tmp_path)


class Web(BaseHTTPRequestHandler):
    """A small web: a picture, a page, something endless, and nothing else."""

    def do_GET(self) -> None:
        found = {"/a.jpg": jpeg(), "/page": b"<html>gone</html>", "/large": b"x" * 5000}.get(self.path)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def web() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_contrastyles_fetches_what_is_still_there(tmp_path: Path, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six columns of text, as huggingface.co/datasets/tomg-group-umd/ContraStyles has them."""
    monkeypatch.setattr(contrastyles_module, "MOST_BYTES", 4000)
    urls = ["/a.jpg", "/page", "/large", "/gone", "/a.jpg", "/a.jpg"]
    rows = pd.DataFrame(
        {
            "key": ["1", "2", "3", "4", "1", "5"],
            "url": [web + url for url in urls[:-1]] + ["file:///etc/passwd"],
            "caption": ["starry night by vincent van gogh"] * 6,
            "md5": [""] * 6,
            "tags": ["vincent van gogh"] * 6,
            "merged_tags": ["vincent van gogh, oil painting"] * 6,
        }
    )
    rows.to_parquet(tmp_path / "train.parquet")
    table = contrastyles(tmp_path / "cache", file=tmp_path / "train.parquet", timeout=5, progress=False)
    assert table.ids.tolist() == ["1"]
    assert table.frame["styles"].tolist() == [["vincent van gogh", "oil painting"]]
    assert table.frame["caption"].tolist() == ["starry night by vincent van gogh"]
    assert table.open(0).size == (32, 32)
    assert table.manifest["left_out"] == {
        "key stands twice": 1,
        "no key, or no address of the web": 1,
        "not an image": 1,
        "not found, or no answer": 1,
        "too large": 1,
    }
    assert len(listed(tmp_path / "cache")) == 1


def test_contrastyles_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("offline")

    monkeypatch.setattr(contrastyles_module, "hf_hub_download", offline)
    with pytest.raises(InputError, match="download it elsewhere, and give its path as file="):
        contrastyles(tmp_path, progress=False)
    pd.DataFrame({name: ["x"] for name in COLUMNS[:-1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="column 'merged_tags' is missing"):
        contrastyles(tmp_path, file=tmp_path / "a.parquet", progress=False)
    (tmp_path / "b.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(InputError, match=r"b.parquet: cannot be read as parquet"):
        contrastyles(tmp_path, file=tmp_path / "b.parquet", progress=False)
    pd.DataFrame({name: ["http://127.0.0.1:9/x"] for name in COLUMNS}).to_parquet(tmp_path / "c.parquet")
    with pytest.raises(InputError, match="none of its images could be fetched"):
        contrastyles(tmp_path, file=tmp_path / "c.parquet", timeout=1, progress=False)


@pytest.mark.parametrize("text", ["", "  ", "[]", "[", None, 3, ",,"])
def test_a_cell_without_tags(text: object) -> None:
    assert [tag for tag in parsed_tags(text) if tag != "["] == []
