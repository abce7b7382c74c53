"""AUC, EER and TAR against scikit-learn, and intervals against brute force and repeated worlds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import verification
from csdlib.similarity.by_artist import artist_folds
from csdlib.similarity.readouts import readout
from csdlib.similarity.verification import verification_table, verify, verify_splits
from tests.similarity.conftest import painters, unit


def all_pairs(images: Embeddings, artists: np.ndarray, name: str, reference: Embeddings) -> tuple[np.ndarray, ...]:
    """The values of all pairs, and whether they are by one artist, from the whole matrix."""
    way = readout(name, reference)
    places, vectors = way.places(images), images.vectors.astype(float)
    values = way.read(vectors @ vectors.T, places, places)
    rows = [(i, j) for i, j in combinations(range(len(images)), 2) if artists[i] and artists[j]]
    return np.array([values[i, j] for i, j in rows]), np.array([artists[i] == artists[j] for i, j in rows])


def by_sklearn(values: np.ndarray, same: np.ndarray) -> list[float]:
    alarms, hits, _ = roc_curve(same, values, drop_intermediate=False)
    line = np.linspace(0, 1, 200_001)
    equal = line[np.argmin(np.abs(line - (1 - np.interp(line, alarms, hits))))]
    return [roc_auc_score(same, values), float(equal), float(np.interp(0.01, alarms, hits))]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100), st.sampled_from(["cosine", "csls", "mutual-proximity"]))
def test_the_numbers_are_scikit_learns(seed: int, name: str) -> None:
    images, artists = painters(5, 6, seed, noise=1.5)
    artists = np.where(np.arange(30) % 7 == 3, "", artists)
    found = verify(images, artists, readout(name, images))
    assert found.numbers.tolist() == pytest.approx(by_sklearn(*all_pairs(images, artists, name, images)), abs=2e-5)


def test_ties_count_half() -> None:
    corners = unit(np.array([[1, 0], [1, 0], [0, 1], [1, 0], [0, 1], [0, 1]]))
    artists = np.array(list("aabbcc"))
    values, same = all_pairs(corners, artists, "cosine", corners)
    assert verify(corners, artists, readout("cosine", corners)).numbers[0] == pytest.approx(roc_auc_score(same, values))


def test_without_an_artist_is_what_its_pairs_left_out_give() -> None:
    images, artists = painters(6, 5, 3)
    way = readout("csls", images)
    found = verify(images, artists, way)
    for row, name in enumerate(found.units):
        kept = np.flatnonzero(artists != name)
        again = verify(images.take(kept), artists[kept], way)
        np.testing.assert_allclose(found.left_out[row], again.numbers, atol=1e-9)


def test_few_thresholds_leave_the_numbers_and_hardly_move_the_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    images, artists = painters(12, 10, 4)
    way = readout("cosine", images)
    whole = verify(images, artists, way)
    monkeypatch.setattr(verification, "KEPT", 60)
    rough = verify(images, artists, way)
    assert rough.numbers.tolist() == whole.numbers.tolist()
    for measure in ("auc", "eer", "tar"):
        one, two = (each.estimate(measure) for each in (whole, rough))
        assert two.high - two.low == pytest.approx(one.high - one.low, rel=0.15)


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    world, _ = painters(150, 8, 0, noise=2)
    found = []
    for seed in range(60):
        images, artists = painters(15, 8, 100 + seed, noise=2)
        one, other = (verify(images, artists, readout(name, world)) for name in ("cosine", "csls"))
        found.append([one.estimate(measure) for measure in one.measures] + [other.above(one, "auc")])
    # The truth of numbers without a bias is their mean over many worlds.
    truth = np.mean([[each.value for each in world_of] for world_of in found], axis=0)
    held = [[e.low <= value <= e.high for e, value in zip(each, truth, strict=True)] for each in found]
    # Of 60 intervals that hold it in 95 of 100 cases, fewer than 51 do so in one of 1,000 studies.
    assert (np.sum(held, axis=0) >= 51).all()


def test_splits_are_judged_by_read_outs_of_other_artists() -> None:
    images, artists = painters(8, 5, 5)
    found = verify_splits(images, artists, ["cosine", "csls"], splits=1, k=4, seed=7)
    fold = artist_folds(artists, 2, np.random.default_rng(7))
    expected = []
    for side in (0, 1):
        pool, judged = images.take(fold != side), images.take(fold == side)
        expected.append(verify(judged, artists[fold == side], readout("csls", pool, k=4)))
    np.testing.assert_allclose(found["csls"].numbers, np.mean([each.numbers for each in expected], axis=0))
    first = expected[0].units[0]
    moved = (expected[0].left_out[0] + expected[1].numbers) / 2
    np.testing.assert_allclose(found["csls"].left_out[found["csls"].units.tolist().index(first)], moved)
    table = verification_table(found)
    assert table.loc[table["readout"] == "cosine", "difference"].isna().all()
    apart = table.set_index(["readout", "measure"]).loc[("csls", "auc")]
    assert apart["difference"] == pytest.approx(found["csls"].numbers[0] - found["cosine"].numbers[0])


def test_one_artist_with_all_pairs_has_no_interval() -> None:
    images, _ = painters(1, 6, 0)
    found = verify(images, np.array(list("aabcde")), readout("cosine", images))
    assert "no interval" in found.estimate("auc").note


def test_what_cannot_be_judged_is_refused() -> None:
    images, artists = painters(6, 3, 0)
    with pytest.raises(InputError, match="splits must be 1 or more"):
        verify_splits(images, artists, splits=0)
    with pytest.raises(InputError, match="2 folds need 4 artists"):
        verify_splits(images.take(slice(6)), artists[:6])
    with pytest.raises(InputError, match="no numbers of 'cosine'"):
        verification_table(verify_splits(images, artists, ["csls"], k=2, splits=1))
