"""Discrimination gaps by CSD+'s definitions."""

from itertools import combinations, product

import numpy as np
import pytest

from csdlib.errors import InputError
from csdlib.similarity import gaps
from csdlib.similarity.gaps import discrimination_gaps, gap_table, negative_share, negative_share_difference
from csdlib.similarity.readouts import readout
from tests.similarity.conftest import painters, unit


def by_definition(values: np.ndarray, artists: np.ndarray, artist: str, regime: str) -> tuple[float, str, float]:
    """An artist's likeness to itself, the closest stranger and the likeness to it, pair by pair."""
    own = np.flatnonzero(artists == artist)
    if regime == "pairwise":
        within = np.median([values[i, j] for i, j in combinations(own, 2)])
    else:
        within = np.median([np.mean([values[i, j] for j in own if j != i]) for i in own])
    across = {}
    for name in set(artists.tolist()) - {artist}:
        theirs = np.flatnonzero(artists == name)
        if regime == "pairwise":
            across[name] = np.median([values[i, j] for i, j in product(own, theirs)])
        else:
            across[name] = np.median([np.mean([values[i, j] for i in own]) for j in theirs])
    closest = max(across, key=lambda name: across[name])
    return float(within), closest, float(across[closest])


@pytest.mark.parametrize("regime", ["pairwise", "aggregated"])
@pytest.mark.parametrize("name", ["cosine", "csls"])
def test_gaps_are_what_csd_plus_defines(name: str, regime: str) -> None:
    images, artists = painters(7, 5, 0, noise=2)
    keep = np.setdiff1d(np.arange(35), [1, 8, 9, 33])
    images, artists = images.take(keep), artists[keep]
    way = readout(name, images, k=4)
    places, vectors = way.places(images), images.vectors.astype(float)
    values = way.read(vectors @ vectors.T, places, places)
    found = discrimination_gaps(images, artists, way, regime=regime, n_bootstrap=20)
    for row in found.to_dict("records"):
        own, closest, value = by_definition(values, artists, row["artist"], regime)
        assert row["works"] == (artists == row["artist"]).sum()
        assert row["closest"] == closest
        assert [row["own"], row["closest_value"], row["gap"]] == pytest.approx([own, value, own - value], abs=1e-6)
        assert row["above_strangers"] == pytest.approx(row["own"] - row["strangers"])
        assert row["strangers"] <= row["closest_value"]
        assert np.isnan(row["low"]) == (row["works"] < 4)


def test_who_has_three_manners_is_nearer_to_who_stands_between() -> None:
    centres = np.vstack(
        [np.repeat(np.eye(4)[:3], 8, axis=0), np.tile([0.6, 0.6, 0.6, 0], (24, 1)), np.eye(4)[[3] * 24]]
    )
    images = unit(centres + 0.05 * np.random.default_rng(0).normal(size=centres.shape))
    artists = np.repeat(["proteus", "between", "far"], 24)
    for regime in ("pairwise", "aggregated"):
        found = discrimination_gaps(images, artists, readout("cosine", images), regime=regime).set_index("artist")
        assert found.loc["proteus", "high"] < 0
        assert found.loc["proteus", "closest"] == "between"
        assert found.loc["far", "low"] > 0.5
    table = gap_table(images, artists, ["cosine"])
    assert table["negative"].tolist() == table["surely"].tolist() == [1, 1]
    assert table["share"].tolist() == pytest.approx([1 / 3, 1 / 3])


def test_an_interval_is_about_other_works() -> None:
    # The scatter of the gaps of many samples of the same artists is what the intervals of one should tell.
    random = np.random.default_rng(0)
    centres = np.array([[1.0, 0, 0, 0], [0.6, 0.8, 0, 0], [0, 0, 1.0, 0]])

    def sample(bootstrap: int) -> np.ndarray:
        works = np.repeat(centres, 15, axis=0) + 0.5 * random.normal(size=(45, 4))
        images, artists = unit(works), np.repeat(["a", "b", "c"], 15)
        found = discrimination_gaps(images, artists, readout("cosine", images), n_bootstrap=bootstrap)
        return found.loc[0, ["gap", "low", "high"]].to_numpy(dtype=float)

    truth = np.median([sample(0)[0] for _ in range(100)])
    held = [low <= truth <= high for _, low, high in (sample(60) for _ in range(40))]
    assert np.mean(held) >= 0.85


def test_the_share_at_matched_numbers_is_the_mean_over_draws() -> None:
    images, artists = painters(9, 6, 2, noise=3)
    everything = negative_share(images, artists, 9, 6, draws=1)
    whole = discrimination_gaps(images, artists, readout("cosine", images), n_bootstrap=0)["gap"]
    assert everything.value == pytest.approx((whole < 0).mean())
    assert (everything.n, everything.unit) == (9, "group")
    few, more = (negative_share(images, artists, 9, works, draws=10).value for works in (2, 5))
    assert few > more, "thin pools have more negative gaps"
    assert negative_share(images, artists, 3, 5, draws=10).value < more, "and so do many artists"


def test_read_outs_are_compared_on_the_same_draws() -> None:
    images, artists = painters(12, 6, 0, noise=3)
    design = (6, 4)
    one, other = (negative_share(images, artists, *design, name=name, k=5, seed=3) for name in ("csls", "cosine"))
    found = negative_share_difference(images, artists, *design, k=5, seed=3)
    assert found.value == pytest.approx(one.value - other.value)
    assert found.high - found.low < one.high - one.low, "what is common to both cancels out"
    nothing = negative_share_difference(images, artists, *design, name="cosine", seed=3)
    assert nothing.value == 0


def test_what_cannot_be_drawn_is_refused() -> None:
    images, artists = painters(4, 3, 0)
    for artists_drawn, works in ((5, 3), (4, 4), (1, 3), (4, 1)):
        with pytest.raises(InputError, match="cannot be drawn"):
            negative_share(images, artists, artists_drawn, works)
    with pytest.raises(InputError, match="unknown regime"):
        discrimination_gaps(images, artists, readout("cosine", images), regime="all")


def test_copies_of_a_work_are_no_pair() -> None:
    block = np.array([[np.nan, 0.1, 0.2], [0.1, np.nan, 0.6], [0.2, 0.6, np.nan]])
    drawn = np.array([[0, 0, 1, 2]])
    # The pairs: twice 0 with 1, twice 0 with 2, and 1 with 2.
    assert gaps._pairs_within(block, drawn).tolist() == pytest.approx([np.median([0.1, 0.1, 0.2, 0.2, 0.6])])
    scores = [(0.1 + 0.2) / 2] * 2 + [(2 * 0.1 + 0.6) / 3, (2 * 0.2 + 0.6) / 3]
    assert gaps._pools_within(block, drawn).tolist() == pytest.approx([np.median(scores)])


@pytest.mark.parametrize("regime", gaps.REGIMES)
def test_of_four_works_the_same_may_be_drawn_four_times(regime: str) -> None:
    images, artists = painters(4, 4, 0)
    found = discrimination_gaps(images, artists, readout("cosine", images), regime=regime, n_bootstrap=500)
    assert np.isfinite(found[["low", "high"]].to_numpy()).all()
