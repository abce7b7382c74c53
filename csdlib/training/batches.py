"""Batches for training: who is in them, and their views, fixed by the seed alone."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future

import numpy as np
import torch
from accelerate import PartialState
from scipy import sparse
from torch import Tensor
from tqdm import tqdm

from csdlib.errors import InputError
from csdlib.files import atomic_path, cache_folder
from csdlib.images import image_threads, in_advance
from csdlib.tables import ImageTable
from csdlib.training.views import Views


def batch_rows(images: int, batch_size: int, step: int, seed: int) -> np.ndarray:
    """The rows of a batch: every image once an epoch, in an order that seed and epoch fix.

    Example:
        >>> sorted(np.concatenate([batch_rows(6, 2, step, seed=0) for step in range(3)]).tolist())
        [0, 1, 2, 3, 4, 5]
    """
    positions = np.arange(step * batch_size, (step + 1) * batch_size)
    epochs = positions // images
    orders = {epoch: np.random.default_rng([seed, epoch]).permutation(images) for epoch in np.unique(epochs).tolist()}
    rows = [orders[epoch][position % images] for epoch, position in zip(epochs.tolist(), positions, strict=True)]
    return np.array(rows, dtype=np.int64)


def tagged_rows(labels: sparse.csr_array, batch_size: int, images_each: int, step: int, seed: int) -> np.ndarray:
    """The rows of a batch of pairs: tags at random, and some images of each, which seed and step fix.

    Where artists are many and batches small, images drawn one by one hardly ever share a tag.

    Args:
        labels: (images, tags), sparse; images without a tag never enter.
        batch_size: images, a multiple of ``images_each``.
        images_each: of a tag; if the tag has fewer, some come twice, as other views.
        step: of the training.
        seed: of the training.

    Example:
        >>> labels = sparse.csr_array(np.repeat(np.eye(3, dtype=np.float32), 4, axis=0))
        >>> np.sort(tagged_rows(labels, 4, 2, step=0, seed=0) // 4).tolist()
        [1, 1, 2, 2]
    """
    generator = np.random.default_rng([seed, step])
    columns = labels.tocsc()
    known = np.flatnonzero(np.diff(columns.indptr))
    drawn = generator.choice(known, batch_size // images_each, replace=len(known) < batch_size // images_each)
    images = [columns.indices[columns.indptr[tag] : columns.indptr[tag + 1]] for tag in drawn]
    rows = [generator.choice(own, images_each, replace=len(own) < images_each) for own in images]
    return np.concatenate(rows).astype(np.int64)


def positive_pairs(table: ImageTable, batch_size: int, steps: int, seed: int = 0) -> float:
    """Pairs of images in a batch that share a tag, the mean over a training's batches: what L_MCL has to learn from.

    The number of tags alone does not tell it: of 64 images by 32 artists, about 64 pairs share one; where a tenth of
    the images keep their tag, a hundredth of the pairs are left.

    Args:
        table: the training images with their ``styles``.
        batch_size: images a step.
        steps: optimiser steps.
        seed: of the order of images, as in ``TrainingConfig``.

    Returns:
        the mean number of pairs, at least 0; higher gives the multi-label term more to learn from.

    Raises:
        InputError: no steps, or a batch below one image.
    """
    if steps < 1 or batch_size < 1:
        raise InputError(f"steps and batch_size must be at least 1, got {steps} and {batch_size}")
    labels = table.sparse_labels()
    found = 0
    for step in range(steps):
        tags = labels[batch_rows(len(table), batch_size, step, seed)]
        found += int(np.triu((tags @ tags.T).toarray() > 0, k=1).sum())
    return found / steps


def readable(table: ImageTable, *, progress: bool = True) -> ImageTable:
    """The table without broken images: one of them, met at step 10,000, must not end a training.

    Every picture is opened once: the cache remembers which ones were broken, for as long as no file of the table
    changes. Those alone are tried again, since a disk may have failed for a moment only.
    """
    remembered = cache_folder() / "readable" / f"{table.fingerprint}.json"
    known = remembered.is_file()
    reasons = _broken(table, json.loads(remembered.read_text()) if known else range(len(table)))
    if not known:
        with atomic_path(remembered) as path:
            path.write_text(json.dumps(sorted(reasons)))
    if reasons and progress:
        tqdm.write(f"training: left out {len(reasons)} images, first: {reasons[min(reasons)]}", file=sys.stderr)
    return table.take([row for row in range(len(table)) if row not in reasons])


def _broken(table: ImageTable, rows: Sequence[int]) -> dict[int, str]:
    """Which of the rows cannot be opened, and why."""
    reasons: dict[int, str] = {}

    def look(row: int) -> None:
        try:
            table.open(row)
        except InputError as error:
            reasons[row] = str(error)

    with image_threads(2) as pool:
        list(pool.map(look, rows))
    return reasons


def batches(
    table: ImageTable,
    views: Views,
    draw: Callable[[int], np.ndarray],
    steps: range,
    *,
    seed: int,
    workers: int,
) -> Iterator[tuple[np.ndarray, Tensor]]:
    """The rows of the batch of every step, and the views of this process's share: (b, views, 3, size, size).

    ``draw`` gives the rows of a step: ``batch_rows`` or ``tagged_rows``. Every image of a step has a generator of its
    own, so that its views do not depend on who prepares them.
    """
    state = PartialState()

    def prepare(step: int) -> tuple[np.ndarray, list[Future[Tensor]]]:
        rows = draw(step)
        places = np.array_split(np.arange(len(rows)), state.num_processes)[state.process_index]
        return rows, [pool.submit(view, step, place, int(rows[place])) for place in places.tolist()]

    def view(step: int, place: int, row: int) -> Tensor:
        number = int(np.random.default_rng([seed, step, place]).integers(2**62))
        return views(table.open(row), torch.Generator().manual_seed(number))

    with image_threads(workers) as pool:
        for rows, futures in in_advance(prepare, steps, state.device):
            yield rows, torch.stack([future.result() for future in futures])
