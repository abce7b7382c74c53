"""Still lifes: a table with a cloth, vessels and fruit."""

import numpy as np

from csdlib.atelier.scenes import SHADOW, Layer, between, either
from csdlib.atelier.shapes import Points, ellipse, limb, smooth

Layers = list[Layer]


def still_life(rng: np.random.Generator) -> Layers:
    """A tall vessel, a bowl of fruit and loose fruit; which, where and how many vary."""
    side = -1.0 if rng.random() < 0.5 else 1.0
    tall = {"jug": _jug, "bottle": _bottle, "vase": _vase}[either(rng, "jug", "bottle", "vase")]
    layers = tall(rng, side * between(rng, 0.26, 0.4))
    layers += _bowl(rng, -side * between(rng, 0.16, 0.3)) if rng.random() < 0.7 else _pears(rng, -side * 0.25)
    for _ in range(int(rng.integers(2, 5))):
        layers += _fruit(rng, (between(rng, -0.6, 0.6), between(rng, -0.16, -0.02)), between(rng, 0.085, 0.115))
    return layers


def _shadow(x: float, y: float, r: float) -> Layer:
    return Layer(ellipse(x + r * 0.35, y, r * 1.3, r * 0.3), SHADOW, line=False)


def _body(profile: list[tuple[float, float]], x: float) -> Points:
    """A turned vessel from its right profile (radius, height), bottom to top."""
    right = [(x + r, y) for r, y in profile]
    return smooth(*right, *[(2 * x - a, b) for a, b in right[::-1]])


def _jug(rng: np.random.Generator, x: float) -> Layers:
    slot, wide = either(rng, "cool", "light", "warm", "earth"), between(rng, 0.9, 1.15)
    profile = [(0.1 * wide, 0), (0.19 * wide, 0.16), (0.18 * wide, 0.34), (0.08, 0.5), (0.1, 0.62)]
    handle = limb([(x + 0.1, 0.54), (x + 0.29 * wide, 0.46), (x + 0.17 * wide, 0.22)], [0.022, 0.024, 0.02])
    return [
        _shadow(x, 0.01, 0.18),
        Layer(handle, slot, 0.42, "tube", 1.2),
        Layer(_body(profile, x), slot, 0.52, "round"),
        Layer(ellipse(x, 0.62, 0.1, 0.028), "dark", 0.25, fine=True),
        Layer(ellipse(x - 0.08, 0.32, 0.025, 0.06), "light", 0.92, fine=True, line=False),
    ]


def _bottle(rng: np.random.Generator, x: float) -> Layers:
    slot = either(rng, "leaf", "cool", "dark")
    profile = [(0.1, 0), (0.115, 0.1), (0.115, 0.42), (0.045, 0.6), (0.04, 0.84)]
    label = smooth((x - 0.1, 0.18), (x - 0.1, 0.36), (x + 0.1, 0.36), (x + 0.1, 0.18))
    return [
        _shadow(x, 0.01, 0.14),
        Layer(_body(profile, x), slot, 0.36, "round", 1.57),
        Layer(label, "light", 0.7, "tube", 1.57, fine=True),
        Layer(limb([(x, 0.8), (x, 0.9)], [0.042, 0.04]), "earth", 0.45, "tube", 1.57, fine=True),
        Layer(limb([(x - 0.065, 0.12), (x - 0.065, 0.45)], [0.012, 0.012]), "light", 0.9, fine=True, line=False),
    ]


def _vase(rng: np.random.Generator, x: float) -> Layers:
    slot, bloom = either(rng, "cool", "light", "accent"), either(rng, "accent", "warm", "light")
    heads = [(x + between(rng, -0.22, 0.22), between(rng, 0.62, 0.98)) for _ in range(int(rng.integers(5, 9)))]
    leaves = [ellipse(x + dx, 0.56, 0.04, 0.12, turn=turn) for dx, turn in ((-0.14, 0.8), (0.15, -0.8), (0, 0.1))]
    profile = [(0.075, 0), (0.14, 0.14), (0.13, 0.28), (0.06, 0.4), (0.085, 0.46)]
    return [
        _shadow(x, 0.01, 0.15),
        *[Layer(limb([(x, 0.42), head], [0.009, 0.007]), "leaf", 0.35, "tube", 1.57, fine=True) for head in heads],
        *[Layer(leaf, "leaf", 0.45, "round") for leaf in leaves],
        *[part for head in heads for part in _bloom(head, bloom)],
        Layer(_body(profile, x), slot, 0.52, "round"),
        Layer(ellipse(x - 0.06, 0.22, 0.02, 0.05), "light", 0.92, fine=True, line=False),
    ]


def _bloom(at: tuple[float, float], slot: str) -> Layers:
    x, y = at
    return [
        Layer(ellipse(x, y, 0.078, 0.07), slot, 0.58, "round"),
        Layer(ellipse(x, y, 0.03, 0.028), "earth", 0.4, "round", fine=True, line=False),
    ]


def _bowl(rng: np.random.Generator, x: float) -> Layers:
    slot = either(rng, "light", "cool", "earth")
    layers = [_shadow(x, 0.0, 0.27)]
    for dx, dy in ((-0.15, 0.24), (0.15, 0.24), (0.0, 0.25), (-0.07, 0.36), (0.09, 0.35)):
        layers += _fruit(rng, (x + dx, dy - 0.09), 0.095)[1:]
    bowl = smooth(
        (x - 0.3, 0.21), (x - 0.2, 0.06), (x - 0.09, 0.0), (x + 0.09, 0.0), (x + 0.2, 0.06), (x + 0.3, 0.21), (x, 0.16)
    )
    return [*layers, Layer(bowl, slot, 0.56, "round", 0.0)]


def _fruit(rng: np.random.Generator, at: tuple[float, float], r: float) -> Layers:
    """An apple, orange or lemon that rests at ``at``."""
    x, y = at
    slot = either(rng, "accent", "warm", "leaf", "warm")
    return [
        _shadow(x, y + 0.015, r),
        Layer(ellipse(x, y + r * 0.95, r * between(rng, 0.95, 1.15), r * 0.95), slot, 0.54, "round"),
        Layer(limb([(x, y + r * 1.75), (x + 0.02, y + r * 2.15)], [0.009, 0.007]), "earth", 0.2, fine=True),
        Layer(ellipse(x - r * 0.35, y + r * 1.3, r * 0.18, r * 0.14), "light", 0.92, fine=True, line=False),
    ]


def _pears(rng: np.random.Generator, x: float) -> Layers:
    layers: Layers = []
    for dx in (-0.14, 0.1):
        lean = between(rng, -0.05, 0.05)
        pear = smooth(
            (x + dx - 0.1, 0.1),
            (x + dx, 0.0),
            (x + dx + 0.1, 0.1),
            (x + dx + 0.05 + lean, 0.26),
            (x + dx + lean, 0.34),
            (x + dx - 0.05 + lean, 0.26),
        )
        layers += [
            _shadow(x + dx, 0.01, 0.11),
            Layer(pear, either(rng, "leaf", "warm"), 0.56, "round"),
            Layer(limb([(x + dx + lean, 0.32), (x + dx + lean + 0.03, 0.4)], [0.01, 0.008]), "earth", 0.2, fine=True),
        ]
    return layers
