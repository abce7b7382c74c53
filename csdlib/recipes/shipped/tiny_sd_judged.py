"""What a tiny-sd has learned: painters found, subjects found, and copies."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from csdlib.atelier import PAINTERS, SUBJECTS, UNSEEN, WITHHELD, atelier
from csdlib.descriptors.csd import copy_threshold
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.files import AnyPath, cache_folder
from csdlib.generation.judges import by_group, likeness_to_nearest, painter_found, subject_found
from csdlib.generation.pictures import generate
from csdlib.generation.pipelines import model_folder, model_record
from csdlib.generation.prompts import content_prompts, simple_prompts
from csdlib.generation.subjects import SubjectClassifier
from csdlib.metrics.intervals import SHARE, SIGNED
from csdlib.recipes.atelier_prompts import atelier_artists, kept_from_transfers, never_painted
from csdlib.recipes.shipped.autoencoder import SIZE, generator_pictures
from csdlib.recipes.shipped.cards import write_record
from csdlib.recipes.shipped.tiny_sd import GUIDANCE, STEPS
from csdlib.recipes.shipped.tiny_sd_card import tiny_sd_card
from csdlib.tables import ImageTable

#: The painters of each group of ``tiny_sd_card.GROUPS``.
_PAINTERS = {
    "seen": [slug for slug in PAINTERS if slug not in WITHHELD],
    "withheld": list(WITHHELD),
    "name_read": [slug for slug in WITHHELD if slug not in UNSEEN],
    "name_unread": [slug for slug in WITHHELD if slug in UNSEEN],
}

#: Pictures by subjects (open, new, fresh) and by where the prompt names the painter.
_Tables = dict[tuple[str, str], ImageTable]

#: What a value of each picture is about, in the words of ``tiny_sd_card.MEASURES``; the values, and the pictures.
_Values = dict[tuple[str, str, str, str], tuple[np.ndarray, ImageTable]]


def judge_tiny_sd(
    model: AnyPath = "tiny-sd",
    *,
    images: int = 8,
    guidance: float = GUIDANCE,
    steps: int = STEPS,
    seed: int = 1000,
    cache: AnyPath | None = None,
) -> dict[str, Any]:
    """Adds to the record and the card of a tiny-sd what its pictures show, and whether they are copies.

    Args:
        model: ``"tiny-sd"``, ``"tiny-sd-withheld"``, or a folder that ``train_tiny_sd`` has written.
        images: pictures for each painter's simple prompt; subjects that a painter has never painted get one each.
        guidance: see ``generate``.
        steps: see ``generate``.
        seed: of the first picture of each painter.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds. ``judged`` are rows with ``measure``, ``subjects``, ``order`` and ``practised``
        (see ``tiny_sd_card.MEASURES``), ``group``, ``value``, ``low``, ``high`` (95 % bootstrap interval over painters)
        and ``n`` painters.

    Raises:
        InputError: a model without a record.
    """
    record = model_record(model)
    if not record:
        raise InputError(f"model {str(model)!r}: has no training.json, so it is not a tiny-sd")
    asked, options = _asked(images, seed), {"guidance": guidance, "steps": steps}
    tables = {key: generate(model, prompts, guidance=guidance, steps=steps) for key, prompts in asked.items()}
    tables["fresh", ""] = _by_painter(generator_pictures(images, withheld=False, seed=1, cache=cache))
    works = record["dataset"]["works_per_painter"]
    training = generator_pictures(works, withheld=bool(record["unseen"]), cache=cache)
    values = _found(tables, atelier(size=SIZE, cache=cache)) | _copies(tables, training)
    started = time.perf_counter()
    with TemporaryDirectory() as place:
        generate(model, asked["open", "name_last"].head(200), Path(place), guidance=guidance, steps=steps)
    record |= {
        "judged": _rows(values),
        "judged_with": options | {"images": images, "seed": seed, "new_pairs": len(asked["new", "name_last"])},
        "seconds_for_200": round(time.perf_counter() - started, 1),
    }
    write_record(model_folder(model), record, tiny_sd_card(record))
    return record


def _asked(images: int, seed: int) -> dict[tuple[str, str], pd.DataFrame]:
    """The prompts, by subjects and order."""
    last, first = (
        content_prompts(atelier_artists(), list(SUBJECTS), name_first=name_first, seed=seed)
        for name_first in (False, True)
    )
    return {
        ("open", "name_last"): simple_prompts(atelier_artists(), images, seed=seed),
        ("new", "name_last"): last[never_painted(last)],
        ("new", "name_first"): first[never_painted(first)],
    }


def _found(tables: _Tables, works: ImageTable) -> _Values:
    """Whether each picture shows the hand and the subject that were asked for, and what the order of words changes."""
    descriptor, classifier = load("csd-tiny"), SubjectClassifier.load()
    values: _Values = {}
    for (subjects, order), table in tables.items():
        painter = painter_found(table, works, descriptor)
        values["painter_found", subjects, order, "any"] = painter, table
        if subjects == "new":
            kept = np.flatnonzero(kept_from_transfers(table.frame))
            values["painter_found", subjects, order, "no"] = painter[kept], table.take(kept)
            values["subject_found", subjects, order, "any"] = subject_found(table, classifier), table
    for what in ("painter", "subject"):
        # The same pairs from the same noise, so picture by picture.
        last, first = (values[f"{what}_found", "new", order, "any"] for order in ("name_last", "name_first"))
        values[f"{what}_gained", "new", "name_first", "any"] = first[0] - last[0], first[1]
    return values


def _copies(tables: _Tables, training: ImageTable) -> _Values:
    """Whether copy-tiny takes each picture for a copy of one in the training set."""
    descriptor, values = load("copy-tiny"), _Values()
    for (subjects, order), table in tables.items():
        likeness = likeness_to_nearest(table, training, descriptor, cache=cache_folder() / "embeddings")
        values["copies", subjects, order, "any"] = (likeness >= copy_threshold()).astype(float), table
    return values


def _rows(values: _Values) -> list[dict[str, Any]]:
    """One row a measure and group of painters."""
    return [
        {"measure": measure, "subjects": subjects, "order": order, "practised": practised, "group": group}
        | {key: value for key, value in found.row().items() if key != "unit"}
        for (measure, subjects, order, practised), pair in values.items()
        # What is gained by another order of words is a difference of two shares.
        for group, found in by_group(*pair, _PAINTERS, bounds=SIGNED if "gained" in measure else SHARE).items()
    ]


def _by_painter(table: ImageTable) -> ImageTable:
    """The crawl's pictures with their true painter as the artist."""
    return table.with_column("artist", table.column("true_artist"))
