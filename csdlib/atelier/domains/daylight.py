"""Weather for the photograph-like domain: skies, the sun, haze, and water that mirrors what stands over it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.composition import Map
from csdlib.atelier.domains.materials import INDOORS
from csdlib.atelier.domains.textures import cloudy
from csdlib.atelier.palettes import hex_colour
from csdlib.atelier.scenes import Scene, between, either

#: Skies: colour overhead and at the horizon, strength of the sun, and its colour.
_WEATHERS = {
    "clear": ("#3f74b8", "#b9d3e8", 1.0, "#fff2de"),
    "hazy": ("#7fa3cc", "#d3dde4", 0.75, "#fff4e4"),
    "overcast": ("#aab3bc", "#d4d8da", 0.15, "#ffffff"),
    "evening": ("#6f8ab4", "#ecc9a2", 0.85, "#ffd6a6"),
    "dusk": ("#465374", "#c79a84", 0.3, "#ffc09a"),
    "window": ("#d8dce0", "#d6d6d4", 0.6, "#fffaf2"),
    "lamp": ("#d8ccb8", "#d4c8b4", 0.5, "#ffe2b4"),
    "flash": ("#cdd4dc", "#ccd2da", 0.8, "#f8fbff"),
}


@dataclass(frozen=True)
class Weather:
    """The light of one picture, linear.

    Attributes:
        zenith: (3,) colour of the sky overhead.
        rim: (3,) colour of the sky at the horizon, and of the haze.
        sun: (3,) colour and strength of the sun, or of a window.
        towards: (3,) unit vector to the sun: right, down, to the viewer.
        strength: share of the light that comes from the sun, in [0, 1].
    """

    zenith: NDArray[np.float32]
    rim: NDArray[np.float32]
    sun: NDArray[np.float32]
    towards: NDArray[np.float32]
    strength: float


def weather(scene: Scene, light: float, rng: np.random.Generator) -> Weather:
    """The weather that fits a place; ``light`` is the direction to the sun in the picture, y down."""
    kinds = {"dusk": ("dusk", "evening")} | dict.fromkeys(INDOORS, ("window", "window", "lamp", "flash"))
    kind = either(rng, *kinds.get(scene.place, ("clear", "clear", "hazy", "overcast", "evening")))
    zenith, rim, strength, sun = _WEATHERS[kind]
    high = between(rng, 0.55, 0.85)
    towards = np.array([high * np.cos(light), high * np.sin(light), np.sqrt(1 - high**2)], np.float32)
    level = np.float32(0.62 if kind == "dusk" else 1.0)
    return Weather(_linear(zenith) * level, _linear(rim) * level, _linear(sun) * level, towards, strength)


def _linear(text: str) -> NDArray[np.float32]:
    return np.array(hex_colour(text), np.float32) ** np.float32(2.2)


def sky(air: Weather, horizon: float, side: int, rng: np.random.Generator) -> Map:
    """The sky over the whole picture, (side, side, 3) float32 linear: a gradient and clouds."""
    up = np.clip(1 - np.arange(side, dtype=np.float32) / side / horizon, 0, 1)[:, None, None] ** 0.7
    colour = air.rim + (air.zenith - air.rim) * up
    stretched = cv2.resize(cloudy(rng, side, 4, 6), (side * 2, side))[:, side // 2 : side // 2 + side]
    amount = between(rng, -0.35, 0.35)
    cloud = np.clip((stretched + amount - 0.1) * 2.2, 0, 1)[..., None] * np.clip(up * 3, 0.25, 1)
    bright = 1.05 * (0.35 + 0.65 * air.sun) * (1 - 0.22 * np.clip(stretched[..., None] + amount, 0, 1))
    return np.asarray(1.15 * colour * (1 - 0.85 * cloud) + 0.85 * cloud * bright, np.float32)


def water(picture: Map, deep: Map, ripples: Map, levels: tuple[float, float]) -> Map:
    """Water that mirrors the picture over it, more so in the distance.

    Args:
        picture: (side, side, 3) linear light without the water.
        deep: (side, side, 3) the water's own colour.
        ripples: (side, side) in about [-0.5, 0.5].
        levels: the rows at which things are mirrored in units of the side: what is far at the first, all below the
            second, where a boat floats or a bank ends, at the second.
    """
    side, (horizon, shore) = len(picture), levels
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    near = np.clip((y / side - horizon) * 2, 0, 1)
    mirrored = np.clip(
        2 * np.where(y > shore * side, shore, horizon) * side - y + ripples * near * 0.16 * side, 0, side - 1
    )
    across = (x + ripples * near * 0.05 * side).astype(np.float32)
    seen = cv2.remap(picture.astype(np.float32), across, mirrored.astype(np.float32), cv2.INTER_LINEAR)
    seen = cv2.blur(seen, (1, max(1, round(0.03 * side))))
    grazing = np.clip(0.8 - 0.5 * near + 0.55 * ripples, 0.1, 0.9)[..., None]
    return np.asarray(deep * (1 - grazing) + 0.85 * seen * grazing, np.float32)


def distance(horizon: float, side: int) -> Map:
    """How far away the ground is, row by row: (side, 1) float32 from 0 at the feet to 1 at the horizon."""
    below = np.arange(side, dtype=np.float32) / side - np.float32(horizon)
    return np.clip(0.05 / np.maximum(below + 0.05, 0.05), 0, 1)[:, None]
