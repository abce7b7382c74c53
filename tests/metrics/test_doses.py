"""Doses: planted changes are found, where none is planted that is said, and what explains the rest is found too."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from csdlib.errors import InputError
from csdlib.metrics.doses import change_point, explained_beyond, first_change

LEVELS = np.array([0, 1, 3, 8, 23, 64, 181, 512])
DOSES = np.repeat(LEVELS, 2)


def planted(at: float, size: float, seed: int) -> np.ndarray:
    return np.where(at <= DOSES, size, 0.0) + np.random.default_rng(seed).normal(0, 0.1, len(DOSES))


@pytest.mark.parametrize("at", [3, 64, 181])
def test_a_planted_change_is_found_and_held(at: int) -> None:
    found = [change_point(DOSES, planted(at, 0.5, seed), n_permutations=499) for seed in range(40)]
    assert all(each.found for each in found)
    assert np.mean([each.at == at for each in found]) > 0.9
    assert np.mean([each.low <= at <= each.high for each in found]) >= 0.95
    # Near the middle of the doses a straight line is hardly worse than a step.
    assert np.mean([each.step > each.line for each in found]) > 0.8
    assert np.mean([each.after - each.before for each in found]) == pytest.approx(0.5, abs=0.05)


def test_where_nothing_is_planted_it_says_so() -> None:
    found = [change_point(DOSES, planted(0, 0.0, seed), n_permutations=199) for seed in range(200)]
    share = np.mean([each.found for each in found])
    assert share <= 0.10, "a test at 5 % finds something in 5 % of the worlds without a change"
    nothing = next(each for each in found if not each.found)
    assert np.isnan([nothing.at, nothing.low, nothing.high]).all()
    assert nothing.p > 0.05


def test_what_only_grows_is_better_told_by_a_line() -> None:
    found = change_point(DOSES, np.log2(1 + DOSES) + np.random.default_rng(0).normal(0, 0.2, 16))
    assert found.line > found.step


def test_the_p_value_is_the_share_of_all_orders() -> None:
    doses, values = np.array([0, 0, 1, 1]), np.array([0.0, 0.1, 1.0, 1.1])
    # Of the six ways to choose two of four, two part the numbers as well: these, and the same turned around.
    assert change_point(doses, values, n_permutations=20_000).p == pytest.approx(1 / 3, abs=0.02)


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8), st.floats(0.5, 3), st.floats(-5, 5))
def test_scale_and_shift_change_nothing(values: list[float], scale: float, shift: float) -> None:
    numbers, doses = np.round(values, 3), np.repeat([0, 1, 2, 4], 2)
    if np.ptp(numbers) < 0.1:
        return
    first = change_point(doses, numbers, n_permutations=99)
    second = change_point(doses, scale * numbers + shift, n_permutations=99)
    assert first.p == pytest.approx(second.p, abs=0.02)
    assert first.step == pytest.approx(second.step)


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=9), st.floats(0.01, 1))
def test_the_first_change_is_that_of_the_best_of_all_partitions(values: list[float], penalty: float) -> None:
    # Little steps apart, so that no two partitions cost the same.
    numbers = np.array(values) + np.arange(len(values)) ** 2 * 1e-5
    doses = np.arange(len(numbers))
    if np.ptp(numbers) == 0:
        return

    def cost(cuts: tuple[int, ...]) -> float:
        parts = np.split(numbers, cuts)
        return sum(float(np.square(part - part.mean()).sum()) for part in parts) + penalty * len(cuts)

    every = [cuts for size in range(len(numbers)) for cuts in combinations(range(1, len(numbers)), size)]
    costs = sorted((cost(cuts), cuts) for cuts in every)
    if len(costs) > 1 and costs[1][0] - costs[0][0] < 1e-9:
        return
    found, best = first_change(doses, numbers, penalty=penalty), costs[0][1]
    assert found == float(best[0]) if best else np.isnan(found)


def test_the_first_change_follows_the_doses_and_not_their_order() -> None:
    doses, order = DOSES + np.arange(16), np.random.default_rng(0).permutation(16)
    worlds = [planted(64, 1.0, seed) for seed in range(100)]
    assert all(first_change(doses[order], each[order]) == first_change(doses, each) for each in worlds)
    assert np.mean([first_change(DOSES, each) == 64 for each in worlds]) > 0.6
    flat = [first_change(DOSES, planted(0, 0.0, seed)) for seed in range(100)]
    assert np.isnan(flat).mean() > 0.5


def test_what_is_left_is_explained_as_scikit_learn_says() -> None:
    random = np.random.default_rng(1)
    base, extra = random.normal(size=(20, 1)), random.normal(size=(20, 2))
    values = base[:, 0] + 0.7 * extra[:, 0] + random.normal(size=20)
    both = np.column_stack([base, extra])
    left = [np.square(values - LinearRegression().fit(x, values).predict(x)).sum() for x in (base, both)]
    found = explained_beyond(values, base, extra)
    assert found.share == pytest.approx(1 - left[1] / left[0])
    # Under permutation two of the eighteen directions that are left are as good as any two.
    assert found.chance == pytest.approx(2 / 18, abs=0.01)


def test_what_explains_nothing_is_found_as_often_as_the_level_says() -> None:
    random = np.random.default_rng(2)
    base, groups = np.log2(1 + DOSES), np.eye(8)[np.tile(np.arange(8), 2)][:, 1:]
    found = [explained_beyond(base + random.normal(size=16), base, groups, n_permutations=199) for _ in range(200)]
    assert 0.01 <= np.mean([each.p <= 0.05 for each in found]) <= 0.1
    # Seven of fourteen directions: half of what is left, by chance.
    assert np.mean([each.share for each in found]) == pytest.approx(0.5, abs=0.05)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="one value a dose"):
        change_point(DOSES, np.ones(3))
    with pytest.raises(InputError, match="all values are the same"):
        change_point(DOSES, np.ones(16))
    with pytest.raises(InputError, match="two different ones"):
        first_change(np.ones(4), np.arange(4.0))
    with pytest.raises(InputError, match="2 units on both sides"):
        change_point(np.array([0, 1, 1]), np.arange(3.0))
    with pytest.raises(InputError, match="not finite"):
        change_point(DOSES, np.full(16, np.nan))
    with pytest.raises(InputError, match="nothing is left"):
        explained_beyond(np.arange(5.0), np.arange(5.0), np.eye(5)[:, 0])
    with pytest.raises(InputError, match="take fewer columns"):
        explained_beyond(np.arange(4.0) ** 2, np.arange(4.0), np.eye(4)[:, :3])
