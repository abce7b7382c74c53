"""Splits into query and database where none was published: drawn from a seed, and kept in a file that can be shared."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, cache_folder, text_hash
from csdlib.tables import collection_of
from csdlib.texts import one_form, read_csv

#: What a kept split may say of an image; what is unused is on no side.
SIDES = ("query", "database", "unused")


def uniform(text: str) -> float:
    """A number in [0, 1) that depends on the text only.

    Example:
        >>> 0 <= uniform("a") < 1, uniform("a") == uniform("a")
        (True, True)
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


def artist_split(rows: pd.DataFrame, *, query_share: float, seed: int) -> list[str]:
    """A random split in which every artist of a query has at least one work in the database.

    Works without an artist (an empty text) have nobody to be found by: they go into the database.

    Args:
        rows: the columns ``path`` and ``artist``.
        query_share: share of all rows that become queries, in [0, 1]. There are fewer where too many artists have one
            work.
        seed: which ones.

    Returns:
        query or database, for each row.

    Example:
        >>> artist_split(pd.DataFrame({"path": ["1", "2", "3"], "artist": ["a", "b", ""]}), query_share=1, seed=0)
        ['database', 'database', 'database']
    """
    order = _drawn(rows["path"], seed)
    artists = rows["artist"].to_numpy(dtype=str)[order]
    # In the drawn order, everybody's first work stays in the database.
    _, first = np.unique(artists, return_index=True)
    free = np.delete(order, first)
    free = free[rows["artist"].to_numpy(dtype=str)[free] != ""]
    split = np.full(len(rows), "database", dtype=object)
    split[free[: round(query_share * len(rows))]] = "query"
    return list(split)


def content_split(rows: pd.DataFrame, *, queries: float, seed: int) -> list[str]:
    """A random split in which queries and database share no content: a cluster of classes is on one side.

    Clusters in a random order become query clusters, up to half of the images. From these the queries are drawn, from
    every domain in proportion to its images; their other images are unused.

    Args:
        rows: the columns ``path``, ``domain`` and ``cluster``.
        queries: how many queries; all images of the query clusters where these hold fewer. Below 1 it is their share.
        seed: which clusters, and which images.

    Returns:
        query, database or unused, for each row.

    Raises:
        InputError: a domain has no query, or nothing in the database.
    """
    order = _drawn(rows["path"], seed)
    drawn = rows.iloc[order].reset_index(drop=True)
    in_query = drawn["cluster"].isin(_query_clusters(rows["cluster"], seed))
    # An image's place in its domain, as a share: the lowest shares are every domain's in proportion.
    domains = drawn.loc[in_query, ["domain"]].groupby("domain")
    place = (domains.cumcount() + 0.5) / domains["domain"].transform("size")
    count = round(queries * len(place)) if queries < 1 else int(queries)
    sides = np.where(in_query, "unused", "database").astype(object)
    sides[place.sort_values(kind="stable").index[:count]] = "query"
    _require_both_sides(drawn["domain"], sides)
    split = np.empty(len(rows), dtype=object)
    split[order] = sides
    return list(split)


def split_file(root: AnyPath, name: str, split: AnyPath | None = None) -> Path:
    """Where a split is kept: beside the images, or in the cache where their folder may not be written.

    Args:
        root: the folder of the images.
        name: of the file.
        split: the file, where the user names one.
    """
    if split is not None:
        return Path(split)
    beside = Path(root) / name
    if beside.is_file() or os.access(root, os.W_OK):
        return beside
    return cache_folder() / "splits" / collection_of(root) / name


def kept_split(file: AnyPath, rows: pd.DataFrame, draw: Callable[[pd.DataFrame], list[str]]) -> pd.DataFrame:
    """The rows with their split: from the file, or drawn and written into it.

    Args:
        file: csv of the columns of ``rows``, and ``split``.
        rows: text only; ``path`` identifies an image.
        draw: gives the split of each row, where there is no file yet.

    Raises:
        InputError: the file cannot be written or read, or it splits other images than these; the message says how many.
    """
    file = Path(file)
    if not file.is_file():
        drawn = rows.assign(split=draw(rows))
        try:
            with atomic_path(file) as target:
                drawn.to_csv(target, index=False, lineterminator="\n")
        except OSError as error:
            raise InputError(f"{file}: the split cannot be written ({error}); name another file with split=") from error
        return drawn
    kept = _read(file, [*rows.columns, "split"])
    _require_same(file, kept, rows)
    sides = dict(zip(kept["path"].map(one_form), kept["split"], strict=True))
    return rows.assign(split=rows["path"].map(one_form).map(sides))


def _drawn(paths: Iterable[str], seed: int) -> np.ndarray:
    """Row numbers in an order that depends on paths and seed only: no library's generator can change a split."""
    return np.argsort(np.array([text_hash(seed, path) for path in paths]), kind="stable")


def _query_clusters(clusters: pd.Series, seed: int) -> list[str]:
    sizes = clusters.value_counts()
    chosen: list[str] = []
    free = len(clusters) // 2
    for cluster in sorted(sizes.index, key=lambda name: text_hash("cluster", seed, name)):
        if sizes[cluster] <= free:
            chosen.append(cluster)
            free -= sizes[cluster]
    return chosen


def _require_both_sides(domains: pd.Series, sides: np.ndarray) -> None:
    for side in ("query", "database"):
        missing = set(domains) - set(domains[sides == side])
        if missing:
            raise InputError(
                f"no {side} image of the domain {min(missing)!r}: give another seed, more queries, or other clusters"
            )


def _read(file: Path, columns: list[str]) -> pd.DataFrame:
    kept = read_csv(file)
    if list(kept.columns) != columns:
        raise InputError(f"{file}: a split has the columns {','.join(columns)}, this has {','.join(kept.columns)}")
    wrong = ~kept["split"].isin(SIDES)
    if wrong.any():
        line = kept.index[int(wrong.to_numpy().argmax())]
        raise InputError(f"{file}: line {line}: the split {kept['split'][line]!r} is not one of {', '.join(SIDES)}")
    return kept


def _require_same(file: Path, kept: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Refuses the split of other images, or of the same under other labels."""
    # The split may have been drawn where the disk writes names in another form.
    kept, rows = kept[rows.columns].map(one_form), rows.map(one_form)
    if np.array_equal(kept.to_numpy(dtype=object), rows.to_numpy(dtype=object)):
        return
    listed, own = (set(frame.itertuples(index=False, name=None)) for frame in (kept, rows))
    new, gone, twice = len(own - listed), len(listed - own), len(kept) - len(listed)
    if new or gone or twice:
        raise InputError(
            f"{file}: the split of another data set: {new} images are new, {gone} are gone, {twice} stand twice. Bring"
            " the data set back; or delete the file, or name another with split=, to draw a new split"
        )
