"""Read-outs by their definitions, and what they must leave out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import against_references
from csdlib.similarity.readouts import RANGES, READOUTS, readout
from tests.similarity.conftest import painters, unit


def values_of(name: str, images: Embeddings, reference: Embeddings, k: int | None = None) -> np.ndarray:
    way = readout(name, reference, k=k)
    places = way.places(images)
    vectors = images.vectors.astype(float)
    return way.read(vectors @ vectors.T, places, places)


def by_definition(name: str, images: np.ndarray, references: np.ndarray, own: list[int], k: int) -> np.ndarray:
    """The read-outs, pair by pair, from distances and the formulas of their sources."""
    others = [np.delete(references @ image, [row] if row >= 0 else []) for image, row in zip(images, own, strict=True)]
    found = np.empty((len(images), len(images)))
    for i, one in enumerate(images):
        for j, two in enumerate(images):
            cosine = float(one @ two)
            if name == "csls":
                crowds = [np.sort(others[each])[-k:].mean() for each in (i, j)]
                found[i, j] = 2 * cosine - sum(crowds)
            elif name == "local-scaling":
                scales = [np.sort(np.sqrt(np.maximum(2 - 2 * others[each], 0)))[k - 1] for each in (i, j)]
                found[i, j] = np.exp(-np.square(one - two).sum() / (scales[0] * scales[1]))
            elif name == "mutual-proximity":
                spread = [1 - others[each] for each in (i, j)]
                found[i, j] = np.prod([norm.sf(1 - cosine, each.mean(), each.std()) for each in spread])
            else:
                found[i, j] = cosine
    return found


@pytest.mark.parametrize("name", READOUTS)
def test_each_is_what_its_source_defines(name: str) -> None:
    reference = unit(np.random.default_rng(0).normal(size=(30, 5)))
    strangers = unit(np.random.default_rng(1).normal(size=(8, 5)), "stranger ")
    for images, own in (
        (reference, list(range(30))),
        (reference.take(np.array([4, 7])), [4, 7]),
        (strangers, [-1] * 8),
    ):
        expected = by_definition(name, images.vectors.astype(float), reference.vectors.astype(float), own, k=6)
        np.testing.assert_allclose(values_of(name, images, reference, k=6), expected, atol=1e-5)


def test_blocks_are_one_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    images, _ = painters(8, 5, 0)
    whole = {name: readout(name, images).places(images) for name in READOUTS}
    monkeypatch.setattr(against_references, "AT_ONCE", 7 * len(images))
    for name, places in whole.items():
        np.testing.assert_allclose(readout(name, images).places(images), places)


@given(st.sampled_from(sorted(READOUTS)), st.integers(0, 20))
def test_each_is_symmetric_in_its_range_and_rises_with_the_cosine(name: str, seed: int) -> None:
    images, _ = painters(5, 5, seed, dim=6)
    values = values_of(name, images, images)
    low, high = RANGES[name]
    np.testing.assert_allclose(values, values.T, atol=1e-9)
    assert (values >= low - 1e-6).all()
    assert (values <= high + 1e-6).all()
    way = readout(name, images)
    places = way.places(images.take(np.array([0])))
    risen = way.read(np.array([[-0.5, 0.0, 0.5]]), places, np.repeat(places, 3, axis=0))
    assert (np.diff(risen[0]) > 0).all()


def test_a_copy_of_a_picture_has_no_distance_to_divide_by() -> None:
    twice = unit(np.array([[1, 0], [1, 0], [0, 1], [1, 1]]))
    assert np.isfinite(values_of("local-scaling", twice, twice, k=1)).all()


def test_what_only_has_the_same_name_is_a_neighbour() -> None:
    reference, namesakes = (unit(np.random.default_rng(seed).normal(size=(9, 4))) for seed in (0, 1))
    assert reference.ids.tolist() == namesakes.ids.tolist()
    expected = by_definition("csls", namesakes.vectors, reference.vectors, [-1] * 9, k=3)
    np.testing.assert_allclose(values_of("csls", namesakes, reference, k=3), expected, atol=1e-5)


def test_what_cannot_be_read_is_refused() -> None:
    works, _ = painters(2, 3, 0)
    with pytest.raises(InputError, match="unknown readout 'cosin'"):
        readout("cosin", works)
    for k in (0, 6):
        with pytest.raises(InputError, match="between 1 and 5"):
            readout("csls", works, k=k)
    with pytest.raises(InputError, match="cosine embeddings"):
        readout("csls", Embeddings(works.vectors, works.ids, "f", "l2"))
    with pytest.raises(InputError, match="two descriptors"):
        readout("csls", works, k=2).places(painters(2, 3, 0, fingerprint="g")[0])
