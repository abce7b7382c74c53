"""Metrics of a ranking against the reference, scikit-learn, torchmetrics, brute force and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score
from torchmetrics.functional import retrieval as torchmetrics

from csdlib.errors import InputError
from csdlib.metrics.intervals import (
    bootstrap,
)
from csdlib.metrics.ranking import (
    average_precision_at_k,
    average_precision_per_query,
    mean_precision_at_k,
    mean_precision_per_query,
    mrr_at_k,
    precision_at_r,
    precision_at_r_per_query,
    recall_at_k,
    recall_per_query,
    reciprocal_rank_per_query,
)
from tests.conftest import GOLDEN

hit_arrays = arrays(bool, st.tuples(st.integers(1, 8), st.integers(1, 12)))


@pytest.mark.parametrize("case", [0, 1])
def test_parity_with_the_reference(case: int) -> None:
    with np.load(GOLDEN / "retrieval_metrics.npz") as stored:
        hits = stored[f"{case}/retrieved"] == stored[f"{case}/truth"][:, None]
        for k in stored[f"{case}/k"].tolist():
            assert mean_precision_per_query(hits, k).mean() == pytest.approx(float(stored[f"{case}/map@{k}"]))
            assert recall_per_query(hits, k).mean() == pytest.approx(float(stored[f"{case}/recall@{k}"]))
            # The reference averages reciprocal ranks over the queries with a hit only; ours over all of them.
            found = hits[:, :k].any(axis=1)
            assert reciprocal_rank_per_query(hits[found], k).mean() == pytest.approx(float(stored[f"{case}/mrr@{k}"]))
            assert reciprocal_rank_per_query(hits, k).mean() == pytest.approx(
                float(stored[f"{case}/mrr@{k}"]) * found.mean()
            )


@given(hit_arrays, st.data())
@settings(max_examples=60)
def test_definitions_by_brute_force(hits: np.ndarray, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, hits.shape[1]))
    rows = [row[:k].tolist() for row in hits]
    mean_precision = np.mean([np.mean([sum(row[:i]) / i for i in range(1, k + 1)]) for row in rows])
    reciprocal = np.mean([1 / (row.index(True) + 1) if any(row) else 0 for row in rows])
    assert mean_precision_per_query(hits, k).mean() == pytest.approx(mean_precision)
    assert recall_per_query(hits, k).mean() == pytest.approx(np.mean([any(row) for row in rows]))
    assert reciprocal_rank_per_query(hits, k).mean() == pytest.approx(reciprocal)


@given(hit_arrays)
@settings(max_examples=60)
def test_full_ranking_gives_scikit_learns_average_precision(hits: np.ndarray) -> None:
    hits = hits[hits.any(axis=1)]
    if not len(hits):
        return
    scores = -np.arange(hits.shape[1])
    expected = np.mean([average_precision_score(row, scores) for row in hits])
    ours = average_precision_per_query(hits, hits.shape[1], hits.sum(axis=1))
    assert ours.mean() == pytest.approx(expected)


@given(hit_arrays, st.data())
@settings(max_examples=60)
def test_torchmetrics_agrees_where_the_definitions_meet(hits: np.ndarray, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, hits.shape[1]))
    scores = torch.arange(hits.shape[1], 0, -1).float()
    rows = [torch.from_numpy(row) for row in hits]

    def theirs(metric: object, **options: int) -> float:
        return float(np.mean([metric(scores, row, **options) for row in rows]))  # type: ignore[operator]

    found = hits.sum(axis=1)
    assert recall_per_query(hits, k).mean() == pytest.approx(theirs(torchmetrics.retrieval_hit_rate, top_k=k))
    assert reciprocal_rank_per_query(hits, k).mean() == pytest.approx(
        theirs(torchmetrics.retrieval_reciprocal_rank, top_k=k)
    )
    by_r = precision_at_r_per_query(hits, found).mean()
    assert by_r == pytest.approx(theirs(torchmetrics.retrieval_r_precision))
    # Average precision over a whole ranking; at a smaller k torchmetrics divides by the hits among the first k.
    whole = average_precision_per_query(hits, hits.shape[1], found).mean()
    assert whole == pytest.approx(theirs(torchmetrics.retrieval_average_precision))
    # The paper's mAP@k is the mean of torchmetrics' precision@1 to precision@k.
    precisions = [theirs(torchmetrics.retrieval_precision, top_k=i) for i in range(1, k + 1)]
    assert mean_precision_per_query(hits, k).mean() == pytest.approx(np.mean(precisions), abs=1e-6)


@given(hit_arrays)
@settings(max_examples=40)
def test_recall_grows_with_k_and_all_agree_at_one(hits: np.ndarray) -> None:
    recalls = [recall_per_query(hits, k).mean() for k in range(1, hits.shape[1] + 1)]
    assert recalls == sorted(recalls)
    assert mean_precision_per_query(hits, 1).mean() == recalls[0] == reciprocal_rank_per_query(hits, 1).mean()


def test_the_papers_map_is_not_average_precision() -> None:
    hits = np.array([[True, False, True]])
    assert mean_precision_at_k(hits, 3).value == pytest.approx((1 + 1 / 2 + 2 / 3) / 3)
    assert average_precision_at_k(hits, 3, n_relevant=np.array([2])).value == pytest.approx((1 + 2 / 3) / 2)


def test_average_precision_divides_by_what_could_be_found() -> None:
    hits = np.array([[True, True]])
    assert average_precision_at_k(hits, 2, n_relevant=np.array([50])).value == 1.0
    assert average_precision_at_k(np.array([[True, False]]), 2, n_relevant=np.array([50])).value == 0.5
    assert average_precision_at_k(np.array([[False]]), 1, n_relevant=np.array([0])).value == 0.0


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
    ],
)
def test_bad_input_is_named(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_a_metric_is_the_mean_of_its_queries_with_an_interval() -> None:
    hits, n_relevant = np.random.default_rng(0).random((9, 6)) < 0.4, np.full(9, 6)
    for estimate, values in (
        (mean_precision_at_k(hits, 4), mean_precision_per_query(hits, 4)),
        (average_precision_at_k(hits, 4, n_relevant=n_relevant), average_precision_per_query(hits, 4, n_relevant)),
        (recall_at_k(hits, 4), recall_per_query(hits, 4)),
        (mrr_at_k(hits, 4), reciprocal_rank_per_query(hits, 4)),
        (precision_at_r(hits, n_relevant=n_relevant), precision_at_r_per_query(hits, n_relevant)),
    ):
        assert estimate == bootstrap(values)
