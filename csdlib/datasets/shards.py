"""Webdataset shards: tar files as img2dataset writes them (github.com/rom1504/img2dataset, output format webdataset).

``00000.tar`` holds ``000000000.jpg``, ``000000000.txt`` (the caption) and ``000000000.json`` (url, status, sizes ...)
of every image, one after the other. What belongs together has one key: the name up to its last dot.
"""

import json
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from tqdm import tqdm

from csdlib.datasets.captioned import captioned_table, decoded
from csdlib.datasets.folder import SUFFIXES
from csdlib.errors import InputError
from csdlib.files import atomic_path, cache_folder, text_hash
from csdlib.tables import ImageTable, stays_inside

#: Larger members are no pictures of a web corpus.
MOST_BYTES = 100_000_000


def shards(root: Path, *, cache: Path | None = None, progress: bool = True) -> ImageTable:
    """The captioned images of all ``*.tar`` files in a folder, without labels; unpacked once, into the cache.

    No name from a shard becomes a path: a picture is filed under its shard and its number. Members that are no plain
    files, leave the shard or are too large are refused; a shard that is cut gives what can be read of it. All of this
    is counted in the manifest, by shard under ``cut`` and by its reason under ``left_out``.

    Args:
        root: the folder of the shards.
        cache: folder for the unpacked pictures; by default ``shards`` in the cache folder of csdlib.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: no shard, or no picture in any of them.
    """
    paths = sorted(Path(root).glob("*.tar"))
    if not paths:
        raise InputError(f"{root}: no .tar file in this folder")
    folder = (cache or cache_folder() / "shards") / text_hash(Path(root).resolve())[:16]
    captions: dict[str, str] = {}
    counts: Counter[str] = Counter()
    cut: dict[str, str] = {}
    for path in tqdm(paths, desc="shards", unit="shard", disable=not progress):
        index = _unpacked(path, folder)
        captions |= index["captions"]
        counts.update(index["left_out"])
        cut |= {path.name: index["cut"]} if index["cut"] else {}
    if cut and progress:
        tqdm.write(f"shards: {len(cut)} of {len(paths)} cannot be read to the end: {', '.join(cut)}")
    if not captions:
        raise InputError(f"{root}: no picture in {len(paths)} shard(s); {dict(counts)} {cut}")
    not_utf8 = counts.pop("not_utf8", 0)
    manifest = {"dataset": "shards", "shards": len(paths), "cut": cut, "not_utf8": not_utf8}
    return captioned_table(captions, folder, manifest | {"left_out": dict(sorted(counts.items()))})


def _unpacked(path: Path, folder: Path) -> dict[str, Any]:
    """What a shard holds: captions by path, what was left out, and where it is cut; kept, until the shard changes."""
    status = path.stat()
    state = text_hash(path.name, status.st_size, status.st_mtime_ns)[:16]
    index_path = folder / f"{state}.json"
    if not index_path.is_file():
        index = _read(path, folder / state)
        with atomic_path(index_path) as target:
            target.write_text(json.dumps(index))
    found: dict[str, Any] = json.loads(index_path.read_text())
    return found | {"captions": {f"{state}/{name}": text for name, text in found["captions"].items()}}


def _read(path: Path, folder: Path) -> dict[str, Any]:
    """Reads a shard from its beginning to its end, or to where it is cut, and files its pictures."""
    counts: Counter[str] = Counter()
    pictures: dict[str, str] = {}
    texts: dict[str, str] = {}
    cut = ""
    try:
        with tarfile.open(path, mode="r|") as archive:
            for key, suffix, data in _members(archive, counts):
                if suffix == ".txt":
                    texts[key], utf8 = decoded(data)
                    counts["not_utf8"] += not utf8
                elif key in pictures:
                    counts["second pictures of one key"] += 1
                else:
                    pictures[key] = f"{len(pictures):09d}{suffix}"
                    with atomic_path(folder / pictures[key]) as target:
                        target.write_bytes(data)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        cut = str(error) or type(error).__name__
    counts["captions without a picture"] += len(texts.keys() - pictures.keys())
    captions = {name: texts.get(key, "") for key, name in pictures.items()}
    return {"captions": captions, "left_out": dict(+counts), "cut": cut}


def _members(archive: tarfile.TarFile, counts: Counter[str]) -> Iterator[tuple[str, str, bytes]]:
    """Key, suffix and bytes of the pictures and captions; what is refused is counted."""
    for member in archive:
        name = member.name.removeprefix("./")
        suffix = PurePosixPath(name).suffix.lower()
        if member.isdir() or suffix not in {".txt", *SUFFIXES}:
            continue
        if not member.isfile():
            counts["members that are links or devices"] += 1
        elif not stays_inside(name):
            counts["members that leave the shard"] += 1
        elif member.size > MOST_BYTES:
            counts["members that are too large"] += 1
        elif stream := archive.extractfile(member):
            yield name.removesuffix(PurePosixPath(name).suffix), suffix, stream.read()
