"""Candidates in order, and strangers without a name."""

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.artists import prototype
from csdlib.similarity.attribution import candidates
from tests.similarity.conftest import around, unit


def test_candidates_are_ranked_and_strangers_have_no_match() -> None:
    centres = np.eye(8)[:5]
    works = unit(np.vstack([around(centre, 40, seed) for seed, centre in enumerate(centres)]))
    names = np.repeat(["a", "b", "c", "d", "e"], 40)
    listed = names != "e"
    known = candidates(Embeddings(works.vectors[listed], works.ids[listed], "f", "cosine"), names[listed], wrong=0.1)
    assert known.names.tolist() == ["a", "b", "c", "d"]
    ranking = known.rank(unit(around([0, 1, 0, 0, 0, 0, 0, 0], 50, 9)), k=2)
    first = ranking[ranking["rank"] == 1]
    assert (first["artist"] == "b").mean() > 0.9
    assert first["named"].mean() == pytest.approx(float(known.found), abs=0.15)
    assert (ranking.groupby("image_id")["similarity"].diff().dropna() <= 0).all()
    strangers = known.rank(Embeddings(works.vectors[~listed], works.ids[~listed], "f", "cosine"), k=1)
    assert strangers["named"].mean() < 0.3, "e is not on the list"


def test_the_threshold_is_the_strangers_quantile() -> None:
    works, names = unit(around([1, 1, 1], 30, 0)), np.repeat(["a", "b", "c"], 10)
    known = candidates(works, names, wrong=0.2)
    best = [
        max(
            float(vector @ prototype(works.vectors[names == other].astype(float)))
            for other in ("a", "b", "c")
            if other != name
        )
        for vector, name in zip(works.vectors, names, strict=True)
    ]
    assert known.threshold == pytest.approx(np.quantile(best, 0.8), abs=1e-5)


def test_found_counts_works_whose_artist_wins_without_them() -> None:
    random = np.random.default_rng(3)
    names = np.array(["a"] * 9 + ["b"] * 6 + ["c"] * 5 + ["alone"] + [""] * 3)
    centres = {name: random.normal(size=6) for name in ("a", "b", "c", "alone", "")}
    works = unit(np.stack([centres[name] + 1.1 * random.normal(size=6) for name in names]))
    known = candidates(works, names, wrong=0.3)
    vectors = works.vectors.astype(float)

    def mean(name: str, left_out: int) -> np.ndarray:
        return prototype(vectors[[row for row in range(len(names)) if names[row] == name and row != left_out]])

    right, listed = 0, [row for row in range(len(names)) if names[row]]
    for row in listed:
        others = [vectors[row] @ mean(name, -1) for name in ("a", "b", "c", "alone") if name != names[row]]
        own = -np.inf if names[row] == "alone" else vectors[row] @ mean(names[row], row)
        right += own > max(others) and own >= known.threshold
    assert 0 < right < len(listed)
    assert known.found.value == pytest.approx(right / len(listed))
    assert (known.found.n, known.found.unit, known.aimed) == (4, "group", 0.3)
    ranking = known.rank(works, k=2)
    assert ranking.columns.tolist() == ["image_id", "rank", "artist", "similarity", "references", "named"]
    counts = {"a": 9, "b": 6, "c": 5, "alone": 1}
    assert ranking["references"].tolist() == [counts[name] for name in ranking["artist"]]
    assert ranking["named"].tolist() == (ranking["similarity"] >= known.threshold).tolist()


def test_the_rate_of_wrong_names_is_measured_on_artists_who_did_not_set_the_threshold() -> None:
    random = np.random.default_rng(0)
    names = np.repeat([f"artist {number}" for number in range(12)], 10)
    centres = {name: random.normal(size=5) for name in np.unique(names)}
    works = unit(np.stack([centres[name] + 0.4 * random.normal(size=5) for name in names]))
    chosen = sorted(centres)[:7]
    known = candidates(works, names, wrong=0.2, strangers=chosen)
    vectors = works.vectors.astype(float)
    likest = np.array(
        [
            max(vector @ prototype(vectors[names == other]) for other in centres if other != name)
            for vector, name in zip(vectors, names, strict=True)
        ]
    )
    rates = [
        np.mean(likest[names == held] >= np.quantile(likest[np.isin(names, chosen) & (names != held)], 0.8))
        for held in chosen
    ]
    assert known.wrong.value == pytest.approx(np.mean(rates))
    assert (known.wrong.n, known.wrong.unit) == (7, "group")
    assert known.threshold == pytest.approx(np.quantile(likest[np.isin(names, chosen)], 0.8))
    assert known.by_stranger.to_dict() == pytest.approx(dict(zip(chosen, rates, strict=True)))
    calibrating = np.isin(names, chosen)
    assert known.likest.to_numpy() == pytest.approx(likest[calibrating])
    assert known.likest.index.tolist() == names[calibrating].tolist()


def test_what_cannot_be_ranked_is_refused() -> None:
    works, names = unit(around([1, 1, 1], 4, 0)), np.array(["a", "a", "b", "b"])
    other = unit(around([1, 1, 1], 4, 0), fingerprint="g")
    with pytest.raises(InputError, match="two descriptors"):
        candidates(works, names).rank(other)
    with pytest.raises(InputError, match="two artists or more"):
        candidates(works, np.array(["a"] * 4))
    with pytest.raises(InputError, match="wrong must be"):
        candidates(works, names, wrong=1)
    with pytest.raises(InputError, match="no work by nobody"):
        candidates(works, names, strangers=["a", "nobody"])
    with pytest.raises(InputError, match="strangers must be two"):
        candidates(works, names, strangers=["a"])
