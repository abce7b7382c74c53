"""Brier score and calibration error by definition, on artists who calibrated nothing."""

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import reliability
from csdlib.similarity.by_artist import artist_folds
from csdlib.similarity.calibration import calibrate
from csdlib.similarity.reliability import judge
from tests.similarity.conftest import painters


def said_of_pairs(images: Embeddings, artists: np.ndarray, folds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The cut cosines of all pairs within folds, and whether they are by one artist."""
    fold = artist_folds(artists, folds, np.random.default_rng(seed))
    rows, columns = np.triu_indices(len(images), 1)
    within = fold[rows] == fold[columns]
    rows, columns = rows[within], columns[within]
    cosines = np.einsum("nd,nd->n", images.vectors[rows].astype(float), images.vectors[columns])
    return np.clip(cosines, 0, 1), artists[rows] == artists[columns]


def by_definition(said: np.ndarray, same: np.ndarray, prior: float, bins: int) -> list[float]:
    weights = np.where(same, prior / same.sum(), (1 - prior) / (~same).sum())
    error = 0.0
    for number in range(bins):
        inside = (said >= number / bins) & ((said < (number + 1) / bins) | (number == bins - 1))
        if inside.any():
            error += abs((weights * same)[inside].sum() - (weights * said)[inside].sum())
    return [float((weights * np.square(said - same)).sum()), error]


@pytest.mark.parametrize("prior", [0.5, 0.02])
def test_the_numbers_are_what_their_definitions_say(prior: float) -> None:
    images, artists = painters(10, 5, 0)
    found = judge(images, artists, method="raw", prior=prior, folds=2, bins=10, seed=3)
    said, same = said_of_pairs(images, artists, 2, 3)
    assert found.numbers.tolist() == pytest.approx(by_definition(said, same, prior, 10), abs=1e-6)
    assert found.table["same"].sum() == same.sum()
    assert found.table["different"].sum() == (~same).sum()
    last = found.table.iloc[-1]
    inside = (said >= last["low"]) & (said < last["high"])
    weights = np.where(same, prior / same.sum(), (1 - prior) / (~same).sum())
    assert last["share"] == pytest.approx((weights * same)[inside].sum() / weights[inside].sum())
    assert last["probability"] == pytest.approx((weights * said)[inside].sum() / weights[inside].sum())


def test_without_an_artist_is_what_its_pairs_left_out_give() -> None:
    images, artists = painters(8, 5, 1)
    found = judge(images, artists, method="raw", folds=2)
    fold = artist_folds(artists, 2, np.random.default_rng(0))
    rows, columns = np.triu_indices(40, 1)
    kept = (fold[rows] == fold[columns]) & (artists[rows] != artists[0]) & (artists[columns] != artists[0])
    rows, columns = rows[kept], columns[kept]
    said = np.clip(np.einsum("nd,nd->n", images.vectors[rows].astype(float), images.vectors[columns]), 0, 1)
    expected = by_definition(said, artists[rows] == artists[columns], 0.5, 15)
    assert found.left_out[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_nobody_is_judged_by_a_calibration_that_has_seen_him(monkeypatch: pytest.MonkeyPatch) -> None:
    images, artists = painters(12, 4, 2)
    whose = dict(zip(images.ids.tolist(), artists.tolist(), strict=True))
    seen: list[tuple[set[str], set[str]]] = []

    def watched(pool: Embeddings, names: np.ndarray, **options: object) -> object:
        made = calibrate(pool, names, **options)  # type: ignore[arg-type]
        read = {whose[image] for image in made.way.reference.ids.tolist()}
        seen.append((set(names.tolist()), read))
        return made

    monkeypatch.setattr(reliability, "calibrate", watched)
    judge(images, artists, name="csls", folds=3)
    fold = artist_folds(artists, 3, np.random.default_rng(0))
    for number, (calibrating, read) in enumerate(seen):
        judged = set(artists[fold == number].tolist())
        assert judged
        assert not judged & calibrating
        assert read <= calibrating
    assert len(seen) == 3


@pytest.mark.parametrize("prior", [0.5, 0.05])
def test_a_calibration_is_nearer_to_the_truth_than_a_cosine(prior: float) -> None:
    images, artists = painters(30, 8, 0, noise=2)
    raw = judge(images, artists, method="raw", prior=prior)
    for method in ("isotonic", "logistic"):
        made = judge(images, artists, method=method, prior=prior)
        assert made.above(raw, "ece").high < 0
        assert made.above(raw, "brier").high < 0
        assert made.estimate("ece").value < 0.04
        assert made.estimate("ece").low >= 0


def test_what_cannot_be_judged_is_refused() -> None:
    images, artists = painters(8, 4, 0)
    with pytest.raises(InputError, match="unknown method 'none'"):
        judge(images, artists, method="none")
    with pytest.raises(InputError, match="prior must be in"):
        judge(images, artists, prior=0)
    with pytest.raises(InputError, match="5 folds need 10 artists"):
        judge(images, artists)
