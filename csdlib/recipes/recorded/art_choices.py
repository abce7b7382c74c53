"""What each choice in the making of csd-art brings: by the artists who may choose, never by those who judge."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.art import (
    ArtDescriptor,
    ArtModel,
    half_whitened,
    imagenet_start,
    load_art_model,
    principal_components,
    table_statistics,
)
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, text_hash
from csdlib.metrics.intervals import bootstrap, paired_difference
from csdlib.metrics.ranking import mean_precision_per_query, recall_per_query
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.shipped.csd_art import ASIDE, VIEW, between, learned_paintings, split_artists
from csdlib.retrieval.benchmark import evaluate_embeddings
from csdlib.tables import ImageTable
from csdlib.training.csd import TrainingConfig
from csdlib.training.projection import fit_projection

#: How the projection alone is trained, on components that stay as they are.
PROJECTION = TrainingConfig(steps=300, batch_size=256, images_each=4, ssl_weight=0.0, projection_rate=3e-4)

#: Shares of the way from the start to the end of training.
SHARES = (0.4, 0.7, 1.0)


@dataclass(frozen=True)
class _Paintings:
    """What is learned from, and who chooses."""

    learned: ImageTable
    extra: np.ndarray
    judges: ImageTable


def record_art_choices(
    root: AnyPath,
    output: AnyPath,
    trained: AnyPath,
    *,
    csvs: Sequence[str] = ("wikiart.csv", "wikiart_more.csv"),
    split_seed: int = 0,
    aside: int = ASIDE,
    counts: Sequence[int] = (64, 128, 256, 512),
    projection: TrainingConfig = PROJECTION,
    weights: AnyPath | None = None,
    command: str = "",
) -> Recorded:
    """Records how statistics, whitening, a trained projection and a trained network find the artists who choose.

    Args:
        root: folder with the tables and the paintings.
        output: a csv file with a row for each ``choice`` and ``metric`` (recall@1, mean precision@10, recall@10):
            ``value``, ``low``, ``high``, ``n``, ``unit``, and ``above``, the paired difference to the training's
            start (as many half-whitened components as the model has numbers), with ``above_low`` and ``above_high``.
            Intervals are over artists.
        trained: the model of ``train-art --stage choose --kept 1``: what training ends with, not moved back.
        csvs: the tables to learn from; the first has queries and database.
        split_seed: as the training's.
        aside: likewise.
        counts: of components, beside the model's own.
        projection: how a projection is trained on components.
        weights: of ImageNet, see ``imagenet_start``.
        command: what makes it again.

    Raises:
        InputError: a table, a painting or the model is missing, or a painting cannot be read.
    """
    table = wikiart(root, csv=csvs[0])
    split = split_artists(table.frame["artist"].tolist(), split_seed, aside)
    learned = learned_paintings(root, csvs, [*split.choose, *split.test])
    extra = ~learned.frame["path"].isin(table.frame["path"]).to_numpy()
    paintings = _Paintings(learned, extra, table.where(split=["query", "database"], artist=list(split.choose)))
    end = load_art_model(trained)
    start = imagenet_start(**end.config, weights=weights).eval()
    taught, asked = (table_statistics(start, table, whole=True) for table in (paintings.learned, paintings.judges))
    half_whitened(start, taught)
    choices = _of_components(taught, asked, sorted({*counts, end.config["style_dim"]}))
    choices |= _of_smaller_pictures(paintings, end.config["style_dim"], weights)
    choices |= _of_projections(taught, asked, paintings, end.config["style_dim"], projection)
    choices |= _of_training(paintings.judges, start, end)
    frame = _compared(choices, paintings.judges, _half_whitened(end.config["style_dim"]))
    facts: dict[str, Any] = {"learned": len(learned), "extra": int(extra.sum()), "judges": len(paintings.judges)}
    facts |= {"artists": split.choose, "split_seed": split_seed}
    return write_results(output, facts, frame.round(5), command=command)


def _half_whitened(count: int) -> str:
    return f"{count} components, half-whitened"


def _of_components(learned: np.ndarray, judges: np.ndarray, counts: Sequence[int]) -> dict[str, np.ndarray]:
    """Descriptors of the judges that learn nothing but what varies among paintings."""
    centre, spread = learned.mean(axis=0), learned.std(axis=0) + 1e-6
    found = {"all statistics, standardised": (judges - centre) / spread}
    for power, whitened in ((0.0, "as they are"), (1.0, "whitened")):
        found |= {f"{counts[-1]} components, {whitened}": principal_components(learned, counts[-1], power)(judges)}
    return found | {_half_whitened(count): principal_components(learned, count)(judges) for count in counts}


def _of_smaller_pictures(paintings: _Paintings, count: int, weights: AnyPath | None) -> dict[str, np.ndarray]:
    """The same of pictures at the size of training's views."""
    model = imagenet_start(VIEW, weights=weights).eval()
    learned, judges = (table_statistics(model, table, whole=True) for table in (paintings.learned, paintings.judges))
    return {f"{_half_whitened(count)}, of {VIEW} pixels": principal_components(learned, count)(judges)}


def _of_projections(
    learned: np.ndarray, judges: np.ndarray, paintings: _Paintings, count: int, config: TrainingConfig
) -> dict[str, np.ndarray]:
    """Descriptors whose projection was trained, on twice as many components as they keep numbers."""
    components = principal_components(learned, 2 * count)
    inputs, labels, first = components(learned), paintings.learned.sparse_labels(), np.eye(2 * count, count)
    few = ~paintings.extra
    return {
        "projection trained": components(judges) @ fit_projection(inputs, labels, first, config),
        "projection trained on the first table": components(judges)
        @ fit_projection(inputs[few], labels[few], first, config),
    }


def _of_training(judges: ImageTable, start: ArtModel, end: ArtModel) -> dict[str, np.ndarray]:
    """Descriptors by the trained network, at several shares of the way from its start."""
    found = {}
    for share in SHARES:
        model = deepcopy(end)
        between(start, model, share)
        descriptor = ArtDescriptor(model, name="csd-art", weights_hash=str(share))
        found[f"network trained, {share:.0%} of the way"] = embed(judges, descriptor).vectors
    return found


def _compared(choices: dict[str, np.ndarray], judges: ImageTable, reference: str) -> pd.DataFrame:
    """All metrics of all choices, each beside the reference."""
    measured = {}
    for choice, vectors in choices.items():
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        embeddings = Embeddings(unit.astype(np.float32), judges.ids, text_hash(choice), "cosine")
        found = evaluate_embeddings(judges, embeddings, k=10, name=choice)
        measured[choice] = {
            "recall@1": recall_per_query(found.hits, 1),
            "mean precision@10": mean_precision_per_query(found.hits, 10),
            "recall@10": recall_per_query(found.hits, 10),
        }
    artists = found.labels
    rows = []
    for choice, metrics in measured.items():
        for metric, values in metrics.items():
            above = paired_difference(values, measured[reference][metric], groups=artists)
            row = {"choice": choice, "metric": metric} | bootstrap(values, groups=artists).row()
            rows.append(row | above.columns("above"))
    return pd.DataFrame(rows)
