"""The scale of scores: quantiles of pairs by one artist and by two."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.pairs import PROBABILITIES, pair_quantiles


def unit(count: int, seed: int) -> Embeddings:
    vectors = np.random.default_rng(seed).standard_normal((count, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(vectors, np.arange(count).astype(str), "x", "cosine")


@given(st.lists(st.sampled_from(["a", "b", ""]), min_size=6, max_size=12), st.integers(0, 5))
def test_it_is_what_going_through_all_pairs_finds(artists: list[str], seed: int) -> None:
    if min(artists.count("a"), artists.count("b")) < 2:
        return
    images = unit(len(artists), seed)
    pairs: dict[bool, list[float]] = {True: [], False: []}
    for i, j in combinations(range(len(artists)), 2):
        if artists[i] and artists[j]:
            pairs[artists[i] == artists[j]].append(float(images.vectors[i] @ images.vectors[j]))
    found = pair_quantiles(images, np.array(artists))
    np.testing.assert_allclose(found["same_artist"], np.quantile(pairs[True], PROBABILITIES), atol=1e-5)
    np.testing.assert_allclose(found["other_artists"], np.quantile(pairs[False], PROBABILITIES), atol=1e-5)


@pytest.mark.parametrize("artists", [["a", "a"], ["a", "b"], ["a", ""], ["a"]])
def test_without_pairs_of_both_kinds_there_is_no_scale(artists: list[str]) -> None:
    with pytest.raises(InputError, match="need"):
        pair_quantiles(unit(2, 0), np.array(artists))
