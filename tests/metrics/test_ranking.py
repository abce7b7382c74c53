"""Metrics against the reference, scikit-learn, brute force and closed forms; intervals against theory."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import pearsonr
from sklearn.metrics import average_precision_score
from torchmetrics.functional import retrieval as torchmetrics

from csdlib.errors import InputError
from csdlib.metrics.intervals import (
    Estimate,
    bootstrap,
    bootstrap_each,
    correlation,
    macro_average,
    macro_average_each,
    paired_difference,
)
from csdlib.metrics.ranking import (
    average_precision_at_k,
    mean_precision_at_k,
    mean_precision_per_query,
    mrr_at_k,
    precision_at_r,
    recall_at_k,
)
from tests.conftest import GOLDEN

hit_arrays = arrays(bool, st.tuples(st.integers(1, 8), st.integers(1, 12)))
SMALL = {"n_bootstrap": 20}


@pytest.mark.parametrize("case", [0, 1])
def test_parity_with_the_reference(case: int) -> None:
    with np.load(GOLDEN / "retrieval_metrics.npz") as stored:
        hits = stored[f"{case}/retrieved"] == stored[f"{case}/truth"][:, None]
        for k in stored[f"{case}/k"].tolist():
            assert mean_precision_at_k(hits, k, **SMALL).value == pytest.approx(float(stored[f"{case}/map@{k}"]))
            assert recall_at_k(hits, k, **SMALL).value == pytest.approx(float(stored[f"{case}/recall@{k}"]))
            # The reference averages reciprocal ranks over the queries with a hit only; ours over all of them.
            found = hits[:, :k].any(axis=1)
            assert mrr_at_k(hits[found], k, **SMALL).value == pytest.approx(float(stored[f"{case}/mrr@{k}"]))
            assert mrr_at_k(hits, k, **SMALL).value == pytest.approx(float(stored[f"{case}/mrr@{k}"]) * found.mean())


@given(hit_arrays, st.data())
@settings(max_examples=60, deadline=None)
def test_definitions_by_brute_force(hits: np.ndarray, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, hits.shape[1]))
    rows = [row[:k].tolist() for row in hits]
    mean_precision = np.mean([np.mean([sum(row[:i]) / i for i in range(1, k + 1)]) for row in rows])
    reciprocal = np.mean([1 / (row.index(True) + 1) if any(row) else 0 for row in rows])
    assert mean_precision_at_k(hits, k, **SMALL).value == pytest.approx(mean_precision)
    assert recall_at_k(hits, k, **SMALL).value == pytest.approx(np.mean([any(row) for row in rows]))
    assert mrr_at_k(hits, k, **SMALL).value == pytest.approx(reciprocal)


@given(hit_arrays)
@settings(max_examples=60, deadline=None)
def test_full_ranking_gives_scikit_learns_average_precision(hits: np.ndarray) -> None:
    hits = hits[hits.any(axis=1)]
    if not len(hits):
        return
    scores = -np.arange(hits.shape[1])
    expected = np.mean([average_precision_score(row, scores) for row in hits])
    ours = average_precision_at_k(hits, hits.shape[1], n_relevant=hits.sum(axis=1), **SMALL)
    assert ours.value == pytest.approx(expected)


@given(hit_arrays, st.data())
@settings(max_examples=60, deadline=None)
def test_torchmetrics_agrees_where_the_definitions_meet(hits: np.ndarray, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, hits.shape[1]))
    scores = torch.arange(hits.shape[1], 0, -1).float()
    rows = [torch.from_numpy(row) for row in hits]

    def theirs(metric: object, **options: int) -> float:
        return float(np.mean([metric(scores, row, **options) for row in rows]))  # type: ignore[operator]

    found = hits.sum(axis=1)
    assert recall_at_k(hits, k, **SMALL).value == pytest.approx(theirs(torchmetrics.retrieval_hit_rate, top_k=k))
    assert mrr_at_k(hits, k, **SMALL).value == pytest.approx(theirs(torchmetrics.retrieval_reciprocal_rank, top_k=k))
    by_r = precision_at_r(hits, n_relevant=found, **SMALL).value
    assert by_r == pytest.approx(theirs(torchmetrics.retrieval_r_precision))
    # Average precision over a whole ranking; at a smaller k torchmetrics divides by the hits among the first k.
    whole = average_precision_at_k(hits, hits.shape[1], n_relevant=found, **SMALL).value
    assert whole == pytest.approx(theirs(torchmetrics.retrieval_average_precision))
    # The paper's mAP@k is the mean of torchmetrics' precision@1 to precision@k.
    precisions = [theirs(torchmetrics.retrieval_precision, top_k=i) for i in range(1, k + 1)]
    assert mean_precision_at_k(hits, k, **SMALL).value == pytest.approx(np.mean(precisions), abs=1e-6)


@given(hit_arrays)
@settings(max_examples=40, deadline=None)
def test_recall_grows_with_k_and_all_agree_at_one(hits: np.ndarray) -> None:
    recalls = [recall_at_k(hits, k, **SMALL).value for k in range(1, hits.shape[1] + 1)]
    assert recalls == sorted(recalls)
    assert mean_precision_at_k(hits, 1, **SMALL).value == recalls[0] == mrr_at_k(hits, 1, **SMALL).value


def test_the_papers_map_is_not_average_precision() -> None:
    hits = np.array([[True, False, True]])
    assert mean_precision_at_k(hits, 3).value == pytest.approx((1 + 1 / 2 + 2 / 3) / 3)
    assert average_precision_at_k(hits, 3, n_relevant=np.array([2])).value == pytest.approx((1 + 2 / 3) / 2)


def test_average_precision_divides_by_what_could_be_found() -> None:
    hits = np.array([[True, True]])
    assert average_precision_at_k(hits, 2, n_relevant=np.array([50])).value == 1.0
    assert average_precision_at_k(np.array([[True, False]]), 2, n_relevant=np.array([50])).value == 0.5
    assert average_precision_at_k(np.array([[False]]), 1, n_relevant=np.array([0])).value == 0.0


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
        estimate = bootstrap(values, groups=groups, n_bootstrap=300, seed=trial)
        covered += estimate.low <= 0.5 <= estimate.high
    assert 0.89 <= covered / 200 <= 0.99


def test_paired_difference_is_sharper_than_two_intervals() -> None:
    random = np.random.default_rng(2)
    hard = random.random(300)
    first, second = hard + random.normal(0, 0.02, 300) + 0.01, hard + random.normal(0, 0.02, 300)
    difference = paired_difference(first, second)
    assert difference.low > 0
    assert bootstrap(first).low < bootstrap(second).high


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
    estimate = bootstrap(np.array([0.0, 1.0]), n_bootstrap=4000, level=0.4)
    assert (estimate.low, estimate.high) == (0.5, 0.5)
    wide = bootstrap(np.array([0.0, 1.0]), n_bootstrap=4000, level=0.6)
    assert (wide.low, wide.high) == (0.0, 1.0)


def test_macro_counts_artists_and_micro_counts_queries() -> None:
    values, groups = np.array([1.0] * 9 + [0.0]), np.array(["a"] * 9 + ["b"])
    assert bootstrap(values, groups=groups).value == 0.9
    assert macro_average(values, groups).value == 0.5


def test_input_is_left_as_it_was() -> None:
    hits = np.array([[False, True], [True, True]])
    before = hits.copy()
    mean_precision_per_query(hits, 2)
    average_precision_at_k(hits, 2, n_relevant=np.array([1, 2]))
    assert (hits == before).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recall_at_k(np.ones((2, 3), bool), 4), "from 1 to 3"),
        (lambda: recall_at_k(np.ones((2, 3), bool), 0), "from 1 to 3"),
        (lambda: recall_at_k(np.ones((2, 3)), 1), "bool"),
        (lambda: average_precision_at_k(np.ones((2, 3), bool), 1), "n_relevant"),
        (lambda: average_precision_at_k(np.ones((2, 3), bool), 3, n_relevant=np.array([1, 1])), "n_relevant"),
        (lambda: precision_at_r(np.ones((2, 3), bool), n_relevant=np.array([1, 4])), "at least as many neighbours"),
        (lambda: precision_at_r(np.ones((2, 3), bool), n_relevant=np.array([2])), "1 numbers for 2 queries"),
        (lambda: bootstrap(np.array([1.0, np.nan])), "number 1 is not finite"),
        (lambda: bootstrap(np.array([])), "at least one query"),
        (lambda: bootstrap(np.ones(2), n_bootstrap=0), "n_bootstrap"),
        (lambda: bootstrap(np.ones(2), groups=np.array(["a"])), "1 groups for 2"),
        (lambda: bootstrap(np.ones(2), level=1.0), "level"),
        (lambda: paired_difference(np.ones(2), np.ones(3)), "one length"),
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
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
