"""Blooms: sunflower, daisy, tulip, poppy and iris, drawn around the origin."""

from collections.abc import Callable

import numpy as np

from csdlib.atelier.scenes import Layer, between
from csdlib.atelier.shapes import Points, ellipse, limb, smooth, turned

Layers = list[Layer]

#: Draws a bloom of radius r around the origin, its petals in a colour role.
Bloom = Callable[[np.random.Generator, float, str], Layers]


def _petal(r: float, half: float, angle: float, start: float = 0.2) -> Points:
    """A petal that points away from the heart at ``angle``."""
    return turned(
        smooth(
            (start * r, 0.0),
            (0.55 * r, half),
            (0.9 * r, half * 0.65),
            (r, 0.0),
            (0.9 * r, -half * 0.65),
            (0.55 * r, -half),
        ),
        angle,
    )


def _sunflower(rng: np.random.Generator, r: float, slot: str) -> Layers:
    turn, heart = between(rng, 0, 0.4), between(rng, 0.4, 0.48)
    behind = [
        Layer(_petal(r, r * 0.17, turn + 0.24 + k * np.pi / 6.5), slot, 0.42, "flat", turn + k * 0.48)
        for k in range(13)
    ]
    before = [
        Layer(_petal(r * 0.96, r * 0.16, turn + k * np.pi / 6.5), slot, 0.62, "flat", turn + k * 0.48, line=False)
        for k in range(13)
    ]
    return [
        *behind,
        *before,
        Layer(ellipse(0, 0, r * heart, r * heart), "dark", 0.34, "round"),
        Layer(ellipse(0, 0, r * heart * 0.55, r * heart * 0.55), "earth", 0.42, "round", fine=True, line=False),
    ]


def _daisy(rng: np.random.Generator, r: float, slot: str) -> Layers:
    turn, count = between(rng, 0, 0.4), int(rng.integers(9, 12))
    petals = [
        Layer(
            _petal(r, r * 0.21, turn + k * 2 * np.pi / count),
            slot,
            0.72 if k % 2 else 0.6,
            "flat",
            turn + k * 6.28 / count,
        )
        for k in range(count)
    ]
    heart = "warm" if slot != "warm" else "dark"
    return [*petals, Layer(ellipse(0, 0, r * 0.3, r * 0.3), heart, 0.5, "round")]


def _tulip(rng: np.random.Generator, r: float, slot: str) -> Layers:
    spread = between(rng, 0.75, 0.95) * r
    back = [
        smooth(
            (s * 0.1 * r, -0.7 * r),
            (s * spread * 0.95, -0.2 * r),
            (s * spread * 0.75, r),
            (s * 0.25 * r, 0.55 * r),
            (-s * 0.1 * r, -0.2 * r),
        )
        for s in (-1, 1)
    ]
    middle = smooth((-0.3 * r, 0.2 * r), (0.0, 1.08 * r), (0.3 * r, 0.2 * r), (0.0, -0.3 * r))
    front = smooth(
        (0.0, -0.85 * r),
        (-0.62 * r, -0.5 * r),
        (-0.6 * r, 0.2 * r),
        (0.0, 0.75 * r),
        (0.6 * r, 0.2 * r),
        (0.62 * r, -0.5 * r),
    )
    return [
        Layer(middle, slot, 0.3, "flat", 1.57),
        *[Layer(petal, slot, 0.42, "round", 1.57) for petal in back],
        Layer(front, slot, 0.62, "round", 1.57),
        Layer(limb([(0.0, -0.6 * r), (0.0, 0.4 * r)], [0.03 * r, 0.02 * r]), slot, 0.36, fine=True, line=False),
    ]


def _poppy(rng: np.random.Generator, r: float, slot: str) -> Layers:
    turn = between(rng, -0.3, 0.3)
    layers = []
    for k, tone in zip((1, 3, 0, 2), (0.4, 0.44, 0.56, 0.6), strict=True):
        edge = [
            (r * reach * between(rng, 0.94, 1.06), angle)
            for reach, angle in ((0.95, -0.78), (1.08, -0.4), (1.0, 0.0), (1.08, 0.4), (0.95, 0.78))
        ]
        knots = [(0.0, 0.0), *[(length * np.cos(a), length * np.sin(a)) for length, a in edge]]
        layers.append(Layer(turned(smooth(*knots), turn + np.pi / 2 * k) * (1.0, 0.86), slot, tone, "round"))
    seeds = [(0.3 * r * np.cos(a), 0.26 * r * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 9)[:-1]]
    return [
        *layers,
        Layer(ellipse(0, 0, 0.36 * r, 0.31 * r), "dark", 0.16, "round", line=False),
        Layer(ellipse(0, 0, 0.15 * r, 0.13 * r), "leaf", 0.6, "round", fine=True),
        *[Layer(ellipse(x, y, 0.035 * r, 0.035 * r), "light", 0.8, fine=True, line=False) for x, y in seeds],
    ]


def _iris(rng: np.random.Generator, r: float, slot: str) -> Layers:
    droop = between(rng, 0.75, 1.0)
    up, falls = [], []
    for side in (-1, 1):
        standard = [(0.0, -0.1), (side * 0.5, 0.3), (side * 0.42, 0.95), (side * 0.05, 0.95), (-side * 0.08, 0.3)]
        fall = [(0.0, 0.12), (side * 0.5, 0.22), (side, -0.2 * droop), (side * 0.95, -0.75 * droop), (side * 0.5, -0.6)]
        up.append(r * smooth(*standard))
        falls.append(r * smooth(*fall, (side * 0.3, -0.1)))
    tongue = r * smooth((-0.12, 0.1), (0.12, 0.1), (0.42, -0.5), (0.22, -1.0), (-0.22, -1.0), (-0.42, -0.5))
    beards = (
        [(0.0, 0.05 * r), (0.0, -0.5 * r)],
        [(0.1 * r, 0.1 * r), (0.6 * r, 0.0)],
        [(-0.1 * r, 0.1 * r), (-0.6 * r, 0.0)],
    )
    return [
        *[Layer(petal, slot, 0.66, "round", 1.4) for petal in up],
        *[Layer(petal, slot, 0.44, "round", 0.6) for petal in falls],
        Layer(tongue, slot, 0.38, "round", 1.57),
        *[Layer(limb(knots, [0.075 * r, 0.03 * r]), "warm", 0.68, fine=True, line=False) for knots in beards],
    ]


#: Every kind of bloom by its name.
BLOOMS: dict[str, Bloom] = {
    "sunflower": _sunflower,
    "daisy": _daisy,
    "tulip": _tulip,
    "poppy": _poppy,
    "iris": _iris,
}

#: Colour roles of each kind's petals.
PETALS = {
    "sunflower": ("warm", "accent", "warm"),
    "daisy": ("light", "light", "accent"),
    "tulip": ("accent", "warm", "light"),
    "poppy": ("accent", "accent", "warm"),
    "iris": ("cool", "far", "accent"),
}
