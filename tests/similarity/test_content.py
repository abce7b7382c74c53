"""Variance of a grid: parts that are known, cosines that anybody can count, and grids that are none."""

from itertools import product

import numpy as np
import pytest

from csdlib.errors import InputError
from csdlib.similarity.content import split_variance

Grid = tuple[np.ndarray, np.ndarray, np.ndarray]


def simulated(shape: tuple[int, int, int, int], variances: list[float], seed: int) -> Grid:
    """Descriptors of (artists, subjects, works, d) with such variances of style, content, both and rest."""
    a, b, works, dim = shape
    random, scales = np.random.default_rng(seed), np.sqrt(np.array(variances) / dim)
    sizes = [(a, 1, 1, dim), (1, b, 1, dim), (a, b, 1, dim), shape]
    parts = [scale * random.normal(size=size) for scale, size in zip(scales, sizes, strict=True)]
    vectors = np.broadcast_to(sum(parts), shape).reshape(-1, dim)
    return vectors, np.repeat(np.arange(a), b * works), np.tile(np.repeat(np.arange(b), works), a)


def test_known_parts_are_found_and_lie_in_their_intervals() -> None:
    truth = np.array([0.3, 0.2, 0.1, 0.4])
    found = [split_variance(*simulated((12, 10, 2, 8), truth.tolist(), seed)) for seed in range(60)]
    parts = np.array([[each.style.value, each.content.value, each.both.value, each.rest.value] for each in found])
    np.testing.assert_allclose(parts.mean(axis=0), truth, atol=0.02)
    np.testing.assert_allclose(parts.sum(axis=1), 1)
    assert np.mean([each.total for each in found]) == pytest.approx(1, abs=0.05)
    held = [each.style.low <= 0.3 <= each.style.high for each in found]
    assert np.mean(held) > 0.88


def test_for_unit_vectors_the_parts_are_differences_of_mean_cosines() -> None:
    vectors, artists, subjects = simulated((5, 6, 3, 12), [0.3, 0.3, 0.2, 0.2], 0)
    vectors = vectors + 0.3
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines: dict[tuple[bool, bool], list[float]] = {}
    for i, j in product(range(len(vectors)), repeat=2):
        if i != j:
            kind = bool(artists[i] == artists[j]), bool(subjects[i] == subjects[j])
            cosines.setdefault(kind, []).append(float(vectors[i] @ vectors[j]))
    mean = {kind: np.mean(each) for kind, each in cosines.items()}
    found = split_variance(vectors, artists, subjects)
    assert found.total == pytest.approx(1 - mean[False, False])
    assert found.style.value * found.total == pytest.approx(mean[True, False] - mean[False, False])
    assert found.content.value * found.total == pytest.approx(mean[False, True] - mean[False, False])
    assert found.rest.value * found.total == pytest.approx(1 - mean[True, True])


def test_neither_the_order_nor_the_scale_of_a_descriptor_counts() -> None:
    vectors, artists, subjects = simulated((5, 4, 2, 3), [0.4, 0.1, 0.1, 0.4], 3)
    order = np.random.default_rng(0).permutation(len(vectors))
    first, other = (
        split_variance(vectors, artists, subjects),
        split_variance(7 * vectors[order] + 5, artists[order], subjects[order]),
    )
    assert (first.style.value, first.style.high) == pytest.approx((other.style.value, other.style.high))
    # Artists and subjects change places.
    turned = split_variance(vectors, subjects, artists)
    assert (turned.style.value, turned.content.low) == pytest.approx((first.content.value, first.style.low))


def test_few_artists_or_subjects_say_so() -> None:
    assert split_variance(*simulated((8, 4, 2, 3), [1, 1, 1, 1], 0)).style.note == "4 subjects only"
    three = split_variance(*simulated((3, 8, 2, 3), [1, 1, 1, 1], 0))
    assert three.style.note == "3 artists: no interval"
    assert np.isnan(three.style.low)
    assert list(three.shares) == ["style", "content", "both", "rest"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (lambda keep: keep[2:], "0 has 0 of 0, not 2"),
        (lambda keep: keep[1:], "0 has 1 of 0, not 2"),
        (lambda keep: keep[::2], "one picture a cell"),
        (lambda keep: keep[:4], "two artists and two subjects"),
        (lambda keep: keep[:0], "0 descriptors"),
    ],
)
def test_what_is_no_whole_grid_is_refused(rows, message: str) -> None:  # type: ignore[no-untyped-def]
    grid = simulated((3, 4, 2, 3), [1, 1, 1, 1], 0)
    kept = rows(np.arange(len(grid[0])))
    with pytest.raises(InputError, match=message):
        split_variance(*(each[kept] for each in grid))


def test_descriptors_that_are_all_the_same_have_nothing_to_split() -> None:
    _, artists, subjects = simulated((3, 4, 2, 3), [1, 1, 1, 1], 0)
    with pytest.raises(InputError, match="no variance"):
        split_variance(np.ones((24, 3)) / 3, artists, subjects)
    with pytest.raises(InputError, match="level"):
        split_variance(np.ones((24, 3)), artists, subjects, level=1.0)
