"""Embedding a corpus of shards, at any size.

Every shard gives one part, every process takes its share of the shards, and the parts are joined when all are there.
Shards are tar files in the layout of webdataset (``datasets/shards.py``), or parquet files in the layout of the Hugging
Face hub: a column ``image`` of structs with ``bytes`` and ``path`` (huggingface.co/docs/datasets/image_dataset).
"""

import json
import tarfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from csdlib.datasets.folder import SUFFIXES
from csdlib.datasets.shards import members
from csdlib.descriptors import Descriptor
from csdlib.embeddings import Embeddings, Item, encode_items, load_part, save_part, save_parts
from csdlib.errors import InputError
from csdlib.files import atomic_path, process_share, text_hash
from csdlib.images import image_from_bytes


def corpus_shards(root: Path) -> list[Path]:
    """The shards in a folder, ``*.tar`` and ``*.parquet``, sorted.

    Raises:
        InputError: there is none.
    """
    found = sorted(path for path in Path(root).iterdir() if path.suffix in _READERS) if Path(root).is_dir() else []
    if not found:
        raise InputError(f"{root}: no shards here; they are files named *.tar or *.parquet")
    return found


def embed_corpus(
    shards: Iterable[Path],
    descriptor: Descriptor,
    folder: Path,
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
        InputError: a shard that is missing, of another kind or with another's name, or a table without images.
    """
    paths = [Path(path) for path in shards]
    _check(paths)
    parts = [_part(path, descriptor) for path in paths]
    with atomic_path(folder / "corpus.json") as target:
        target.write_text(json.dumps({"shards": [path.name for path in paths], "parts": parts}, indent=1))
    jobs = process_share(list(zip(paths, parts, strict=True)))
    with tqdm(desc=descriptor.name, unit="image", disable=not progress) as bar:
        for number, (path, name) in enumerate(jobs, start=1):
            bar.set_postfix_str(f"shard {number} of {len(jobs)}: {path.name}")
            part = folder / "parts" / name
            if load_part(part) is None:
                trouble: dict[str, str] = {}
                made = encode_items(_items(path, trouble), descriptor, batch_size, workers, bar)
                save_part(replace(made, skipped=made.skipped | trouble), part)


def join_corpus(folder: Path, dtype: Literal["float16", "float32"] = "float16") -> Embeddings:
    """Joins the parts of an embedded corpus; only one has to be in memory.

    Args:
        folder: what ``embed_corpus`` was given.
        dtype: of the vectors on the disk.

    Returns:
        the embeddings, memory-mapped. What could not be read, images or the rest of a shard, stands in ``skipped``.

    Raises:
        InputError: nothing was embedded here, parts are missing or damaged, or no image could be read.
    """
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


def _check(paths: list[Path]) -> None:
    counts = Counter(path.stem for path in paths)
    for path in paths:
        if path.suffix not in _READERS:
            raise InputError(f"{path}: a shard is a .tar or a .parquet file")
        if not path.is_file():
            raise InputError(f"{path}: there is no such shard")
        if counts[path.stem] > 1:
            raise InputError(
                f"{path}: another shard has the same name, and images are named after their shard; rename it"
            )
    if not paths:
        raise InputError("a corpus needs at least one shard")


def _part(path: Path, descriptor: Descriptor) -> str:
    status = path.stat()
    key = text_hash(path.resolve(), status.st_size, status.st_mtime_ns, descriptor.fingerprint)
    return f"{key[:32]}.npz"


def _items(path: Path, trouble: dict[str, str]) -> Iterator[Item]:
    """The images of a shard, named after it; where it is cut, the reason goes into ``trouble``."""
    seen: set[str] = set()
    try:
        for key, data in _READERS[path.suffix](path):
            name = f"{path.stem}/{key}"
            if name in seen:
                trouble[f"{name} (second)"] = f"{path.name}: a second image of this name"
                continue
            seen.add(name)
            yield name, partial(image_from_bytes, data, name)
    except InputError:
        raise
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        # A disk that fails has an error number, and is not the shard's fault.
        if getattr(error, "errno", None):
            raise InputError(f"{path}: cannot be read ({error})") from error
        trouble[path.name] = f"damaged or cut after {len(seen):,} images ({error})"


def _from_tar(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as stream:
        for key, suffix, data in members(stream, Counter()):
            if suffix in SUFFIXES:
                yield key, data


def _from_parquet(path: Path) -> Iterator[tuple[str, bytes]]:
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        kind = file.schema_arrow.field("image").type if "image" in names else None
        if kind is None or not pa.types.is_struct(kind) or kind.get_field_index("bytes") < 0:
            raise InputError(f"{path}: needs a column image of structs with bytes and path; its columns are {names}")
        row = 0
        for batch in file.iter_batches(batch_size=64, columns=["image"]):
            for value in batch.column(0):
                data = value.as_py() or {}
                # Without bytes an image lies somewhere else: it is skipped like one that cannot be read.
                yield f"{row:09d}", data.get("bytes") or b""
                row += 1


_READERS: dict[str, Callable[[Path], Iterator[tuple[str, bytes]]]] = {".tar": _from_tar, ".parquet": _from_parquet}
