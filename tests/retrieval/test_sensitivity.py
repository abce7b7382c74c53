"""What decides a benchmark: places and shares by hand, and a database that is thinned out."""

import numpy as np
import pandas as pd
import pytest

from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.retrieval.benchmark import Retrieval, evaluate_retrieval
from csdlib.retrieval.sensitivity import (
    places_by_metric,
    recall_by_chance,
    shares_by_lot,
    shares_with_nearest,
    thin_database,
)
from csdlib.tables import ImageTable


@pytest.fixture(scope="module")
def found(striped_table: ImageTable) -> Retrieval:
    return evaluate_retrieval(striped_table, load("colour"), k=5, progress=False)


class Hits:
    """A retrieval of which only the hits matter."""

    def __init__(self, *rows: str) -> None:
        self.hits = np.array([[sign == "+" for sign in row] for row in rows])
        self.n_relevant = np.full(len(rows), 2)


def test_two_metrics_may_order_two_methods_differently() -> None:
    # An early hit enters all later precisions; average precision counts precisions at hits only.
    results = {"late": Hits("-++"), "early": Hits("+--")}
    places = places_by_metric(results, (3, 10))  # type: ignore[arg-type]
    assert places["k"].unique().tolist() == [3]
    assert places["descriptor"].tolist() == ["early", "late"]
    assert places["mean_precision"].tolist() == pytest.approx([(1 + 1 / 2 + 1 / 3) / 3, (0 + 1 / 2 + 2 / 3) / 3])
    assert places["average_precision"].tolist() == pytest.approx([1 / 2, (1 / 2 + 2 / 3) / 2])
    assert places[["place_by_mean", "place_by_average"]].to_numpy().tolist() == [[1, 2], [2, 1]]


def test_a_thinned_database_keeps_the_queries_and_grows_by_what_it_had(striped_table: ImageTable) -> None:
    few, more, all_of_them = (thin_database(striped_table, works, seed=1) for works in (1, 3, 6))
    for works, table in ((1, few), (3, more)):
        counts = table.frame[table.frame["split"] == "database"]["artist"].value_counts()
        assert set(counts) == {works}
        assert (table.frame["split"] == "query").sum() == 16
    assert set(few.ids) < set(more.ids) < set(all_of_them.ids)
    assert all_of_them.ids.tolist() == striped_table.ids.tolist()
    assert set(few.ids) != set(thin_database(striped_table, 1, seed=2).ids)
    with pytest.raises(InputError, match="works must be at least 1"):
        thin_database(striped_table, 0)


def test_shares_are_those_of_brute_force(found: Retrieval) -> None:
    query, database = found.query.frame, found.database.frame
    for row in range(len(query)):
        nearest = database.iloc[found.neighbours.rows[row, 0]]
        others = database[database["artist"] != query["artist"].iloc[row]]
        same = others["movement"] == query["movement"].iloc[row]
        assert shares_with_nearest(found, "movement")[row] == (nearest["movement"] == query["movement"].iloc[row])
        assert shares_by_lot(found, "movement")[row] == pytest.approx(same.mean())
    # One of the three other artists is of the same movement.
    assert shares_by_lot(found, "movement").tolist() == pytest.approx([1 / 3] * len(query))
    assert shares_by_lot(found, "artist").tolist() == [0] * len(query)


def test_recall_by_chance_is_that_of_simulation(found: Retrieval) -> None:
    share = found.n_relevant[0] / len(found.database)
    draws = np.random.default_rng(0).random((20_000, 3)) < share
    assert recall_by_chance(found, 3) == pytest.approx(draws.any(axis=1).mean(), abs=0.01)
    assert recall_by_chance(found, 1) == pytest.approx(share)


def test_places_of_no_depth_are_an_empty_table() -> None:
    assert isinstance(places_by_metric({"one": Hits("+")}, (10,)), pd.DataFrame)  # type: ignore[dict-item]
    assert places_by_metric({"one": Hits("+")}, (10,)).empty  # type: ignore[dict-item]
