"""The retrieval benchmark on real paintings, which are not ours to ship."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd

from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.registry import load
from csdlib.files import AnyPath, cache_folder
from csdlib.metrics.intervals import paired_difference
from csdlib.metrics.ranking import mean_precision_per_query, recall_per_query
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.retrieval.benchmark import Retrieval, chance, evaluate_embeddings, evaluate_retrieval

DESCRIPTORS = ("csd-art", "csd-tiny", "clip-tiny", "gram-clip-tiny", "colour", "gram", "random-tiny")
#: Its weights are those of an extra, which not every reader has: the record does not ask whether they are today's.
NOT_SHIPPED = ("imagenet-statistics",)
COMPARED = (*DESCRIPTORS, *NOT_SHIPPED)

#: By which the first descriptor is compared with the others.
METRICS = {"recall@1": partial(recall_per_query, k=1), "mean precision@10": partial(mean_precision_per_query, k=10)}


def record_paintings(
    root: AnyPath,
    output: AnyPath,
    *,
    descriptors: Sequence[str] = COMPARED,
    aside: Sequence[str] | None = None,
    k: int = 100,
    command: str = "",
    cache: AnyPath | None = None,
) -> Recorded:
    """Records the retrieval of real paintings by several descriptors; numbers only, no picture.

    Args:
        root: folder with ``wikiart.csv`` and the images.
        output: a csv file with the rows of ``Retrieval.estimates`` for each of the ``artists``: ``all``, and those
            ``aside``, among themselves. The json file beside it holds, for both, counts, chance, and by how many points
            of recall@1 and mean precision@10 the first descriptor is above each of the others.
        descriptors: names; the first is the one that others are compared with.
        aside: artists; by default those whom csd-art has not seen.
        k: neighbours of each query.
        command: what makes it again.
        cache: folder for finished descriptors; by default that of ``cache_folder``.

    Raises:
        InputError: the table or an image is missing.
    """
    table = wikiart(root)
    part = table.where(artist=list(judging_artists() if aside is None else aside))
    cache = cache or cache_folder() / "embeddings"
    results = {name: evaluate_retrieval(table, load(name), k=k, cache=cache) for name in descriptors}
    apart = {name: evaluate_embeddings(part, found.embeddings, k=k, name=name) for name, found in results.items()}
    facts = {"all": _facts(results), "aside": _facts(apart)}
    frames = [
        found.estimates().round(5).assign(artists=artists)
        for artists, judged in (("all", results), ("aside", apart))
        for found in judged.values()
    ]
    frame = pd.concat(frames, ignore_index=True)
    shipped = [name for name in descriptors if name not in NOT_SHIPPED]
    return write_results(output, facts, frame, command=command, descriptors=shipped)


def _facts(results: dict[str, Retrieval]) -> dict[str, Any]:
    """Counts, and how much more the first descriptor finds than each of the others, paired by query."""
    (name, main), *others = results.items()
    above = {}
    for metric, per_query in METRICS.items():
        first = per_query(main.hits)
        gains = {other: paired_difference(first, per_query(found.hits), groups=main.labels) for other, found in others}
        above[metric] = {other: gain.percent() for other, gain in gains.items()}
    return {
        "queries": len(main.query),
        "database": len(main.database),
        "labels": len(set(main.labels)),
        "chance": chance(main),
        "skipped": {each: len(found.skipped) for each, found in results.items()},
        "first": name,
        "above": above,
    }
