"""Webdataset shards: tar files as img2dataset writes them (github.com/rom1504/img2dataset, output format webdataset).

``00000.tar`` holds ``000000000.jpg``, ``000000000.txt`` (the caption) and ``000000000.json`` (caption, url, status,
sizes ...) of every image, one after the other. What belongs together has one key: the name up to the first dot behind
its folder, so that ``a/s1.image.jpg`` and ``a/s1.text.txt`` do (github.com/webdataset/webdataset, "base_plus_ext").
"""

import json
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from tqdm import tqdm

from csdlib.datasets.captioned import captioned_table, decoded
from csdlib.datasets.listing import SUFFIXES, fits_a_table
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, cache_folder, text_hash
from csdlib.tables import ImageTable
from csdlib.texts import stays_inside

#: Larger members are no pictures of a web corpus.
MOST_BYTES = 100_000_000

#: A whole archive ends with zeros up to a multiple of this; more bytes behind its end are another archive's.
RECORD = 1_000_000

#: Of what is kept of a shard: raise it when keys are made in another way.
_FORM = "keys end at the first dot"


def shards(root: AnyPath, *, cache: AnyPath | None = None, progress: bool = True) -> ImageTable:
    """The captioned images of all ``*.tar`` files in a folder, without labels; unpacked once, into the cache.

    An image's id is its shard and its key, so that keys may repeat in other shards. No name from a shard becomes a
    path: a picture is filed under a hash of its shard and its number. Members that are no plain files, leave the shard
    or are too large are refused; a shard that is cut gives what can be read of it. All of this is counted in the
    manifest, by shard under ``cut`` and by its reason under ``left_out``; captions that are not UTF-8, under
    ``not_utf8``. A shard that was read to its end is not read again, until it changes.

    Args:
        root: the folder of the shards.
        cache: folder for the unpacked pictures; by default ``shards`` in the cache folder of csdlib.
        progress: show a progress bar, and which shards are cut, on the error stream.

    Raises:
        InputError: no shard, a shard that may not be opened, or no picture in any of them.
    """
    paths = sorted(Path(root).glob("*.tar"))
    if not paths:
        raise InputError(f"{root}: no .tar file in this folder")
    folder = Path(cache or cache_folder() / "shards")
    ids: list[str] = []
    captions: dict[str, str] = {}
    counts: Counter[str] = Counter()
    cut: dict[str, str] = {}
    for path in tqdm(paths, desc="shards", unit="shard", disable=not progress):
        index = _unpacked(path, folder)
        ids += [f"{path.stem}/{key}" for key, _, _ in index["rows"]]
        captions |= {picture: caption for _, picture, caption in index["rows"]}
        counts.update(index["left_out"])
        cut |= {path.name: index["cut"]} if index["cut"] else {}
    if cut and progress:
        names = ", ".join(cut)
        tqdm.write(f"shards: {len(cut)} of {len(paths)} cannot be read to the end: {names}", file=sys.stderr)
    if not captions:
        raise InputError(f"{root}: no picture in {len(paths)} shard(s); {dict(counts)} {cut}")
    not_utf8 = counts.pop("not_utf8", 0)
    manifest = {"dataset": "shards", "shards": len(paths), "cut": cut, "not_utf8": not_utf8}
    return captioned_table(captions, folder, manifest | {"left_out": dict(sorted(counts.items()))}, ids)


def _unpacked(path: Path, folder: Path) -> dict[str, Any]:
    """What a shard holds: rows of key, path and caption; what was left out; where it is cut. Kept, until it changes."""
    if not fits_a_table(path.name):
        raise InputError(f"{path}: the name of a shard must be UTF-8, without a backslash; rename it")
    status = path.stat()
    name = text_hash(_FORM, path.resolve(), status.st_size, status.st_mtime_ns)[:24]
    index_path = folder / f"{name}.json"
    if not index_path.is_file():
        index = _read(path, folder, name)
        # Written last: where it is missing, a kill came before the end of the shard.
        with atomic_path(index_path) as target:
            target.write_text(json.dumps(index))
    found: dict[str, Any] = json.loads(index_path.read_text())
    return found


def _read(path: Path, folder: Path, name: str) -> dict[str, Any]:
    """Reads a shard from its beginning to its end, or to where it is cut, and files its pictures."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error})") from error
    counts: Counter[str] = Counter()
    pictures: dict[str, str] = {}
    texts: dict[str, str] = {}
    described: dict[str, str] = {}
    cut = ""
    with stream:
        try:
            for key, suffix, data in members(stream, counts):
                if suffix == ".txt":
                    _keep(texts, key, _text(data, counts), "second captions of one key", counts)
                elif suffix == ".json":
                    _keep(described, key, _described(data, counts), "second descriptions of one key", counts)
                elif _keep(pictures, key, f"{name}/{len(pictures):09d}{suffix}", "second pictures of one key", counts):
                    with atomic_path(folder / pictures[key]) as target:
                        target.write_bytes(data)
        # What tarfile raises on bytes that are no archive. A disk that is full or fails is not the shard's fault.
        except (tarfile.TarError, EOFError, ValueError) as error:
            cut = str(error) or type(error).__name__
    captions = described | texts
    counts["captions without a picture"] += len(captions.keys() - pictures.keys())
    rows = [(key, picture, captions.get(key, "")) for key, picture in pictures.items()]
    return {"rows": rows, "left_out": dict(+counts), "cut": cut}


def members(stream: BinaryIO, counts: Counter[str]) -> Iterator[tuple[str, str, bytes]]:
    """Key, suffix and bytes of pictures, captions and descriptions; what is refused is counted."""
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for member in archive:
            name = member.name.removeprefix("./")
            suffix = PurePosixPath(name).suffix
            refused = _refused(member, name)
            if refused:
                counts[refused] += 1
            elif content := archive.extractfile(member):
                yield _key(name), suffix.lower(), content.read()
        # tarfile takes a header that is damaged or cut for the end of the archive.
        stream.seek(archive.offset)
        rest = stream.read(RECORD)
        if len(rest) < tarfile.BLOCKSIZE or rest.strip(b"\0"):
            raise tarfile.ReadError(f"damaged or cut at byte {archive.offset:,}")


def _key(name: str) -> str:
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}{file.partition('.')[0]}"


def _refused(member: tarfile.TarInfo, name: str) -> str:
    """Why a member is left out, or an empty text; so for folders too, of which nothing is read."""
    plain = PurePosixPath(name)
    if member.isdir():
        return ""
    if not member.isfile():
        return "members that are links or devices"
    if not stays_inside(name):
        return "members that leave the shard"
    if not fits_a_table(name):
        return "names that a table cannot hold"
    if plain.suffix.lower() not in {".txt", ".json", *SUFFIXES} or plain.name.startswith("."):
        return "members of other kinds"
    return "members that are too large" if member.size > MOST_BYTES else ""


def _keep(known: dict[str, str], key: str, value: str, reason: str, counts: Counter[str]) -> bool:
    """Keeps the first value of a key; counts the others."""
    if key in known:
        counts[reason] += 1
        return False
    known[key] = value
    return True


def _text(data: bytes, counts: Counter[str]) -> str:
    text, utf8 = decoded(data)
    counts["not_utf8"] += not utf8
    return text


def _described(data: bytes, counts: Counter[str]) -> str:
    """The caption in an image's description: it stands there too, and in some corpora only there."""
    try:
        found = json.loads(decoded(data)[0])
    except (ValueError, RecursionError):
        counts["descriptions that are not JSON"] += 1
        return ""
    caption = found.get("caption") if isinstance(found, dict) else None
    # JSON can hold halves of characters, which a table cannot.
    return decoded(caption.encode(errors="surrogatepass"))[0] if isinstance(caption, str) else ""
