"""What a camera does to light: depth of field, exposure, white balance, vignette, sensor noise."""

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas, noise
from csdlib.atelier.composition import Map
from csdlib.atelier.scenes import between
from csdlib.atelier.surfaces import finished, plain, rgb


def focused(light: Map, blur: Map, figure: NDArray[np.bool_]) -> Map:
    """Blurs a picture (side, side, 3) where it is out of focus.

    Args:
        light: the picture.
        blur: (side, side) radius of the blur in pixels, 0 where it is sharp.
        figure: (side, side) bool: what is in focus; it must not run into the blurred background.
    """
    apart = (~figure).astype(np.float32)
    result, sharper = light, 0.0
    for radius in (1.2, 2.6, 5.2):
        scale = radius * len(light) / 256
        # Only what is out of focus itself is spread: otherwise the figure would have a halo of its own colours.
        total = cv2.blur(cv2.GaussianBlur(light * rgb(apart), (0, 0), scale * 0.6), (int(scale * 2) | 1,) * 2)
        share = cv2.blur(cv2.GaussianBlur(apart, (0, 0), scale * 0.6), (int(scale * 2) | 1,) * 2)
        soft = total / rgb(np.maximum(share, 1e-3))
        weight = rgb(np.clip((blur / len(light) * 256 - sharper) / (radius - sharper), 0, 1) * apart)
        result, sharper = result * (1 - weight) + soft * weight, radius
    return result


def developed(light: Map, rng: np.random.Generator) -> Canvas:
    """Linear light (side, side, 3) to a picture: exposed, balanced, vignetted, noisy, (side, side, 3) uint8."""
    side = len(light)
    light = light * exposure(light, rng) * plain(white_balance(rng), (side, side))
    light = light * rgb(1 - between(rng, 0.05, 0.4) * _corner(side, rng))
    curve = 1 - np.exp(-between(rng, 1.25, 1.6) * np.maximum(light, 0))
    curve = curve * (1.06 + 0.12 * curve) / 1.08
    picture = np.power(np.maximum(curve, 0), 1 / 2.2)
    picture = _contrasted(picture, rng)
    grain = between(rng, 0.004, 0.02)
    luma = rgb(rng.normal(0, grain, (side, side)).astype(np.float32))
    chroma = cv2.resize(rng.normal(0, grain, (side // 2, side // 2, 3)).astype(np.float32), (side, side))
    # Dark parts are noisier: there the sensor counts fewer photons.
    return finished(picture + (luma + chroma) * (1.3 - picture))


def exposure(light: Map, rng: np.random.Generator) -> float:
    """The gain of a camera that meters on the middle of the picture, and now and then is off by half a stop."""
    side = len(light)
    middle = float(light[side // 5 : -side // 5, side // 5 : -side // 5].mean())
    return float(np.clip(0.33 / max(middle, 1e-3), 0.5, 2.2) ** 0.75 * 2 ** between(rng, -0.45, 0.45))


def white_balance(rng: np.random.Generator) -> NDArray[np.float32]:
    """Gains of red, green and blue: too warm, too cold, rarely right."""
    warm, tint = rng.normal(0, 0.08), rng.normal(0, 0.02)
    return np.array([1 + warm, 1 + tint, 1 - warm], np.float32)


def _contrasted(picture: Map, rng: np.random.Generator) -> Map:
    """Levels, contrast and saturation as the maker of the camera likes them, and a little sharpening."""
    low, high = np.quantile(picture[::4, ::4], (0.01, 0.99))
    stretched = (picture - low) / max(0.35, float(high - low)) * 0.94 + 0.03
    picture = picture + between(rng, 0.1, 0.6) * (stretched - picture)
    picture = 0.5 + (picture - 0.5) * between(rng, 1.05, 1.4)
    grey = rgb(picture.mean(axis=2))
    picture = grey + (picture - grey) * between(rng, 0.8, 1.25)
    return picture + 0.35 * (picture - cv2.GaussianBlur(picture, (0, 0), len(picture) / 200))


def _corner(side: int, rng: np.random.Generator) -> Map:
    """How far a place is from the optical axis, squared: 0 there, 1 in the corners."""
    axis = np.linspace(-1, 1, side, dtype=np.float32) ** 2
    return np.asarray((axis[None] + axis[:, None]) / 2 + 0.05 * noise(rng, 3, side), dtype=np.float32)
