"""What a caller asks of an interval reaches the bootstrap behind every metric, and what it says of itself is true."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from csdlib.errors import InputError
from csdlib.metrics import (
    Estimate,
    auc,
    auc_difference,
    average_precision_at_k,
    correlation,
    macro_average,
    mean_precision_at_k,
    mrr_at_k,
    paired_difference,
    precision_at_r,
    recall_at_k,
)

RANDOM = np.random.default_rng(0)
HITS = RANDOM.random((40, 10)) < 0.3
RELEVANT = np.full(40, 10)
GROUPS = np.repeat([f"g{number}" for number in range(10)], 4)
ONE, OTHER = RANDOM.random(40), RANDOM.random(40)
SEEN = np.arange(40) % 3 > 0

#: Each metric, of what, and how many units of which kind stand behind it without and with groups.
METRICS: dict[str, tuple[Callable[..., Estimate], int, str]] = {
    "mean precision": (lambda **options: mean_precision_at_k(HITS, 5, **options), 40, "query"),
    "average precision": (lambda **o: average_precision_at_k(HITS, 5, n_relevant=RELEVANT, **o), 40, "query"),
    "recall": (lambda **options: recall_at_k(HITS, 5, **options), 40, "query"),
    "reciprocal rank": (lambda **options: mrr_at_k(HITS, 5, **options), 40, "query"),
    "precision at r": (lambda **options: precision_at_r(HITS, n_relevant=RELEVANT, **options), 40, "query"),
    "difference": (lambda **options: paired_difference(ONE, OTHER, **options), 40, "query"),
    "macro average": (lambda **options: macro_average(ONE, GROUPS, **options), 10, "group"),
    "correlation": (lambda **options: correlation(ONE, OTHER, **options), 40, "group"),
    "auc": (lambda **options: auc(ONE, SEEN, **options), 40, "group"),
    "auc difference": (lambda **options: auc_difference(ONE, OTHER, SEEN, **options), 14, "group"),
}

each_metric = pytest.mark.parametrize("name", list(METRICS))


@each_metric
def test_a_lower_level_is_a_shorter_interval_inside(name: str) -> None:
    metric, _, _ = METRICS[name]
    wide, short = metric(level=0.95), metric(level=0.5)
    assert wide.low < short.low < short.high < wide.high
    assert wide.value == short.value
    assert metric() == wide


@pytest.mark.parametrize("name", [name for name in METRICS if name != "auc"])
def test_seed_and_number_of_draws_decide_the_ends(name: str) -> None:
    metric, _, _ = METRICS[name]
    assert metric(seed=1) == metric(seed=1) != metric(seed=2)
    assert metric(n_bootstrap=50) != metric()
    assert metric(n_bootstrap=1000) == metric()


@each_metric
def test_an_estimate_says_what_stands_behind_it(name: str) -> None:
    metric, n, unit = METRICS[name]
    found: Any = metric()
    assert (found.n, found.unit) == (n, unit)


@pytest.mark.parametrize("name", ["mean precision", "average precision", "recall", "reciprocal rank", "precision at r"])
def test_groups_are_drawn_as_a_whole(name: str) -> None:
    metric, _, _ = METRICS[name]
    grouped = metric(groups=GROUPS)
    assert (grouped.n, grouped.unit) == (10, "group")
    assert grouped.value == pytest.approx(metric().value)


def test_three_pairs_are_enough_and_two_are_not() -> None:
    assert correlation(np.array([1.0, 2, 3]), np.array([2.0, 4, 7])).n == 3
    with pytest.raises(InputError):
        correlation(np.array([1.0, 2]), np.array([2.0, 4]))
    with pytest.raises(InputError, match="one side of the correlation does not vary"):
        correlation(np.array([1.0, 2, 3]), np.array([2.0, 2, 2]))


def test_pairs_of_two_lengths_are_named() -> None:
    with pytest.raises(InputError, match=r"one length, got \(2,\) and \(3,\)"):
        paired_difference(np.zeros(2), np.zeros(3))
    # Truths are numbers, too.
    assert paired_difference(np.array([True, True]), np.array([False, True])).value == 0.5
