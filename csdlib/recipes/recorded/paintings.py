"""The retrieval benchmark on real paintings, which are not ours to ship."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.registry import load
from csdlib.files import AnyPath
from csdlib.metrics.intervals import paired_difference
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.retrieval.benchmark import Retrieval, chance, evaluate_retrieval

DESCRIPTORS = ("csd-tiny", "clip-tiny", "gram-clip-tiny", "colour", "gram", "random-tiny")


def record_paintings(
    root: AnyPath,
    output: AnyPath,
    *,
    descriptors: Sequence[str] = DESCRIPTORS,
    k: int = 100,
    command: str = "",
    cache: AnyPath | None = None,
) -> Recorded:
    """Records the retrieval of real paintings by several descriptors; numbers only, no picture.

    Args:
        root: folder with ``wikiart.csv`` and the images.
        output: a csv file with the rows of ``Retrieval.estimates``; the json file beside it holds counts, ``seconds``
            of embedding and search, and by how many points of mAP@1 the ``winner`` is above each of the others.
        descriptors: names.
        k: neighbours of each query.
        command: what makes it again.
        cache: folder for finished descriptors.

    Raises:
        InputError: the table or an image is missing.
    """
    table = wikiart(root)
    results = {name: evaluate_retrieval(table, load(name), k=k, cache=cache) for name in descriptors}
    main = results[descriptors[0]]
    facts = {
        "queries": len(main.query),
        "database": len(main.database),
        "labels": len(set(main.labels)),
        "chance": chance(main),
        "skipped": {name: len(found.skipped) for name, found in results.items()},
        "seconds": {name: round(found.seconds, 1) for name, found in results.items()},
    }
    frame = pd.concat([found.estimates() for found in results.values()], ignore_index=True).round(5)
    return write_results(output, facts | _winner(results), frame, command=command, descriptors=descriptors)


def _winner(results: dict[str, Retrieval]) -> dict[str, Any]:
    """Who finds most at k = 1, and by how much more than each of the others, paired by query."""
    first = {name: found.hits[:, 0].astype(float) for name, found in results.items()}
    winner = max(first, key=lambda name: float(first[name].mean()))
    above = {
        name: paired_difference(first[winner], own, groups=results[winner].labels).percent()
        for name, own in first.items()
        if name != winner
    }
    return {"winner": winner, "winner_above": above}
