"""Captioned corpora on fixtures in the layouts in which they are published, with all that the web puts in them."""

import errno
import io
import json
import re
import sys
import tarfile
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from csdlib.datasets import hub
from csdlib.datasets.captioned import captioned
from csdlib.datasets.contrastyles import COLUMNS, contrastyles, parsed_tags
from csdlib.datasets.registry import load_dataset
from csdlib.datasets.shards import shards
from csdlib.errors import InputError
from csdlib.tables import ImageTable
from tests.datasets.conftest import jpeg

# The package has functions of the modules' names.
contrastyles_module = sys.modules["csdlib.datasets.contrastyles"]
shards_module = sys.modules["csdlib.datasets.shards"]


def listed(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


STRANGE = {
    "long.jpg": "word, " * 20_000 + "end",
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
    (folder / "alone.txt").write_text("no image")
    table = captioned(tmp_path)
    captions = table.frame.set_index("image_id")["caption"].to_dict()
    strange = {f"00000/{name}": text.strip() or None for name, text in STRANGE.items()}
    assert captions == strange | {"00000/latin.jpg": "caf\ufffd by Ann"}
    assert table.manifest["left_out"] == {"images without a text": 1, "texts without an image": 1}
    assert table.manifest["not_utf8"] == table.manifest["empty_captions"] == 1
    assert table.tags == []
    assert set(table.frame["split"]) == {"train"}
    assert set(table.frame["source"]) == {"painting"}
    table.save(tmp_path / "saved")
    loaded = ImageTable.load(tmp_path / "saved", check_hashes=True).frame["caption"]
    assert loaded.fillna("").tolist() == [caption or "" for caption in captions.values()]


def test_a_text_that_links_out_of_the_folder_is_not_read_and_a_picture_is(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text("of someone else")
    for name in ("a.jpg", "b.jpg"):
        (root / name).write_bytes(jpeg())
    (root / "a.txt").symlink_to(tmp_path / "secret")
    (root / "b.txt").write_text("one's own")
    table = captioned(root)
    assert table.frame["caption"].tolist() == ["one's own"]
    assert table.manifest["left_out"] == {"texts that are links out of the folder": 1}
    (root / "a.jpg").unlink()
    (tmp_path / "x.jpg").write_bytes(jpeg())
    (root / "a.jpg").symlink_to(tmp_path / "x.jpg")
    (root / "metadata.csv").write_text("file_name,text\na.jpg,linked\nb.jpg,own\n")
    assert captioned(root).frame["caption"].tolist() == ["linked", "own"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_table_of_captions(tmp_path: Path, kind: str) -> None:
    """Layout: metadata with file_name and text (huggingface.co/docs/datasets/image_dataset#imagefolder)."""
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    for name in ("a.png", "sub/b.jpg", "c.jpg", "unlisted.jpg"):
        (root / name).write_bytes(jpeg())
    (tmp_path / "x.jpg").write_bytes(jpeg())
    own = ["a.png", "sub/b.jpg", "c.jpg", "a.png", "./a.png"]
    names = [*own, "gone.jpg", "../x.jpg", str(tmp_path / "x.jpg"), "", "long" * 9999 + ".jpg"]
    texts = ["one", STRANGE["rtl.jpg"], "", "again", "again", "x", "x", "x", "x", "x"]
    frame = pd.DataFrame({"file_name": names, "text": texts})
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
        "images without a row": 1,
        "paths that are empty or leave the folder": 3,
        "rows whose file has a row already": 2,
        "rows without an image": 2,
    }
    assert table.manifest["empty_captions"] == 1


def test_a_table_by_its_name(tmp_path: Path) -> None:
    """Layout: one folder a split, file_name relative to the table (huggingface.co/docs/datasets/image_dataset)."""
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "0001.png").write_bytes(jpeg())
    lines = ['{"file_name": "0001.png", "caption": "half a letter \\ud83d"}', ""]
    (tmp_path / "train" / "own.jsonl").write_text("\n".join(lines))
    table = load_dataset("captioned", root=tmp_path, table="train/own.jsonl")
    assert table.ids.tolist() == ["train/0001.png"]
    assert table.frame["caption"][0].startswith("half a letter \ufffd")
    assert (table.manifest["table"], table.manifest["not_utf8"]) == ("train/own.jsonl", 1)
    for name, message in (("../x.csv", "path in root"), ("own.txt", "ends in .csv"), ("gone.csv", "no such table")):
        with pytest.raises(InputError, match=message):
            captioned(tmp_path, table=name)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metadata.csv", b"name,text\na.png,x\n", "column 'file_name' is missing"),
        ("metadata.csv", b"file_name,label\na.png,x\n", "no column of captions"),
        ("metadata.csv", b"", "metadata.csv: the file is empty"),
        ("metadata.jsonl", b'{"file_name": "a"}\n{not json}\n', "metadata.jsonl: line 2 is not JSON"),
        ("metadata.jsonl", b"[" * 100_000, "line 1 is not JSON"),
        ("metadata.jsonl", b"[1]\n", "line 1 is not an object"),
        ("metadata.parquet", b"PAR1 cut", "metadata.parquet: cannot be read"),
        ("notes.md", b"", "no captioned image"),
        ("a.jpg", jpeg(), r"no captioned image.*images without a text': 1"),
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


def described(key: int, caption: str) -> dict[str, object]:
    """The keys of img2dataset's README; sha256 is of its later versions."""
    sizes = {"width": 32, "height": 32, "original_width": 64, "original_height": 64}
    address = {"url": f"http://a.org/{key}.jpg", "caption": caption, "key": f"{key:09d}"}
    return address | {"status": "success", "error_message": None, "exif": "{}", "sha256": "0" * 64} | sizes


def write_shard(path: Path, keys: range, extra: list[tuple[str, bytes, bytes]] = []) -> None:  # noqa: B006
    """A shard as img2dataset writes it (github.com/rom1504/img2dataset, output format webdataset)."""
    with tarfile.open(path, "w") as archive:
        for key in keys:
            caption = f"picture {key} by Ann"
            add(archive, f"{key:09d}.jpg", jpeg())
            add(archive, f"{key:09d}.json", json.dumps(described(key, caption)).encode())
            add(archive, f"{key:09d}.txt", caption.encode())
        for name, data, kind in extra:
            add(archive, name, data, kind)


def test_shards_are_unpacked_once_and_nothing_leaves_the_cache(tmp_path: Path) -> None:
    root, cache = tmp_path / "shards", tmp_path / "cache"
    root.mkdir()
    hostile = [
        ("../../x", b"evil", tarfile.REGTYPE),
        ("../../x.jpg", jpeg(), tarfile.REGTYPE),
        (str(tmp_path / "abs.jpg"), jpeg(), tarfile.REGTYPE),
        ("link", b"", tarfile.SYMTYPE),
        ("link.jpg", b"", tarfile.SYMTYPE),
        ("hard.jpg", b"", tarfile.LNKTYPE),
        ("device.jpg", b"", tarfile.CHRTYPE),
        ("folder", b"", tarfile.DIRTYPE),
        ("readme.md", b"text", tarfile.REGTYPE),
        ("._000000000.jpg", b"a file manager's", tarfile.REGTYPE),
        ("000000001.json", b"again", tarfile.REGTYPE),
        ("000000001.jpg", jpeg("blue"), tarfile.REGTYPE),
        ("alone.txt", b"no picture", tarfile.REGTYPE),
        ("000000003.txt", b"caf\xe9", tarfile.REGTYPE),
        ("000000003.jpg", jpeg(), tarfile.REGTYPE),
        ("000000003.txt", b"again", tarfile.REGTYPE),
    ]
    write_shard(root / "00000.tar", range(3), hostile)
    write_shard(root / "00001.tar", range(2))
    before = listed(root)
    table = shards(root, cache=cache, progress=False)
    keys = ["00000/000000000", "00000/000000001", "00000/000000002", "00000/000000003"]
    assert table.ids.tolist() == [*keys, "00001/000000000", "00001/000000001"]
    captions = ["picture 0 by Ann", "picture 1 by Ann", "picture 2 by Ann", "caf\ufffd"]
    assert table.frame["caption"].tolist() == captions + captions[:2]
    assert table.open(1).getpixel((9, 9)) == table.open(0).getpixel((9, 9))
    assert table.manifest["left_out"] == {
        "captions without a picture": 1,
        "descriptions that are not JSON": 1,
        "members of other kinds": 2,
        "members that are links or devices": 4,
        "members that leave the shard": 3,
        "second captions of one key": 1,
        "second descriptions of one key": 1,
        "second pictures of one key": 1,
    }
    assert table.manifest["not_utf8"] == 1
    assert table.manifest["cut"] == {}
    assert listed(root) == before
    assert listed(tmp_path) == sorted([f"shards/{name}" for name in before] + [f"cache/{p}" for p in listed(cache)])
    assert {Path(name).suffix for name in listed(cache)} == {".jpg", ".json"}
    assert all(re.fullmatch(r"[0-9a-f]{24}(/\d{9})?", str(Path(name).with_suffix(""))) for name in listed(cache))
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
    assert all(table.open(row).size == (32, 32) for row in range(len(table)))
    (tmp_path / "00000.tar").unlink()
    (tmp_path / "00002.tar").unlink()
    with pytest.raises(InputError, match="no picture in 1 shard"):
        shards(tmp_path, cache=tmp_path / "cache", progress=False)


@pytest.mark.parametrize("damage", ["between members", "in a header", "a header of noise", "another archive behind"])
def test_damage_that_tarfile_takes_for_the_end_is_reported(
    tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "00000.tar"
    write_shard(path, range(3))
    whole = path.read_bytes()
    with tarfile.open(path) as archive:
        second = archive.getmember("000000001.jpg").offset
    noise = bytes(range(1, 256)) * 3
    path.write_bytes(
        {
            "between members": whole[:second],
            "in a header": whole[: second + 100],
            "a header of noise": whole[:second] + noise[:512] + whole[second + 512 :],
            "another archive behind": whole + whole,
        }[damage]
    )
    table = shards(tmp_path, cache=tmp_path / "cache")
    assert len(table) == (3 if damage == "another archive behind" else 1)
    assert "damaged or cut at byte" in table.manifest["cut"]["00000.tar"]
    assert "1 of 1 cannot be read to the end: 00000.tar" in capsys.readouterr().err


def test_a_key_ends_at_the_first_dot_behind_its_folder(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        add(archive, "v1.0/s1.image.jpg", jpeg())
        add(archive, "v1.0/s1.text.txt", b"of the first")
        add(archive, "v1.0/s2.image.jpg", jpeg())
    table = shards(tmp_path, cache=tmp_path / "cache", progress=False)
    assert table.frame.set_index("image_id")["caption"].to_dict() == {"a/v1.0/s1": "of the first", "a/v1.0/s2": None}


def test_captions_in_shards_of_all_kinds(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, text in STRANGE.items():
            add(archive, name, jpeg())
            add(archive, name.replace("jpg", "txt"), text.encode())
        add(archive, "json.jpg", jpeg())
        add(archive, "json.json", b'{"caption": "only here"}')
        add(archive, "broken.jpg", jpeg())
        add(archive, "broken.json", b"[" * 100_000)
        add(archive, "bare.jpg", jpeg())
    table = shards(tmp_path, cache=tmp_path / "cache", progress=False)
    captions = {f"a/{name[:-4]}": text.strip() or None for name, text in STRANGE.items()}
    others = {"a/json": "only here", "a/broken": None, "a/bare": None}
    assert table.frame.set_index("image_id")["caption"].to_dict() == captions | others
    assert table.manifest["left_out"] == {"descriptions that are not JSON": 1}
    assert table.manifest["empty_captions"] == 3


def test_a_killed_unpacking_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shard(tmp_path / "00000.tar", range(2))
    write_shard(tmp_path / "00001.tar", range(2))
    read = shards_module._read

    def killed(path: Path, folder: Path, name: str) -> object:
        if path.name == "00001.tar":
            raise KeyboardInterrupt
        return read(path, folder, name)

    monkeypatch.setattr(shards_module, "_read", killed)
    with pytest.raises(KeyboardInterrupt):
        shards(tmp_path, cache=tmp_path / "cache", progress=False)
    asked = []
    monkeypatch.setattr(shards_module, "_read", lambda path, *rest: asked.append(path.name) or read(path, *rest))
    assert len(shards(tmp_path, cache=tmp_path / "cache", progress=False)) == 4
    assert asked == ["00001.tar"]


def test_large_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards_module, "MOST_BYTES", 5000)
    write_shard(tmp_path / "a.tar", range(1), [("large.jpg", b"x" * 5001, tarfile.REGTYPE)])
    table = shards(tmp_path, cache=tmp_path / "cache", progress=False)
    assert table.manifest["left_out"] == {"members that are too large": 1}


def test_a_folder_without_shards_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no \.tar file"):
        load_dataset("shards", root=tmp_path)


class Web(BaseHTTPRequestHandler):
    """A small web: a picture, a page, something large, something slow, and nothing else."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        pictures = dict.fromkeys(("/a.jpg", "/b.jpg", "/caf%C3%A9%201.jpg"), jpeg())
        found = pictures | {"/page": b"<html>gone</html>", "/large": b"x" * 5000, "/cut": jpeg()[:300]}
        if self.path == "/broken":
            self.wfile.write(b"no HTTP\r\n\r\n")
        elif self.path in ("/ftp", "/file"):
            self.send_response(302)
            self.send_header("Location", {"/ftp": "ftp://127.0.0.1/x.jpg", "/file": "file:///etc/hosts"}[self.path])
            self.end_headers()
        else:
            self.send_response(200 if self.path in found or self.path == "/slow" else 404)
            self.end_headers()
            self.wfile.write(found.get(self.path, b""))
            for _ in range(20 if self.path == "/slow" else 0):
                self.wfile.write(b"x")
                time.sleep(0.1)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    Web.asked.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def write_contrastyles(path: Path, keys: Sequence[str | None], urls: Sequence[str | None]) -> None:
    """Six columns of text, as huggingface.co/datasets/tomg-group-umd/ContraStyles has them."""
    rows = pd.DataFrame({"key": keys, "url": urls})
    caption = "starry night by vincent van gogh "
    tags = "vincent van gogh"
    rows = rows.assign(caption=caption, md5="", tags=tags, merged_tags=f"{tags}, oil painting")
    rows.to_parquet(path, row_group_size=4)


def test_contrastyles_fetches_what_is_still_there(tmp_path: Path, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contrastyles_module, "MOST_BYTES", 4000)
    monkeypatch.setattr(contrastyles_module, "BATCH", 5)
    dead = ["/page", "/cut", "/large", "/gone", "/broken", "/ftp", "/file", "/slow"]
    urls = [web + path for path in ["/a.jpg", *dead, "/a.jpg", "/café 1.jpg"]]
    urls += [None, "file:///etc/hosts", "ftp://127.0.0.1/x.jpg", "http://[broken", "", web + "/a.jpg", web + "/b.jpg"]
    keys = [*map(str, range(9)), "0", *map(str, range(9, 15)), None, "beyond the limit"]
    # Where a user puts it who has no network.
    (tmp_path / "cache").mkdir()
    write_contrastyles(tmp_path / "cache" / "train.parquet", keys, urls)
    table = contrastyles(tmp_path / "cache", limit=17, timeout=0.2, progress=False)
    assert table.ids.tolist() == ["0", "9"]
    assert table.frame["styles"].tolist() == [["vincent van gogh", "oil painting"]] * 2
    assert table.frame["caption"].tolist() == ["starry night by vincent van gogh"] * 2
    assert table.open(0).size == (32, 32)
    assert set(table.frame["split"]) == {"train"}
    assert table.manifest["tried"] == 17
    assert table.manifest["left_out"] == {
        "key stands twice": 1,
        "no key, or no address of the web": 6,
        "not an image": 2,
        "not found, or no answer": 5,
        "too large": 1,
    }
    assert "/b.jpg" not in Web.asked
    assert listed(tmp_path) == sorted([f"cache/{path}" for path in table.frame["path"]] + ["cache/train.parquet"])
    Web.asked.clear()
    table = contrastyles(tmp_path / "cache", limit=0, query_share=0.2, timeout=0.2, progress=False)
    assert table.ids.tolist() == ["0", "9", "beyond the limit"]
    assert table.frame["split"].tolist() == ["database", "query", "database"]  # by a hash of the keys
    assert sorted(Web.asked) == sorted([*dead, "/b.jpg"])


def test_contrastyles_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("offline")

    monkeypatch.setattr(hub, "hf_hub_download", offline)
    with pytest.raises(InputError, match=r"Fetch https://huggingface.co/\S+/train.parquet .*put it at .*or give"):
        contrastyles(tmp_path, progress=False)
    for options, message in (
        ({"limit": -1}, "limit"),
        ({"workers": 0}, "workers"),
        ({"timeout": 0}, "timeout"),
        ({"query_share": 1.5}, "query_share"),
    ):
        with pytest.raises(InputError, match=f"{message} must be"):
            contrastyles(tmp_path, progress=False, **options)
    pd.DataFrame({name: ["x"] for name in COLUMNS[:-1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="column 'merged_tags' is missing"):
        contrastyles(tmp_path, file=tmp_path / "a.parquet", progress=False)
    (tmp_path / "b.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(InputError, match=r"b.parquet: cannot be read as parquet"):
        contrastyles(tmp_path, file=tmp_path / "b.parquet", progress=False)
    pd.DataFrame({name: ["http://127.0.0.1:9/x"] for name in COLUMNS}).to_parquet(tmp_path / "c.parquet")
    with pytest.raises(InputError, match="none of its images could be fetched"):
        contrastyles(tmp_path, file=tmp_path / "c.parquet", timeout=1, progress=False)
    with pytest.raises(InputError, match=r"gone.parquet: cannot be read"):
        contrastyles(tmp_path, file=tmp_path / "gone.parquet", progress=False)


def test_a_full_disk_is_not_taken_for_a_dead_link(tmp_path: Path, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(contrastyles_module, "_download", full)
    write_contrastyles(tmp_path / "a.parquet", ["1"], [web + "/a.jpg"])
    with pytest.raises(InputError, match="cannot be written"):
        contrastyles(tmp_path / "cache", file=tmp_path / "a.parquet", progress=False)


@pytest.mark.parametrize("text", ["", "  ", "[]", "[", None, 3, ",,"])
def test_a_cell_without_tags(text: object) -> None:
    assert [tag for tag in parsed_tags(text) if tag != "["] == []
