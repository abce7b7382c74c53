"""How well styles can be told apart in a folder: every picture asks for others of its own group."""

from collections import Counter
from typing import Any

from csdlib.datasets.pictures import pictures
from csdlib.descriptors.protocol import Descriptor
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.metrics.ranking import METRIC_TITLES
from csdlib.retrieval.benchmark import chance, evaluate_each
from csdlib.scoring.report import Report
from csdlib.scoring.sides import made_by, measuring


def evaluate(
    folder: AnyPath,
    *,
    k: int = 10,
    descriptor: str | Descriptor = "csd-art",
    preprocessing: str = "own",
    batch_size: int = 64,
    progress: bool = True,
    **options: Any,
) -> Report:
    """Searches every picture of a folder among all the others.

    Args:
        folder: with one subfolder a style, or a table with groups; see ``pictures``.
        k: neighbours a picture.
        descriptor: see ``score``.
        preprocessing: likewise.
        batch_size: likewise.
        progress: show a progress bar on the error stream.
        options: of ``load``, where the descriptor is given by name.

    Returns:
        a row a group: ``group``, ``queries``, ``database`` (others of its kind) and ``right``, the share of its
        pictures whose nearest is of the group, in [0, 1]; the summary has all metrics at 1 and at k, with intervals
        over groups.

    Raises:
        InputError: as ``score``; fewer than two groups, or none with two pictures.
    """
    measure = measuring(descriptor, preprocessing, **options)
    table = pictures(folder)
    seen = embed(table, measure, batch_size=batch_size, cache=cache_folder() / "embeddings", progress=progress)
    found = evaluate_each(seen, k=k, name=measure.name)
    estimates = found.estimates(sorted({1, min(k, found.hits.shape[1])}))
    titles = [
        METRIC_TITLES[metric].replace("@k", f"@{at}")
        for metric, at in zip(estimates["metric"], estimates["k"], strict=True)
    ]
    summary = estimates.assign(measure=titles)[["measure", "value", "low", "high", "n", "unit", "note"]]
    paths = {str(name): table.path(row) for row, name in enumerate(table.ids)}
    reasons = Counter(reason.removeprefix(f"{paths[name]}: ") for name, reason in found.skipped.items())
    left_out = {**table.manifest.get("left_out", {}), **reasons}
    how = made_by(measure) | {
        "protocol": "every picture searched among all others",
        "chance": chance(found),
        "pictures": {"pictures": len(table), "queries": len(found.query), "left out": left_out},
    }
    return Report(found.by_label().rename(columns={"artist": "group"}), summary, how)
