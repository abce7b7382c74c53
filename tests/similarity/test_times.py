"""Artists and times: worlds in which style drifts, in which it does not, and in which one artist is a hub."""

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import found_by, mantel, precedence

YEARS = np.linspace(1600, 1900, 24)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _distances(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points, axis=2)


def test_a_drift_is_found_and_none_is_not() -> None:
    rng = np.random.default_rng(0)
    drift = np.column_stack([YEARS / 100, rng.normal(size=(24, 3))])
    found = mantel(_distances(drift), YEARS)
    assert found.value > 0.2
    assert found.p < 0.01
    none = mantel(_distances(rng.normal(size=(24, 4))), YEARS)
    assert none.p > 0.05
    assert none.by_chance[0] < none.value < none.by_chance[1]


def test_mantel_is_the_correlation_of_pairs() -> None:
    points = np.random.default_rng(1).normal(size=(6, 2))
    years = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    pairs = np.triu_indices(6, 1)
    wanted = np.corrcoef(_distances(points)[pairs], np.abs(years[:, None] - years)[pairs])[0, 1]
    assert mantel(_distances(points), years, permutations=9).value == pytest.approx(wanted)


def test_between_two_movements_only_is_no_time_within_them() -> None:
    rng = np.random.default_rng(2)
    movement = np.repeat(["old", "new"], 12)
    points = np.where(movement == "old", 0.0, 5.0)[:, None] + rng.normal(size=(24, 3))
    assert mantel(_distances(points), YEARS).p < 0.01
    assert mantel(_distances(points), YEARS, within=movement).p > 0.05


def test_found_by_counts_what_a_loop_counts() -> None:
    rng = np.random.default_rng(3)
    artists = np.repeat(["a", "b", "c", "d"], [3, 5, 2, 4])
    vectors = _unit(rng.normal(size=(14, 3)))
    names, lifts = found_by(Embeddings(vectors, np.arange(14).astype(str), "x", "cosine"), artists, k=4)
    assert names.tolist() == ["a", "b", "c", "d"]
    for row, finder in enumerate(names):
        for column, other in enumerate(names):
            if row == column:
                assert np.isnan(lifts[row, column])
                continue
            hits = 0
            for work in np.flatnonzero(artists == finder):
                others = np.flatnonzero(artists != finder)
                nearest = others[np.argsort(-vectors[others] @ vectors[work])[:4]]
                hits += (artists[nearest] == other).sum()
            share = hits / (4 * (artists == finder).sum())
            wanted = share / ((artists == other).sum() / (artists != finder).sum())
            assert lifts[row, column] == pytest.approx(wanted)


def test_heirs_find_their_models_beyond_popularity() -> None:
    rng = np.random.default_rng(4)
    lifts = rng.uniform(0.8, 1.2, (24, 24))
    # Each finds the two before it.
    for later in range(24):
        lifts[later, max(0, later - 2) : later] += 3
    np.fill_diagonal(lifts, np.nan)
    order = np.arange(24.0)
    assert precedence(lifts, order).p < 0.01
    assert precedence(lifts, order, popularity=False).p < 0.01
    assert precedence(lifts, order, reach=2).value > 2
    assert precedence(lifts, -order).value == pytest.approx(-precedence(lifts, order).value)


def test_an_early_hub_is_popularity_and_no_influence() -> None:
    rng = np.random.default_rng(5)
    lifts = rng.uniform(0.9, 1.1, (24, 24))
    lifts[:, :6] += 2
    np.fill_diagonal(lifts, np.nan)
    assert precedence(lifts, YEARS).p < 0.01
    alone = precedence(lifts, YEARS, popularity=False)
    assert alone.p > 0.05
    assert abs(alone.value) < 0.05


def test_dates_that_say_nothing_are_refused_about_one_time_in_twenty() -> None:
    rng = np.random.default_rng(6)
    refused = 0
    for _ in range(60):
        # Artists differ in popularity, but not by their dates.
        lifts = rng.uniform(0, 1, (12, 12)) + rng.exponential(2, 12)
        refused += precedence(lifts, rng.permutation(np.arange(12.0)), permutations=99).p <= 0.05
    assert refused <= 9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"years": YEARS[:3]}, "need a square table"),
        ({"years": np.full(24, np.nan)}, "need a square table"),
        ({"years": np.full(24, 1900.0)}, "widen reach"),
        ({"reach": 1.0}, "widen reach"),
    ],
)
def test_refusals(change: dict[str, object], message: str) -> None:
    given = {"lifts": np.ones((24, 24)), "years": YEARS} | change
    with pytest.raises(InputError, match=message):
        precedence(**given)  # type: ignore[arg-type]


def test_nothing_that_varies_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to correlate"):
        mantel(np.ones((24, 24)), YEARS)
    one = Embeddings(_unit(np.eye(4)), np.arange(4).astype(str), "x", "cosine")
    with pytest.raises(InputError, match="k must be from 1 to 2"):
        found_by(one, np.array(["a", "a", "b", "b"]), k=3)
