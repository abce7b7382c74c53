"""Groups of copies against brute force, in blocks, and the threshold that a precision asks for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import csdlib.curation.duplicates as duplicates
from csdlib.curation.duplicates import duplicate_groups, merged_tags, threshold_for
from csdlib.curation.quality import group_quality
from csdlib.errors import InputError


def unit(*shape: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def brute_force(vectors: np.ndarray, threshold: float) -> np.ndarray:
    groups = list(range(len(vectors)))
    for i, j in np.argwhere(np.tril(vectors @ vectors.T >= threshold, -1)).tolist():
        a, b = sorted((groups[i], groups[j]))
        groups = [a if name == b else name for name in groups]
    return np.array(groups)


@given(st.integers(1, 40), st.sampled_from([0.0, 0.3, 0.7, 0.95]), st.sampled_from([1, 7, 4096]), st.integers(0, 99))
def test_groups_are_those_of_all_pairs(count: int, threshold: float, block: int, seed: int) -> None:
    vectors = unit(count, 3, seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "BLOCK", block)
        found = duplicate_groups(vectors, threshold)
    np.testing.assert_array_equal(found, brute_force(vectors, threshold))


def test_many_equal_images_are_one_group() -> None:
    vectors = np.repeat(unit(3, 8), 3000, axis=0)
    assert np.unique(duplicate_groups(vectors, 0.99)).tolist() == [0, 3000, 6000]


def test_tags_of_copies_are_merged_in_order() -> None:
    assert merged_tags([["b"], ["a", "b"], [], ["c"]], np.array([0, 0, 2, 0])) == [
        ["b", "a", "c"],
        ["a", "b"],
        [],
        ["c"],
    ]


def test_the_threshold_is_the_lowest_of_its_precision() -> None:
    angles = np.array([0.0, 0.1, 1.5, 1.61, 3.0])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    truth = np.array([0, 0, 1, 1, 2])
    assert threshold_for(vectors, truth, precision=1.0) == pytest.approx(np.cos(0.11), abs=1e-5)
    assert duplicate_groups(vectors, threshold_for(vectors, truth, precision=1.0)).tolist() == [0, 0, 2, 2, 4]
    with pytest.raises(InputError, match="nothing to set a threshold on"):
        threshold_for(vectors, np.arange(5))
    with pytest.raises(InputError, match="no threshold reaches"):
        threshold_for(vectors, np.array([0, 1, 2, 3, 0]))


@given(st.integers(4, 30), st.sampled_from([0.6, 0.95]), st.integers(0, 99))
def test_groups_at_the_threshold_have_the_precision_and_no_lower_one_finds_more(
    count: int, precision: float, seed: int
) -> None:
    """Against every cosine of a pair as a threshold, tried one by one."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, count // 2, size=count)
    vectors = unit(count, 3, seed=seed)
    tried = []
    for threshold in (vectors @ vectors.T)[np.triu_indices(count, 1)].tolist():
        groups = brute_force(vectors, threshold - 1e-6)
        same, true = groups[:, None] == groups, truth[:, None] == truth
        right, joined = (same & true).sum() - count, same.sum() - count
        tried.append((right / max(joined, 1) >= precision and right > 0, right, threshold))
    if not any(good for good, _, _ in tried):
        with pytest.raises(InputError, match=r"no threshold|nothing to set"):
            threshold_for(vectors, truth, precision=precision)
        return
    best = max(right for good, right, _ in tried if good)
    found = threshold_for(vectors, truth, precision=precision)
    assert found == pytest.approx(max(t for good, right, t in tried if good and right == best), abs=1e-5)


def test_quality_counts_pairs() -> None:
    found, truth = np.array([0, 0, 2, 2, 2, 5]), np.array([0, 0, 0, 3, 3, 3])
    pairs = [(i, j) for i in range(6) for j in range(i)]
    together = [(found[i] == found[j], truth[i] == truth[j]) for i, j in pairs]
    right = sum(f and t for f, t in together)
    quality = group_quality(found, truth)
    assert quality["precision"].value == pytest.approx(right / sum(f for f, _ in together))
    assert quality["recall"].value == pytest.approx(right / sum(t for _, t in together))
    assert quality["recall"].note == "2 queries: no interval"
    # Beside as many that are all right, four groups have an interval.
    more = group_quality(np.concatenate([found, truth + 6]), np.concatenate([truth, truth + 6]))
    assert more["recall"].low < more["recall"].value < more["recall"].high


@pytest.mark.parametrize(
    ("vectors", "threshold", "message"),
    [
        (np.ones((3, 2), np.float32), 0.5, "unit norm"),
        (np.ones(3, np.float32), 0.5, "unit norm"),
        (np.eye(2, dtype=np.float32), 1.5, "threshold must be"),
        (np.eye(2, dtype=np.float32), float("nan"), "threshold must be"),
    ],
)
def test_bad_vectors_and_thresholds_are_refused(vectors: np.ndarray, threshold: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        duplicate_groups(vectors, threshold)
