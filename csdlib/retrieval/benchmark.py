"""Style retrieval, whole: embed, search, measure (arXiv:2404.01292, Section 4)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from csdlib.descriptors.protocol import Descriptor, Fittable
from csdlib.embeddings.arrays import Embedded, Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap_each, macro_average_each
from csdlib.metrics.ranking import (
    METRIC_TITLES,
    average_precision_per_query,
    mean_precision_per_query,
    precision_at_r_per_query,
    recall_per_query,
    reciprocal_rank_per_query,
)
from csdlib.retrieval.relevance import Matches, matches, relevant_counts
from csdlib.tables import ImageTable


@dataclass(frozen=True)
class Retrieval(Matches):
    """What a descriptor found for every query of a table: the matches, and of what.

    Attributes:
        descriptor: its name.
        query: the queries, without images that could not be read.
        database: the database, likewise.
        label: the column that has to match, or ``"styles"``.
        skipped: image id -> reason: cannot be read, has no label, or asks for what the database does not hold.
        embeddings: of queries and database, for further questions to ``evaluate_embeddings``.
        seconds: time for embedding and search.
    """

    descriptor: str
    query: ImageTable
    database: ImageTable
    label: str
    skipped: dict[str, str]
    embeddings: Embeddings
    seconds: float

    @property
    def labels(self) -> np.ndarray:
        """The label of every query, (q,) strings; they are the groups of the bootstrap.

        Where tags match, it is the artist; a picture whose artist is unknown stands for itself.
        """
        if self.label != "styles":
            return self.query.column(self.label)
        artists = self.query.column("artist")
        return np.where(artists == "", self.query.ids, artists)

    def of_queries(self, rows: np.ndarray) -> "Retrieval":
        """What was found for some of the queries, for example for artists whom training has not seen.

        Args:
            rows: numbers of queries, or (q,) bool.
        """
        chosen = np.arange(len(self.query))[rows]
        found = self.neighbours
        return replace(
            self,
            neighbours=replace(found, rows=found.rows[chosen], scores=found.scores[chosen]),
            hits=self.hits[chosen],
            n_relevant=self.n_relevant[chosen],
            query=self.query.take(chosen),
        )

    def estimates(self, ks: Sequence[int] = (1, 10, 100), *, over: Literal["label", "query"] = "label") -> pd.DataFrame:
        """All metrics at several k, one row each, fractions in [0, 1] with 95 % intervals.

        Args:
            ks: those beyond the searched neighbours are left out.
            over: what the bootstrap draws: labels (artists) with all their queries, or single queries.

        Returns:
            columns descriptor, metric, k, value, low, high, n, unit, note. Metrics go by the ids of ``METRIC_TITLES``.
            ``precision_at_r`` is there for every k that is not below the number of right images of any query; it is
            the same for all of them.
        """
        searched = [k for k in ks if k <= self.hits.shape[1]]
        micro = {key: values for k in searched for key, values in self._per_query(k).items()}
        if not micro:
            return pd.DataFrame(columns=["descriptor", "metric", "k", "value", "low", "high", "n", "unit", "note"])
        macro = {("mean_precision_macro", k): micro["mean_precision", k] for k in searched}
        groups = self.labels if over == "label" else None
        estimates = bootstrap_each(np.stack([*micro.values()], axis=1), groups=groups)
        estimates += macro_average_each(
            np.stack([*macro.values()], axis=1), self.labels, over="group" if over == "label" else "query"
        )
        rows = [
            {"descriptor": self.descriptor, "metric": metric, "k": k} | estimate.row()
            for (metric, k), estimate in zip([*micro, *macro], estimates, strict=True)
        ]
        return pd.DataFrame(rows)

    def _per_query(self, k: int) -> dict[tuple[str, int], np.ndarray]:
        metrics = {
            ("mean_precision", k): mean_precision_per_query(self.hits, k),
            ("average_precision", k): average_precision_per_query(self.hits, k, self.n_relevant),
            ("recall", k): recall_per_query(self.hits, k),
            ("reciprocal_rank", k): reciprocal_rank_per_query(self.hits, k),
        }
        if self.n_relevant.max() <= k:
            metrics["precision_at_r", k] = precision_at_r_per_query(self.hits, self.n_relevant)
        return metrics

    def by_label(self) -> pd.DataFrame:
        """Per label: queries, right images in the database, and the share of queries with a right nearest neighbour.

        Where tags match, artists stand for the label, and the number of right images is a mean over their queries.
        """
        name = "artist" if self.label == "styles" else self.label
        frame = pd.DataFrame({name: self.labels, "relevant": self.n_relevant, "right": self.hits[:, 0]})
        grouped = frame.groupby(name).agg(
            queries=("right", "size"), database=("relevant", "mean"), right=("right", "mean")
        )
        return grouped.sort_values("right", ascending=False).reset_index()


def evaluate_retrieval(
    table: ImageTable,
    descriptor: Descriptor,
    *,
    label: str = "artist",
    k: int = 100,
    cache: AnyPath | None = None,
    progress: bool = True,
) -> Retrieval:
    """Searches every query image of a table in its database images.

    Args:
        table: with the splits query and database.
        descriptor: what embeds the images.
        label: the column that a right neighbour shares with the query, or ``"styles"``: at least one tag is shared.
            Images without a value are left out, and so are queries whose value no database image has.
        k: neighbours a query.
        cache: folder for finished parts of the embedding, see ``embed``.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: a split is empty, the label is missing, or all images have the same label (nothing could be wrong).
    """
    # A label that cannot be judged is an error before the hours of embedding, not after.
    _answerable(table, label)
    started = time.perf_counter()
    if isinstance(descriptor, Fittable):
        descriptor.fit(table.where(split="database"))
    judged = table.where(split=["query", "database"])
    embeddings = embed(judged, descriptor, cache=cache, progress=progress)
    found = evaluate_embeddings(table, embeddings, label=label, k=k, name=descriptor.name)
    return replace(found, seconds=time.perf_counter() - started)


def evaluate_embeddings(
    table: ImageTable, embeddings: Embeddings, *, label: str = "artist", k: int = 100, name: str = "embeddings"
) -> Retrieval:
    """Searches and judges what is embedded already: again with another label, or with a part of the images.

    Args:
        table: with the splits query and database; images without an embedding are left out.
        embeddings: of its images; may be memory-mapped.
        label: as in ``evaluate_retrieval``.
        k: neighbours a query.
        name: how the descriptor is called in tables.

    Raises:
        InputError: as ``evaluate_retrieval``, or no query or no database image has an embedding.
    """
    started = time.perf_counter()
    judged = table.where(split=["query", "database"])
    embedded = embeddings.rows_of(judged) >= 0
    lost = {str(name): embeddings.skipped.get(str(name), "not embedded") for name in judged.ids[~embedded]}
    parts, left_out = _answerable(judged.take(np.flatnonzero(embedded)), label)
    query, database = map(embeddings.of, parts.values())
    found = matches(query, database, k, label=label)
    return Retrieval(
        **vars(found),
        descriptor=name,
        query=query.table,
        database=database.table,
        label=label,
        skipped=left_out | lost,
        embeddings=embeddings,
        seconds=time.perf_counter() - started,
    )


def evaluate_each(embedded: Embedded, *, label: str = "artist", k: int = 10, name: str = "embeddings") -> Retrieval:
    """Searches every image among all the others: the benchmark of a collection that has no split.

    Args:
        embedded: of a table with two labels or more; images without one, or whose label no other has, ask for nothing.
        label: a column; as in ``evaluate_retrieval``.
        k: neighbours a query.
        name: how the descriptor is called in tables.

    Raises:
        InputError: all images have the same label, or no image shares its own with another.
    """
    started = time.perf_counter()
    labels = embedded.table.column(label)
    known = np.flatnonzero(labels != "")
    if len(set(labels[known].tolist())) < 2:
        raise InputError(f"all images have the same {label}: every neighbour would be right; give at least two")
    database = embedded.of(embedded.table.take(known))
    others = relevant_counts(labels[known], labels[known]) - 1
    if not others.any():
        raise InputError(f"no two images have the same {label}: there is nothing to find")
    query = database.of(database.table.take(np.flatnonzero(others > 0)))
    found = matches(query, database, k, label=label)
    lost = {str(image): f"no {label}" for image in embedded.ids[labels == ""]}
    lost |= {str(image): f"no other image has its {label}" for image in database.ids[others == 0]}
    return Retrieval(
        **vars(replace(found, n_relevant=found.n_relevant - 1)),
        descriptor=name,
        query=query.table,
        database=database.table,
        label=label,
        skipped=lost | embedded.skipped,
        embeddings=embedded,
        seconds=time.perf_counter() - started,
    )


def chance(retrieval: Retrieval) -> float:
    """The mean precision of neighbours drawn at random: the floor of every table, in [0, 1].

    A query that is in the database itself is drawn for others only.
    """
    own = np.isin(retrieval.query.ids, retrieval.database.ids)
    return float((retrieval.n_relevant / (len(retrieval.database) - own)).mean())


def percent_table(estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates for people: one row a descriptor, one column a metric, percent with intervals.

    Args:
        estimates: of ``Retrieval.estimates``, of one or several descriptors.

    Returns:
        texts; index descriptor, columns such as ``mean precision@10``, as far as they were estimated. At k = 1 all
        metrics are one number, which stands there once, as ``recall@1``; the paper calls it mAP@1.
    """
    texts = {
        (row["descriptor"], row["metric"], row["k"]): Estimate.from_row(row).percent()
        for _, row in estimates.iterrows()
    }
    names = estimates["descriptor"].unique()
    shown = [("recall", 1), ("mean_precision", 10), ("mean_precision", 100), ("average_precision", 100)]
    columns = {
        METRIC_TITLES[metric].replace("@k", f"@{k}"): [texts.get((name, metric, k), "–") for name in names]
        for metric, k in [*shown, ("recall", 10), ("recall", 100)]
        if any((name, metric, k) in texts for name in names)
    }
    return pd.DataFrame(columns, index=pd.Index(names, name="descriptor"))


def _answerable(table: ImageTable, label: str) -> tuple[dict[str, ImageTable], dict[str, str]]:
    """Queries and database without what cannot be judged, and why: two unknown artists are not one artist."""
    known: dict[str, ImageTable] = {}
    left_out: dict[str, str] = {}
    for split in ("query", "database"):
        part = table.where(split=split)
        tags = _tags(part, label)
        left_out |= {name: f"no {label}" for name, own in zip(part.ids.tolist(), tags, strict=True) if not own}
        known[split] = part.take([row for row, own in enumerate(tags) if own])
        if not len(known[split]):
            raise InputError(f"no {split} image has a value in the column {label!r}")
    queries, database = (_tags(part, label) for part in known.values())
    if len(set(map(frozenset, queries + database))) < 2:
        raise InputError(f"all images have the same {label}: every neighbour would be right; give at least two")
    there = {tag for own in database for tag in own}
    keep = np.array([bool(there.intersection(own)) for own in queries])
    if not keep.any():
        raise InputError(f"no query has a {label} that a database image has: there is nothing to find")
    left_out |= {str(name): f"no database image has its {label}" for name in known["query"].ids[~keep]}
    return known | {"query": known["query"].take(np.flatnonzero(keep))}, left_out


def _tags(table: ImageTable, label: str) -> list[list[str]]:
    """What has to match: an image's tags, or its one value of a column."""
    tagged = table if label == "styles" else table.tagged(label)
    tags: list[list[str]] = tagged.frame["styles"].tolist()
    return tags
