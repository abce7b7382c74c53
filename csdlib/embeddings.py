"""From an image table to an array of descriptors: in parallel, resumable, counting what cannot be read."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from csdlib.descriptors.protocol import Descriptor, Metric
from csdlib.errors import InputError
from csdlib.files import atomic_path, text_hash
from csdlib.images import image_threads, in_advance
from csdlib.tables import ImageTable

#: Images whose descriptors are stored together, when a cache folder is given.
SHARD = 1024


@dataclass(frozen=True)
class Embeddings:
    """Descriptors of many images.

    Attributes:
        vectors: (n, d) float32; rows of unit norm if ``metric`` is cosine.
        ids: (n,) image ids, unique.
        fingerprint: of the descriptor that made them.
        metric: cosine (higher product = more alike) or l2 (lower distance = more alike).
        skipped: image id -> reason, for images that could not be read.

    Raises:
        InputError: lengths that differ, an id that stands twice, or a vector that is not finite.
    """

    vectors: np.ndarray
    ids: np.ndarray
    fingerprint: str
    metric: Metric
    skipped: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.vectors) != len(self.ids):
            raise InputError(f"need vectors (n, d) and n ids, got {self.vectors.shape} and {len(self.ids)}")
        if len(np.unique(self.ids)) != len(self.ids):
            raise InputError("an image id stands twice in the embeddings")
        finite = np.isfinite(self.vectors).all(axis=1)
        if not finite.all():
            raise InputError(f"the descriptor of image {self.ids[np.argmin(finite)]!r} is not finite")

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, table: ImageTable) -> tuple["Embeddings", ImageTable]:
        """The embeddings of a table's images in the table's order, and the table without images that were skipped.

        Raises:
            InputError: none of the table's images is here.
        """
        position = {name: row for row, name in enumerate(self.ids)}
        rows = np.array([row for row, name in enumerate(table.ids) if name in position], dtype=int)
        if not len(rows):
            raise InputError("none of the table's images has an embedding")
        kept = table.take(rows)
        found = np.array([position[name] for name in kept.ids])
        return Embeddings(self.vectors[found], kept.ids, self.fingerprint, self.metric, self.skipped), kept


def embed(
    table: ImageTable,
    descriptor: Descriptor,
    *,
    batch_size: int = 64,
    workers: int = 2,
    cache: Path | None = None,
    progress: bool = True,
) -> Embeddings:
    """The descriptors of a table's images.

    Images are decoded in threads while the descriptor computes. With a cache folder, every 1,024 images are stored
    when they are done, and a run that was killed goes on from there.

    Args:
        table: the images.
        descriptor: for example ``csdlib.load("csd-tiny")``.
        batch_size: images encoded together.
        workers: threads that decode.
        cache: folder for finished parts, or None.
        progress: show a progress bar on the error stream.

    Returns:
        embeddings in the order of the table; broken images are left out and stand in ``skipped``.

    Raises:
        InputError: no image could be read; the message gives the first reason.
    """
    starts = range(0, len(table), SHARD)
    with tqdm(total=len(table), desc=descriptor.name, unit="image", disable=not progress) as bar:
        shards = [
            _shard(
                table.take(range(start, min(start + SHARD, len(table)))),
                descriptor,
                batch_size,
                workers,
                cache,
                bar,
            )
            for start in starts
        ]
    skipped = {name: reason for shard in shards for name, reason in shard.skipped.items()}
    if len(skipped) == len(table):
        reason = next(iter(skipped.values()), "the table is empty")
        raise InputError(f"no image could be embedded: {reason}")
    if skipped and progress:
        tqdm.write(
            f"{descriptor.name}: skipped {len(skipped)} of {len(table)} images that cannot be read",
            file=bar.fp,
        )
    vectors = np.concatenate([shard.vectors for shard in shards])
    ids = np.concatenate([shard.ids for shard in shards])
    return Embeddings(vectors, ids, descriptor.fingerprint, descriptor.metric, skipped)


def _shard(
    table: ImageTable, descriptor: Descriptor, batch_size: int, workers: int, cache: Path | None, bar: "tqdm[Any]"
) -> Embeddings:
    """One part of a table, from the cache if it is there."""
    path = cache / f"{text_hash(table.fingerprint, descriptor.fingerprint)[:32]}.npz" if cache else None
    stored = _load(path, table, descriptor) if path else None
    if stored:
        bar.update(len(table))
        return stored
    shard = _compute(table, descriptor, batch_size, workers, bar)
    # A broken image may be mended: what was skipped is tried again next time.
    if path and not shard.skipped:
        _save(shard, path)
    return shard


def _compute(table: ImageTable, descriptor: Descriptor, batch_size: int, workers: int, bar: "tqdm[Any]") -> Embeddings:
    vectors: list[np.ndarray] = []
    ids: list[str] = []
    skipped: dict[str, str] = {}
    for names, images, reasons in _batches(table, descriptor, batch_size, workers):
        if names:
            vectors.append(descriptor.encode(images).numpy().astype(np.float32, copy=False))
        ids += names
        skipped |= reasons
        bar.update(len(names) + len(reasons))
    stacked = np.concatenate(vectors) if vectors else np.zeros((0, descriptor.dim), np.float32)
    return Embeddings(stacked, np.array(ids, dtype=str), descriptor.fingerprint, descriptor.metric, skipped)


def _batches(
    table: ImageTable, descriptor: Descriptor, batch_size: int, workers: int
) -> Iterator[tuple[list[str], Tensor, dict[str, str]]]:
    """Decoded batches: names, images, and the reasons for those that cannot be read."""
    device = getattr(descriptor, "device", torch.device("cpu"))
    chunks = [range(start, min(start + batch_size, len(table))) for start in range(0, len(table), batch_size)]
    with image_threads(workers) as pool:

        def prepare(chunk: range) -> tuple[range, list[Future[Tensor]]]:
            return chunk, [pool.submit(read, row) for row in chunk]

        def read(row: int) -> Tensor:
            return descriptor.preprocess(table.open(row))

        for chunk, futures in in_advance(prepare, chunks, device):
            yield _collect(futures, [str(table.ids[row]) for row in chunk])


def _collect(futures: list[Future[Tensor]], names: list[str]) -> tuple[list[str], Tensor, dict[str, str]]:
    images, good, reasons = [], [], {}
    for name, future in zip(names, futures, strict=True):
        try:
            images.append(future.result())
            good.append(name)
        except InputError as error:
            reasons[name] = str(error)
    return good, torch.stack(images) if images else torch.empty(0), reasons


def _save(shard: Embeddings, path: Path) -> None:
    with atomic_path(path) as temporary:
        np.savez(temporary, vectors=shard.vectors, ids=shard.ids)


def _load(path: Path, table: ImageTable, descriptor: Descriptor) -> Embeddings | None:
    """A stored part; None where there is none, or where it is damaged: then it is computed again."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            vectors, ids = stored["vectors"], stored["ids"]
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        return None
    if vectors.shape != (len(table), descriptor.dim) or not np.array_equal(ids, table.ids):
        return None
    return Embeddings(vectors, ids, descriptor.fingerprint, descriptor.metric)
