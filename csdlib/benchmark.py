"""Style retrieval, whole: embed, search, measure (arXiv:2404.01292, Section 4)."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.descriptors import Descriptor
from csdlib.embeddings import embed
from csdlib.errors import InputError
from csdlib.metrics import (
    Estimate,
    average_precision_at_k,
    macro_average,
    mean_precision_at_k,
    mean_precision_per_query,
    recall_at_k,
)
from csdlib.retrieval import Neighbours, hits, neighbours, relevant_counts
from csdlib.tables import ImageTable


@dataclass(frozen=True)
class Retrieval:
    """What a descriptor found for every query of a table.

    Attributes:
        descriptor: its name.
        query: the queries, without images that could not be read.
        database: the database, likewise.
        neighbours: rows of ``database`` for every query, best first.
        hits: (q, K) bool, whether a neighbour has the query's label.
        n_relevant: (q,) database images with the query's label.
        label: the column that has to match.
        skipped: image id -> reason.
        seconds: time for embedding and search.
    """

    descriptor: str
    query: ImageTable
    database: ImageTable
    neighbours: Neighbours
    hits: np.ndarray
    n_relevant: np.ndarray
    label: str
    skipped: dict[str, str]
    seconds: float

    @property
    def labels(self) -> np.ndarray:
        """The label of every query, (q,) strings: the groups of the bootstrap."""
        return _labels(self.query, self.label)

    def estimates(self, ks: Sequence[int] = (1, 10, 100)) -> pd.DataFrame:
        """All metrics at several k, one row each, fractions in [0, 1] with 95 % intervals over labels.

        Columns: descriptor, metric, k, value, low, high, n, unit. A k beyond the searched neighbours is left out.
        """
        rows = [row for k in ks if k <= self.hits.shape[1] for row in self._at(k)]
        frame = pd.DataFrame(rows, columns=["metric", "k", "value", "low", "high", "n", "unit"])
        frame.insert(0, "descriptor", self.descriptor)
        return frame

    def _at(self, k: int) -> list[dict[str, object]]:
        estimates: dict[str, Estimate] = {
            "mean precision@k (the paper's mAP@k)": mean_precision_at_k(self.hits, k, groups=self.labels),
            "average precision@k": average_precision_at_k(self.hits, k, n_relevant=self.n_relevant, groups=self.labels),
            "recall@k": recall_at_k(self.hits, k, groups=self.labels),
            "mean precision@k, macro": macro_average(mean_precision_per_query(self.hits, k), self.labels),
        }
        return [{"metric": name, "k": k} | vars(estimate) for name, estimate in estimates.items()]

    def by_label(self) -> pd.DataFrame:
        """Per label: queries, database images, and the share of queries whose nearest neighbour is right."""
        frame = pd.DataFrame({self.label: self.labels, "relevant": self.n_relevant, "right": self.hits[:, 0]})
        grouped = frame.groupby(self.label).agg(
            queries=("right", "size"), database=("relevant", "first"), right=("right", "mean")
        )
        return grouped.sort_values("right", ascending=False).reset_index()


def evaluate_retrieval(
    table: ImageTable,
    descriptor: Descriptor,
    *,
    label: str = "artist",
    k: int = 100,
    cache: Path | None = None,
    progress: bool = True,
) -> Retrieval:
    """Searches every query image of a table in its database images.

    Args:
        table: with the splits query and database.
        descriptor: what embeds the images.
        label: the column that a right neighbour shares with the query; images without a value are left out.
        k: neighbours a query.
        cache: folder for finished parts of the embedding, see ``embed``.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: a split is empty, the label is missing, or all images have the same label (nothing could be wrong).
    """
    whole = {split: table.where(split=split) for split in ("query", "database")}
    parts = {split: _labelled(part, label) for split, part in whole.items()}
    unlabelled = {str(name): f"no {label}" for s in parts for name in np.setdiff1d(whole[s].ids, parts[s].ids)}
    _check_labels(parts.values(), label)
    started = time.perf_counter()
    embeddings = {split: embed(part, descriptor, cache=cache, progress=progress) for split, part in parts.items()}
    (query, query_table), (database, database_table) = (embeddings[split].of(parts[split]) for split in parts)
    found = neighbours(query, database, min(k, len(database)))
    seconds = time.perf_counter() - started
    query_labels, database_labels = (_labels(part, label) for part in (query_table, database_table))
    return Retrieval(
        descriptor=descriptor.name,
        query=query_table,
        database=database_table,
        neighbours=found,
        hits=hits(found, query_labels, database_labels),
        n_relevant=relevant_counts(query_labels, database_labels),
        label=label,
        skipped=unlabelled | embeddings["query"].skipped | embeddings["database"].skipped,
        seconds=seconds,
    )


def chance(retrieval: Retrieval) -> float:
    """The mean precision of neighbours drawn at random: the floor of every table, in [0, 1]."""
    return float((retrieval.n_relevant / len(retrieval.database)).mean())


def _labels(table: ImageTable, label: str) -> np.ndarray:
    return table.frame[label].to_numpy(dtype=str)


def _labelled(table: ImageTable, label: str) -> ImageTable:
    """Without the images of unknown label: two unknown artists are not one artist."""
    known = table.tagged(label).frame["styles"].map(len).to_numpy() > 0
    if not known.any():
        raise InputError(f"no {table.frame['split'].iloc[0]} image has a value in the column {label!r}")
    return table.take(np.flatnonzero(known))


def _check_labels(parts: Iterable[ImageTable], label: str) -> None:
    if len({name for part in parts for name in _labels(part, label)}) < 2:
        raise InputError(f"all images have the same {label}: every neighbour would be right; give at least two")
