"""Embedding a corpus of shards, at any size.

Every shard gives one part, every process takes its share of the shards, and the parts are joined when all are there.
Shards are tar files in the layout of webdataset (``datasets/shards.py``), or parquet files in the layout of the Hugging
Face hub: a column ``image`` of structs with ``bytes`` and ``path`` (huggingface.co/docs/datasets/image_dataset).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from csdlib.datasets.listing import SUFFIXES, fits_a_table
from csdlib.datasets.shards import members
from csdlib.descriptors.protocol import Descriptor
from csdlib.embeddings.arrays import Embeddings, load_part, save_part, save_parts
from csdlib.embeddings.embed_table import Item, encode_items
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, of_the_disk, process_share, text_hash
from csdlib.images import image_from_bytes
from csdlib.tables import collection_of


def corpus_shards(root: AnyPath) -> list[Path]:
    """The shards in a folder, ``*.tar`` and ``*.parquet``, sorted.

    A parquet file beside a tar file of the same name is img2dataset's list of what is in it, and no shard.

    Raises:
        InputError: there is none.
    """
    inside = sorted(Path(root).iterdir()) if Path(root).is_dir() else []
    # Hidden files, such as a file manager's, are nobody's shards.
    found = [path for path in inside if path.suffix.lower() in _READERS and not path.name.startswith(".")]
    archives = {path.stem for path in found if path.suffix.lower() == ".tar"}
    found = [path for path in found if path.suffix.lower() == ".tar" or path.stem not in archives]
    if not found:
        raise InputError(f"{root}: no shards here; they are files named *.tar or *.parquet")
    return found


def embed_corpus(
    shards: Iterable[AnyPath],
    descriptor: Descriptor,
    folder: AnyPath,
    *,
    batch_size: int = 64,
    workers: int = 2,
    progress: bool = True,
) -> None:
    """Embeds this process's share of the shards; ``join_corpus`` joins what all processes made.

    Alone, a process has all shards; under ``accelerate launch`` with n processes, every n-th. A part that is there
    already is not made again, until its shard changes: after a kill, the same command goes on.

    Args:
        shards: tar or parquet files, of different names.
        descriptor: for example ``csdlib.load("csd-vit-l")``.
        folder: of the parts and, later, of the embeddings; all processes see it.
        batch_size: images encoded together.
        workers: threads that decode.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: a shard that is missing, of another kind or with another's name, a table without images, or a
            folder that holds the shards themselves.
    """
    folder = Path(folder)
    paths = [Path(path) for path in shards]
    _check(paths, folder)
    parts = [_part_name(path, descriptor) for path in paths]
    # What was joined here before was of other shards, or of another descriptor.
    (folder / "embeddings.json").unlink(missing_ok=True)
    with atomic_path(folder / "corpus.json") as target:
        target.write_text(json.dumps({"shards": [path.name for path in paths], "parts": parts}, indent=1))
    jobs = process_share(list(zip(paths, parts, strict=True)))
    with tqdm(desc=descriptor.name, unit="image", disable=not progress) as bar:
        for number, (path, name) in enumerate(jobs, start=1):
            bar.set_postfix_str(f"shard {number} of {len(jobs)}: {path.name}")
            part = folder / "parts" / name
            if load_part(part) is None:
                trouble: dict[str, str] = {}
                # Shards have different names within a folder.
                whose = collection_of(path.parent)
                made = encode_items(_items(path, trouble), descriptor, batch_size, workers, bar, collection=whose)
                save_part(replace(made, skipped=made.skipped | trouble, checked=True), part)


def join_corpus(folder: AnyPath, dtype: Literal["float16", "float32"] = "float16") -> Embeddings:
    """Joins the parts of an embedded corpus; only one has to be in memory.

    Args:
        folder: what ``embed_corpus`` was given.
        dtype: of the vectors on the disk.

    Returns:
        the embeddings, memory-mapped. What could not be read, images or the rest of a shard, stands in ``skipped``.

    Raises:
        InputError: nothing was embedded here, parts are missing or damaged, or no image could be read.
    """
    folder = Path(folder)
    try:
        expected = json.loads((folder / "corpus.json").read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: no corpus was embedded here ({error})") from error
    paths = [folder / "parts" / name for name in expected["parts"]]
    # An empty part is whole, too: all that its shard held may be broken.
    shapes = [None if (part := load_part(path)) is None else part.vectors.shape for path in paths]
    missing = [name for name, shape in zip(expected["shards"], shapes, strict=True) if shape is None]
    if missing:
        raise InputError(
            f"{folder}: {len(missing)} of {len(paths)} shards have no whole part yet, first {missing[0]}; "
            "run the embedding again: it makes only those"
        )
    rows, dim = sum(shape[0] for shape in shapes if shape), max(shape[1] for shape in shapes if shape)
    if not rows:
        raise InputError(f"{folder}: no image of {len(paths)} shards could be read")
    save_parts((part for path in paths if (part := load_part(path)) is not None), (rows, dim), folder, dtype)
    return Embeddings.load(folder)


def _check(paths: list[Path], folder: Path) -> None:
    counts = Counter(path.stem for path in paths)
    for path in paths:
        if path.suffix.lower() not in _READERS:
            raise InputError(f"{path}: a shard is a .tar or a .parquet file")
        if not path.is_file():
            raise InputError(f"{path}: there is no such file")
        if not fits_a_table(path.name):
            raise InputError(f"{path}: the name of a shard must be UTF-8, without a backslash; rename it")
        if path.resolve().parent == folder.resolve():
            raise InputError(f"{folder}: holds the shards; write the embeddings into another folder")
        if counts[path.stem] > 1:
            raise InputError(
                f"{path}: another shard has the same name, and images are named after their shard; rename it"
            )
    if not paths:
        raise InputError("a corpus needs at least one shard")


def _part_name(path: Path, descriptor: Descriptor) -> str:
    status = path.stat()
    key = text_hash(path.resolve(), status.st_size, status.st_mtime_ns, descriptor.fingerprint)
    return f"{key[:32]}.npz"


def _items(path: Path, trouble: dict[str, str]) -> Iterator[Item]:
    """The images of a shard, named after it; where it is cut, the reason goes into ``trouble``."""
    seen: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    try:
        for key, data in _READERS[path.suffix.lower()](path, refused):
            name = f"{path.stem}/{key}"
            seen[name] += 1
            if seen[name] > 1:
                trouble[f"{name} (number {seen[name]})"] = f"{path.name}: another image of this name"
            else:
                yield name, partial(image_from_bytes, data, name)
    except InputError:
        raise
    # Hostile archives make their readers raise almost anything; the other shards are still worth reading.
    except Exception as error:
        if of_the_disk(error):
            raise InputError(f"{path}: cannot be read ({error})") from error
        trouble[path.name] = f"damaged or cut after {len(seen):,} images ({error})"
    trouble |= {f"{path.name}: {reason}": f"{count:,} left out" for reason, count in refused.items()}


def _from_tar(path: Path, refused: Counter[str]) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as stream:
        for key, suffix, data in members(stream, refused):
            if suffix in SUFFIXES:
                yield key, data


def _from_parquet(path: Path, _: Counter[str]) -> Iterator[tuple[str, bytes]]:
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        kind = file.schema_arrow.field("image").type if "image" in names else None
        bytes_kind = kind.field("bytes").type if kind and pa.types.is_struct(kind) and "bytes" in kind.names else None
        if bytes_kind not in (pa.binary(), pa.large_binary()):
            raise InputError(f"{path}: needs a column image of structs with bytes and path; its columns are {names}")
        row = 0
        for batch in file.iter_batches(batch_size=64, columns=["image"]):
            for value in batch.column(0):
                data = value.as_py() or {}
                # Without bytes an image lies somewhere else: it is skipped like one that cannot be read.
                yield f"{row:09d}", data.get("bytes") or b""
                row += 1


_READERS: dict[str, Callable[[Path, Counter[str]], Iterator[tuple[str, bytes]]]] = {
    ".tar": _from_tar,
    ".parquet": _from_parquet,
}
