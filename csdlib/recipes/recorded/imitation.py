"""How many pictures it takes until a generator imitates a painter: trained with counts that are known.

The prediction, written before the first result: *General Style Similarity grows with the logarithm of the count, and a
step explains it little better than a straight line does. Where a change is found, it lies between 23 and 181 pictures;
below it the nearest work is hardly ever the painter's. Painters near a known one look imitated with no picture at all,
so the gain over the same prompts and seeds before the training tells more than the value. Copies stay rare, and are no
matter of few pictures. The threshold that is inferred from the finished model and the counts alone is lower than the
one that gains show.*
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csdlib.atelier import PAINTERS, UNSEEN, WITHHELD, atelier_crawl, find_painter
from csdlib.atelier.captions import caption
from csdlib.descriptors.csd import copy_threshold
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath, cache_folder, data_path, seeded
from csdlib.generation.counts import draw_counts
from csdlib.generation.diffusion import DiffusionConfig, fit_diffusion
from csdlib.generation.judges import likeness_to_nearest, painter_found
from csdlib.generation.pictures import generate
from csdlib.generation.pipelines import model_record
from csdlib.generation.prompts import simple_prompts
from csdlib.generation.studies import study, works_of
from csdlib.metrics.doses import change_point, explained_beyond, first_change
from csdlib.recipes.atelier_prompts import atelier_artists
from csdlib.recipes.recorded.results import Recorded, unfinished, write_results
from csdlib.recipes.shipped.autoencoder import SIZE, generator_pictures
from csdlib.recipes.shipped.cards import training_record, write_record
from csdlib.recipes.shipped.tiny_sd import (
    GUIDANCE,
    STEPS,
    latents_of,
    rewritten_captions,
    unet_to_start,
    validation_loss,
)
from csdlib.recipes.shipped.tiny_sd_card import tiny_sd_card
from csdlib.similarity.artists import artists_of
from csdlib.tables import ImageTable

#: Pictures of a withheld painter: none, and seven steps of a logarithmic scale; two painters each.
LEVELS = (0, 1, 3, 8, 23, 64, 181, 512)

#: What the withheld painters are added to.
START = "tiny-sd-withheld"

#: Steps, batch, rate and share of reworded captions are those of tiny-sd-withheld's last training by pictures.
IMITATION = DiffusionConfig(steps=1500, batch_size=64, rate=5e-4, averaged=0.1, bfloat16=True, seed=33)
REWRITTEN = 0.6

DESCRIPTORS = ("csd-tiny", "clip-tiny", "colour")
PREDICTION = (__doc__ or "").split("*")[1].replace("\n", " ")

#: What is measured of every painter; higher = more imitated.
OUTCOMES = ("value", "corrected", "found", "copies", "gained")

#: What may explain imitation beside the count.
EXPLAIN = ("spread", "nearest_known", "movement", "retrieved", "read")


def record_threshold(
    output: AnyPath,
    config: DiffusionConfig = IMITATION,
    *,
    model: AnyPath | None = None,
    levels: Sequence[int] = LEVELS,
    works_per_painter: int = 300,
    images: int = 16,
    seed: int = 7000,
    counts_seed: int = 33,
    descriptors: Sequence[str] = DESCRIPTORS,
    command: str = "",
) -> Recorded:
    """Trains a UNet in which every withheld painter has a count of its own, and records who is imitated.

    A run that was killed goes on: pictures, latents and the training's checkpoint are kept.

    Args:
        output: a csv file with a row for each descriptor and withheld painter: who it is (the columns of
            ``withheld_painters``), its ``count``, and what ``OUTCOMES`` names: ``value`` and ``corrected`` (General
            Style Similarity), ``found``, ``copies`` (share of its pictures that copy-tiny takes for copies), and
            ``gained``: by how much ``value`` is above that of the same prompts and seeds before the training.
            ``value_before``, ``found_before`` and ``copies_before`` are those of the start. Beside it a json file with
            the settings, how counts go with what is known, and ``findings``, see ``imitation_findings``.
        config: the settings of the training.
        model: folder for the trained UNet, which stays; by default one beside ``output``.
        levels: of the counts, rising.
        works_per_painter: pictures of each painter that the start knows, as in its own training.
        images: generated for each withheld painter, before and after.
        seed: of the first of them.
        counts_seed: of who gets which count.
        descriptors: names.
        command: what makes it again.
    """
    folder = Path(model) if model else unfinished(output) / "model"
    painters = withheld_painters()
    facts = {name: painters[name].to_numpy(float) for name in ("retrieved", "read")}
    who, movements = painters["artist"].tolist(), painters["movement"].tolist()
    drawn = draw_counts(who, levels, facts, groups=movements, seed=counts_seed)
    painters["count"] = painters["artist"].map(drawn)
    training = pictures_by_counts(drawn, works_per_painter)
    seconds = train_by_counts(folder, training, config, command=command)
    prompts = simple_prompts(atelier_artists(list(WITHHELD)), images, seed=seed)
    made = {
        name: generate(who, prompts, guidance=GUIDANCE, steps=STEPS) for name, who in (("", folder), ("_before", START))
    }
    rows = pd.concat([_judged(made, training, name) for name in descriptors], ignore_index=True)
    frame = painters.merge(rows, on="artist").sort_values(["descriptor", "count", "artist"], ignore_index=True)
    told: dict[str, Any] = {
        "prediction": PREDICTION,
        "training": asdict(config),
        "pictures": len(training),
        "seconds": seconds,
    }
    told |= {"levels": list(levels), "counts_seed": counts_seed, "images": images, "seed": seed, "start": START}
    told |= {"works_per_painter": works_per_painter, "balance": _balance(painters)}
    told |= {
        "findings": [row for name in descriptors for row in imitation_findings(frame[frame["descriptor"] == name])]
    }
    # The trained model has no name, and where it lies is nobody's business.
    return write_results(
        output, told, frame.round(4), command=command, descriptors=descriptors, generated=[made["_before"]]
    )


def withheld_painters() -> pd.DataFrame:
    """What is known of the withheld painters before any training, by csd-tiny and the exhibition.

    Returns:
        one row a painter: ``artist``; ``read``, whether the text encoder has read the name; ``movement``;
        ``retrieved``, the share of the painter's queries whose nearest work is the painter's, high = easy; ``spread``
        of the works, high = varied; and ``nearest_known``, the cosine to the prototype of the nearest painter whom the
        start has seen.
    """
    works, descriptor = works_of("atelier"), load("csd-tiny")
    query = works.where(split="query")
    hits = painter_found(query, works.where(split="database"), descriptor, cache=_cache())
    retrieved = pd.Series(hits).groupby(query.column("artist")).mean()
    seen = embed(works, descriptor, cache=_cache(), progress=False)
    artists = artists_of(seen, seen.table.column("artist"))
    known = ~np.isin(artists.names, WITHHELD)
    cosines = artists.prototypes.vectors @ artists.prototypes.vectors[known].T
    spread, nearest = (pd.Series(each, index=artists.names) for each in (artists.spread, cosines.max(axis=1)))
    frame = pd.DataFrame({"artist": WITHHELD})
    return frame.assign(
        read=[slug not in UNSEEN for slug in WITHHELD],
        movement=[PAINTERS[slug].movement for slug in WITHHELD],
        **{
            name: frame["artist"].map(each)
            for name, each in (("retrieved", retrieved), ("spread", spread), ("nearest_known", nearest))
        },
    )


def pictures_by_counts(
    counts: Mapping[str, int], works_per_painter: int = 300, *, cache: AnyPath | None = None
) -> ImageTable:
    """What the start learned from, and of every withheld painter so many pictures, all captioned with the name.

    Args:
        counts: painter -> pictures.
        works_per_painter: of the other painters, before captions with wrong names are taken out.
        cache: folder of the atelier's pictures.
    """
    known = generator_pictures(works_per_painter, withheld=True, cache=cache)
    parts = [known.frame, *(_captioned(slug, count, cache) for slug, count in counts.items() if count)]
    both = ImageTable(pd.concat(parts, ignore_index=True), known.root, known.manifest)
    return rewritten_captions(both, REWRITTEN, seed=IMITATION.seed)


def _captioned(slug: str, count: int, cache: AnyPath | None) -> pd.DataFrame:
    """Rows of a painter's first works, without near-duplicates, each with a tidy caption that names the painter."""
    crawl = atelier_crawl(count, size=SIZE, painters=[slug], cache=cache).frame
    own, painter = crawl[crawl["true_copy"] == ""], find_painter(slug)
    named = zip(own["image_id"], own["true_content"], strict=True)
    told = [caption(painter, subject, seeded("by count", image, "", 0)) for image, subject in named]
    return own.assign(caption=told, true_noise="clean")


def train_by_counts(folder: AnyPath, training: ImageTable, config: DiffusionConfig, *, command: str = "") -> int:
    """Goes on training the start by pictures; a model that is finished is left as it is.

    Args:
        folder: for ``unet/``, in 16 bit, and its record.
        training: what ``pictures_by_counts`` made.
        config: the settings.
        command: what makes it again.

    Returns:
        the seconds that it took.

    Raises:
        InputError: a finished model of other settings, or a checkpoint that is damaged or of others.
    """
    folder = Path(folder)
    if (folder / "training.json").is_file():
        record = model_record(folder)
        if (record["config"], record["images"]) != (asdict(config), len(training)):
            raise InputError(f"{folder}: holds a model of other settings or pictures; delete it to start anew")
        return int(record["seconds"])
    unet, checkpoint = unet_to_start(START, config.seed), folder / "checkpoint.pt"
    data = latents_of(training, data_path("models/tiny-sd"))
    judges = latents_of(generator_pictures(8, withheld=True, seed=1), data_path("models/tiny-sd"))
    started = time.perf_counter()
    log = fit_diffusion(
        unet,
        data,
        config,
        evaluate=lambda current: {"validation_loss": validation_loss(current, judges)},
        checkpoint=checkpoint,
    )
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {"rewritten": REWRITTEN, "unseen": [], "start": START, "before": model_record(START)}
    unet.half().save_pretrained(folder / "unet")
    write_record(folder, record, tiny_sd_card(record))
    checkpoint.unlink(missing_ok=True)
    return int(record["seconds"])


def imitation_findings(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """What the counts do, by one descriptor: where imitation begins, what else explains it, what could be inferred.

    Args:
        frame: one row a painter: ``count``, and columns of ``OUTCOMES`` and ``EXPLAIN``, and ``descriptor``.

    Returns:
        a row for each outcome that varies: ``descriptor``, ``outcome``; the fields of ``ChangePoint``; ``inferred``,
        what ``first_change`` makes of the finished model alone; and for each name of ``EXPLAIN`` its ``share`` of what
        the count leaves, ``chance`` and ``p``, see ``explained_beyond``. What is not a number is None.
    """
    found = []
    count = frame["count"].to_numpy(float)
    for outcome in OUTCOMES:
        known = frame[outcome].notna().to_numpy()
        values = frame.loc[known, outcome].to_numpy(float)
        row: dict[str, Any] = {"descriptor": frame["descriptor"].iloc[0], "outcome": outcome, "n": int(known.sum())}
        if len(values) > 4 and np.ptp(values) > 0:
            row |= asdict(change_point(count[known], values)) | {"inferred": first_change(count[known], values)}
            row |= _explained(frame[known], count[known], values)
        found.append({name: None if each != each else each for name, each in row.items()})
    return found


def _explained(frame: pd.DataFrame, count: np.ndarray, values: np.ndarray) -> dict[str, float]:
    """What each of ``EXPLAIN`` that varies explains of what the count, on its log scale, leaves."""
    found: dict[str, float] = {}
    for name in EXPLAIN:
        column = frame[name]
        extra = pd.get_dummies(column, drop_first=True) if name == "movement" else column.to_frame()
        if column.nunique() < 2 or column.isna().any() or extra.shape[1] > len(values) - 4:
            continue
        beyond = explained_beyond(values, np.log2(1 + count), extra.to_numpy(float))
        found |= {f"{name}_{what}": each for what, each in asdict(beyond).items()}
    return found


def _balance(painters: pd.DataFrame) -> dict[str, float]:
    """How the counts, by their places on the log scale, go with what is known of the painters: correlations."""
    places = painters["count"].rank(method="dense")
    return {
        name: round(float(np.corrcoef(places, painters[name].astype(float))[0, 1]), 4)
        for name in ("retrieved", "read", "spread", "nearest_known")
    }


def _judged(made: Mapping[str, ImageTable], training: ImageTable, name: str) -> pd.DataFrame:
    """One row a painter: what its pictures look like to a descriptor, after and before the training."""
    parts = []
    for suffix, table in made.items():
        seen = study(table, works_of("atelier"), load(name), cache=_cache()).by_artist()
        kept = seen.set_index("artist")[["value", "corrected", "found"]]
        parts.append(kept.assign(copies=_copies(table, training)).add_suffix(suffix))
    rows = pd.concat(parts, axis=1)
    return rows.assign(gained=rows["value"] - rows["value_before"], descriptor=name).reset_index()


def _copies(made: ImageTable, training: ImageTable) -> pd.Series:
    """The share of each painter's pictures that copy-tiny takes for a copy of a training picture."""
    likeness = likeness_to_nearest(made, training, load("copy-tiny"), cache=_cache())
    return pd.Series(likeness >= copy_threshold()).groupby(made.column("artist")).mean()


def _cache() -> Path:
    return cache_folder() / "embeddings"
