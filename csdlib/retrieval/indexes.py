"""Approximate indexes of a database, for search beyond a million images."""

from typing import Any, Literal

import faiss
import numpy as np
from tqdm import tqdm

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, unknown

#: What faiss calls our metrics.
METRICS = {"cosine": faiss.METRIC_INNER_PRODUCT, "l2": faiss.METRIC_L2}


def approximate_index(
    database: Embeddings, kind: Literal["ivf", "hnsw"], *, seed: int = 0, progress: bool = False
) -> faiss.Index:
    """An index of the database in 16 bit that finds most of the neighbours, much quicker than an exact search.

    Args:
        database: (n, d) embeddings; may be memory-mapped.
        kind: ``"ivf"`` groups the database around centroids and looks into a few groups (``nprobe``): quick to build.
            ``"hnsw"`` walks along a graph of neighbours (``hnsw.efSearch``): slow to build, the quickest to ask.
        seed: of the images from which the centroids are learned.
        progress: show a progress bar on the error stream.

    Returns:
        a faiss index whose rows are the database's; ``faiss.write_index`` stores it.

    Raises:
        InputError: another kind, or an empty database.
    """
    n, dim = database.vectors.shape
    if not n:
        raise InputError("an index needs at least one image")
    metric = METRICS[database.metric]
    if kind == "ivf":
        lists = int(max(1, min(4 * np.sqrt(n), n // 39)))
        index: Any = faiss.index_factory(dim, f"IVF{lists},SQfp16", metric)
        index.nprobe = max(8, lists // 16)
        learned = np.sort(np.random.default_rng(seed).permutation(n)[: 64 * lists])
        index.train(np.ascontiguousarray(database.vectors[learned], dtype=np.float32))
    elif kind == "hnsw":
        index = faiss.index_factory(dim, "HNSW32_SQfp16", metric)
        index.hnsw.efSearch = 256
    else:
        raise unknown("index", kind, ["ivf", "hnsw"])
    with tqdm(total=n, desc=f"{kind} index", unit="image", disable=not progress) as bar:
        for _, piece in database.pieces(2**22):
            index.is_trained or index.train(piece)
            index.add(piece)
            bar.update(len(piece))
    return index
