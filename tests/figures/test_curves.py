"""Curves: what is drawn is what was measured."""

import numpy as np
import pytest

from csdlib.descriptors.registry import load
from csdlib.figures.curves import curves_over_k, roc_curves
from csdlib.metrics.roc import auc
from csdlib.retrieval.benchmark import evaluate_retrieval
from csdlib.tables import ImageTable


def test_curves_over_k_are_the_means_in_percent(striped_table: ImageTable) -> None:
    found = evaluate_retrieval(striped_table, load("colour"), k=5, progress=False)
    precision, recall, chance = curves_over_k({"colour": found}, [1, 5]).data
    assert precision.name == "colour"
    assert precision.y[0] == recall.y[0] == pytest.approx(100 * found.hits[:, 0].mean())
    assert recall.y[1] == pytest.approx(100 * found.hits.any(axis=1).mean())
    assert chance.y[0] == pytest.approx(100 * (found.n_relevant / len(found.database)).mean())
    assert chance.y[1] > chance.y[0]


def test_a_roc_curve_encloses_the_auc() -> None:
    random = np.random.default_rng(0)
    values, truth = random.normal(size=40), random.random(40) < 0.4
    curve, coin = roc_curves({"method": (values, truth)}, titles=("false", "true")).data
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(auc(values, truth).value)
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)
    assert coin.x == coin.y == (0, 1)
