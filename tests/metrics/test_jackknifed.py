"""The jackknife, against what is known of means."""

import numpy as np
import pytest
from scipy.stats import t as student

from csdlib.errors import InputError
from csdlib.metrics.jackknifed import Jackknifed, jackknife


def without_each(values: np.ndarray) -> np.ndarray:
    return np.array([np.delete(values, row).mean() for row in range(len(values))])


def test_of_a_mean_it_is_students_interval() -> None:
    values = np.random.default_rng(0).normal(size=12)
    found = jackknife(values.mean(), without_each(values), bounds=None, level=0.9)
    low, high = student.interval(0.9, 11, values.mean(), values.std(ddof=1) / np.sqrt(12))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.n, found.unit, found.note) == (12, "group", "")


def test_a_difference_is_paired() -> None:
    random = np.random.default_rng(1)
    first = random.uniform(0.3, 0.7, size=9)
    second = first - 0.1 + 0.001 * random.normal(size=9)
    one, two = (
        Jackknifed(["x", "y"], np.array([0.0, each.mean()]), np.arange(9), np.c_[np.zeros(9), without_each(each)])
        for each in (first, second)
    )
    found = one.above(two, "y")
    assert found.value == pytest.approx(0.1, abs=0.001)
    assert found.high - found.low < 0.01 < one.estimate("y").high - one.estimate("y").low


def test_what_has_no_interval_says_so() -> None:
    assert jackknife(0.5, np.full(3, 0.5)).note == "3 groups: no interval"
    lost = jackknife(0.5, np.array([0.5, np.nan, 0.4, 0.3]))
    assert np.isnan(lost.low)
    assert lost.note == "without one group there is no number: no interval"


def test_a_difference_of_other_artists_and_an_unknown_measure_are_refused() -> None:
    one = Jackknifed(["x"], np.zeros(1), np.array(["a", "b"]), np.zeros((2, 1)))
    other = Jackknifed(["x"], np.zeros(1), np.array(["a", "c"]), np.zeros((2, 1)))
    with pytest.raises(InputError, match="the same artists"):
        one.above(other, "x")
    with pytest.raises(InputError, match="unknown measure 'y': choose one of x"):
        one.estimate("y")
