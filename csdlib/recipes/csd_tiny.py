"""How csd-tiny is made: trained on style tags, judged on artists whom it has never seen."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from csdlib.benchmark import Retrieval, evaluate_retrieval
from csdlib.curation import Curated, CurationConfig, TagBank, curate
from csdlib.datasets.atelier import PAINTERS, UNSEEN, atelier, atelier_crawl
from csdlib.descriptors import load
from csdlib.descriptors.copies import copy_threshold
from csdlib.descriptors.csd import CSD, CSDModel, load_model, random_tiny, save_model
from csdlib.embeddings import embed
from csdlib.errors import InputError
from csdlib.files import cache_folder
from csdlib.recipes.cards import (
    compared,
    comparison,
    limits,
    provenance,
    retrieval_results,
    training_record,
    write_record,
)
from csdlib.tables import ImageTable
from csdlib.training import TrainingConfig, fit

#: What the card sets beside the model: no learning, hand-made statistics, and where training started.
BASELINES = ("random-tiny", "colour", "gram", "clip-tiny")


def train_csd_tiny(
    table: ImageTable,
    output: Path,
    config: TrainingConfig,
    *,
    test: ImageTable | None = None,
    validation: ImageTable | None = None,
    start: Path | None = None,
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
        start: folder of the model that training starts from; by default random weights.
        validation: queries and database whose recall@1 enters the curves; by default those of the card.
        tags: the columns whose values are the style tags to learn from.
        unseen_share: share of the artists that training does not see, where the data set does not name them itself; the
            card's numbers are about them.
        command: what the card gives as the command that makes it again.

    Returns:
        what ``training.json`` holds.

    Raises:
        InputError: fewer than four artists: two must be seen, and two unseen.
    """
    judged = test or table
    unseen = unseen_artists(judged, unseen_share, config.seed)
    split = "train" if (table.frame["split"] == "train").any() else "database"
    split_table = table.where(split=split)
    seen = split_table.take(np.flatnonzero(~split_table.frame["artist"].isin(unseen)))
    # A picture without an artist teaches by its views, where it was put into the data set on purpose.
    training = (seen if test else seen.where(artist=sorted(set(seen.frame["artist"]) - {""}))).tagged(*tags)
    judges = judged.where(split=["query", "database"], artist=unseen)
    model = load_model(start) if start else random_tiny(config.seed).model
    started = time.perf_counter()
    checkpoint = output / "checkpoint.pt"
    watched = judges if validation is None else validation
    log = fit(model, training, config, evaluate=lambda current: _recall(current, watched), checkpoint=checkpoint)
    save_model(model, output)
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {"tags": list(tags), "unseen": unseen, "start": str(start) if start else "random weights"}
    found = _evaluated(load_model(output), judges)
    record |= {"queries": len(found.query), "database": len(found.database), "results": compared(found, BASELINES)}
    write_record(output, record, _csd_card(record, found))
    checkpoint.unlink(missing_ok=True)
    return record


def curated_crawl(works_per_painter: int = 600, *, cache: Path | None = None) -> Curated:
    """The crawl of the painters whom descriptors may see, curated: what csd-tiny learns from, never the truth.

    Args:
        works_per_painter: pictures of each painter, copies apart.
        cache: folder of the atelier's pictures.
    """
    painters = [slug for slug in PAINTERS if slug not in UNSEEN]
    crawl = atelier_crawl(works_per_painter, painters=painters, cache=cache)
    found = embed(crawl, load("copy-tiny"), cache=cache_folder() / "embeddings")
    return curate(crawl, TagBank.atelier(), found, CurationConfig(copy_threshold(), minimum=5))


def pupils(works_per_painter: int = 28, *, cache: Path | None = None) -> ImageTable:
    """Painters for choosing settings: neither training nor the numbers in a card ever see them.

    Each has the hand of one seen painter (medium, brush, line, ground) and the eye of another, of another movement
    (colours, light, composition). So their styles are new, and the unseen painters stay what they are for.

    Args:
        works_per_painter: pictures of each, half of them queries and database.
        cache: folder of the atelier's pictures.
    """
    seen = [painter for slug, painter in PAINTERS.items() if slug not in UNSEEN]
    names = [f"Pupil {number}" for number in range(1, len(seen) + 1)]
    # The catalogue goes by movements, so half of it lies between a hand and its eye.
    eyes = seen[len(seen) // 2 :] + seen[: len(seen) // 2]
    mixed = [
        replace(eye, name=name, medium=hand.medium, brush=hand.brush, line=hand.line, ground=hand.ground)
        for name, hand, eye in zip(names, seen, eyes, strict=True)
    ]
    return atelier(works_per_painter, painters=mixed, cache=cache).where(split=["query", "database"])


def unseen_artists(table: ImageTable, share: float, seed: int) -> list[str]:
    """The artists that are put aside, sorted: those whom the data set itself names (``manifest["unseen"]``).

    Where it names none, the same share of every movement, as far as the table knows movements, and no movement whole.
    Two artists at least are put aside, and two are left.
    """
    artists = table.frame[table.frame["artist"] != ""].drop_duplicates("artist")
    if len(artists) < 4:
        raise InputError(f"{len(artists)} artist(s): training needs two to see and two unseen")
    random = np.random.default_rng(seed)
    chosen: list[str] = sorted(set(table.manifest.get("unseen", ())) & set(artists["artist"]))
    for _, names in artists.groupby(artists["movement"].fillna(""))["artist"] if not chosen else ():
        count = min(max(1, round(share * len(names))), len(names) - 1)
        chosen += random.permutation(sorted(names))[:count].tolist()
    others = sorted(set(artists["artist"]) - set(chosen))
    chosen += random.permutation(others)[: max(0, 2 - len(chosen))].tolist()
    return sorted(chosen[: len(artists) - 2])


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
