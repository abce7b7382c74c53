"""Colours: a palette names a colour for every role of a scene; a movement owns a family of palettes."""

from colorsys import hsv_to_rgb, rgb_to_hsv
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.painters import Colours, Harmony
from csdlib.atelier.scenes import SLOTS
from csdlib.errors import lookup

#: The number of tones from the darkest to the lightest of a colour role.
TONES = 64

#: The hues of a harmony, in degrees from the painter's own.
_TURNS: dict[Harmony, tuple[float, ...]] = {
    "free": (),
    "monochrome": (0,),
    "analogous": (-30, 0, 30),
    "complementary": (0, 180),
    "triadic": (0, 120, 240),
}

#: Families: for each, palettes of one colour a role, in the order of ``SLOTS``.
FAMILIES: dict[str, tuple[str, ...]] = {
    "Saltmarsh School": (
        "#8fb8d6 #7f9bc0 #7fa06a #c9a66b #d98a5a #4f86b0 #d65f5f #e0a98a #fbf1dc #26385e",
        "#a9c7cf #8aa7b5 #9aa65c #d8b878 #e0a05a #5f9aa6 #c9577a #e2b093 #fdf3d8 #2d3a55",
        "#c3b4d8 #8f8fc4 #6f9f88 #cfa280 #e88f70 #6a7fc0 #e0648a #e6b09c #fff0dc #33305f",
    ),
    "Ember Circle": (
        "#8a7f6a #6b5f50 #5f6238 #9a6f3e #b5562c #4a5a60 #a8302a #d09a6c #f2ddb0 #1c130f",
        "#7d7460 #5c5a58 #6b5f30 #a87c42 #c06a2c #3f5560 #8f2f38 #c98f66 #efd6a0 #15120f",
        "#96795a #70584a #55583c #8a5c38 #b8742f #545a55 #b54326 #d6a074 #f6e0b4 #20140f",
    ),
    "Paper Garden": (
        "#bcd8dc #a7c0b0 #9cbf8a #dcc9a2 #e8a98a #7fb3c0 #e0788a #f0c4aa #fbf6ea #3c4658",
        "#cfdcc8 #9fb8a8 #8fb88f #d8c2a0 #e6b86a #86a8c8 #d8687a #eec0a4 #faf5e6 #414152",
        "#d8d0e4 #b0a8cc #a3c09a #dac6ac #eaa0a0 #8fa0d0 #e8905f #f0c2b0 #fbf7ee #433f5c",
    ),
    "Prism League": (
        "#3fa9e0 #3f6fc0 #2f9e58 #e0a83a #f07a2f #1f5fb0 #e02f4f #f0a878 #fff4d0 #141428",
        "#40c0c0 #6a4fb0 #58a83a #f0bf3a #e85a3a #2070a0 #d02f7a #eea27a #fff6d8 #18122c",
        "#f0b050 #b04f9a #2f8f7a #e0883a #e8432f #2f58b8 #f0d03a #f2ac84 #fff0d4 #161a30",
    ),
    "Lantern Row": (
        "#2f3566 #3d3a78 #2f5a58 #6a4f5c #e8a23c #27508a #e0567a #d89a7c #ffeeca #0f1026",
        "#3a2f5f #54407a #3a5f48 #74524a #f0b84a #2f4a7a #c8487f #d08f78 #ffe9cc #130e24",
        "#24406a #2f5074 #2a5a4a #5f5568 #f08a3c #3a6a9a #e86a5a #dc9f80 #fff2d2 #0c1428",
    ),
    "Copper Hill": (
        "#e0c8a0 #b07a5c #8a9a6a #c8784a #d8643a #3f9a94 #b83f34 #c98a64 #fbf0d8 #3a2420",
        "#d8d0b8 #a8886a #7a8a5c #d08a4c #c85a3c #4fa8a0 #e0a03a #c08060 #f8ecd0 #40281f",
        "#c8d4c8 #c09478 #94986a #b86a44 #e07a3c #2f8088 #a83c4c #cc9070 #fdf2dc #33261f",
    ),
    "Inkwell Terrace": (
        "#d8d4ca #a8a69e #8a8c80 #b0a48e #8f8478 #78848c #cc241c #d8b090 #f6f2e6 #1e1c1e",
        "#cfd2d2 #9aa0a4 #7f8a86 #a49c92 #9c8a7a #66788a #c83220 #d2ac92 #f4f2ea #1a1e24",
        "#ddd2c0 #b2a898 #94907c #b89c7c #94806c #7c8284 #bc2428 #d8ae88 #f8f0de #241e1a",
    ),
    "Sugar Arcade": (
        "#a8e0ec #c8b0e8 #86d8a8 #f4cf9c #ff8fa8 #6ab8f0 #ff5f9a #f8bfa4 #fffaf0 #5a3a6a",
        "#f8c8dc #a8c8f4 #a4dc8c #f8d88c #ffa07a #7ad0d8 #f06ac0 #f6c0aa #fff8ec #483c74",
        "#fbe69c #b8dcf0 #8adcc0 #f0c4a8 #ff9a6a #8aa8f4 #e85a7a #fac4ac #fffbf2 #543860",
    ),
}


@dataclass(frozen=True)
class Palette:
    """The colours of one picture.

    Attributes:
        ramps: (slots, TONES, 3) float32 in [0, 1]: for each role the colours from dark to light.
    """

    ramps: NDArray[np.float32]

    def colour(self, slot: str, tone: float) -> NDArray[np.float32]:
        """The colour of a role at a tone in [0, 1]: (3,) float32 in [0, 1]."""
        return self.ramps[SLOTS.index(slot), round(float(np.clip(tone, 0, 1)) * (TONES - 1))]

    def shades(self, slots: NDArray[np.integer], steps: NDArray[np.integer]) -> NDArray[np.float32]:
        """The colours of many roles, each at a step of its ramp in [0, TONES): (..., 3) float32 in [0, 1]."""
        return self.ramps.reshape(-1, 3).take(slots * TONES + steps, axis=0)


def mixed_palette(movement: str, colours: Colours, rng: np.random.Generator) -> Palette:
    """Mixes the colours of one picture: each role takes its colour from any of the painter's tubes.

    Args:
        movement: a key of ``FAMILIES``.
        colours: the painter's habits of colour.
        rng: decides which colours, and how the tubes differ from picture to picture.

    Raises:
        InputError: an unknown movement; the message lists all.
    """
    rows = lookup("movement", movement, FAMILIES)
    family = np.array([[hex_colour(text) for text in row.split()] for row in rows])
    tubes = np.array(colours.tubes or range(len(family)))
    base = family[rng.choice(tubes, size=len(SLOTS)), np.arange(len(SLOTS))]
    base = base * rng.normal(1, 0.09, (len(SLOTS), 1)) + rng.normal(0, 0.03, base.shape)
    base = harmonised(np.clip(base, 0, 1), colours)
    grey = base.mean(axis=1, keepdims=True)
    return Palette(_ramps(np.clip(grey + colours.saturation * (base - grey), 0, 1).astype(np.float32)))


def harmonised(rgb: NDArray[np.floating], colours: Colours) -> NDArray[np.floating]:
    """Draws every colour towards the nearest hue of the painter's harmony; its brightness and strength stay.

    Args:
        rgb: (n, 3) in [0, 1].
        colours: harmony, hue and pull.

    Returns:
        (n, 3) in [0, 1].

    Example:
        >>> green = np.array([[0.0, 1.0, 0.0]])
        >>> harmonised(green, Colours("monochrome", hue=0, pull=1)).round(2).tolist()
        [[1.0, 0.0, 0.0]]
    """
    anchors = [colours.hue + turn for turn in _TURNS[colours.harmony]]
    if not anchors:
        return rgb
    drawn = []
    for colour in rgb:
        hue, saturation, value = rgb_to_hsv(*map(float, colour))
        gaps = [(anchor - 360 * hue + 180) % 360 - 180 for anchor in anchors]
        nearest = min(gaps, key=abs)
        drawn.append(hsv_to_rgb((hue + colours.pull * nearest / 360) % 1, saturation, value))
    return np.array(drawn)


def hex_colour(text: str) -> tuple[float, float, float]:
    """A colour such as ``"#ff8000"`` as red, green and blue in [0, 1].

    Example:
        >>> hex_colour("#ff0033")
        (1.0, 0.0, 0.2)
    """
    red, green, blue = (int(text[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


def _ramps(base: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every role runs from a deep shade of its own through its colour to a tinted light."""
    light, dark = base[SLOTS.index("light")], base[SLOTS.index("dark")]
    shade = 0.45 * dark + 0.55 * base * 0.28
    tint = 0.72 * light + 0.28 * np.clip(base * 1.5, 0, 1)
    tone = np.linspace(0, 1, TONES, dtype=np.float32)[None, :, None]
    low = shade[:, None] + (base - shade)[:, None] * np.minimum(tone * 2, 1)
    return (low + (tint - base)[:, None] * np.maximum(tone * 2 - 1, 0)).astype(np.float32)
