"""What decides a benchmark beside the method: the metric, the size of the database, and what neighbours share."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from csdlib.errors import InputError
from csdlib.metrics.ranking import average_precision_per_query, mean_precision_per_query
from csdlib.retrieval.benchmark import Retrieval
from csdlib.tables import ImageTable


def places_by_metric(results: Mapping[str, Retrieval], ks: Sequence[int]) -> pd.DataFrame:
    """How methods are ordered by two metrics that both are called mAP.

    Args:
        results: what each method found for the same queries.
        ks: numbers of neighbours; those beyond the searched ones are left out.

    Returns:
        one row a k and method, the best by mean precision first: ``k``, ``descriptor``, ``mean_precision`` and
        ``average_precision`` (means over queries, fractions in [0, 1], higher is better), ``place_by_mean`` and
        ``place_by_average`` (1 is best).
    """
    rows = [
        {
            "k": k,
            "descriptor": name,
            "mean_precision": mean_precision_per_query(found.hits, k).mean(),
            "average_precision": average_precision_per_query(found.hits, k, found.n_relevant).mean(),
        }
        for k in ks
        for name, found in results.items()
        if k <= found.hits.shape[1]
    ]
    frame = pd.DataFrame(rows, columns=["k", "descriptor", "mean_precision", "average_precision"])
    places = {
        f"place_by_{kind}": frame.groupby("k")[f"{kind}_precision"].rank(method="first", ascending=False).astype(int)
        for kind in ("mean", "average")
    }
    return frame.assign(**places).sort_values(["k", "place_by_mean"], ignore_index=True)


def thin_database(table: ImageTable, works: int, *, label: str = "artist", seed: int = 0) -> ImageTable:
    """A table with fewer database images of each label; its other images all stay.

    Args:
        table: with the split database.
        works: images of each label that stay, at most, drawn at random. With one seed, those that stay with few stay
            with more, too.
        label: the column.
        seed: of the lot.

    Raises:
        InputError: fewer than one work.
    """
    if works < 1:
        raise InputError(f"works must be at least 1, got {works}")
    in_database = table.frame["split"].to_numpy() == "database"
    shuffled = np.random.default_rng(seed).permutation(np.flatnonzero(in_database))
    labels = pd.Series(table.column(label)[shuffled])
    place = labels.groupby(labels).cumcount().to_numpy()
    return table.take(np.sort(np.concatenate([np.flatnonzero(~in_database), shuffled[place < works]])))


def recall_by_chance(found: Retrieval, k: int) -> float:
    """Recall@k of neighbours drawn at random, in [0, 1]: the floor that rises with k.

    Args:
        found: what was found; only the sizes matter.
        k: neighbours of a query, drawn independently.
    """
    share = found.n_relevant / len(found.database)
    return float((1 - (1 - share) ** k).mean())


def shares_with_nearest(found: Retrieval, column: str) -> np.ndarray:
    """Whether each query's nearest neighbour has its value in a column, (q,) bool; unknown values are not shared."""
    nearest, asked = found.database.column(column)[found.neighbours.rows[:, 0]], found.query.column(column)
    shared: np.ndarray = (nearest == asked) & (asked != "")
    return shared


def shares_by_lot(found: Retrieval, column: str) -> np.ndarray:
    """How likely a *wrong* neighbour drawn at random has the query's value in a column: the chance of a shared mistake.

    Args:
        found: a retrieval by a column; where tags match, wrong neighbours are those by other artists.
        column: for example ``movement``.

    Returns:
        (q,) fractions in [0, 1]: of the database images with another label, those with the query's value.
    """
    label = "artist" if found.label == "styles" else found.label
    labels, values = found.database.column(label), found.database.column(column)
    asked = list(zip(found.query.column(label), found.query.column(column), strict=True))
    shares = {(own, value): (values[labels != own] == value).mean() for own, value in set(asked)}
    return np.array([shares[pair] for pair in asked])
