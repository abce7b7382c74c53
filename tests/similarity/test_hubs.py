"""Who is whose neighbour, by definition, and what read-outs do about it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import skew

from csdlib.errors import InputError
from csdlib.similarity import hubs
from csdlib.similarity.hubs import hubness, k_occurrence
from csdlib.similarity.readouts import readout
from tests.similarity.conftest import painters, unit


@given(st.integers(0, 30), st.integers(1, 11), st.sampled_from(["cosine", "csls"]))
def test_occurrences_are_counted_by_definition(seed: int, k: int, name: str) -> None:
    images = unit(np.random.default_rng(seed).normal(size=(12, 4)))
    way = readout(name, images, k=3)
    places, vectors = way.places(images), images.vectors.astype(float)
    values = way.read(vectors @ vectors.T, places, places)
    expected = np.zeros(12, int)
    for row in range(12):
        others = [other for other in range(12) if other != row]
        for near in sorted(others, key=lambda other: -values[row, other])[:k]:
            expected[near] += 1
    found = hubness(images, way, k=k)
    assert found.occurrences.tolist() == expected.tolist()
    assert found.skewness.value == pytest.approx(0 if len(set(expected)) == 1 else skew(expected), abs=1e-9)
    assert found.orphans.value == pytest.approx((expected == 0).mean())
    assert found.hub_share == expected.max() / 11 == expected[found.hub] / 11


def test_blocks_are_one_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    images, _ = painters(8, 5, 0)
    whole = k_occurrence(images, readout("csls", images), 4)
    monkeypatch.setattr(hubs, "AT_ONCE", 7 * len(images))
    assert k_occurrence(images, readout("csls", images), 4).tolist() == whole.tolist()


def test_read_outs_take_hubs_away() -> None:
    # In many dimensions what lies near the common mean is near to everything.
    random = np.random.default_rng(0)
    images = unit(1 + random.normal(size=(300, 60)) * random.uniform(0.5, 2, size=(300, 1)))
    found = {name: hubness(images, readout(name, images)) for name in ("cosine", "csls", "mutual-proximity")}
    assert found["cosine"].skewness.low > 2
    assert found["cosine"].orphans.low > 0.1
    for name in ("csls", "mutual-proximity"):
        assert found[name].skewness.high < found["cosine"].skewness.low
        assert found[name].orphans.high < found["cosine"].orphans.low


def test_intervals_are_over_groups() -> None:
    images, artists = painters(9, 10, 1)
    way = readout("cosine", images)
    by_artists, by_pictures = hubness(images, way, groups=artists), hubness(images, way)
    assert (by_artists.skewness.n, by_pictures.skewness.n) == (9, 90)
    assert by_artists.skewness.value == by_pictures.skewness.value
    assert hubness(images, way, groups=np.repeat(["a", "b", "c"], 30)).skewness.note == "3 groups: no interval"


def test_what_cannot_be_counted_is_refused() -> None:
    images, artists = painters(3, 2, 0)
    way = readout("cosine", images)
    for k in (0, 6):
        with pytest.raises(InputError, match="k must be between 1 and 5"):
            hubness(images, way, k=k)
    with pytest.raises(InputError, match="5 groups for 6 pictures"):
        hubness(images, way, k=2, groups=artists[:5])
