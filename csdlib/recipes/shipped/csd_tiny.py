"""How csd-tiny is made: trained on style tags, judged on artists whom it has never seen."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from csdlib.descriptors.csd import CSD, CSDModel, load_model, random_tiny
from csdlib.descriptors.style_model import save_model
from csdlib.files import AnyPath, data_path
from csdlib.recipes.crawl import unseen_artists
from csdlib.recipes.shipped.cards import (
    compared,
    comparison,
    limits,
    provenance,
    retrieval_results,
    training_record,
    write_record,
)
from csdlib.retrieval.benchmark import Retrieval, evaluate_retrieval
from csdlib.tables import ImageTable
from csdlib.training.csd import TrainingConfig, fit

#: How csd-tiny was trained.
CSD_TINY = TrainingConfig(
    steps=2500, batch_size=96, optimizer="adamw", projection_rate=3e-4, backbone_rate=3e-4, bfloat16=True
)

#: What the card sets beside the model: no learning, hand-made statistics, and where training started.
BASELINES = ("random-tiny", "colour", "gram", "clip-tiny")


def train_csd_tiny(
    table: ImageTable,
    output: AnyPath,
    config: TrainingConfig = CSD_TINY,
    *,
    test: ImageTable | None = None,
    validation: ImageTable | None = None,
    start: AnyPath = "clip-tiny",
    tags: Sequence[str] = ("artist",),
    unseen_share: float = 0.25,
    command: str = "",
) -> dict[str, Any]:
    """Trains csd-tiny, and writes weights, ``training.json`` and a model card.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        table: the data set. Its train split is learned (without one, its database).
        output: folder for the model.
        config: the settings.
        test: another data set, on whose unseen artists the card's numbers are measured; by default the table itself.
        start: ``"clip-tiny"``, the folder of a model to start from, or ``""`` for random weights.
        validation: queries and database whose recall@1 enters the curves; by default those of the seen artists, or none
            where these have no query. Never those of the card: curves are what settings are chosen by.
        tags: the columns whose values are the style tags to learn from.
        unseen_share: share of the artists that training does not see, where the data set does not name them itself; the
            card's numbers are about them.
        command: what the card gives as the command that makes it again.

    Returns:
        what ``training.json`` holds.

    Raises:
        InputError: fewer than four artists: two must be seen, and two unseen.
    """
    output = Path(output)
    judged = test or table
    unseen = unseen_artists(judged, unseen_share, config.seed)
    split = "train" if (table.frame["split"] == "train").any() else "database"
    split_table = table.where(split=split)
    seen = split_table.take(np.flatnonzero(~split_table.frame["artist"].isin(unseen)))
    # A picture without an artist teaches by its views, where it was put into the data set on purpose.
    training = (seen if test else seen.where(artist=sorted(set(seen.frame["artist"]) - {""}))).tagged(*tags)
    judges = judged.where(split=["query", "database"], artist=unseen)
    model = _start(start, config.seed)
    started = time.perf_counter()
    checkpoint = output / "checkpoint.pt"
    watched = _seen_judges(table, unseen) if validation is None else validation
    evaluate = None if watched is None else partial(_recall, test=watched)
    log = fit(model, training, config, evaluate=evaluate, checkpoint=checkpoint)
    save_model(model, output)
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {"tags": list(tags), "unseen": unseen, "start": str(start) if start else "random weights"}
    found = _evaluated(load_model(output), judges)
    record |= {"queries": len(found.query), "database": len(found.database), "results": compared(found, BASELINES)}
    write_record(output, record, _csd_card(record, found))
    checkpoint.unlink(missing_ok=True)
    return record


def _start(start: AnyPath, seed: int) -> CSDModel:
    if not str(start):
        return random_tiny(seed).model
    return load_model(data_path("models/clip-tiny") if start == "clip-tiny" else Path(start))


def _seen_judges(table: ImageTable, unseen: Sequence[str]) -> ImageTable | None:
    """Queries and database of the artists that training sees; None where there is none of either."""
    judged = table.frame["split"].isin(["query", "database"]) & ~table.frame["artist"].isin([*unseen, ""])
    both = table.frame.loc[judged, "split"].nunique() == 2
    return table.take(np.flatnonzero(judged)) if both else None


def _recall(model: CSDModel, test: ImageTable) -> dict[str, float]:
    return {"recall@1, validation": float(_evaluated(model, test).hits[:, 0].mean())}


def _evaluated(model: CSDModel, test: ImageTable) -> Retrieval:
    return evaluate_retrieval(test, CSD(model, name="csd-tiny", weights_hash="training"), k=10, progress=False)


def _csd_card(record: dict[str, Any], found: Retrieval) -> str:
    return f"""# csd-tiny

A small contrastive style descriptor (CSD, arXiv:2404.01292): a vision transformer and a projection to the style space.
`csdlib.load("csd-tiny")` loads it. License: MIT, as the project's.

{provenance(record, f"style tags from {record['tags']}")}
- **Files:** `model.safetensors` (16 bit), `config.json` (architecture), `training.json` (settings and curves).

{retrieval_results(found)}

{comparison(record["results"])}

{limits(record)}
"""
