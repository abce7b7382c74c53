"""Clean colours for clip art and information graphics: one set of spot colours a picture."""

from colorsys import hsv_to_rgb

import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.palettes import hex_colour
from csdlib.atelier.scenes import SLOTS, between, either

#: Hue (degrees), saturation and brightness that draughtsmen of clip art give the roles, in the order of ``SLOTS``.
_USUAL = (
    (200, 0.45, 0.98),
    (215, 0.35, 0.72),
    (110, 0.68, 0.74),
    (32, 0.52, 0.74),
    (26, 0.82, 0.96),
    (208, 0.75, 0.86),
    (355, 0.80, 0.90),
    (26, 0.36, 0.98),
    (45, 0.05, 0.98),
    (225, 0.40, 0.22),
)

#: Small sets that designers reuse for everything; light comes first, dark last.
_SETS = (
    "#f7f1e3 #e58e26 #b71540 #079992 #0c2461",
    "#fdf6e3 #f6b93b #e55039 #4a69bd #1e3799",
    "#ffffff #1abc9c #f1c40f #e74c3c #2c3e50",
    "#f4f1de #e07a5f #81b29a #f2cc8f #3d405b",
    "#ffffff #00b4d8 #ff006e #ffbe0b #22223b",
    "#f1faee #a8dadc #e63946 #457b9d #1d3557",
    "#fff8e7 #8ac926 #ff595e #ffca3a #33415c",
)


#: Skin, from light to dark: faces keep it in most pictures, whatever the set of colours.
_SKINS = "#fbd3b4 #f3bd93 #d99a6c #a86b43 #7a4a2e"


def spot_colours(rng: np.random.Generator) -> NDArray[np.float64]:
    """A colour for every role, (slots, 3) in [0, 1]: the usual ones, pastel, shifted, or few from a designer's set."""
    colours = _mixed(rng)
    if rng.random() < 0.85:
        colours[SLOTS.index("skin")] = hex_colour(either(rng, *_SKINS.split()))
    return colours


def _mixed(rng: np.random.Generator) -> NDArray[np.float64]:
    kind = either(rng, "usual", "usual", "usual", "pastel", "shifted", "set")
    if kind == "set":
        chosen = designer_set(rng)
        middle = chosen[1:-1]
        colours = middle[rng.integers(len(middle), size=len(SLOTS))]
        colours[SLOTS.index("light")], colours[SLOTS.index("dark")] = chosen[0], chosen[-1]
        return colours
    turn = {"shifted": between(rng, 0, 360)}.get(kind, between(rng, -14, 14))
    strong, bright = (between(rng, 0.4, 0.6), 1.05) if kind == "pastel" else (between(rng, 0.9, 1.25), 1.0)
    rows = [
        hsv_to_rgb(
            ((hue + turn + rng.normal(0, 6)) % 360) / 360,
            float(np.clip(saturation * strong, 0, 1)),
            float(np.clip(value * bright * rng.normal(1, 0.04), 0, 1)),
        )
        for hue, saturation, value in _USUAL
    ]
    return np.array(rows)


def designer_set(rng: np.random.Generator) -> NDArray[np.float64]:
    """Five colours, (5, 3) in [0, 1]: a light one, three that catch the eye in random order, a dark one."""
    chosen = np.array([hex_colour(text) for text in either(rng, *_SETS).split()])
    chosen[1:-1] = rng.permutation(chosen[1:-1])
    return chosen
