"""What a generator has learned: whose hand its pictures show, what they show, and whether they are copies."""

from typing import Any

import numpy as np

from csdlib.descriptors.protocol import Descriptor
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath
from csdlib.generation.subjects import SubjectClassifier
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap
from csdlib.retrieval.nearest import neighbours
from csdlib.retrieval.relevance import matches
from csdlib.tables import ImageTable


def painter_found(
    made: ImageTable, works: ImageTable, descriptor: Descriptor, *, k: int = 1, cache: AnyPath | None = None
) -> np.ndarray:
    """Whether the painter who was asked for is found: retrieval of generated pictures in works (Table 2 of the paper).

    Args:
        made: generated pictures; ``artist`` is whose style was asked for.
        works: the artists' own.
        descriptor: of both.
        k: works that are looked at.
        cache: folder for finished descriptors.

    Returns:
        (n,) float64 in {0, 1}, in the order of ``made``: recall@k, which at k = 1 is the paper's mAP@1. A picture that
        cannot be read counts as not found.
    """
    asked, known = (embed(table, descriptor, cache=cache, progress=False) for table in (made, works))
    found = asked.ids[matches(asked, known, k).hits.any(axis=1)]
    return np.isin(made.ids, found).astype(np.float64)


def subject_found(made: ImageTable, classifier: SubjectClassifier) -> np.ndarray:
    """Whether a classifier sees the subject that was asked for, (n,) float64 in {0, 1}."""
    return np.asarray(classifier.guess(made) == made.column("content"), dtype=np.float64)


def likeness_to_nearest(
    made: ImageTable, training: ImageTable, descriptor: Descriptor, *, cache: AnyPath | None = None
) -> np.ndarray:
    """How like each picture is to the picture of the training set that it is most like.

    One number says little: set it beside that of new pictures by the same painters, which cannot be copies.

    Args:
        made: pictures.
        training: what the generator has seen.
        descriptor: one that finds copies, such as ``copy-tiny``.
        cache: folder for finished descriptors.

    Returns:
        (n,) float32 cosines in [-1, 1], in the order of the pictures that can be read; higher is more alike.
    """
    asked, known = (embed(table, descriptor, cache=cache, progress=False) for table in (made, training))
    return neighbours(asked, known, 1).scores[:, 0]


def by_group(values: np.ndarray, made: ImageTable, groups: dict[str, list[str]], **options: Any) -> dict[str, Estimate]:
    """The mean of per-picture values for groups of artists, with 95 % bootstrap intervals over artists.

    Args:
        values: (n,) one a picture.
        made: the pictures.
        groups: name -> artists; a group without pictures is left out.
        options: see ``bootstrap``; ``bounds`` where the values are no shares.
    """
    artists = made.column("artist")
    rows = {name: np.isin(artists, members) for name, members in groups.items()}
    return {name: bootstrap(values[own], groups=artists[own], **options) for name, own in rows.items() if own.any()}
