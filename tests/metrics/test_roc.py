"""The area under the ROC curve against scikit-learn, and its intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from csdlib.errors import InputError
from csdlib.metrics.intervals import draws, with_interval
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
        found = auc(scores, seen)
        covered += found.low <= 0.7602 <= found.high
    assert 183 <= covered <= 198


@pytest.mark.parametrize(("many", "few"), [(32, 16), (11, 5), (21, 11)])
def test_the_interval_covers_where_the_bootstrap_is_too_short(many: int, few: int) -> None:
    seen, truth = np.arange(many + few) < many, 0.975
    covered = 0
    for seed in range(400):
        scores = np.random.default_rng(seed).normal(seen * np.sqrt(2) * norm.ppf(truth), 1)
        found = auc(scores, seen)
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / 400 <= 0.99


def test_a_perfect_area_has_an_interval() -> None:
    perfect = auc(np.arange(16.0), np.arange(16) >= 5)
    assert (perfect.value, perfect.high) == (1, 1)
    assert perfect.low == pytest.approx(0.725, abs=0.002), "of eleven and five artists (Newcombe 2006)"
    assert perfect.note == "5 artists of a kind only"
    worst = auc(-np.arange(16.0), np.arange(16) >= 5)
    assert (worst.low, worst.high) == pytest.approx((0, 1 - perfect.low))


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 10**6))
def test_each_end_is_where_the_score_test_begins_to_reject(many: int, few: int, seed: int) -> None:
    seen = np.arange(many + few) < many
    found = auc(np.random.default_rng(seed).normal(size=many + few), seen)
    other = (many + few) / 2 - 1
    for end in (found.low, found.high):
        if 0 < end < 1:
            spread = 1 + other * (1 - end) / (2 - end) + other * end / (1 + end)
            deviation = np.sqrt(end * (1 - end) * spread / (many * few))
            assert abs(found.value - end) == pytest.approx(1.959964 * deviation, abs=1e-6)


def test_the_areas_of_resamples_are_those_of_the_artists_drawn() -> None:
    scores, seen = np.random.default_rng(0).normal(size=9), np.arange(9) < 5
    random = np.random.default_rng(7)
    counts = np.hstack([np.concatenate([*draws(count, 40, random)]) for count in (5, 4)])
    others = np.random.default_rng(1).normal(size=9)
    areas = [
        roc_area(np.repeat(scores, own), np.repeat(seen, own)) - roc_area(np.repeat(others, own), np.repeat(seen, own))
        for own in counts
    ]
    found = auc_difference(scores, others, seen, n_bootstrap=40, seed=7)
    value = roc_area(scores, seen) - roc_area(others, seen)
    expected = with_interval(value, np.array(areas), 4, "group", bounds=(-1, 1))
    assert (found.value, found.low, found.high) == pytest.approx((value, expected.low, expected.high))


def test_a_difference_is_paired() -> None:
    random = np.random.default_rng(0)
    seen = np.arange(48) < 32
    scores = random.normal(seen, 1)
    same = auc_difference(scores, scores * 2 + 1, seen)
    # Of sixteen artists who do not differ, at most 20.6 % would: the exact binomial's end.
    assert (same.value, same.low, same.high) == pytest.approx((0, -0.2059, 0.2059), abs=1e-4)
    better = auc_difference(scores + 5 * seen, scores, seen)
    assert better.low > 0
    assert better.value == pytest.approx(1 - auc(scores, seen).value)
    assert better.note == "an area above 0.95: the interval is too short"
    assert auc_difference(scores, random.normal(seen, 1), seen).note == ""


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
