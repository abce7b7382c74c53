"""A metric learned from triplets: against scipy, by its symmetries, and on experts whose weights are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, minimize

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.recipes import read_results
from csdlib.similarity import (
    UNMENDED,
    Expert,
    FacetDistances,
    angle,
    draw_triplets,
    group_experts,
    learn_judgement,
    simulated_experts,
    unmended_angle,
)
from csdlib.similarity.judgement import SPREAD

FACETS = ["palette", "light", "marks"]


def questions(seed: int, n: int, facets: int = 3) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.chisquare(1, (n, facets)) - random.chisquare(1, (n, facets))


@pytest.mark.parametrize(("seed", "n"), [(0, 3), (1, 20), (2, 80)])
def test_weights_are_the_top_of_the_posterior(seed: int, n: int) -> None:
    x, start = questions(seed, n), np.array([4.0, 2.0, 2.0])
    y = Expert(np.array([6.0, 1.5, 0.5])).answer(x, np.random.default_rng(seed))

    def cost(u: np.ndarray) -> float:
        sure = np.where(y, 1, -1) * (x @ np.exp(u))
        return float(np.logaddexp(0, -sure).sum() + np.square(u - np.log(start)).sum() / (2 * SPREAD**2))

    found = learn_judgement(x, y, FACETS, start=start)
    wanted = minimize(cost, np.log(start), method="BFGS", options={"gtol": 1e-8})
    assert found.log_weights == pytest.approx(wanted.x, abs=1e-3)
    assert np.abs(approx_fprime(found.log_weights, cost, 1e-7)).max() < 1e-3


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**16), st.integers(1, 40))
def test_neither_order_nor_side_matters(seed: int, n: int) -> None:
    random, x = np.random.default_rng(seed), questions(seed, n)
    y, turned, order = random.random(n) < 0.5, random.random(n) < 0.5, random.permutation(n)
    plain = learn_judgement(x, y, FACETS)
    other = learn_judgement(np.where(turned[:, None], -x, x)[order], (y ^ turned)[order], FACETS)
    assert other.log_weights == pytest.approx(plain.log_weights, abs=1e-4)
    assert other.teaches(x) == pytest.approx(plain.teaches(-x), abs=1e-3)


def test_nothing_answered_keeps_the_descriptor() -> None:
    start = np.array([4.0, 2.0, 2.0])
    found = learn_judgement(np.empty((0, 3)), np.empty(0, bool), FACETS, start=start)
    assert found.weights == pytest.approx(start)
    assert found.intervals()[0] == pytest.approx([4 * np.exp(-1.959964), 4 * np.exp(1.959964)])
    assert not found.enough


def test_an_answer_that_counts_twice_is_two_answers() -> None:
    x, y = questions(4, 12), np.arange(12) % 3 > 0
    twice = learn_judgement(np.concatenate([x, x]), np.concatenate([y, y]), FACETS)
    assert learn_judgement(x, y, FACETS, counts=np.full(12, 2.0)).weights == pytest.approx(twice.weights, rel=1e-3)


def asked(expert: Expert, seed: int, n: int, *, active: bool) -> float:
    """The angle to the truth after n answers."""
    random, pool = np.random.default_rng(seed), questions(seed, 600)
    rows = random.permutation(600)[:3].tolist()
    said = expert.answer(pool[rows], random).tolist()
    while len(rows) < n:
        some = random.integers(600, size=100)
        found = learn_judgement(pool[rows], np.array(said), FACETS)
        rows.append(int(some[found.teaches(pool[some]).argmax()] if active else some[0]))
        said.append(bool(expert.answer(pool[rows[-1:]], random)[0]))
    return angle(learn_judgement(pool[rows], np.array(said), FACETS).weights, expert.weights)


def test_chosen_questions_teach_more_than_random_ones() -> None:
    experts = simulated_experts(8, 3, seed=5)
    by_choice = [asked(expert, seed, 30, active=True) for seed, expert in enumerate(experts)]
    by_chance = [asked(expert, seed, 30, active=False) for seed, expert in enumerate(experts)]
    assert np.mean(by_choice) < 0.8 * np.mean(by_chance)
    assert np.mean(by_choice) < 15


def test_the_expected_angle_is_that_of_draws() -> None:
    x = questions(7, 60)
    found = learn_judgement(x, Expert(np.array([5.0, 2.0, 1.0])).answer(x, np.random.default_rng(7)), FACETS)
    drawn = np.random.default_rng(0).multivariate_normal(found.log_weights, found.covariance, 4000)
    angles = [angle(each, found.weights) for each in np.exp(drawn)]
    assert found.expected_angle == pytest.approx(np.sqrt(np.mean(np.square(angles))), rel=0.15)


def test_what_answers_do_not_mend_is_added_as_a_right_angle() -> None:
    x = questions(7, 60)
    found = learn_judgement(x, Expert(np.array([5.0, 2.0, 1.0])).answer(x, np.random.default_rng(7)), FACETS)
    assert found.angle_off(0.0) == found.expected_angle
    assert found.angle_off(20.0) ** 2 == pytest.approx(found.expected_angle**2 + 400)
    assert found.angle_off(300.0) == 90.0
    # What is taken out of some experts' angles is what was put in.
    expected = np.linspace(3, 9, 50)
    assert unmended_angle(expected, np.hypot(expected, 20.0)) == pytest.approx(20)
    assert unmended_angle(expected, expected / 2) == 0.0


def test_what_is_not_mended_is_what_was_recorded() -> None:
    rows = read_results("judgement").frame.query(
        "question == 'unmended' and measure == 'angle' and sees == 'descriptor'"
    )
    found = rows.set_index("world")["value"].round(1)
    assert dict(UNMENDED) == {"csd-tiny": found["drawn"], "csd-art": found["paintings"]}


def test_groups_are_found_and_nobody_is_averaged_away() -> None:
    kinds, random = [Expert(np.array([7.0, 0.5, 0.5])), Expert(np.array([0.2, 0.8, 7.0]))], np.random.default_rng(1)
    xs = [questions(20 + each, 25) for each in range(8)]
    ys = [kinds[each % 2].answer(x, random) for each, x in enumerate(xs)]
    found = group_experts(xs, ys, facets=FACETS, groups=2)
    assert len(set(zip(found.labels, np.arange(8) % 2, strict=True))) == 2
    tops = sorted(found.judgements[label].weights.argmax() for label in (0, 1))
    assert tops == [0, 2]
    kept = [questions(60 + each, 40) for each in range(8)]
    told = [kinds[each % 2].answer(x, random) for each, x in enumerate(kept)]
    one = group_experts(xs, ys, facets=FACETS, groups=1)
    assert found.surprise(kept, told) < one.surprise(kept, told) - 0.05
    assert found.belongs.sum(axis=1) == pytest.approx(1)


def test_distances_are_those_of_the_places() -> None:
    places = np.random.default_rng(3).normal(size=(40, 2))
    apart = FacetDistances.of(["light"], [places])
    rows = draw_triplets(40, 30, seed=1)
    wanted = [((places[a] - places[s]) ** 2).sum() - ((places[a] - places[f]) ** 2).sum() for a, f, s in rows]
    assert apart.differences(rows)[:, 0] * apart.units[0] == pytest.approx(wanted, abs=1e-4)
    assert apart.differences(rows[:, [0, 2, 1]]) == pytest.approx(-apart.differences(rows))
    every = apart.between(*np.triu_indices(40, 1)).mean()
    assert every == pytest.approx(1, abs=0.1)


def test_plain_weights_explain_the_descriptor() -> None:
    random = np.random.default_rng(2)
    vectors = random.normal(size=(300, 6)) * [3, 3, 1, 1, 1, 1]
    apart = FacetDistances.of(
        ["wide", "narrow", "none"], [vectors[:, :2], vectors[:, 2:], random.normal(size=(300, 1))]
    )
    found = apart.plain_weights(Embeddings(vectors, np.arange(300).astype(str), "x", "l2", checked=True))
    # Mean squared distances: 2 * (9 + 9) and 2 * 4.
    assert found[:2] / found[:2].sum() == pytest.approx([36 / 44, 8 / 44], abs=0.04)
    assert 0 < found[2] < 0.06 * found.sum()


def test_triplets_are_of_three_pictures_and_no_two_alike() -> None:
    rows = draw_triplets(6, 30, seed=4)
    assert (np.diff(np.sort(rows, axis=1), axis=1) > 0).all()
    assert len({(a, *sorted((f, s))) for a, f, s in rows.tolist()}) == 30
    assert draw_triplets(6, 10, seed=4).tolist() == rows[:10].tolist()


def test_what_cannot_be_learned_from_is_refused() -> None:
    with pytest.raises(InputError, match="need differences"):
        learn_judgement(np.zeros((2, 2)), np.zeros(2, bool), FACETS)
    with pytest.raises(InputError, match="finite"):
        learn_judgement(np.full((1, 3), np.nan), np.zeros(1, bool), FACETS)
    with pytest.raises(InputError, match="above 0"):
        learn_judgement(np.zeros((1, 3)), np.zeros(1, bool), FACETS, start=np.array([1.0, 0.0, 1.0]))
    with pytest.raises(InputError, match="all pictures are alike"):
        FacetDistances.of(["light"], [np.zeros((9, 1))])
    with pytest.raises(InputError, match="pictures"):
        draw_triplets(2, 1)
