"""Scores of more pictures are higher, by a law that is known."""

import numpy as np
import pytest

from csdlib.errors import InputError
from csdlib.similarity.set_size import MeanCosines, fit_set_size, mean_cosines, scores_by_size


def bodies(count: int, dim: int = 256, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two artists' pictures around directions of their own, of which a half is common to both."""
    random = np.random.default_rng(seed)
    common, *own = np.linalg.qr(random.normal(size=(dim, 3)))[0].T
    sides = []
    for direction, noise in zip(own, (1.2, 1.8), strict=True):
        made = common + direction + noise * random.normal(size=(count, dim)) / np.sqrt(dim)
        sides.append(made / np.linalg.norm(made, axis=1, keepdims=True))
    return sides[0], sides[1]


def test_mean_cosines_are_those_of_all_pairs() -> None:
    first, second = bodies(7)
    found = mean_cosines(first, second)
    pairs = [first[i] @ first[j] for i in range(7) for j in range(7) if i != j]
    assert found.first == pytest.approx(np.mean(pairs))
    assert found.across == pytest.approx(np.mean([a @ b for a in first for b in second]))


def test_the_law_is_what_is_measured_on_either_side() -> None:
    first, second = bodies(300)
    law = mean_cosines(first, second)
    for fixed in (None, 40):
        seen = scores_by_size(first, second, [4, 8, 32], fixed=fixed, draws=60, random=np.random.default_rng(1))
        np.testing.assert_allclose(seen["prototype"], law.expected(seen["n"], seen["m"]), atol=0.01)
        assert seen["prototype"].is_monotonic_increasing
        # What does not depend on the size is the same throughout, and the law's limit.
        np.testing.assert_allclose(seen["corrected"], law.limit, atol=0.03)


def test_two_single_pictures_have_their_mean_cosine_and_one_hand_follows_spearman_and_brown() -> None:
    law = MeanCosines(0.3, 0.3, 0.3)
    assert float(law.expected(1, 1)) == pytest.approx(0.3)
    assert float(law.expected(10, 10)) == pytest.approx(10 * 0.3 / (1 + 9 * 0.3))
    assert law.limit == pytest.approx(1)


@pytest.mark.parametrize(("sides", "law"), [(2, MeanCosines(0.2, 0.3, 0.3)), (1, MeanCosines(0.4, 0.3, 1.0))])
def test_a_fit_finds_the_law_in_noisy_scores(sides: int, law: MeanCosines) -> None:
    sizes = np.array([1, 2, 4, 8, 16, 32])
    values = law.expected(sizes, sizes) + 0.002 * np.random.default_rng(0).normal(size=6)
    found = fit_set_size(sizes, values, sides=sides)
    assert (found.across, found.first, found.second) == pytest.approx((law.across, law.first, law.second), abs=0.02)
    assert found.limit == pytest.approx(law.limit, abs=0.02)


def test_halves_of_one_body_share_no_picture_and_sizes_that_are_not_there_are_left_out() -> None:
    one = np.eye(8)
    seen = scores_by_size(one, None, [1, 4, 5], random=np.random.default_rng(0))
    assert seen["n"].tolist() == [1, 4]
    assert (seen["prototype"] == 0).all(), "a shared picture would have a cosine with itself"
    assert (seen["undefined"] == 1).all()
    assert seen["corrected"].isna().all()


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(InputError, match="two pictures of each side"):
        mean_cosines(np.eye(2)[:1], np.eye(2))
    with pytest.raises(InputError, match="not like each other"):
        mean_cosines(np.eye(2), np.eye(2))
    with pytest.raises(InputError, match="at least one picture"):
        MeanCosines(0.1, 0.2, 0.2).expected(0, 1)
    with pytest.raises(InputError, match="two sizes or more"):
        fit_set_size([3, 3], [0.1, 0.2])
    with pytest.raises(InputError, match="sizes must be 1"):
        scores_by_size(np.eye(2), None, [0], random=np.random.default_rng(0))
