"""What can be measured on any picture without a model: colour, light, edges, directions. Facets are checked by it."""

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from csdlib.errors import needs_extra
from csdlib.images import ImageLike, open_image

with needs_extra("atelier"):
    import cv2

#: Each measure by name, and what it says. Lightness L* is in [0, 100], chroma C* from 0 to about 130 (CIELAB, D65).
PICTURE_MEASURES: MappingProxyType[str, str] = MappingProxyType(
    {
        "chroma": "mean C*: how far from grey",
        "redness": "mean a*: above 0 red, below it green",
        "yellowness": "mean b*: above 0 yellow, below it blue",
        "hue spread": "1 less the length of the mean hue's vector, hues weighted by C*: 0 one hue, 1 all hues alike",
        "lightness": "mean L*",
        "contrast": "deviation of L*",
        "pool": "mean L* of the middle, half as wide and high, less that of the rest",
        "edges": "mean length of the gradient of L*, a pixel",
        "fineness": "deviation of L* less its blur (1.5 pixels), as a share of its deviation: small marks, grain",
        "coherence": "how far gradients within about 3 pixels share a direction, in [0, 1]: long parallel marks",
        "upright": "how much more gradients run across than down, in [-1, 1]: above 0 upright marks",
        "slanted": "the same for the two diagonals: above 0 marks that rise to the right",
        "thin darks": "mean of the closing of L* (5 x 5) less L*: dark lines",
        "rim": "deviation of L* in the outer 4 %, as a share of that of the picture: 0 for a bare margin",
    }
)


def measure_picture(image: ImageLike) -> dict[str, float]:
    """All ``PICTURE_MEASURES`` of one picture.

    Args:
        image: a path, picture or array; measured at its size, so that pictures to be compared have one.

    Raises:
        InputError: it cannot be read.

    Example:
        >>> grey = measure_picture(np.full((32, 32, 3), 119, np.uint8))
        >>> round(grey["lightness"]), round(grey["chroma"]), grey["edges"]
        (50, 0, 0.0)
    """
    pixels = np.asarray(open_image(image), np.float32) / 255
    lightness, red, yellow = np.moveaxis(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), np.float32), -1, 0)
    return _colours(red, yellow) | _light(lightness) | _marks(lightness)


def _colours(red: NDArray[np.float32], yellow: NDArray[np.float32]) -> dict[str, float]:
    chroma = np.hypot(red, yellow)
    means = {"redness": float(red.mean()), "yellowness": float(yellow.mean())}
    spread = 1 - float(np.hypot(means["redness"], means["yellowness"])) / max(float(chroma.mean()), 1e-6)
    return {"chroma": float(chroma.mean())} | means | {"hue spread": float(np.clip(spread, 0, 1))}


def _light(lightness: NDArray[np.float32]) -> dict[str, float]:
    height, width = lightness.shape
    inside = np.zeros(lightness.shape, bool)
    inside[height // 4 : -(height // 4), width // 4 : -(width // 4)] = True
    pool = float(lightness[inside].mean() - lightness[~inside].mean())
    deviation, rim = float(lightness.std()), max(1, round(0.04 * min(height, width)))
    outer = np.ones(lightness.shape, bool)
    outer[rim:-rim, rim:-rim] = False
    around = float(lightness[outer].std()) / max(deviation, 1e-6)
    return {"lightness": float(lightness.mean()), "contrast": deviation, "pool": pool, "rim": around}


def _marks(lightness: NDArray[np.float32]) -> dict[str, float]:
    across, down = (cv2.Sobel(lightness, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    # The structure tensor: products of gradients, averaged over a neighbourhood.
    xx, yy, xy = (cv2.GaussianBlur(each, (0, 0), 3) for each in (across * across, down * down, across * down))
    energy = max(float((xx + yy).sum()), 1e-6)
    fine = lightness - cv2.GaussianBlur(lightness, (0, 0), 1.5)
    closed = cv2.morphologyEx(lightness, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return {
        "edges": float(np.hypot(across, down).mean()),
        "fineness": float(fine.std()) / max(float(lightness.std()), 1e-6),
        "coherence": float(np.hypot(xx - yy, 2 * xy).sum()) / energy,
        "upright": float((xx - yy).sum()) / energy,
        "slanted": float(2 * xy.sum()) / energy,
        "thin darks": float((closed - lightness).mean()),
    }
