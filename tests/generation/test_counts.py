"""Counts follow nothing that is known of the artists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.errors import InputError
from csdlib.generation.counts import draw_counts

NAMES = [f"a{number}" for number in range(16)]
LEVELS = [0, 1, 3, 8, 23, 64, 181, 512]


@given(st.integers(0, 50))
def test_levels_are_filled_evenly_and_follow_no_fact(seed: int) -> None:
    random = np.random.default_rng(seed)
    facts = {"found": random.random(16), "unread": (np.arange(16) < 5).astype(float)}
    counts = draw_counts(NAMES, LEVELS, facts, seed=seed)
    assert list(counts) == NAMES
    assert sorted(counts.values()) == sorted(LEVELS * 2)
    places = [LEVELS.index(counts[name]) for name in NAMES]
    for each in facts.values():
        assert abs(np.corrcoef(each, places)[0, 1]) <= 0.1
    assert len({counts[name] for name in NAMES[:5]}) == 5, "no level has two whose name nobody read"
    assert counts == draw_counts(NAMES, LEVELS, facts, seed=seed)


def test_no_group_has_few_pictures() -> None:
    groups = [f"movement {number // 2}" for number in range(16)]
    for seed in range(5):
        counts = draw_counts(NAMES, LEVELS, {"found": np.random.default_rng(seed).random(16)}, groups=groups, seed=seed)
        places = np.array([LEVELS.index(counts[name]) for name in NAMES]).reshape(8, 2)
        assert np.var(places.mean(axis=1)) <= 0.25 * np.var(places)


def test_another_seed_draws_anew() -> None:
    drawn = [draw_counts(NAMES, LEVELS, {}, seed=seed) for seed in range(20)]
    assert len({tuple(each.values()) for each in drawn}) == 20
    # Whoever is first in the list gets few as often as many.
    assert 100 < np.mean([LEVELS.index(draw_counts(NAMES, LEVELS, {}, seed=s)["a0"]) for s in range(300)]) * 30 < 110


def test_what_cannot_be_balanced_is_refused() -> None:
    with pytest.raises(InputError, match="do not fill"):
        draw_counts(NAMES[:15], LEVELS, {})
    with pytest.raises(InputError, match="levels must rise"):
        draw_counts(NAMES, [8, 0], {})
    with pytest.raises(InputError, match="found must be 16 finite numbers"):
        draw_counts(NAMES, LEVELS, {"found": np.ones(16)})
    with pytest.raises(InputError, match="raise most"):
        draw_counts(["a", "b"], [0, 1], {"found": np.array([0.0, 1.0])})
