"""The area under the ROC curve against scikit-learn, and its intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from csdlib.errors import InputError
from csdlib.metrics.intervals import draws
from csdlib.metrics.roc import auc, auc_difference, roc_area


@given(st.integers(2, 40), st.integers(0, 1000), st.integers(1, 8))
def test_the_area_is_scikit_learns(count: int, seed: int, levels: int) -> None:
    random = np.random.default_rng(seed)
    # Few levels make ties.
    scores = random.integers(0, levels, count).astype(float)
    seen = np.arange(count) < random.integers(1, count)
    assert roc_area(scores, seen) == pytest.approx(roc_auc_score(seen, scores))


def test_the_interval_covers_the_truth() -> None:
    # Normal scores whose means differ by d have an area of Phi(d / sqrt(2)); for d = 1 that is 0.760.
    seen = np.arange(48) < 32
    covered = 0
    for seed in range(200):
        scores = np.random.default_rng(seed).normal(seen.astype(float), 1)
        found = auc(scores, seen, n_bootstrap=300, seed=seed)
        covered += found.low <= 0.7602 <= found.high
    assert 178 <= covered <= 200


def test_the_areas_of_resamples_are_those_of_the_artists_drawn() -> None:
    scores, seen = np.random.default_rng(0).normal(size=9), np.arange(9) < 5
    random = np.random.default_rng(7)
    counts = np.hstack([np.concatenate([*draws(count, 40, random)]) for count in (5, 4)])
    areas = [roc_area(np.repeat(scores, own), np.repeat(seen, own)) for own in counts]
    found = auc(scores, seen, n_bootstrap=40, seed=7)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(areas, [0.025, 0.975])))
    assert found.value == roc_area(scores, seen)


def test_a_difference_is_paired() -> None:
    random = np.random.default_rng(0)
    seen = np.arange(48) < 32
    scores = random.normal(seen, 1)
    same = auc_difference(scores, scores * 2 + 1, seen)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    better = auc_difference(scores + 5 * seen, scores, seen)
    assert better.low > 0
    assert better.value == pytest.approx(1 - auc(scores, seen).value)


@pytest.mark.parametrize(
    ("scores", "seen", "message"),
    [
        ([1.0, 2.0], [True, True], "artists who were not"),
        ([1.0], [True, False], "1 scores for 2 artists"),
        ([1.0, np.nan], [True, False], "number 1 is not finite"),
    ],
)
def test_what_has_no_area_is_refused(scores: list[float], seen: list[bool], message: str) -> None:
    with pytest.raises(InputError, match=message):
        auc(np.array(scores), np.array(seen))
