"""What a threshold lets pass, beside every pair counted by hand."""

from itertools import combinations

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.jackknifed import jackknife
from csdlib.similarity.acceptance import ACCEPTED, accepted_shares
from csdlib.similarity.calibration import posterior
from tests.similarity.conftest import unit

THRESHOLDS = (-1.0, 0.1, 0.4, 0.8, 1.01)


@pytest.fixture(scope="module")
def artists() -> np.ndarray:
    return np.array([*"aaaabbbccccddeeeee", "alone", ""])


@pytest.fixture(scope="module")
def works(artists: np.ndarray) -> Embeddings:
    random = np.random.default_rng(4)
    centres = {name: random.normal(size=5) for name in np.unique(artists)}
    return unit(np.stack([centres[name] + 0.9 * random.normal(size=5) for name in artists]))


def by_hand(works: Embeddings, artists: np.ndarray, threshold: float, left: str = "") -> tuple[float, float]:
    """The shares of the pairs of each kind that reach a threshold, without an artist and without unknown ones."""
    kept = [row for row, name in enumerate(artists) if name not in ("", left)]
    passed: dict[bool, list[bool]] = {True: [], False: []}
    for one, other in combinations(kept, 2):
        cosine = works.vectors[one].astype(float) @ works.vectors[other].astype(float)
        passed[artists[one] == artists[other]].append(bool(cosine >= threshold))
    return float(np.mean(passed[True])), float(np.mean(passed[False]))


def test_shares_and_intervals_are_those_of_all_pairs_counted_one_by_one(works: Embeddings, artists: np.ndarray) -> None:
    found = accepted_shares(works, artists, THRESHOLDS).set_index(["measure", "threshold"])
    for threshold in THRESHOLDS:
        whole = by_hand(works, artists, threshold)
        without = [by_hand(works, artists, threshold, name) for name in np.unique(artists[artists != ""])]
        for kind, measure in enumerate(("same", "different")):
            row, known = found.loc[(measure, threshold)], jackknife(whole[kind], np.array(without)[:, kind])
            assert row[["value", "low", "high"]].tolist() == pytest.approx([known.value, known.low, known.high])
    assert found.loc[("same", -1.0), "value"] == 1
    assert found.loc[("different", 1.01), "value"] == 0
    assert (found["n"] == 6).all()
    assert set(found.index.get_level_values("measure")) <= set(ACCEPTED)


def test_what_is_right_among_the_accepted_follows_the_base_rate(works: Embeddings, artists: np.ndarray) -> None:
    priors = [0.5, 0.1, 0.001]
    found = accepted_shares(works, artists, THRESHOLDS, priors=priors).set_index(["measure", "threshold", "prior"])
    right = found.loc["right"]
    for threshold in THRESHOLDS[:4]:
        hits, alarms = by_hand(works, artists, threshold)
        for prior in priors:
            row = right.loc[(threshold, prior)]
            assert row["value"] == pytest.approx(prior * hits / (prior * hits + (1 - prior) * alarms))
            # The interval belongs to the ratio: at each base rate it is the same ratio's.
            odds = row[["low", "high"]].to_numpy(float)
            ratios = odds / (1 - odds) * (1 - prior) / prior
            even = right.loc[(threshold, 0.5), ["low", "high"]].to_numpy(float)
            assert ratios == pytest.approx(even / (1 - even), nan_ok=True)
            assert posterior(ratios, prior) == pytest.approx(odds, nan_ok=True)
    assert right.loc[0.4, ["low", "high"]].notna().to_numpy().all()
    # Accept all, and nothing is learned.
    assert right.loc[-1.0, "value"].tolist() == pytest.approx(priors)
    # Where nothing passes there is nothing of which a share could be right.
    assert right.loc[1.01, ["value", "low", "high"]].isna().to_numpy().all()


@pytest.mark.parametrize("priors", [[0.0], [1.0], [0.5, 2], [np.nan]])
def test_a_base_rate_is_a_share(works: Embeddings, artists: np.ndarray, priors: list[float]) -> None:
    with pytest.raises(InputError, match="priors must be in"):
        accepted_shares(works, artists, THRESHOLDS, priors=priors)
