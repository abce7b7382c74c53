"""Hostile input: mutated files, tables, archives, weights, parameters, captions; readers may only say InputError.

Each kind has 2 GB of further memory, and each case ten seconds: what hangs, swells, raises anything else or writes
outside its folder is a failure, and is kept with its seed.
"""

import io
import json
import os
import pickle
import resource
import signal
import tarfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL import Image
from safetensors.torch import save

from book.parameters import Parameter
from csdlib.curation import Phrase, TagBank, Tagger
from csdlib.datasets import load_dataset
from csdlib.datasets.shards import shards
from csdlib.descriptors.weights import read_checkpoint
from csdlib.errors import InputError
from csdlib.files import stored_arrays
from csdlib.images import image_from_bytes
from csdlib.tables import ImageTable
from csdlib.texts import read_csv

SECONDS = 10
BYTES = 2 << 30

#: A reader takes a random generator and an empty folder, makes something hostile of it, and reads that.
Reader = Callable[[np.random.Generator, Path], object]


@dataclass(frozen=True)
class Found:
    """What one kind of input did.

    Attributes:
        kind: of input.
        cases: how many were tried.
        refused: of them, those that ended with an InputError; the others were read.
        failures: seed -> what happened instead.
    """

    kind: str
    cases: int
    refused: int
    failures: dict[int, str]


def fuzz(kind: str, cases: int, *, seed: int = 0) -> Found:
    """Gives one kind of reader so many hostile inputs; case number k has the seed ``seed + k``."""
    read = KINDS[kind]
    refused, failures = 0, {}
    with TemporaryDirectory() as folder, _limited():
        for case in range(seed, seed + cases):
            own = Path(folder, str(case))
            own.mkdir()
            try:
                with _timed(), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    read(np.random.default_rng(case), own)
            except InputError:
                refused += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                failures[case] = f"{type(error).__name__}: {str(error)[:200]}"
            strange = sorted(path.name for path in Path(folder).iterdir() if path.name != str(case))
            if strange:
                failures[case] = f"wrote {strange}"
                for name in strange:
                    Path(folder, name).unlink()
            for path in sorted(own.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            own.rmdir()
    return Found(kind, cases, refused, failures)


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """A file with some bytes exchanged, taken out or put in, or cut."""
    found = bytearray(data)
    for _ in range(int(random.integers(1, 8))):
        # Half of the changes hit the beginning, where most readers decide what they read.
        end = len(found) if random.random() < 0.5 else min(len(found), 80)
        place = int(random.integers(end + 1))
        length = int(random.integers(1, 9))
        noise = random.bytes(length)
        how = random.integers(5)
        if how == 0:
            found[place : place + length] = noise
        elif how == 1:
            found[place:place] = noise
        elif how == 2:
            del found[place : place + length]
        elif how == 3:
            # The largest and smallest numbers are where sizes and offsets break.
            found[place : place + length] = bytes([int(random.choice([0, 127, 128, 255]))]) * length
        elif random.random() < 0.3:
            del found[place:]
    return bytes(found)


def _pictures() -> list[bytes]:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (24, 20, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    forms: list[tuple[str, dict[str, Any]]] = [(name, {"exif": exif}) for name in ("PNG", "JPEG", "TIFF", "WEBP")]
    forms += [(name, {}) for name in ("GIF", "BMP", "PPM", "TGA", "ICO", "JPEG2000", "PCX")]
    forms += [("TIFF", {"compression": "tiff_lzw"})]
    files = []
    for name, options in forms:
        stream = io.BytesIO()
        picture.save(stream, name, **options)
        files.append(stream.getvalue())
    return files


PICTURES = _pictures()


def _image(random: np.random.Generator, _: Path) -> object:
    return image_from_bytes(mutated(PICTURES[random.integers(len(PICTURES))], random), "x")


def _table(random: np.random.Generator, folder: Path) -> object:
    (folder / "a.png").write_bytes(PICTURES[0])
    kind = random.integers(4)
    rows = pd.DataFrame({"file_name": ["a.png", "b\u00e9.png"], "text": ['a, "b"', "c\nd"], "n": [1, 2]})
    if kind == 0:
        (folder / "metadata.csv").write_bytes(mutated(rows.to_csv(index=False).encode(), random))
        return load_dataset("captioned", folder)
    if kind == 1:
        rows.to_parquet(folder / "metadata.parquet")
        path = folder / "metadata.parquet"
        path.write_bytes(mutated(path.read_bytes(), random))
        return load_dataset("captioned", folder)
    if kind == 2:
        text = "name,path,artist,style,split\nx,a.png,ann,s,query\ny,a2.png,ann,s,database\n"
        (folder / "wikiart.csv").write_bytes(mutated(text.encode(), random))
        return load_dataset("wikiart", folder)
    path = folder / "x.csv"
    path.write_bytes(mutated(b'a,b\n"1,2",3\n', random))
    return read_csv(path, columns=["a"])


def _saved_table(random: np.random.Generator, folder: Path) -> object:
    (folder / "a.png").write_bytes(PICTURES[0])
    load_dataset("folder", folder).save(folder / "saved")
    path = folder / "saved" / str(random.choice(["table.parquet", "manifest.json"]))
    path.write_bytes(mutated(path.read_bytes(), random))
    return ImageTable.load(folder / "saved")


def _shard(random: np.random.Generator, folder: Path) -> object:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        inside = {"0.jpg": PICTURES[1], "0.txt": b"by ann", "0.json": b'{"caption": "x"}', "../1.png": PICTURES[0]}
        for name, data in inside.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("l.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (folder / "0.tar").write_bytes(mutated(stream.getvalue(), random))
    return shards(folder, cache=folder / "cache", progress=False)


class _Harm:
    """A pickle that would leave a file behind where it is opened without care."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.path),))


def _weights(random: np.random.Generator, folder: Path) -> object:
    state = {"a.weight": torch.zeros(3, 2), "b": torch.ones(4)}
    kind = random.integers(4)
    path = folder / ("x.safetensors" if kind == 0 else "x.npz" if kind == 1 else "x.pth")
    if kind == 0:
        path.write_bytes(mutated(save(state), random))
    elif kind == 1:
        np.savez(path, a=np.zeros(3), b=np.array(["x"]))
        path.write_bytes(mutated(path.read_bytes(), random))
        return stored_arrays(path)
    elif kind == 2:
        torch.save(state, path)
        path.write_bytes(mutated(path.read_bytes(), random))
    else:
        path.write_bytes(mutated(pickle.dumps({"model_state_dict": _Harm(folder.parent / "harm")}), random))
    return read_checkpoint(path)


PARAMETERS = [
    Parameter("steps", 3, "steps"),
    Parameter("rate", 0.1, "rate"),
    Parameter("live", True, "whether"),
    Parameter("names", "a", "names, separated by commas"),
    Parameter("name", "a", "name"),
]


def _parameter(random: np.random.Generator, _: Path) -> object:
    text = mutated(str(random.choice(["3", "1e-3", "true", "a, b", "nan", "-inf", "0x10", "1_0"])).encode(), random)
    parameter = PARAMETERS[random.integers(len(PARAMETERS))]
    try:
        value = parameter.parse(text.decode(errors="replace"))
    except TypeError as error:
        # The driver makes one sentence of it.
        raise InputError(str(error)) from error
    assert parameter.check(value) == value
    # Papermill writes it into a cell as text.
    assert json.loads(json.dumps(value)) == value
    return value


PHRASES = (Phrase("Ann Lee", "ann-lee", "artist"), Phrase("oil", "oil", "medium"), Phrase("Mai", "mai", "artist", True))
TAGGER = Tagger(TagBank(PHRASES))


def _caption(random: np.random.Generator, _: Path) -> object:
    said = "A boat in oil by Ann Lee, after Mai, 30 x 40 cm \u2013 \u00e9\u0301\u200d\ud83d\ude00 <b>"
    text = mutated(said.encode(errors="surrogatepass"), random).decode(errors="surrogateescape")
    tags = TAGGER.tags(text * int(random.choice([1, 1, 1, 50])))
    assert set(tags) <= {"ann-lee", "oil", "mai"}
    return tags


KINDS: dict[str, Reader] = {
    "image": _image,
    "table": _table,
    "saved table": _saved_table,
    "shard": _shard,
    "weights": _weights,
    "parameter": _parameter,
    "caption": _caption,
}


@contextmanager
def _limited() -> Iterator[None]:
    """No more than so many further bytes of memory."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def _timed() -> Iterator[None]:
    """Ten seconds."""

    def end(*_: object) -> None:
        raise TimeoutError(f"longer than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
