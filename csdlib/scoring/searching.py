"""Pictures in, a table out: what is nearest to each in style, or in one facet of it."""

import numpy as np
import pandas as pd

from csdlib.descriptors.protocol import Descriptor
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.retrieval.nearest import Neighbours, neighbours
from csdlib.scoring.learned import Metric, load_metric
from csdlib.scoring.sides import Side, Source, describe, measuring, settled
from csdlib.similarity.facet_queries import facet_neighbours, shipped_space
from csdlib.similarity.facet_spaces import FacetSpace


def search(
    query: Source,
    database: Source,
    k: int = 10,
    *,
    facet: str | None = None,
    unlike: str | None = None,
    space: FacetSpace | AnyPath | None = None,
    metric: Metric | AnyPath | None = None,
    descriptor: str | Descriptor = "csd-art",
    progress: bool = True,
) -> pd.DataFrame:
    """What in a database is nearest to each picture in style, in one facet of style, or in one and not in another.

    ``facet="light"`` finds pictures in a like light, whatever else they are. With ``unlike="palette"`` they are looked
    for in that half of the database only that is farther from the picture by its palette. A facet is what a linear
    probe reads off the descriptor, and no measurement: how often it is right stands in
    ``data/results/facet_queries.csv``. There palette, light and marks are far more often right than neighbours by the
    whole descriptor; movement is not, and time is less often.

    Args:
        query: a picture, a folder, a list, a table of paths, embeddings that were saved, or pictures in memory.
        database: likewise. A file that stands on both sides is no neighbour of itself.
        k: neighbours of each picture.
        facet: a group of the space, for csd-art ``palette``, ``light``, ``marks``, ``movement`` and ``time``; by
            default the whole descriptor decides.
        unlike: another group.
        metric: what somebody means by style (``load_metric``), or the file of one expert's; instead of facets.
        space: the projections, or their file (``FacetSpace.save``); by default what ships for the descriptor.
        descriptor: what describes pictures; of two saved embeddings the one that made them is known.
        progress: show a progress bar on the error stream.

    Returns:
        columns query, rank (from 1), neighbour, and score: higher is more alike; a cosine, or for a facet minus the
        squared distance of what is predicted, in units of the variance of its truth.

    Raises:
        InputError: nothing there that can be read, an unknown facet or one that this descriptor does not show, or no
            facet space for the descriptor.
    """
    asked, searched, own = described(query, database, descriptor, progress=progress)
    if facet is None and unlike is None and space is None and metric is None:
        found = neighbours(asked, searched, k, own=own, progress=progress)
    else:
        found = by_facets(asked, searched, k, own, facet=facet, unlike=unlike, space=space, metric=metric)
    return found.table(asked.ids, searched.ids)


def by_facets(
    asked: Embeddings,
    searched: Embeddings,
    k: int,
    own: np.ndarray,
    *,
    facet: str | None = None,
    unlike: str | None = None,
    space: FacetSpace | AnyPath | None = None,
    metric: Metric | AnyPath | None = None,
) -> Neighbours:
    """The neighbours in a facet space: by one facet, not by another, or by a learned metric.

    Args:
        asked: queries.
        searched: the database, by the same descriptor.
        k: neighbours of each.
        own: the row of each query in the database, or -1.
        facet: see ``search``, as all that follows.
        unlike: likewise.
        space: likewise.
        metric: likewise.

    Raises:
        InputError: a metric beside a facet, or as ``search``.
    """
    chosen = chosen_space(space, asked)
    if metric is None:
        return facet_neighbours(asked, searched, k, chosen, facet=facet, unlike=unlike, own=own)
    if facet is not None or unlike is not None:
        raise InputError("a learned metric weighs all facets: leave facet and unlike out")
    learned = metric if isinstance(metric, Metric) else load_metric(metric)
    return neighbours(learned.embedded(asked, chosen), learned.embedded(searched, chosen), k, own=own)


def chosen_space(space: FacetSpace | AnyPath | None, images: Embeddings) -> FacetSpace:
    """A space as it is given, from its file, or the one that ships for what described some pictures.

    Raises:
        InputError: as ``FacetSpace.load`` and ``shipped_space``.
    """
    if isinstance(space, FacetSpace):
        return space
    return shipped_space(images.fingerprint) if space is None else FacetSpace.load(space)


def described(
    query: Source, database: Source, descriptor: str | Descriptor, *, progress: bool = True
) -> tuple[Embeddings, Embeddings, np.ndarray]:
    """Both sides of a search, and the row of each query in the database (-1 where it is not there).

    Raises:
        InputError: as ``search``.
    """
    same = query is database
    first, second = settled(query), settled(database)
    if isinstance(first, Embeddings) and isinstance(second, Embeddings):
        return first, second, second.rows_of(first)
    measure = measuring(descriptor)
    sought: Side = describe(first, measure, progress=progress)
    known = sought if same else describe(second, measure, progress=progress)
    return sought.embeddings, known.embeddings, known.rows_of(sought)
