"""What a name does, beside the names of others."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from csdlib.errors import InputError
from csdlib.similarity.artists import prototype
from csdlib.similarity.names import imitated, own_above_others
from tests.similarity.conftest import unit


def test_what_a_name_does_is_own_minus_others_whatever_is_common_to_all() -> None:
    random = np.random.default_rng(0)
    names, asked = np.repeat(["a", "b", "c", "d"], 5), np.repeat(["a", "b", "c", "e"], 3)
    works, made = unit(random.normal(size=(20, 6)) + 1), unit(random.normal(size=(12, 6)) + 1)
    found = own_above_others(made, asked, works, names, ["b", "c", "e"])

    def cosine(one: str, other: str) -> float:
        first, second = made.vectors[asked == one].astype(float), works.vectors[names == other].astype(float)
        return float(prototype(first) @ prototype(second))

    assert found.index.tolist() == ["a", "b", "c"]
    assert found["a"] == pytest.approx(cosine("a", "a") - np.mean([cosine(o, "a") for o in "bce"]), abs=1e-5)
    assert found["b"] == pytest.approx(cosine("b", "b") - np.mean([cosine(o, "b") for o in "ce"]), abs=1e-5)
    with pytest.raises(InputError, match="two others"):
        own_above_others(made, asked, works, names, ["b", "d"])


def test_a_name_that_means_nothing_has_any_rank() -> None:
    random = np.random.default_rng(0)
    names = np.repeat([f"artist-{number}" for number in range(40)], 5)
    directions = random.normal(size=(40, 16))
    works = unit(np.repeat(directions, 5, axis=0) + 0.3 * random.normal(size=(200, 16)))
    made = unit(random.normal(size=(200, 16)))
    ranks = imitated(made, names, works, names)["rank"]
    assert ranks.between(1, 40).all()
    assert abs(ranks.mean() - 20.5) < 6
    # Names that mean something lead to the artists' own directions.
    meant = unit(np.repeat(directions[:20], 5, axis=0) + 0.3 * random.normal(size=(100, 16)))
    both = unit(np.concatenate([meant.vectors, made.vectors[100:]]))
    found = imitated(both, names, works, names).set_index("artist").loc[[f"artist-{number}" for number in range(40)]]
    assert (found["rank"].iloc[:20] == 1).all()
    assert (found["q"].iloc[:20] <= 0.05).all()
    assert (found["q"].iloc[20:] < 0.05).sum() <= 2
    np.testing.assert_allclose(found["q"], false_discovery_control(found["rank"] / 40))
