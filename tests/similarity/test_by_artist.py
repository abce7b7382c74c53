"""All pairs, artist by artist, and folds that keep artists whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.errors import InputError
from csdlib.similarity.by_artist import artist_folds, sorted_by_artist
from csdlib.similarity.readouts import readout
from tests.similarity.conftest import unit

NAMES = np.array(["b", "a", "b", "", "c", "a", "b", "a"])


@pytest.mark.parametrize("name", ["cosine", "csls"])
def test_blocks_are_the_rows_of_the_whole_matrix(name: str) -> None:
    images = unit(np.random.default_rng(0).normal(size=(8, 4)))
    works, way = sorted_by_artist(images, NAMES), readout(name, images, k=3)
    order = np.argsort(NAMES, kind="stable")[1:]
    assert works.images.ids.tolist() == images.ids[order].tolist()
    places, vectors = way.places(images)[order], images.vectors[order].astype(float)
    whole = way.read(vectors @ vectors.T, places, places)
    np.fill_diagonal(whole, np.nan)
    np.testing.assert_allclose(np.vstack([values for _, values in works.blocks(way)]), whole, atol=1e-6)
    found = list(works.pairs(way))
    same = np.concatenate([within for within, _ in found])
    names = NAMES[order]
    upper = np.triu(np.ones(whole.shape, bool), 1)
    alike = names[:, None] == names
    np.testing.assert_allclose(np.sort(same), np.sort(whole[upper & alike]), atol=1e-6)
    different = np.concatenate([across for _, across in found])
    np.testing.assert_allclose(np.sort(different), np.sort(whole[~alike]), atol=1e-6)
    np.testing.assert_array_equal(np.concatenate(list(works.within(way))), same)


@given(st.lists(st.integers(2, 9), min_size=6, max_size=12), st.integers(0, 5))
def test_folds_keep_artists_whole_and_are_of_a_size(counts: list[int], seed: int) -> None:
    names = np.append(np.repeat([f"{number:02}" for number in range(len(counts))], counts), "")
    fold = artist_folds(names, 3, np.random.default_rng(seed))
    assert fold[-1] == -1
    assert all(len(set(fold[names == name])) == 1 for name in set(names.tolist()))
    sizes = np.bincount(fold[:-1], minlength=3)
    assert sizes.max() - sizes.min() <= max(counts)
    assert all(len(set(names[fold == number])) >= 2 for number in range(3))


def test_other_seeds_draw_other_folds() -> None:
    names = np.repeat(np.arange(12).astype(str), 3)
    drawn = {tuple(artist_folds(names, 2, np.random.default_rng(seed))) for seed in range(5)}
    assert len(drawn) > 1


def test_too_few_are_refused() -> None:
    images = unit(np.random.default_rng(0).normal(size=(8, 4)))
    for names in (["a"] * 8, list("abcdefgh"), [""] * 8):
        with pytest.raises(InputError, match="two works by one artist"):
            sorted_by_artist(images, np.array(names))
    with pytest.raises(InputError, match="a name each"):
        sorted_by_artist(images, NAMES[:5])
    with pytest.raises(InputError, match="3 folds need 6 artists with two works or more, here are 2"):
        artist_folds(NAMES, 3, np.random.default_rng(0))


def test_with_several_references_a_work_has_the_mean_of_its_values_without_itself() -> None:
    images = unit(np.random.default_rng(2).normal(size=(12, 4)))
    names = np.array(list("aaaabbbbbccd"))
    works, way = sorted_by_artist(images, names), readout("csls", images, k=3)
    whole = np.vstack([values for _, values in works.blocks(way)])
    found = dict(zip("abcd", works.compared(way, 3, np.random.default_rng(5)), strict=True))
    random = np.random.default_rng(5)
    chosen = {"a": random.permutation(4), "b": 4 + random.permutation(5)[:4]}
    assert not len(found["c"][0])
    assert not len(found["d"][0])
    for name in "ab":
        for row, value in zip(np.flatnonzero(names == name), found[name][0], strict=True):
            references = [other for other in chosen[name] if other != row][:3]
            assert value == pytest.approx(whole[row, references].mean())
    across = {
        (row, name): whole[row, chosen[name][:3]].mean() for row in range(12) for name in "ab" if names[row] != name
    }
    for name in "abcd":
        expected = [value for (row, other), value in across.items() if name in (names[row], other)]
        np.testing.assert_allclose(np.sort(found[name][1]), np.sort(expected))


def test_one_reference_is_all_pairs() -> None:
    images = unit(np.random.default_rng(0).normal(size=(8, 4)))
    works, way = sorted_by_artist(images, NAMES), readout("cosine", images)
    random = np.random.default_rng(0)
    for one, other in zip(works.compared(way, 1, random), works.pairs(way), strict=True):
        assert [each.tolist() for each in one] == [each.tolist() for each in other]


@pytest.mark.parametrize("references", [0, 3])
def test_more_references_than_two_artists_have_are_refused(references: int) -> None:
    images = unit(np.random.default_rng(0).normal(size=(8, 4)))
    works = sorted_by_artist(images, NAMES)
    with pytest.raises(InputError, match="references must be from 1 to 2"):
        list(works.compared(readout("cosine", images), references, np.random.default_rng(0)))
