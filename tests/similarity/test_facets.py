"""Probes find what is planted, find nothing in random labels, and cannot learn a painter by heart."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from csdlib.errors import InputError
from csdlib.similarity import Facet, probe
from csdlib.similarity.facets import scores_of
from csdlib.similarity.probes import _Ridge, _Split, exchanged, random_labels

PAINTERS, WORKS = 60, 6


@pytest.fixture(scope="module")
def world() -> tuple[np.ndarray, np.ndarray, dict[str, Facet]]:
    """Vectors that hold a habit, a kind and the painter's name in sixteen numbers; facets of both, and of nothing."""
    rng = np.random.default_rng(3)
    painters = np.repeat([f"p{number:02d}" for number in range(PAINTERS)], WORKS)
    habit, kind = rng.normal(size=PAINTERS), rng.integers(0, 3, PAINTERS)
    name = rng.normal(size=(PAINTERS, 16))
    per_painter = np.column_stack([habit, np.eye(3)[kind], name])
    vectors = np.repeat(per_painter, WORKS, axis=0) + rng.normal(0, 0.1, (PAINTERS * WORKS, 20))
    of_painter = {
        "habit": habit,
        "squared": habit**2,
        "nothing": rng.normal(size=PAINTERS),
        "kind": np.array(["x", "y", "z"])[kind],
        "no kind": rng.choice(["x", "y", "z"], PAINTERS),
    }
    facets = {key: Facet(key, "planted", "", np.repeat(each, WORKS)) for key, each in of_painter.items()}
    return vectors, painters, facets


def test_what_is_planted_is_found_and_what_is_not_is_not(
    world: tuple[np.ndarray, np.ndarray, dict[str, Facet]],
) -> None:
    vectors, painters, facets = world
    found = probe(vectors, list(facets.values()), painters)
    assert list(found) == list(facets)
    assert found["habit"].score > 0.95
    assert found["habit"].selectivity > 0.9
    assert found["habit"].p == 1 / 20
    assert found["kind"].score > 0.95
    assert found["kind"].p == 1 / 20
    assert abs(found["kind"].chance.mean() - 1 / 3) < 0.1
    for name, most in (("nothing", 0.15), ("no kind", 0.55)):
        estimate = found[name].estimate()
        assert found[name].score < most
        assert found[name].p > 0.05
        assert estimate.low < most
    assert found["habit"].estimate().n == PAINTERS


def test_a_square_needs_the_kernel(world: tuple[np.ndarray, np.ndarray, dict[str, Facet]]) -> None:
    vectors, painters, facets = world
    options = {"exchanges": 0, "controls": 0}
    linear = probe(vectors[:, :4], [facets["squared"]], painters, **options)["squared"]
    kernel = probe(vectors[:, :4], [facets["squared"]], painters, way="kernel", **options)["squared"]
    assert linear.score < 0.3
    assert kernel.score > 0.6
    assert kernel.above(linear).low > 0


def test_a_name_is_worth_nothing_on_other_painters_and_much_on_the_same(
    world: tuple[np.ndarray, np.ndarray, dict[str, Facet]],
) -> None:
    vectors, painters, facets = world
    apart = probe(vectors, [facets["nothing"]], painters)["nothing"]
    shared = probe(vectors, [facets["nothing"]], painters, share_painters=True)["nothing"]
    # Sixteen numbers tell sixty painters apart well enough to remember a part of any label.
    assert apart.control.mean() < 0.1
    assert shared.control.mean() > 0.15
    assert shared.score > apart.score + 0.15


def test_no_painter_is_on_both_sides(world: tuple[np.ndarray, np.ndarray, dict[str, Facet]]) -> None:
    _, painters, _ = world
    split = _Split(painters, 5, 0, share_painters=False)
    tested = []
    for fitting, testing in split.parts():
        assert not set(painters[fitting]) & set(painters[testing])
        tested.extend(testing.tolist())
        inner, judged = split.inner(fitting)
        assert not set(painters[fitting][inner]) & set(painters[fitting][judged])
        assert len(inner) + len(judged) == len(fitting)
    assert sorted(tested) == list(range(len(painters)))


def test_what_is_said_of_a_painter_does_not_depend_on_its_own_truth(
    world: tuple[np.ndarray, np.ndarray, dict[str, Facet]],
) -> None:
    vectors, painters, facets = world
    options = {"exchanges": 0, "controls": 0}
    own = painters == "p07"
    truth = facets["habit"].truth
    # Mean and deviation stay, so that not even the scale of the penalties tells of it.
    other = Facet("habit", "planted", "", np.where(own, 2 * truth.mean() - truth, truth))
    said = [probe(vectors, [facet], painters, **options)["habit"].said[own] for facet in (facets["habit"], other)]
    # The scale in which penalties are compared moves a little with it; the answer does not.
    np.testing.assert_allclose(said[0], said[1], atol=0.02)


def test_pictures_without_the_facet_are_left_out(world: tuple[np.ndarray, np.ndarray, dict[str, Facet]]) -> None:
    vectors, painters, facets = world
    gone = np.arange(len(painters)) < 10 * WORKS
    number = Facet("habit", "planted", "", np.where(gone, np.nan, facets["habit"].truth))
    kind = Facet("kind", "planted", "", np.where(gone, "", facets["kind"].truth))
    found = probe(vectors, [number, kind, facets["nothing"]], painters, exchanges=1, controls=1)
    assert len(found["habit"].painters) == len(found["kind"].painters) == PAINTERS - 10
    assert len(found["nothing"].painters) == PAINTERS
    assert np.isnan(found["habit"].said[gone]).all()
    assert (found["kind"].said[gone] == "").all()
    kept = probe(vectors[~gone], [Facet("habit", "planted", "", number.truth[~gone])], painters[~gone], exchanges=0)
    assert kept["habit"].score == pytest.approx(found["habit"].score, abs=1e-3)


def test_some_painters_alone(world: tuple[np.ndarray, np.ndarray, dict[str, Facet]]) -> None:
    vectors, painters, facets = world
    found = probe(vectors, [facets["kind"]], painters, exchanges=1, controls=1)["kind"]
    part = found.among(["p00", "p01", "p02", "p03"])
    own = np.isin(painters, part.painters)
    right = found.said[own] == facets["kind"].truth[own]
    kinds = facets["kind"].truth[own]
    assert part.score == pytest.approx(np.mean([right[kinds == kind].mean() for kind in np.unique(kinds)]))
    with pytest.raises(InputError, match="none of these painters"):
        found.among(["nobody"])


def test_scores_are_those_of_scikit_learn(world: tuple[np.ndarray, np.ndarray, dict[str, Facet]]) -> None:
    from sklearn.metrics import balanced_accuracy_score, r2_score

    vectors, painters, facets = world
    found = probe(vectors, list(facets.values()), painters, exchanges=0, controls=0)
    for name in ("habit", "nothing"):
        assert found[name].score == pytest.approx(r2_score(facets[name].truth, found[name].said), abs=1e-9)
    for name in ("kind", "no kind"):
        assert found[name].score == pytest.approx(balanced_accuracy_score(facets[name].truth, found[name].said))


def test_ridge_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    seen, columns, unseen = rng.normal(2, 1, (50, 8)), rng.normal(1, 1, (50, 3)), rng.normal(2, 1, (9, 8))
    penalties = np.array([0.1, 3.0, 100.0])
    said = _Ridge(seen, columns).predict(unseen, penalties)
    np.testing.assert_allclose(said, Ridge(alpha=penalties).fit(seen, columns).predict(unseen), atol=1e-5)


def test_a_resample_without_a_kind_counts_the_others() -> None:
    assert scores_of(np.array([[1.0, 0.0, 2.0, 0.0]]), "balanced accuracy").tolist() == [0.5]


def test_records_are_exchanged_whole_and_pictures_within_their_painter() -> None:
    painters = np.repeat(["a", "b", "c"], 4)
    values = np.arange(12.0)
    whole = exchanged(values, painters, "painter", np.random.default_rng(1)).reshape(3, 4)
    assert sorted(sorted(row) for row in whole.tolist()) == values.reshape(3, 4).tolist()
    within = exchanged(values, painters, "picture", np.random.default_rng(1)).reshape(3, 4)
    assert [sorted(row) for row in within.tolist()] == values.reshape(3, 4).tolist()
    labels = random_labels(values, painters, np.random.default_rng(1)).reshape(3, 4)
    assert all(len(set(row)) == 1 for row in labels.tolist())


def test_what_the_subject_gives_away_is_not_chance() -> None:
    # Everybody paints the same subjects in the same order, and the subject alone decides the value.
    rng = np.random.default_rng(5)
    subjects, painters = np.tile(np.arange(WORKS), PAINTERS), np.repeat(np.arange(PAINTERS), WORKS)
    vectors = np.eye(WORKS)[subjects] + rng.normal(0, 0.1, (PAINTERS * WORKS, WORKS))
    facets = [Facet("light", "seen", "", subjects + rng.normal(0, 0.1, len(subjects)))]
    facets.append(Facet("kind", "seen", "", np.array(["x", "y", "z"])[subjects % 3]))
    found = probe(vectors, facets, painters, controls=0)
    assert found["light"].score > 0.9
    assert np.abs(found["light"].chance).max() < 0.1
    assert found["kind"].score > 0.9
    assert abs(found["kind"].chance.mean() - 1 / 3) < 0.05
    assert found["light"].p == found["kind"].p == 1 / 20


def test_a_paired_difference_needs_the_same_painters(world: tuple[np.ndarray, np.ndarray, dict[str, Facet]]) -> None:
    vectors, painters, facets = world
    options = {"exchanges": 0, "controls": 0}
    found = probe(vectors, [facets["habit"], facets["kind"]], painters, **options)
    blind = probe(vectors[:, 4:], [facets["habit"]], painters, **options)["habit"]
    assert found["habit"].above(blind).low > 0.5
    assert found["habit"].above(found["habit"]).value == 0
    with pytest.raises(InputError, match="one facet, and the same painters"):
        found["habit"].above(found["kind"])
    with pytest.raises(InputError, match="one facet, and the same painters"):
        found["habit"].above(found["habit"].among(["p00"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"way": "deep"}, "unknown way"),
        ({"painters": np.array(["a"])}, "one painter and one value"),
        ({"folds": 40}, "40 folds need 80 painters"),
        ({"facets": [Facet("same", "g", "", np.ones(PAINTERS * WORKS))]}, "one value only"),
    ],
)
def test_refusals(
    world: tuple[np.ndarray, np.ndarray, dict[str, Facet]], change: dict[str, object], message: str
) -> None:
    vectors, painters, facets = world
    given = {"vectors": vectors, "facets": [facets["habit"]], "painters": painters} | change
    with pytest.raises(InputError, match=message):
        probe(**given)  # type: ignore[arg-type]
