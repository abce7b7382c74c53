"""Two kinds of chance at once, seeds and painters; and many comparisons at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from csdlib.errors import InputError
from csdlib.metrics.crossed import crossed_mean, crossed_parts, holm


@pytest.mark.parametrize(("seeds", "painters"), [(3, 32), (5, 16)])
def test_the_interval_covers_over_other_seeds_and_other_painters(seeds: int, painters: int) -> None:
    random, covered, over_painters = np.random.default_rng([seeds, painters]), 0, 0
    for _ in range(500):
        values = 0.1 + 0.03 * random.normal(size=(seeds, 1)) + 0.05 * random.normal(size=painters)
        values = values + 0.05 * random.normal(size=(seeds, painters))
        found, _ = crossed_mean(values)
        covered += found.low <= 0.1 <= found.high
        alone = ttest_1samp(values.mean(axis=0), 0).confidence_interval(0.95)
        over_painters += alone.low <= 0.1 <= alone.high
    assert 0.91 <= covered / 500 <= 0.98
    assert over_painters / 500 < 0.85, "an interval over painters alone does not know what seeds do"


def test_the_probability_is_how_often_nothing_looks_so_large() -> None:
    random = np.random.default_rng(0)
    below = 0
    for _ in range(600):
        values = 0.05 * random.normal(size=(4, 1)) + 0.1 * random.normal(size=20) + 0.1 * random.normal(size=(4, 20))
        below += crossed_mean(values)[1] < 0.05
    assert 0.02 <= below / 600 <= 0.08


@given(st.integers(2, 6), st.integers(2, 12), st.integers(0, 10**6))
def test_the_order_of_seeds_and_painters_does_not_matter(seeds: int, painters: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.uniform(-0.5, 0.5, size=(seeds, painters))
    found, p = crossed_mean(values)
    mixed, q = crossed_mean(values[random.permutation(seeds)][:, random.permutation(painters)])
    assert (found.value, found.low, found.high, p) == pytest.approx((mixed.value, mixed.low, mixed.high, q))
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert 0 <= p <= 1


def test_where_painters_alone_differ_it_is_the_t_interval_over_them() -> None:
    painters = np.random.default_rng(0).normal(0.1, 0.05, 12)
    found, p = crossed_mean(np.tile(painters, (4, 1)), bounds=None)
    alone = ttest_1samp(painters, 0)
    assert (found.low, found.high) == pytest.approx(tuple(alone.confidence_interval(0.95)))
    assert p == pytest.approx(alone.pvalue)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_rejects_what_the_step_down_procedure_rejects(probabilities: list[float]) -> None:
    corrected = holm(probabilities)
    for level in (0.01, 0.05, 0.3):
        rejected: set[int] = set()
        for step, place in enumerate(sorted(range(len(probabilities)), key=lambda row: probabilities[row])):
            if probabilities[place] * (len(probabilities) - step) > level:
                break
            rejected.add(place)
        assert {row for row, p in enumerate(corrected) if p <= level} == rejected


def test_what_is_not_crossed_is_refused() -> None:
    for shape in ((1, 5), (5, 1), (4,)):
        with pytest.raises(InputError, match="two rows and two columns"):
            crossed_mean(np.zeros(shape))
    with pytest.raises(InputError, match="level"):
        crossed_mean(np.zeros((3, 3)), level=1.5)
    assert crossed_mean(np.zeros((3, 3)))[1] == 1
    assert crossed_mean(np.ones((3, 3)) / 2)[1] == 0


def test_parts_of_a_crossed_table_are_those_it_was_made_of() -> None:
    random = np.random.default_rng(0)
    shape = (400, 300)
    values = random.normal(0, 0.5, (400, 1)) + random.normal(0, 0.3, (1, 300)) + random.normal(0, 0.8, shape)
    parts = crossed_parts(values)
    assert parts.row == pytest.approx(0.25, rel=0.15)
    assert parts.column == pytest.approx(0.09, rel=0.2)
    assert parts.rest == pytest.approx(0.64, rel=0.02)
    # What they make of the table's own size is what its mean's interval has.
    mean, _ = crossed_mean(values, bounds=None)
    assert parts.half_width(*shape) == pytest.approx((mean.high - mean.low) / 2, rel=0.02)


def test_parts_need_a_table_and_are_never_below_zero() -> None:
    with pytest.raises(InputError):
        crossed_parts(np.ones((1, 5)))
    alternating = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert (crossed_parts(alternating).row, crossed_parts(alternating).column) == (0.0, 0.0)
