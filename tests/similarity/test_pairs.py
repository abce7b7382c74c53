"""The scale of scores: quantiles of pairs by one artist and by two."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import pairs
from csdlib.similarity.pairs import PROBABILITIES, pair_quantiles


def unit(count: int, seed: int) -> Embeddings:
    vectors = np.random.default_rng(seed).standard_normal((count, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(vectors, np.arange(count).astype(str), "x", "cosine")


def test_blocks_are_one_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    images, artists = unit(40, 3), np.repeat(["a", "b", "c", "d"], 10)
    whole = pair_quantiles(images, artists)
    monkeypatch.setattr(pairs, "ROWS", 7)
    pd.testing.assert_frame_equal(pair_quantiles(images, artists), whole)


@given(st.lists(st.sampled_from(["a", "b", ""]), min_size=6, max_size=12), st.integers(0, 5))
def test_it_is_what_going_through_all_pairs_finds(artists: list[str], seed: int) -> None:
    if min(artists.count("a"), artists.count("b")) < 2:
        return
    images = unit(len(artists), seed)
    cosines: dict[bool, list[float]] = {True: [], False: []}
    for i, j in combinations(range(len(artists)), 2):
        if artists[i] and artists[j]:
            cosines[artists[i] == artists[j]].append(float(images.vectors[i] @ images.vectors[j]))
    found = pair_quantiles(images, np.array(artists))
    np.testing.assert_allclose(found["same_artist"], np.quantile(cosines[True], PROBABILITIES), atol=1e-5)
    np.testing.assert_allclose(found["other_artists"], np.quantile(cosines[False], PROBABILITIES), atol=1e-5)


@pytest.mark.parametrize("artists", [["a", "a"], ["a", "b"], ["a", ""], ["a"]])
def test_without_pairs_of_both_kinds_there_is_no_scale(artists: list[str]) -> None:
    with pytest.raises(InputError, match="need"):
        pair_quantiles(unit(2, 0), np.array(artists))
