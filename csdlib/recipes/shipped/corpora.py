"""The corpora on which scores are read: works by artists whom the descriptors have not seen, as numbers."""

from pathlib import Path

import numpy as np

from csdlib.atelier.sets import UNSEEN
from csdlib.datasets.registry import load_dataset
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.tables import ImageTable

#: Pictures of a corpus, at most.
MOST = 2000

#: Whose scores are read on them.
DESCRIPTORS = ("csd-art", "csd-tiny")


def make_corpora(output: AnyPath, root: AnyPath | None, *, most: int = MOST) -> dict[str, int]:
    """Describes the corpora and writes them, 16 bit, a folder a corpus and descriptor.

    Pictures are called by their makers and a number: no name of a file, and no picture, is in it.

    Args:
        output: a folder, for example ``data/models/corpora``.
        root: the folder of ``wikiart.csv``; None leaves the paintings out.
        most: pictures of a corpus; of more, a draw by a fixed seed.

    Returns:
        the pictures of each corpus.

    Raises:
        InputError: the table or a picture is missing.
    """
    exhibition = load_dataset("atelier").where(split=["query", "database"], artist=list(UNSEEN))
    tables = {"atelier": exhibition}
    if root is not None:
        tables["paintings"] = wikiart(root).where(artist=judging_artists())
    drawn = {name: _drawn(table, most) for name, table in tables.items()}
    for name, table in drawn.items():
        for descriptor in DESCRIPTORS:
            found = embed(table, load(descriptor), cache=cache_folder() / "embeddings")
            kept = found.table.column("artist")
            ids = np.array([f"{artist}/{number}" for number, artist in enumerate(kept)])
            plain = Embeddings(found.vectors, ids, found.fingerprint, found.metric, checked=True)
            plain.save(Path(output) / name / descriptor, "float16")
    return {name: len(table) for name, table in drawn.items()}


def _drawn(table: ImageTable, most: int) -> ImageTable:
    if len(table) <= most:
        return table
    return table.take(np.sort(np.random.default_rng(0).choice(len(table), most, replace=False)))
