"""Intervals against theory: their width, how often they hold the truth, and what is drawn."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, pearsonr
from scipy.stats import t as student

from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import (
    bootstrap,
    bootstrap_each,
    correlation,
    draws,
    macro_average,
    macro_average_each,
    paired_difference,
    resampled_sums,
    unpaired_difference,
)


def test_interval_has_the_width_of_the_normal_approximation() -> None:
    values = np.random.default_rng(0).random(400)
    estimate = bootstrap(values, n_bootstrap=4000)
    expected = 2 * 1.96 * values.std() / np.sqrt(len(values))
    assert estimate.high - estimate.low == pytest.approx(expected, rel=0.08)
    assert estimate.low < estimate.value < estimate.high
    assert (estimate.n, estimate.unit) == (400, "query")


def test_groups_that_succeed_together_widen_the_interval() -> None:
    groups = np.repeat(np.arange(20), 20)
    values = (groups % 2).astype(float)
    by_query, by_group = bootstrap(values), bootstrap(values, groups=groups)
    assert by_group.high - by_group.low == pytest.approx((by_query.high - by_query.low) * np.sqrt(20), rel=0.15)
    assert (by_group.n, by_group.unit) == (20, "group")


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    covered = 0
    for trial in range(200):
        groups = np.repeat(np.arange(40), 5)
        values = np.repeat(random.normal(0.5, 0.2, 40), 5) + random.normal(0, 0.1, 200)
        estimate = bootstrap(values, groups=groups, n_bootstrap=300, seed=trial, bounds=None)
        covered += estimate.low <= 0.5 <= estimate.high
    assert 0.89 <= covered / 200 <= 0.99


def test_paired_difference_is_sharper_than_two_intervals() -> None:
    random = np.random.default_rng(2)
    hard = random.random(300)
    first, second = hard + random.normal(0, 0.02, 300) + 0.01, hard + random.normal(0, 0.02, 300)
    difference = paired_difference(first, second)
    assert difference.low > 0
    assert bootstrap(first, bounds=None).low < bootstrap(second, bounds=None).high


def assert_same(ours: list[Estimate], expected: list[Estimate]) -> None:
    for one, other in zip(ours, expected, strict=True):
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), rel=1e-12)
        assert (one.n, one.unit) == (other.n, other.unit)


def test_many_metrics_at_once_are_the_same_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    values, groups = random.random((60, 3)), random.integers(7, size=60)
    for options in ({}, {"groups": groups, "seed": 4}, {"level": 0.8, "n_bootstrap": 50}):
        assert_same(bootstrap_each(values, **options), [bootstrap(column, **options) for column in values.T])
    assert_same(macro_average_each(values, groups), [macro_average(column, groups) for column in values.T])
    # How many resamples are drawn at once is a matter of memory only.
    whole = bootstrap_each(values)
    monkeypatch.setattr("csdlib.metrics.intervals.DRAWN_AT_ONCE", 130)
    assert_same(bootstrap_each(values), whole)


def test_resamples_are_drawn_with_replacement_from_all_units() -> None:
    # Of two units, a resample holds one twice with probability one half: its mean is 0, 1/2 or 1 as 1 : 2 : 1.
    means = resampled_sums(np.array([[0.0], [1.0]]), 4000, np.random.default_rng(0))[:, 0] / 2
    assert np.bincount((2 * means).astype(int)) / 4000 == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_macro_counts_artists_and_micro_counts_queries() -> None:
    values, groups = np.array([1.0] * 9 + [0.0]), np.array(["a"] * 9 + ["b"])
    assert bootstrap(values, groups=groups).value == 0.9
    assert macro_average(values, groups).value == 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap(np.array([1.0, np.nan])), "number 1 is not finite"),
        (lambda: bootstrap(np.array([])), "at least one query"),
        (lambda: bootstrap(np.ones(2), n_bootstrap=0), "n_bootstrap"),
        (lambda: bootstrap(np.ones(2), groups=np.array(["a"])), "1 groups for 2"),
        (lambda: bootstrap(np.ones(2), level=1.0), "level"),
        (lambda: paired_difference(np.ones(2), np.ones(3)), "one length"),
    ],
)
def test_bad_values_are_named(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_correlation_is_pearsons_and_its_interval_covers() -> None:
    random = np.random.default_rng(0)
    first = random.normal(size=40)
    second = 0.6 * first + 0.8 * random.normal(size=40)
    found = correlation(first, second)
    assert found.value == pytest.approx(pearsonr(first, second).statistic)
    assert found.low < found.value < found.high
    covered = 0
    for seed in range(100):
        x = np.random.default_rng([1, seed]).normal(size=60)
        y = 0.6 * x + 0.8 * np.random.default_rng([2, seed]).normal(size=60)
        each = correlation(x, y, n_bootstrap=300, seed=seed)
        covered += each.low <= 0.6 <= each.high
    assert covered >= 85
    with pytest.raises(InputError, match="does not vary"):
        correlation(np.ones(5), first[:5])
    with pytest.raises(InputError, match="three units"):
        correlation(first[:2], second[:2])


def test_draws_are_with_replacement_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = np.concatenate([*draws(6, 500, np.random.default_rng(0))])
    assert counts.shape == (500, 6)
    assert (counts.sum(axis=1) == 6).all()
    assert counts.mean() == 1
    # How often a unit stands in a resample is binomial: its variance is 1 - 1 / n.
    assert counts.var() == pytest.approx(1 - 1 / 6, rel=0.1)
    monkeypatch.setattr("csdlib.metrics.intervals.DRAWN_AT_ONCE", 60)
    blocks = [*draws(6, 25, np.random.default_rng(0))]
    assert [len(block) for block in blocks] == [10, 10, 5]
    np.testing.assert_array_equal(np.concatenate(blocks), counts[:25])


def test_sums_of_resamples_are_those_of_the_rows_drawn() -> None:
    values = np.random.default_rng(0).random((5, 2))
    (counts,) = draws(5, 30, np.random.default_rng(1))
    expected = [np.repeat(values, own, axis=0).sum(axis=0) for own in counts]
    np.testing.assert_allclose(resampled_sums(values, 30, np.random.default_rng(1)), expected)


def test_correlations_of_resamples_are_pearsons() -> None:
    random = np.random.default_rng(0)
    first, second = 1e6 + random.normal(size=9), random.normal(size=9)
    found = correlation(first, second, n_bootstrap=50, seed=3)
    (counts,) = draws(9, 50, np.random.default_rng(3))
    drawn = [pearsonr(np.repeat(first, own), np.repeat(second, own)).statistic for own in counts]
    # Fisher's z, with the deviation of the resamples: t of eight degrees of freedom, and nine eighths for nine units.
    reach = student.ppf(0.975, 8) * np.sqrt(9 / 8) * np.std(drawn) / (1 - found.value**2)
    assert np.arctanh([found.low, found.high]) == pytest.approx(np.arctanh(found.value) + np.array([-reach, reach]))


def test_an_estimate_is_a_row_and_comes_back() -> None:
    estimate = bootstrap(np.array([0.0, 1.0, 1.0, 0.0]))
    assert list(estimate.row()) == ["value", "low", "high", "n", "unit", "note"]
    assert Estimate.from_row(estimate.row() | {"metric": "recall"}) == estimate
    frame = pd.DataFrame([{"metric": "recall", "k": 1} | estimate.row()])
    assert Estimate.from_row(frame.iloc[0]) == estimate


def test_what_has_no_interval_says_so_in_text_table_and_json() -> None:
    three = bootstrap(np.array([0.0, 1.0, 1.0]))
    assert np.isnan([three.low, three.high]).all()
    assert (str(three), three.percent()) == ("0.667 (3 queries: no interval)", "66.7 (3 queries: no interval)")
    assert json.loads(json.dumps(three.row()))["low"] is None
    assert str(Estimate.from_row(json.loads(json.dumps(three.row())))) == str(three)
    frame = pd.DataFrame([three.row(), bootstrap(np.array([0.0, 1.0] * 3)).row()])
    assert frame["low"].dtype == float
    assert str(Estimate.from_row(frame.iloc[0])) == str(three)


def test_few_units_are_noted_and_enough_are_not() -> None:
    notes = [bootstrap(np.arange(n) % 2 * 1.0).note for n in (3, 4, 5, 6)]
    assert notes == ["3 queries: no interval", "4 queries only", "5 queries only", ""]
    assert bootstrap(np.tile([0.0, 1.0], 8), groups=np.repeat(np.arange(4), 4)).note == "4 groups only"


@pytest.mark.parametrize("groups", [5, 16, 48])
def test_where_nothing_differs_the_interval_is_the_exact_binomials(groups: int) -> None:
    names = np.repeat(np.arange(groups), 3)
    never, always = (bootstrap(np.full(3 * groups, value), groups=names) for value in (0.0, 1.0))
    exact = binomtest(0, groups).proportion_ci(0.95)
    assert (never.low, never.high) == pytest.approx((exact.low, exact.high))
    assert (always.low, always.high) == pytest.approx((1 - exact.high, 1))
    same = paired_difference(np.ones(3 * groups), np.ones(3 * groups), groups=names)
    assert (same.low, same.high) == pytest.approx((-exact.high, exact.high))
    known = bootstrap(np.full(3 * groups, 1 / 48), groups=names)
    assert known.low == known.value == known.high, "a chance that is the same for all is no estimate"
    assert np.isnan(bootstrap(np.full(3 * groups, 30.0), groups=names, bounds=None).low), "decibels have no end"


def test_the_interval_is_a_t_interval_on_the_logit_scale() -> None:
    values = np.random.default_rng(0).random((12, 5))
    found = bootstrap(values.ravel(), groups=np.repeat(np.arange(12), 5), n_bootstrap=20_000)
    means = values.mean(axis=1)
    slope = found.value * (1 - found.value)
    reach = student.ppf(0.975, 11) * means.std(ddof=1) / np.sqrt(12) / slope
    expected = 1 / (1 + np.exp(-(np.log(found.value / (1 - found.value)) + np.array([-reach, reach]))))
    assert [found.low, found.high] == pytest.approx(expected, rel=0.01)
    plain = bootstrap(values.ravel(), groups=np.repeat(np.arange(12), 5), n_bootstrap=20_000, bounds=None)
    assert plain.high - plain.value == pytest.approx(plain.value - plain.low)
    assert plain.high - plain.value == pytest.approx(reach * slope, rel=0.01)


@given(st.integers(4, 30), st.integers(0, 10**6), st.sampled_from([(0.0, 1.0), (-1.0, 1.0)]))
def test_an_interval_stays_between_its_bounds(n: int, seed: int, bounds: tuple[float, float]) -> None:
    values = np.random.default_rng(seed).choice([bounds[0], 0.0, 0.9, bounds[1]], size=n)
    found = bootstrap(values, bounds=bounds, n_bootstrap=100)
    assert bounds[0] <= found.low <= found.value <= found.high <= bounds[1]


def test_values_beyond_the_bounds_are_refused_and_named() -> None:
    with pytest.raises(InputError, match="query number 2 is not in"):
        bootstrap(np.array([0.1, 0.2, 1.3, 0.4]))


def test_a_macro_average_draws_what_it_is_asked_to() -> None:
    random = np.random.default_rng(0)
    groups = np.repeat(["a", "b"], [30, 90])
    values = np.where(groups == "a", 0.2, 0.7) + random.uniform(-0.1, 0.1, 120)
    by_query = macro_average(values, groups, over="query", n_bootstrap=4000)
    assert (by_query.n, by_query.unit, by_query.note) == (120, "query", "")
    own = [values[groups == name] for name in "ab"]
    assert by_query.value == pytest.approx(np.mean([each.mean() for each in own]))
    # The two groups' means are independent, and each is halved.
    deviation = np.sqrt(sum(each.var() / len(each) for each in own)) / 2
    assert by_query.high - by_query.low == pytest.approx(2 * 1.98 * deviation, rel=0.08)
    assert macro_average(values, groups).note == "2 groups: no interval"


def test_an_unpaired_difference_holds_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    held = 0
    for trial in range(200):
        groups = np.repeat(np.arange(36), 6)
        first = groups < 12
        skill = np.where(np.arange(36) < 12, random.beta(6, 4, 36), random.beta(4, 6, 36))
        values = (random.random(216) < skill[groups]).astype(float)
        found = unpaired_difference(values, first, groups=groups, n_bootstrap=200, seed=trial)
        assert found.value == pytest.approx(values[first].mean() - values[~first].mean())
        assert found.n == 12
        held += found.low <= 0.2 <= found.high
    assert 0.9 <= held / 200 <= 1


def test_an_artist_on_both_sides_of_an_unpaired_difference_is_refused() -> None:
    values, first = np.array([0.0, 1.0, 1.0]), np.array([True, True, False])
    with pytest.raises(InputError, match="'b' is on both sides"):
        unpaired_difference(values, first, groups=np.array(["a", "b", "b"]))
    with pytest.raises(InputError, match="queries on both sides"):
        unpaired_difference(values, np.ones(3, bool))
