"""How csd-art is made: ImageNet's statistics, the paper's loss on real paintings, and artists who are put aside.

Settings are chosen on one set of artists (``choose``), and the card's numbers are those of another (``test``), which
nothing is ever chosen by. Training for the card learns from all but ``test``.
"""

import json
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.art import (
    MEAN,
    STD,
    ArtDescriptor,
    ArtModel,
    half_whitened,
    imagenet_start,
    load_art_model,
    table_statistics,
)
from csdlib.descriptors.style_model import StyleModel, save_model
from csdlib.errors import InputError, require_range, unknown
from csdlib.files import AnyPath, data_path
from csdlib.recipes.shipped.cards import (
    compared,
    comparison,
    provenance,
    retrieval_results,
    training_record,
    write_record,
)
from csdlib.retrieval.benchmark import Retrieval, evaluate_retrieval
from csdlib.similarity.pairs import pair_quantiles
from csdlib.tables import ImageTable
from csdlib.training.csd import TrainingConfig, fit
from csdlib.training.views import StylePreservingViews

#: How csd-art was trained.
CSD_ART = TrainingConfig(
    steps=600,
    batch_size=96,
    images_each=3,
    ssl_weight=0.0,
    optimizer="adamw",
    projection_rate=2e-4,
    backbone_rate=5e-5,
    warmup=0.05,
    smallest_crop=0.5,
)

#: Side of the views in pixels. A crop shows marks larger than the whole picture does: so it is smaller than the 256 at
#: which pictures are described (Touvron et al., arXiv:1906.06423).
VIEW = 192

#: Stages that stay ImageNet's: edges and colours need no teaching, and two fifths of the time are theirs.
FROZEN = 2

#: How far the weights go from the start to the end of training: between them they generalise better than at the end
#: (Wortsman et al., arXiv:2109.01903).
KEPT = 0.7

#: Artists to choose settings by, and as many for the last word.
ASIDE = 24

#: What the card sets beside the model.
BASELINES = ("imagenet-statistics", "colour", "gram", "gram-clip-tiny", "clip-tiny", "csd-tiny")


@dataclass(frozen=True)
class ArtistSplit:
    """Who is learned from, who settings are chosen by, and who judges.

    Attributes:
        fit: names of artists.
        choose: likewise.
        test: likewise; never looked at before the end.
    """

    fit: tuple[str, ...]
    choose: tuple[str, ...]
    test: tuple[str, ...]


def split_artists(artists: Sequence[str], seed: int = 0, aside: int = ASIDE) -> ArtistSplit:
    """Splits artists at random, by a seed that is recorded.

    Args:
        artists: their names, in any order.
        seed: decides who goes where.
        aside: artists to choose settings by, and as many for the last word.

    Raises:
        InputError: not two artists are left to learn from.

    Example:
        >>> split_artists(["a", "b", "c", "d"], aside=1)
        ArtistSplit(fit=('b', 'd'), choose=('a',), test=('c',))
    """
    names = sorted(set(artists) - {""})
    if len(names) < 2 * aside + 2:
        raise InputError(f"{len(names)} artists are too few to put twice {aside} aside and to learn from two")
    order = np.random.default_rng(seed).permutation(names).tolist()
    parts = sorted(order[2 * aside :]), sorted(order[aside : 2 * aside]), sorted(order[:aside])
    return ArtistSplit(*map(tuple, parts))


def learned_paintings(root: AnyPath, csvs: Sequence[str], without: Sequence[str]) -> ImageTable:
    """The paintings of one or several tables, without those of some artists; the artist is the tag.

    Args:
        root: the folder of the tables.
        csvs: their names, for example ``wikiart.csv``.
        without: artists who are left out.
    """
    tables = [wikiart(root, csv=csv) for csv in csvs]
    frame = pd.concat([table.frame for table in tables], ignore_index=True)
    manifest = {"dataset": "wikiart", "csv": list(csvs)}
    return ImageTable(frame[~frame["artist"].isin(without)].reset_index(drop=True), Path(root), manifest)


def art_start(learned: ImageTable, weights: AnyPath | None = None, **config: int) -> ArtModel:
    """What training starts from: ImageNet's network, and the half-whitened components of the paintings' statistics.

    Args:
        learned: the paintings.
        weights: see ``imagenet_start``.
        config: see ``ArtModel``.
    """
    model = imagenet_start(weights=weights, **config).eval()
    half_whitened(model, table_statistics(model, learned))
    return model


def between(start: StyleModel, end: StyleModel, share: float) -> None:
    """Moves the weights of the end towards the start, in place: 1 leaves them, 0 is the start."""
    begun = start.state_dict()
    with torch.no_grad():
        for name, value in end.state_dict().items():
            if value.is_floating_point():
                # Training may have moved the end to a GPU.
                value.copy_(torch.lerp(begun[name].to(value), value, share))


def train_csd_art(
    root: AnyPath,
    output: AnyPath,
    config: TrainingConfig = CSD_ART,
    *,
    csvs: Sequence[str] = ("wikiart.csv", "wikiart_more.csv"),
    stage: str = "test",
    split_seed: int = 0,
    aside: int = ASIDE,
    style_dim: int = 128,
    kept: float = KEPT,
    weights: AnyPath | None = None,
    command: str = "",
) -> dict[str, Any]:
    """Trains csd-art, and writes weights, ``training.json`` and a model card.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        root: folder with the tables and the paintings.
        output: folder for the model.
        config: the settings.
        csvs: the tables to learn from; the first one has the queries and the database that judge.
        stage: ``choose`` puts both sets of artists aside and judges by the first; ``test`` learns from that one too,
            and judges by the other: for the last word only.
        split_seed: of the split into artists.
        aside: artists who choose, and as many who judge.
        style_dim: length of a descriptor.
        kept: how far the weights go from start to end, in [0, 1].
        weights: of ImageNet, see ``imagenet_start``.
        command: what the card gives as the command that makes it again.

    Returns:
        what ``training.json`` holds.

    Raises:
        InputError: a table or a package is missing, too few artists, an unknown stage, or a share outside [0, 1].
    """
    if stage not in ("choose", "test"):
        raise unknown("stage", stage, ["choose", "test"])
    require_range("kept", kept, 0, 1)
    output = Path(output)
    paintings = wikiart(root, csv=csvs[0])
    split = split_artists(paintings.frame["artist"].tolist(), split_seed, aside)
    unseen = {"choose": [*split.choose, *split.test], "test": list(split.test)}[stage]
    judges = paintings.where(split=["query", "database"], artist=list(getattr(split, stage)))
    learned = learned_paintings(root, csvs, unseen)
    started = time.perf_counter()
    start = art_start(learned, weights, style_dim=style_dim)
    model = deepcopy(start)
    model.backbone.freeze(FROZEN)
    each = 2 if config.ssl_weight else 1
    views = StylePreservingViews(VIEW, config.smallest_crop, each, turns=False, mean=MEAN, std=STD)
    checkpoint = output / "checkpoint.pt"
    log = fit(model, learned, config, views=views, checkpoint=checkpoint)
    between(start, model, kept)
    save_model(model, output)
    record = training_record(command, learned, log, config, time.perf_counter() - started)
    record |= {
        "start": "ImageNet",
        "kept": kept,
        "frozen_stages": FROZEN,
        "view": VIEW,
        "split_seed": split_seed,
        "stage": stage,
    }
    record |= {"unseen": unseen, "split": {"choose": split.choose, "test": split.test}}
    described = ArtDescriptor(load_art_model(output), name="csd-art", weights_hash="training")
    found = evaluate_retrieval(judges, described, k=10, progress=False)
    record |= {"queries": len(found.query), "database": len(found.database), "results": compared(found, BASELINES)}
    seen = found.embeddings.of(judges)
    pairs = pair_quantiles(seen, seen.table.column("artist")).round(3)
    record |= {"pairs": json.loads(pairs.to_json(orient="records"))}
    write_record(output, record, _card(record, found))
    checkpoint.unlink(missing_ok=True)
    return record


def judging_artists() -> list[str]:
    """The artists whom the shipped csd-art has not seen."""
    unseen: list[str] = json.loads(data_path("models/csd-art/training.json").read_text())["unseen"]
    return unseen


def _card(record: dict[str, Any], found: Retrieval) -> str:
    pairs = "\n".join(
        f"| {100 * row['share']:.0f} % | {row['same_artist']:.2f} | {row['other_artists']:.2f} |"
        for row in record["pairs"]
    )
    return f"""# csd-art

A contrastive style descriptor for real art (CSD, arXiv:2404.01292): EfficientNet-lite0, the mean and the deviation of
the maps of its five stages, and a projection to the style space. `csdlib.load("csd-art")` loads it.

**Licences.** The network started from ImageNet weights (EfficientNet-lite0, Apache 2.0). The paintings are in the
public domain; their collection (WikiArt at 224 pixels, CC BY-NC-SA 4.0) and the names of their makers (WikiArt's, by
way of ArtGAN's lists) are for non-commercial research. **So these weights are for non-commercial use.**

{provenance(record, "labelled with their artists")}
- **Files:** `model.safetensors` (16 bit), `config.json` (architecture), `training.json` (settings and curves).

{retrieval_results(found)}

{comparison(record["results"])}

**What a score means.** Cosines of two paintings by these artists, quantiles of all pairs. They hold for paintings like
these, one against one:

| share of pairs below | by one artist | by two artists |
|---|---|---|
{pairs}

**Limits.** It has seen Western painting by artists who died in 1955 or earlier, in pictures whose long side has 224
pixels. Photographs, drawings, other traditions and later art are strange to it: measure before you use it. A high score
says that two pictures look alike to this model; it is not evidence of copying.
"""
