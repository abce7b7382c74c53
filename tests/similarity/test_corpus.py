"""A corpus as a scale: likelihood ratios of mean cosines, and what is said of two pictures."""

from pathlib import Path

import numpy as np
import pytest

from csdlib.descriptors import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import Corpus, style_similarity
from tests.conftest import stripes


def by_artists(artists: int, works: int, seed: int = 0, own: float = 1.2) -> Corpus:
    """Works that scatter about their artist's place."""
    random = np.random.default_rng(seed)
    places = np.repeat(random.normal(size=(artists, 24)) * own, works, axis=0)
    vectors = places + random.normal(size=places.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = np.repeat([f"artist-{number:02d}" for number in range(artists)], works)
    return Corpus("drawn", Embeddings(vectors, np.arange(len(vectors)).astype(str), "x", "cosine"), names)


def test_ratios_speak_for_who_made_it_on_artists_of_another_draw() -> None:
    known, others = by_artists(20, 8), by_artists(20, 8, seed=1)
    vectors = others.embeddings.vectors.reshape(20, 8, -1)
    own = np.einsum("ad,awd->aw", vectors[:, 0], vectors[:, 1:5]).mean(axis=1)
    strangers = np.einsum("ad,awd->aw", vectors[:, 0], np.roll(vectors, 1, axis=0)[:, 1:5]).mean(axis=1)
    counts = np.full(20, 4)
    for_own, for_strangers = (known.likelihood_ratios(means, counts)["likelihood_ratio"] for means in (own, strangers))
    assert np.median(for_own) > 5
    assert np.median(for_strangers) < 0.5
    # Markov: of strangers a tenth at most can have a ratio of 10 (their mean is 1).
    assert (for_strangers >= 10).mean() <= 0.1


def test_more_references_say_more_and_beyond_twelve_they_are_read_as_twelve() -> None:
    known = by_artists(15, 20)
    means = np.full(4, 0.75)
    found = known.likelihood_ratios(means, np.array([1, 4, 12, 40]))
    one, four, twelve, many = found["likelihood_ratio"]
    assert (found["likelihood_ratio_low"] < found["likelihood_ratio"]).all()
    assert (found["likelihood_ratio"] < found["likelihood_ratio_high"]).all()
    assert one < four
    assert twelve == many
    missing = known.likelihood_ratios(np.array([np.nan, 0.5]), np.array([0, 1]))["likelihood_ratio"]
    assert np.isnan(missing[0])
    assert missing[1] > 0


def test_a_corpus_that_is_too_small_says_why() -> None:
    few = by_artists(3, 4)
    assert "artists" in few.uncalibrated
    with pytest.raises(InputError):
        few.likelihood_ratios(np.array([0.5]), np.array([1]))
    said = few.read(0.5)
    assert said.likelihood_ratio is None
    assert "frequent" not in str(said)


def test_the_score_of_two_pictures_is_read_and_that_of_more_is_not(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        stripes(number, 4, number).save(path)
    known, measure = by_artists(15, 20), load("csd-tiny")
    found = style_similarity(paths[0], paths[1], descriptor=measure)
    read = found.on(known)
    same, different = ([], [])
    cosines, names = known.embeddings.vectors @ known.embeddings.vectors.T, known.artists
    for a in range(len(names)):
        for b in range(a):
            (same if names[a] == names[b] else different).append(cosines[a, b])
    assert read.above_different == pytest.approx(np.mean(np.array(different) < found.value))
    assert read.above_same == pytest.approx(np.mean(np.array(same) < found.value))
    with pytest.raises(InputError, match="two pictures"):
        style_similarity(paths[0], paths[1:], descriptor=measure).on(known)
