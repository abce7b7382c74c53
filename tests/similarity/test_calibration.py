"""Likelihood ratios against scikit-learn and against worlds where they are known."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student_t
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.by_artist import artist_folds, sorted_by_artist
from csdlib.similarity.calibration import METHODS, calibrate, posterior
from csdlib.similarity.readouts import readout
from tests.similarity.conftest import painters, unit


def pairs_within_folds(
    images: Embeddings, artists: np.ndarray, name: str, folds: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """All pairs within each fold, read by what the other folds' works are, and whether they are by one artist."""
    fold = artist_folds(artists, folds, np.random.default_rng(seed)) if folds > 1 else np.zeros(len(artists))
    values, same = [], []
    for number in range(folds):
        rows = np.flatnonzero(fold == number)
        way, judged = readout(name, images.take(fold != number) if folds > 1 else images), images.take(rows)
        places, vectors = way.places(judged), judged.vectors.astype(float)
        read = way.read(vectors @ vectors.T, places, places)
        for i, j in combinations(range(len(rows)), 2):
            values.append(read[i, j])
            same.append(artists[rows[i]] == artists[rows[j]])
    return np.array(values), np.array(same)


@pytest.mark.parametrize("name", ["cosine", "csls"])
@pytest.mark.parametrize("method", METHODS)
def test_ratios_are_those_that_scikit_learn_fits_to_all_pairs(name: str, method: str) -> None:
    images, artists = painters(12, 8, 0, noise=2)
    made = calibrate(images, artists, name=name, method=method, folds=3, seed=4)
    # A cosine is fitted on nothing: there all pairs are looked at.
    values, same = pairs_within_folds(images, artists, name, 1 if name == "cosine" else 3, 4)
    assert made.pairs == (same.sum(), (~same).sum())
    weights = np.where(same, 1 / same.sum(), 1 / (~same).sum()) * len(same)
    asked = np.quantile(values, [0.1, 0.3, 0.5, 0.7, 0.9])
    if method == "logistic":
        model = LogisticRegression(C=1e9).fit(values[:, None], same, sample_weight=weights)
        ratios = np.exp(model.decision_function(asked[:, None]))
    else:
        chance = IsotonicRegression(out_of_bounds="clip").fit(values, same, sample_weight=weights).predict(asked)
        ratios = chance / (1 - chance)
    found = made.likelihood_ratio(asked)
    np.testing.assert_allclose(found, np.clip(ratios, *made.limits), rtol=0.08)
    assert (np.diff(made.likelihood_ratio(np.linspace(-1, 1, 50))) >= 0).all()


@pytest.mark.parametrize("name", ["cosine", "csls"])
def test_what_is_said_of_new_artists_is_true_about_as_often(name: str) -> None:
    known, artists = painters(40, 8, 0, noise=2)
    made = calibrate(known, artists, name=name)
    strangers, whose = painters(40, 8, 1, noise=2)
    places, vectors = made.way.places(strangers), strangers.vectors.astype(float)
    rows, columns = np.triu_indices(len(strangers), 1)
    values = made.way.read(vectors @ vectors.T, places, places)[rows, columns]
    same = whose[rows] == whose[columns]
    said = made.probability(values, same.mean())
    ends = np.quantile(said, [0, 0.5, 0.9, 0.99, 1])
    for low, high in pairwise(ends):
        inside = (said >= low) & (said <= high)
        assert same[inside].mean() == pytest.approx(said[inside].mean(), rel=0.3)


def test_where_names_mean_nothing_a_value_says_nothing() -> None:
    images, artists = painters(20, 6, 0)
    shuffled = np.random.default_rng(0).permutation(artists)
    for method in METHODS:
        ratios = calibrate(images, shuffled, method=method).likelihood_ratio(np.linspace(-0.5, 0.5, 9))
        assert np.abs(np.log(ratios)).max() < 0.5


def test_what_is_worse_than_chance_is_no_evidence() -> None:
    # Every artist has both poles, and shares them with all others: its own works are the less alike.
    poles = unit(np.random.default_rng(0).normal(size=(1, 4)) * np.array([[1.0], [-1.0]] * 12))
    made = calibrate(poles, np.repeat([f"{number:02}" for number in range(12)], 2), method="logistic", folds=2)
    assert made.likelihood_ratio(np.array([-1.0, 0.0, 1.0])).tolist() == [1, 1, 1]


def test_no_ratio_goes_beyond_what_so_many_works_can_tell() -> None:
    # Artists without anything in common: all pairs by one artist are more alike than all by two.
    images, artists = painters(10, 6, 0, dim=64, noise=0.1)
    for method in METHODS:
        made = calibrate(images, artists, method=method)
        # One work more would be in 60 of 61 * 60 / 2 pairs.
        assert made.limits == pytest.approx((2 / 61, 61 / 2))
        assert made.likelihood_ratio(np.array([-1.0, 1.0])).tolist() == pytest.approx([2 / 61, 61 / 2])


def test_a_calibration_says_what_it_holds_for() -> None:
    images, artists = painters(10, 4, 0, fingerprint="of csd")
    artists = np.where(np.arange(40) < 2, "", artists)
    made = calibrate(images, artists, name="csls", collection="mine")
    assert (made.fingerprint, made.collection, made.artists, made.works) == ("of csd", "mine", 10, 38)
    assert str(made).startswith("isotonic calibration of csls on mine: 38 works by 10 artists, 1 reference(s), ")
    assert np.isnan(made.likelihood_ratio(np.array([np.nan]))).all()
    # Two of ten artists are in each fold: a pair was read beside the works of the eight others, and is to be so.
    assert 29 < len(made.way.reference) < 33
    with pytest.raises(InputError, match="two descriptors"):
        made.way.places(painters(2, 2, 0)[0])


@given(st.floats(0.001, 1000), st.floats(0.0001, 0.9999))
def test_odds_are_multiplied(ratio: float, prior: float) -> None:
    after = float(posterior(ratio, prior))
    assert after / (1 - after) == pytest.approx(ratio * prior / (1 - prior), rel=1e-6)
    assert float(posterior(1 / ratio, after)) == pytest.approx(prior, rel=1e-6)


def test_the_number_of_suspects_decides() -> None:
    images, artists = painters(10, 6, 0)
    made = calibrate(images, artists)
    value = np.array([0.6])
    few, many = (made.probability(value, 1 / suspects)[0] for suspects in (10, 10_000))
    assert many < 0.05 < few
    assert few / (1 - few) / (many / (1 - many)) == pytest.approx((1 / 9) / (1 / 9_999))


def test_what_cannot_be_calibrated_is_refused() -> None:
    images, artists = painters(10, 4, 0)
    with pytest.raises(InputError, match="unknown method 'platt': choose one of isotonic, logistic"):
        calibrate(images, artists, method="platt")
    with pytest.raises(InputError, match="unknown readout"):
        calibrate(images, artists, name="csl")
    with pytest.raises(InputError, match="needs 12 artists with 2 works or more, here are 10"):
        calibrate(images, artists, folds=6)
    for prior in (0, 1):
        with pytest.raises(InputError, match="prior must be in"):
            posterior(2.0, prior)


def test_the_mean_with_many_references_says_more_and_is_calibrated_apart() -> None:
    known, artists = painters(40, 10, 0, noise=2)
    strangers, whose = painters(40, 10, 1, noise=2)
    one, many = (calibrate(known, artists, references=references) for references in (1, 6))
    assert (one.references, many.references) == (1, 6)
    works = sorted_by_artist(strangers, whose)
    own, others = (
        np.concatenate(each) for each in zip(*works.compared(many.way, 6, np.random.default_rng(0)), strict=True)
    )
    bits = {}
    for made in (one, many):
        ratios = made.likelihood_ratio(own), made.likelihood_ratio(others)
        bits[made.references] = (np.log2(1 + 1 / ratios[0]).mean() + np.log2(1 + ratios[1]).mean()) / 2
    assert bits[6] < bits[1] - 0.02, "a mean of six is not to be read as one pair"


def test_few_pairs_by_one_artist_exclude_little_however_many_strangers_there_are() -> None:
    images, artists = painters(40, 8, 0, noise=0.1)
    # Ten artists keep two works each; every other work is by somebody of whom there is nothing else.
    alone = np.array([f"{name}-{number}" for number, name in enumerate(artists)], dtype=object)
    for name in np.unique(artists)[:10]:
        alone[np.flatnonzero(artists == name)[:2]] = name
    low, high = calibrate(images, alone.astype(str)).limits
    assert low >= 2 / 21
    assert high <= 321 / 2


def test_a_number_of_references_is_calibrated_on_as_many_artists_as_a_pair() -> None:
    images, artists = painters(12, 14, 0, noise=2)
    # Two artists with fourteen works, and ten with two.
    number = np.concatenate([np.arange((artists == name).sum()) for name in np.unique(artists)])
    rows = np.flatnonzero(np.isin(artists, np.unique(artists)[:2]) | (number < 2))
    assert calibrate(images.take(rows), artists[rows]).references == 1
    with pytest.raises(InputError, match="10 artists with 13 works or more, here are 2"):
        calibrate(images.take(rows), artists[rows], references=12)


@pytest.mark.parametrize(("method", "references"), [("isotonic", 1), ("logistic", 1), ("isotonic", 3)])
def test_intervals_are_those_of_calibrations_without_each_artist(method: str, references: int) -> None:
    images, artists = painters(12, 8, 0, noise=2)
    made = calibrate(images, artists, method=method, references=references)
    asked = np.quantile(pairs_within_folds(images, artists, "cosine", 1, 0)[0], [0.3, 0.7, 0.9])
    without = []
    for name in np.unique(artists):
        kept = artists != name
        # References are drawn anew, by chance: their draws are to be averaged.
        again = [
            calibrate(images.take(kept), artists[kept], method=method, references=references, seed=seed)
            for seed in range(1 if references == 1 else 12)
        ]
        without.append(np.mean([np.log(each.likelihood_ratio(asked)) for each in again], axis=0))
    spread = np.array(without) - np.mean(without, axis=0)
    half = student_t.ppf(0.975, 11) * np.sqrt(11 / 12 * (spread**2).sum(axis=0))
    low, high = made.interval(asked)
    np.testing.assert_allclose(np.log(high / low) / 2, half, rtol=0.01 if references == 1 else 0.5)
    assert (low < made.likelihood_ratio(asked)).all()
    assert (made.likelihood_ratio(asked) < high).all()


def test_intervals_hold_what_many_more_artists_say() -> None:
    truth = calibrate(*painters(300, 6, 1000, noise=2))
    asked, held = np.linspace(-0.2, 0.5, 5), []
    for seed in range(40):
        low, high = calibrate(*painters(15, 6, seed, noise=2)).interval(asked)
        ratio = truth.likelihood_ratio(asked)
        held.append((low <= ratio) & (ratio <= high))
    assert np.mean(held) > 0.85
