"""What pairs say is recorded: on worlds in which the answers are known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.jackknifed import jackknife
from csdlib.recipes.recorded import pair_statistics
from csdlib.recipes.recorded.pair_statistics import record_pair_statistics
from csdlib.recipes.recorded.thresholds import threshold_rows
from csdlib.similarity import pair_cosines
from csdlib.similarity.corpus import Corpus

ARTISTS, WORKS, DIM = 16, 6, 12
WHOSE = np.repeat([f"artist-{number:02d}" for number in range(ARTISTS)], WORKS)


def collection(noise: float, *, seed: int = 0, prefix: str = "work", towards: float = 0.0) -> Embeddings:
    """Works around the hand of each artist; with ``towards`` all of them are drawn to one place."""
    hands = np.random.default_rng(0).normal(size=(ARTISTS, DIM))
    vectors = np.repeat(hands, WORKS, axis=0) + noise * np.random.default_rng(seed).normal(size=(len(WHOSE), DIM))
    vectors += towards * np.eye(DIM)[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(
        vectors.astype(np.float32), np.array([f"{prefix}-{row}" for row in range(len(WHOSE))]), "x", "cosine"
    )


def by_key(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows).set_index(["pictures", "setting", "measure"]).sort_index()


def test_thresholds_are_those_of_the_pairs_and_what_passes_is_counted() -> None:
    works, made = collection(0.8), collection(1.2, seed=1, prefix="made")
    asked = np.where(np.isin(WHOSE, WHOSE[: 10 * WORKS]), WHOSE, "nobody")
    found = by_key(threshold_rows(works, WHOSE, made, asked, ratios=False))["value"]
    threshold = found["works", "others", "threshold at FAR 5%"]
    assert threshold == pytest.approx(np.quantile(pair_cosines(works, WHOSE)[1], 0.95), abs=4e-3)
    passed, kept = made.vectors @ works.vectors.T > threshold, asked != "nobody"
    own = asked[:, None] == WHOSE
    assert found["generated", "own", "passed at FAR 5%"] == pytest.approx(passed[own].mean(), abs=0.02)
    assert found["generated", "others", "passed at FAR 5%"] == pytest.approx(passed[kept][~own[kept]].mean(), abs=0.01)
    assert ("works", "others", "cosine above") not in found.index
    cosines, two = made.vectors[kept] @ made.vectors[kept].T, WHOSE[kept][:, None] != WHOSE[kept]
    subjects = np.arange(len(WHOSE)) % WORKS % 2
    rows = threshold_rows(works, WHOSE, made, asked, subjects=subjects, ratios=False)
    told = two & (subjects[kept][:, None] != subjects[kept])
    for kind, pairs in (("generated with generated", two), ("generated, two subjects", told)):
        value = by_key(rows)["value"][kind, "others", "cosine"]
        assert value == pytest.approx(cosines[pairs].mean(), abs=1e-3)
    with pytest.raises(InputError, match="3 artists have works and generated pictures: four are needed"):
        threshold_rows(works, WHOSE, made, np.where(WHOSE < "artist-03", WHOSE, "nobody"), ratios=False)


def test_intervals_leave_an_artist_out_on_both_sides() -> None:
    works, made = collection(0.8), collection(1.2, seed=1, prefix="made")
    found = by_key(threshold_rows(works, WHOSE, made, WHOSE, ratios=False))

    def mean(left: str) -> float:
        rest = left != WHOSE
        cosines = made.vectors[rest] @ works.vectors[rest].T
        return float(cosines[WHOSE[rest][:, None] != WHOSE[rest]].mean())

    truth = jackknife(mean(""), np.array([mean(name) for name in np.unique(WHOSE)]), bounds=(-1.0, 1.0))
    ours = [found[end]["generated", "others", "cosine"] for end in ("value", "low", "high")]
    assert ours == pytest.approx([truth.value, truth.low, truth.high], abs=1e-3)


def test_pictures_like_the_works_pass_like_them_and_those_drawn_together_more_often() -> None:
    works = collection(0.8)
    same = by_key(threshold_rows(works, WHOSE, collection(0.8, prefix="made"), WHOSE, ratios=False))["value"]
    assert same["generated", "others", "passed at FAR 1% above"] == pytest.approx(0, abs=1e-9)
    assert same["generated with generated", "own", "auc above"] == pytest.approx(0, abs=1e-9)
    made = collection(1.2, seed=1, prefix="made", towards=6.0)
    drawn = by_key(threshold_rows(works, WHOSE, made, WHOSE))
    assert drawn["low"]["generated with generated", "others", "passed at FAR 5% above"] > 0.2
    assert drawn["high"]["generated", "own", "ratio above"] < 1
    assert drawn["value"]["works", "own", "ratio"] > 1


def test_a_corpus_is_recorded_with_its_curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus("small", collection(0.8), WHOSE)
    monkeypatch.setattr(pair_statistics, "shipped_corpus", lambda *_: corpus)
    monkeypatch.setattr(pair_statistics, "DESIGNS", ((ARTISTS, WORKS), (ARTISTS + 1, WORKS)))
    monkeypatch.setattr(pair_statistics, "_generated", lambda who: ([{"measure": who}], {}))
    made = record_pair_statistics(tmp_path / "pairs.csv", worlds={"atelier": "csd-tiny"}, splits=1, command="c")
    frame = made.frame.set_index(["question", "setting", "readout", "measure"]).sort_index()
    value = frame["value"]
    for where in ("fitted on other artists", "fitted on the judged works"):
        apart = value["verification", where, "csls", "auc"] - value["verification", where, "cosine", "auc"]
        assert value["verification", where, "csls", "auc above"].item() == pytest.approx(apart.item(), abs=2e-4)
    rare = made.frame.query("measure == 'brier' and prior == 0.01").set_index(["setting", "references"])["value"]
    # Whoever reads a cosine as a probability is wrong most where one artist is rare.
    assert rare["isotonic", 1] < rare["raw", 1] and rare["isotonic", 4] < rare["raw", 4]
    assert set(frame.loc["gaps"].index.get_level_values("setting")) == {"pairwise, 16 x 6", "aggregated, 16 x 6"}
    assert made.frame["measure"].tolist()[-2:] == ["unseen", "all"]
    bins = pd.read_csv(tmp_path / "pairs_reliability.csv")
    assert set(bins["method"]) == {"raw", "isotonic"}
    pairs = bins.groupby(["method", "references", "prior"])["same"].sum()
    assert pairs["raw", 1, 0.5] == ARTISTS * WORKS * (WORKS - 1) / 2
    monkeypatch.setattr(pair_statistics, "shipped_corpus", lambda *_: None)
    with pytest.raises(InputError, match="corpus 'atelier' does not ship for csd-tiny"):
        record_pair_statistics(tmp_path / "none.csv", worlds={"atelier": "csd-tiny"})
