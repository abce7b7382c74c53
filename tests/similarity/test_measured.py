"""Measures of a picture on pictures of which one knows what they must say."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.similarity import PICTURE_MEASURES, measure_picture


def _stripes(angle: float) -> np.ndarray:
    axis = np.arange(96)
    across = axis[None] * np.cos(angle) + axis[:, None] * np.sin(angle)
    return np.repeat((127 + 100 * np.sin(across))[..., None], 3, axis=2).astype(np.uint8)


def test_every_measure_is_named() -> None:
    assert measure_picture(_stripes(0)).keys() == PICTURE_MEASURES.keys()


@pytest.mark.parametrize(("colour", "measure", "sign"), [
    ((200, 40, 40), "redness", 1), ((40, 160, 40), "redness", -1),
    ((220, 200, 40), "yellowness", 1), ((40, 60, 200), "yellowness", -1),
])  # fmt: skip
def test_colours(colour: tuple[int, int, int], measure: str, sign: int) -> None:
    found = measure_picture(np.full((32, 32, 3), colour, np.uint8))
    assert sign * found[measure] > 20
    assert found["chroma"] > 30
    assert found["hue spread"] < 0.01


def test_two_opposite_hues_spread_more_than_one() -> None:
    both = np.full((32, 32, 3), (200, 60, 60), np.uint8)
    both[16:] = (60, 180, 170)
    assert measure_picture(both)["hue spread"] > 0.5


def test_directions() -> None:
    upright, lying, rising, falling = (measure_picture(_stripes(a)) for a in (0, np.pi / 2, np.pi / 4, -np.pi / 4))
    assert upright["upright"] > 0.95
    assert lying["upright"] < -0.95
    assert rising["slanted"] > 0.9
    assert falling["slanted"] < -0.9
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3)).astype(np.uint8)
    assert upright["coherence"] > 0.95 > 0.5 > measure_picture(noise)["coherence"]


def test_light_lines_grain_and_margin() -> None:
    rng = np.random.default_rng(0)
    grey = np.full((96, 96, 3), 128, np.uint8)
    lit, lined, framed = grey.copy(), grey.copy(), rng.integers(0, 256, (96, 96, 3)).astype(np.uint8)
    lit[30:66, 30:66] = 240
    lined[::12] = 10
    bare = framed.copy()
    for edge in (np.s_[:6], np.s_[-6:], np.s_[:, :6], np.s_[:, -6:]):
        bare[edge] = 128
    assert measure_picture(lit)["pool"] > 10
    assert measure_picture(lined)["thin darks"] > 3 > measure_picture(255 - lined)["thin darks"]
    assert measure_picture(bare)["rim"] < 0.01 < 0.5 < measure_picture(framed)["rim"]
    assert measure_picture(framed)["fineness"] > measure_picture(cv2.GaussianBlur(framed, (0, 0), 3))["fineness"]


def test_a_corner_counts_once_in_the_rim() -> None:
    picture = np.full((50, 50, 3), 128, np.uint8)
    picture[:2, :2] = 255
    # The rim is two pixels wide: 4 of its 384 pixels are white, as are 4 of the picture's 2500.
    shares = np.array([4 / 384, 4 / 2500])
    rim, whole = np.sqrt(shares * (1 - shares))
    assert measure_picture(picture)["rim"] == pytest.approx(rim / whole, rel=1e-3)


@given(st.integers(16, 40), st.integers(16, 40), st.integers(0, 2**31))
def test_any_picture_has_finite_measures_and_a_mirrored_one_the_same(height: int, width: int, seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    found, mirrored = measure_picture(picture), measure_picture(picture[:, ::-1].copy())
    assert np.isfinite(list(found.values())).all()
    for name in found:
        sign = -1 if name == "slanted" else 1
        assert mirrored[name] == pytest.approx(sign * found[name], abs=1e-2), name
