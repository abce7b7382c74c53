"""Words among pictures: directions are found where they were planted, and areas are scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from csdlib.errors import InputError
from csdlib.metrics.jackknifed import jackknife
from csdlib.similarity import facet_directions, fit_words, mean_told, told_words, whitened


def test_an_area_is_that_of_scikit_learn_with_and_without_each_painter() -> None:
    random = np.random.default_rng(0)
    painters = np.repeat(np.arange(9), 6).astype(str)
    holds = random.random(54) < 0.4
    scores = (holds + random.normal(size=54)).round(1)
    found = told_words(scores, holds, painters, exchanges=19)
    assert found.area == pytest.approx(roc_auc_score(holds, scores))
    without = [roc_auc_score(holds[painters != name], scores[painters != name]) for name in found.painters]
    np.testing.assert_allclose(found.left_out, without)
    expected = jackknife(found.area, np.array(without))
    assert (found.estimate().low, found.estimate().high) == pytest.approx((expected.low, expected.high))
    assert found.p == 0.05
    assert mean_told([found, found]).value == pytest.approx(found.area)
    assert told_words(-scores, holds, painters, exchanges=19).p == 1.0


def test_chance_is_about_a_half() -> None:
    random = np.random.default_rng(1)
    painters, holds = np.repeat(np.arange(40), 10), random.random(400) < 0.3
    found = told_words(random.normal(size=400), holds, painters, exchanges=99)
    assert 0.45 < found.chance.mean() < 0.55
    assert found.p > 0.05
    # All records alike but one: exchanged, the area is that of one painter against the others.
    one = np.repeat(np.arange(40), 10) == 3
    scores = np.repeat(np.arange(40.0), 10)
    assert set(told_words(scores, one, painters).chance.round(9)) <= {round(k / 39, 9) for k in range(40)}
    assert found.estimate().low < 0.5 < found.estimate().high


def test_whitened_pictures_have_no_long_axis_and_keep_directions() -> None:
    random = np.random.default_rng(2)
    vectors = random.normal(size=(3000, 3)) @ np.array([[3.0, 1.0, 0.0], [0.0, 0.5, 0.2], [0.0, 0.0, 0.1]])
    space = whitened(vectors)
    np.testing.assert_allclose(np.cov(space(vectors).T), np.eye(3), atol=1e-8)
    seen = space(vectors)
    # Where axes are white, the cosine of two directions is the correlation of what they say.
    one, other = vectors[:, 0], vectors[:, 1]
    ways = facet_directions(seen, np.column_stack([one, other]))
    assert ways[0] @ ways[1] == pytest.approx(np.corrcoef(one, other)[0, 1], abs=1e-9)
    flat = np.column_stack([vectors, vectors.sum(axis=1)])
    assert whitened(flat)(flat).shape == (3000, 3)
    assert whitened(vectors, 2)(vectors).shape == (3000, 2)


def test_a_planted_word_is_found_on_other_painters() -> None:
    random = np.random.default_rng(3)
    painters = np.repeat(np.arange(60), 10)
    said = random.integers(2, size=(600, 3)).astype(float)
    # The first word is seen beside a loud axis that no word knows; the third says nothing.
    vectors = np.column_stack([30 * random.normal(size=600), said[:, 0] - said[:, 1], random.normal(size=(600, 3))])
    vectors[:, 1] += 0.3 * random.normal(size=600)
    learned = painters < 30
    found = fit_words(said[learned], vectors[learned], painters[learned])
    ways = found.directions(np.eye(3), np.zeros(3))
    assert ways[0] @ ways[1] < -0.9
    scores = found.pictures(vectors) @ ways.T
    areas = [told_words(scores[~learned, k], said[~learned, k] > 0, painters[~learned]).area for k in range(3)]
    assert areas[0] > 0.8
    assert 0.35 < areas[2] < 0.65
    assert not found.directions(np.ones((1, 3)), np.ones(3)).any()


def test_what_cannot_be_learned_or_judged_says_so() -> None:
    painters = np.repeat(np.arange(6), 2)
    with pytest.raises(InputError, match="holds for none of the works"):
        told_words(np.zeros(12), np.zeros(12), painters)
    with pytest.raises(InputError, match="holds for all of the works"):
        told_words(np.zeros(12), np.ones(12), painters)
    with pytest.raises(InputError, match="11 scores, 12 truths"):
        told_words(np.zeros(11), np.ones(12), painters)
    with pytest.raises(InputError, match="captions of 5 painters"):
        fit_words(np.zeros((10, 2)), np.ones((10, 2)), painters[:10])
    with pytest.raises(InputError, match="9 texts, 10 vectors"):
        fit_words(np.zeros((9, 2)), np.ones((10, 2)), painters[:10])
    with pytest.raises(InputError, match="need 3 or more"):
        whitened(np.zeros((2, 2)))
    with pytest.raises(InputError, match="all judged on the same painters"):
        mean_told([])
