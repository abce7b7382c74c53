"""Wilson's interval, beside its definition."""

import numpy as np
import pytest
from scipy.stats import norm

from csdlib.errors import InputError
from csdlib.metrics import wilson


@pytest.mark.parametrize(("right", "trials"), [(0, 20), (1, 7), (11, 20), (20, 20), (400, 1000)])
def test_the_ends_are_the_shares_that_the_score_test_just_allows(right: int, trials: int) -> None:
    found = wilson(right, trials, level=0.9)
    for end in (found.low, found.high):
        if end not in (0, 1):
            score = abs(right / trials - end) / np.sqrt(end * (1 - end) / trials)
            assert score == pytest.approx(norm.ppf(0.95), abs=1e-6)
    assert found.low <= found.value <= found.high
    assert (found.n, found.unit) == (trials, "trial")


@pytest.mark.parametrize(("right", "trials", "level"), [(1, 0, 0.95), (-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0)])
def test_numbers_out_of_range_are_refused(right: int, trials: int, level: float) -> None:
    with pytest.raises(InputError):
        wilson(right, trials, level=level)
