"""From an image table to its embeddings: in parallel, resumable, counting what cannot be read."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from csdlib.descriptors.protocol import Descriptor, require_descriptor
from csdlib.embeddings.arrays import Embedded, Embeddings, load_part, same_collection, save_part
from csdlib.errors import InputError
from csdlib.files import AnyPath, shared_cache, text_hash
from csdlib.images import image_threads, in_advance
from csdlib.tables import ImageTable

#: Images whose descriptors are stored together, on average, when a cache folder is given.
PART = 256

#: An image's id, and how to open it.
Item = tuple[str, Callable[[], Image.Image]]


def embed(
    table: ImageTable,
    descriptor: Descriptor,
    *,
    batch_size: int = 64,
    workers: int = 2,
    cache: AnyPath | None = None,
    verify: bool = False,
    progress: bool = True,
) -> Embedded:
    """The descriptors of a table's images.

    Images are decoded in threads while the descriptor computes. With a cache folder, they are stored in parts of some
    256 as they are done: a run that was killed goes on from there, and where a picture is added to a folder, only the
    part that it falls into is computed again.

    Args:
        table: the images.
        descriptor: for example ``csdlib.load("csd-tiny")``.
        batch_size: images encoded together.
        workers: threads that decode; 0: the calling one does.
        cache: folder for finished parts, or None. A part is known by the paths of its images and the size and time of
            change of their files: a picture exchanged with both kept is not noticed.
        verify: know a part by the content of its files instead; reads them all before anything is computed.
        progress: show a progress bar on the error stream.

    Returns:
        embeddings in the order of the table, and ``table``: the images that could be read. Broken ones stand in
        ``skipped``.

    Raises:
        InputError: no image could be read; the message gives the first reason.
    """
    cache = None if cache is None else Path(cache)
    if batch_size < 1:
        raise InputError(f"batch_size must be 1 or more, got {batch_size}")
    with tqdm(total=len(table), desc=descriptor.name, unit="image", disable=not progress) as bar:
        parts = [_part(each, descriptor, (batch_size, workers), cache, verify, bar) for each in _parts(table)]
    skipped = {name: reason for part in parts for name, reason in part.skipped.items()}
    if len(skipped) == len(table):
        reason = next(iter(skipped.values()), "the table is empty")
        raise InputError(f"no image could be embedded: {reason}")
    if skipped and progress:
        tqdm.write(f"{descriptor.name}: skipped {len(skipped)} of {len(table)} images that cannot be read", file=bar.fp)
    vectors = np.concatenate([part.vectors for part in parts])
    kept = table.take(np.flatnonzero([name not in skipped for name in table.ids.tolist()]))
    return Embedded(
        vectors,
        kept.ids,
        descriptor.fingerprint,
        descriptor.metric,
        skipped,
        checked=True,
        collections=same_collection(table.collection, len(kept)),
        table=kept,
    )


def encode_items(
    items: Iterable[Item],
    descriptor: Descriptor,
    batch_size: int = 64,
    workers: int = 2,
    bar: "tqdm[Any] | None" = None,
    *,
    collection: str = "",
) -> Embeddings:
    """The descriptors of images that come one after the other, opened in threads; what cannot be read is skipped."""
    if batch_size < 1:
        raise InputError(f"batch_size must be 1 or more, got {batch_size}")
    vectors: list[np.ndarray] = []
    ids: list[str] = []
    skipped: dict[str, str] = {}
    for names, images, reasons in _batches(items, descriptor, batch_size, workers):
        if names:
            vectors.append(descriptor.encode(images).numpy().astype(np.float32, copy=False))
        ids += names
        skipped |= reasons
        if bar is not None:
            bar.update(len(names) + len(reasons))
    stacked = np.concatenate(vectors) if vectors else np.zeros((0, descriptor.dim), np.float32)
    made = descriptor.fingerprint, descriptor.metric, skipped
    whose = same_collection(collection, len(ids))
    return Embeddings(stacked, np.array(ids, dtype=str), *made, collections=whose)


def _parts(table: ImageTable) -> list[ImageTable]:
    """A table in parts. The names decide where one ends, not their count: a picture that is added moves no other."""
    ends = [row + 1 for row, name in enumerate(table.ids[:-1].tolist()) if int(text_hash(name)[:8], 16) % PART == 0]
    return [table.take(rows) for rows in np.split(np.arange(len(table)), ends)]


def _part(
    table: ImageTable,
    descriptor: Descriptor,
    amounts: tuple[int, int],
    cache: Path | None,
    verify: bool,
    bar: "tqdm[Any]",
) -> Embeddings:
    """One part of a table, from the cache if it is there."""
    items = ((str(name), partial(table.open, row)) for row, name in enumerate(table.ids))
    if cache is None:
        return encode_items(items, descriptor, *amounts, bar)
    files = table.content_fingerprint if verify else table.fingerprint
    path = cache / f"{text_hash(files, descriptor.fingerprint)[:32]}.npz"
    lent = _stored(shared / "embeddings" / path.name, table, descriptor) if (shared := shared_cache()) else None
    if lent is not None:
        bar.update(len(table))
        return lent
    cache.mkdir(parents=True, exist_ok=True)
    # Of two processes that want the same part the second one waits, and finds it there.
    with FileLock(path.with_suffix(".lock")):
        stored = _stored(path, table, descriptor)
        if stored is not None:
            bar.update(len(table))
            return stored
        made = encode_items(items, descriptor, *amounts, bar)
        save_part(made, path)
        return made


def _stored(path: Path, table: ImageTable, descriptor: Descriptor) -> Embeddings | None:
    """A part from a cache, if it is there and is still what its name says."""
    stored = load_part(path)
    if stored is None or not (_holds(stored, table, descriptor) and _still_broken(stored, table, descriptor)):
        return None
    return stored


def _holds(stored: Embeddings, table: ImageTable, descriptor: Descriptor) -> bool:
    """Whether a part is what its name says: every image of the table once, read or skipped, by this descriptor."""
    names = table.ids.tolist()
    read = [name for name in names if name not in stored.skipped]
    return (
        stored.fingerprint == descriptor.fingerprint
        and stored.vectors.shape == (len(read), descriptor.dim)
        and stored.ids.tolist() == read
        and len(read) + len(stored.skipped) == len(names)
    )


def _still_broken(stored: Embeddings, table: ImageTable, descriptor: Descriptor) -> bool:
    """Whether what could not be read still cannot: by now a right may be given, or a plug-in installed."""
    for row, name in enumerate(table.ids.tolist()):
        if name in stored.skipped:
            with suppress(InputError):
                descriptor.preprocess(table.open(row))
                return False
    return True


def _batches(
    items: Iterable[Item], descriptor: Descriptor, batch_size: int, workers: int
) -> Iterator[tuple[list[str], Tensor, dict[str, str]]]:
    """Decoded batches: names, images, and the reasons for those that cannot be read."""
    require_descriptor(descriptor)
    rest = iter(items)
    chunks = iter(lambda: list(islice(rest, batch_size)), [])
    with image_threads(workers) as pool:

        def prepare(chunk: list[Item]) -> list[tuple[str, Future[Tensor]]]:
            return [(name, pool.submit(read, opened)) for name, opened in chunk]

        def read(opened: Callable[[], Image.Image]) -> Tensor:
            return descriptor.preprocess(opened())

        for begun in in_advance(prepare, chunks, descriptor.device):
            yield _collect(begun)


def _collect(begun: list[tuple[str, Future[Tensor]]]) -> tuple[list[str], Tensor, dict[str, str]]:
    images, good, reasons = [], [], {}
    for name, future in begun:
        try:
            images.append(future.result())
            good.append(name)
        except InputError as error:
            reasons[name] = str(error)
    return good, torch.stack(images) if images else torch.empty(0), reasons
