"""Trees, mountains and boats."""

from dataclasses import replace

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import box, cloudlet, ellipse, limb, polygon, smooth

Layers = list[Layer]


def tree(rng: np.random.Generator) -> Layers:
    """A tree: round, tall, pine or blown by the wind."""
    kind = either(rng, "round", "tall", "pine", "windy")
    leaf = either(rng, "leaf", "leaf", "leaf", "warm", "accent")
    make = {"round": _round_tree, "tall": _tall_tree, "pine": _pine, "windy": _windy_tree}[kind]
    return make(rng, leaf)


def _trunk(rng: np.random.Generator, height: float, lean: float) -> Layers:
    bend = between(rng, -0.04, 0.04)
    stem = limb([(0, 0), (bend, height * 0.5), (lean, height)], [0.065, 0.045, 0.03])
    roots = smooth((-0.13, -0.01), (-0.04, 0.06), (0.04, 0.06), (0.13, -0.01))
    boughs = [
        limb(
            [
                (lean * 0.6 + bend * 0.5, height * start),
                (lean + dx * 0.5, height * start + 0.1),
                (lean + dx, height + 0.08),
            ],
            [0.03, 0.02, 0.01],
        )
        for start, dx in ((0.55, -0.2), (0.68, 0.2))
    ]
    return [Layer(part, "earth", 0.28, "tube", 1.5) for part in (roots, *boughs, stem)]


def _crown(rng: np.random.Generator, leaf: str, places: list[tuple[float, float, float]]) -> Layers:
    """Masses of leaves, the shaded ones first."""
    layers = []
    for index, (x, y, r) in enumerate(places):
        tone = 0.36 + 0.24 * index / max(1, len(places) - 1)
        layers.append(Layer(cloudlet(rng, (x, y), (r, r * 0.85)), leaf, tone, "round", line=index < 4))
    return layers


def _round_tree(rng: np.random.Generator, leaf: str) -> Layers:
    wide = between(rng, 0.85, 1.2)
    places = [
        (-0.24, 0.6, 0.2),
        (0.24, 0.6, 0.2),
        (0, 0.7, 0.28),
        (-0.17, 0.78, 0.18),
        (0.18, 0.76, 0.17),
        (0, 0.9, 0.17),
        (-0.1, 0.66, 0.12),
        (0.12, 0.85, 0.1),
    ]
    fruits = [
        ellipse(between(rng, -0.3, 0.3) * wide, between(rng, 0.5, 0.9), 0.024, 0.024)
        for _ in range(int(rng.integers(0, 8)))
    ]
    return [
        *_trunk(rng, 0.52, between(rng, -0.04, 0.04)),
        *_crown(rng, leaf, [(x * wide, y, r * wide) for x, y, r in places]),
        *[Layer(fruit, "accent", 0.55, "round", fine=True, line=False) for fruit in fruits],
    ]


def _tall_tree(rng: np.random.Generator, leaf: str) -> Layers:
    sway, wide = between(rng, -0.06, 0.06), between(rng, 0.13, 0.19)
    flame = smooth(
        (0, 0.12), (-wide, 0.3), (-wide * 0.8 + sway, 0.62), (sway * 1.5, 1.05), (wide * 0.8 + sway, 0.6), (wide, 0.28)
    )
    tufts = [
        (sway + side * wide * 0.35, 0.3 + 0.12 * k, wide * (0.55 - 0.06 * k))
        for k, side in enumerate((1, -1, 1, -1, 1))
    ]
    body = Layer(flame, leaf, 0.36, "round")
    return [*_trunk(rng, 0.25, 0.0), body, *[replace(tuft, line=False) for tuft in _crown(rng, leaf, tufts)]]


def _pine(rng: np.random.Generator, leaf: str) -> Layers:
    leaf, wide = ("leaf" if leaf == "accent" else leaf), between(rng, 0.26, 0.36)
    layers = [Layer(limb([(0, 0), (0, 0.5)], [0.04, 0.03]), "earth", 0.28, "tube", 1.57)]
    for k in range(4):
        y, half = 0.14 + 0.2 * k, wide * (1 - 0.21 * k)
        fan = smooth(
            (-half, y),
            (-half * 0.4, y + 0.13),
            (0, y + 0.32),
            (half * 0.4, y + 0.13),
            (half, y),
            (half * 0.3, y + 0.04),
            (-half * 0.3, y + 0.03),
        )
        layers.append(Layer(fan, leaf, 0.32 + 0.07 * k, "round", 1.2))
    return layers


def _windy_tree(rng: np.random.Generator, leaf: str) -> Layers:
    lean = between(rng, 0.12, 0.2)
    places = [
        (lean + 0.34, 0.62, 0.12),
        (lean - 0.12, 0.62, 0.14),
        (lean + 0.14, 0.66, 0.19),
        (lean + 0.02, 0.76, 0.17),
        (lean + 0.24, 0.76, 0.15),
        (lean + 0.4, 0.72, 0.1),
        (lean + 0.1, 0.85, 0.1),
    ]
    return [*_trunk(rng, 0.58, lean), *_crown(rng, leaf, places)]


def mountain(rng: np.random.Generator) -> Layers:
    """One to three peaks with a shaded side, snow and foothills."""
    peaks = [(between(rng, -0.5, -0.3), between(rng, 0.5, 0.72)), (between(rng, 0.3, 0.55), between(rng, 0.45, 0.68))]
    layers: Layers = []
    for x, height in peaks[: int(rng.integers(1, 3))]:
        layers += _peak(rng, (x, height), 0.5, "far")
    layers += _peak(rng, (between(rng, -0.1, 0.1), between(rng, 0.92, 1.05)), 0.72, either(rng, "far", "cool", "earth"))
    for k in range(2):
        knots = [(-1.5 + 0.5 * j, between(rng, 0.08, 0.26 - 0.08 * k)) for j in range(7)]
        crest = np.concatenate([smooth(*knots, closed=False), [[1.5, -0.02], [-1.5, -0.02]]])
        layers.append(Layer(crest, "leaf", 0.42 - 0.1 * k, "land", 0.3))
    return layers


def _peak(rng: np.random.Generator, top: tuple[float, float], half: float, slot: str) -> Layers:
    x, height = top
    left = [(x - half * f, height * (1 - f) + between(rng, -0.04, 0.04)) for f in (0.75, 0.5, 0.25)]
    right = [(x + half * f, height * (1 - f) + between(rng, -0.04, 0.04)) for f in (0.25, 0.5, 0.75)]
    spine = [(x + between(rng, 0.0, 0.05), height * 0.7), (x - 0.06, height * 0.45), (x + 0.05, 0.0)]
    cut = height * between(rng, 0.6, 0.72)
    zigzag = [
        (x + half * f, cut + (0.07 if k % 2 else -0.05) * height) for k, f in enumerate((-0.2, -0.08, 0.03, 0.14, 0.24))
    ]
    snow_left, snow_right = (x - half * 0.3, cut), (x + half * 0.31, cut)
    return [
        Layer(polygon((x - half, 0), *left, top, *right, (x + half, 0)), slot, 0.56, "flat", 0.9),
        Layer(polygon(top, *right, (x + half, 0), *spine[::-1]), slot, 0.3, "flat", 2.2),
        Layer(polygon(snow_left, left[2], top, right[0], snow_right, *zigzag[::-1]), "light", 0.9, "flat", 0.9),
        Layer(
            polygon(top, right[0], snow_right, *zigzag[:2:-1], (x + 0.02, height * 0.8)),
            "air",
            0.6,
            "flat",
            2.2,
            line=False,
        ),
    ]


def boat(rng: np.random.Generator) -> Layers:
    """A sailing boat or a fishing boat, with its reflection."""
    hull = either(rng, "warm", "accent", "dark", "light")
    make = {"sail": _sails, "fishing": _cabin, "lugger": _lugger}[either(rng, "sail", "sail", "fishing", "lugger")]
    body = smooth(
        (-0.48, 0.16), (-0.3, 0.12), (0.3, 0.12), (0.54, 0.2), (0.42, 0.02), (0.2, -0.04), (-0.25, -0.04), (-0.42, 0.02)
    )
    stripe = limb([(-0.44, 0.11), (0.0, 0.085), (0.46, 0.13)], [0.014, 0.014, 0.014])
    sailor = rng.random() < 0.5
    return [
        *_reflection(rng, hull),
        *make(rng),
        *([Layer(limb([(0.25, 0.1), (0.25, 0.22)], [0.04, 0.03]), "cool", 0.35, "tube", fine=True)] if sailor else []),
        *([Layer(ellipse(0.25, 0.27, 0.028, 0.032), "skin", 0.5, "round", fine=True)] if sailor else []),
        Layer(body, hull, 0.45, "land", 0.05),
        Layer(stripe, "light" if hull != "light" else "accent", 0.7, fine=True, line=False),
    ]


def _reflection(rng: np.random.Generator, hull: str) -> Layers:
    layers = [Layer(ellipse(0.02, -0.1, 0.46, 0.075), hull, 0.26, "flat", 0.0, line=False)]
    for k in range(4):
        y, half = -0.16 - 0.07 * k, 0.3 - 0.055 * k
        x = between(rng, -0.06, 0.06)
        layers.append(
            Layer(
                limb([(x - half, y), (x, y + 0.01), (x + half, y)], [0.004, 0.018, 0.004]),
                "light",
                0.62 - 0.07 * k,
                "flat",
                fine=True,
                line=False,
            )
        )
    return layers


def _sails(rng: np.random.Generator) -> Layers:
    cloth, fill, top = (
        either(rng, "light", "warm", "accent", "light"),
        between(rng, 0.03, 0.12),
        between(rng, 0.92, 1.05),
    )
    main = smooth((0.0, top), (-0.2 - fill, 0.6), (-0.42, 0.22), (-0.2, 0.2), (0.0, 0.2), (0.0, 0.6))
    jib = smooth((0.04, top * 0.9), (0.22 + fill, 0.5), (0.44, 0.24), (0.25, 0.235), (0.05, 0.22), (0.045, 0.55))
    pennant = polygon((0.02, top + 0.02), (-0.12, top + 0.05), (0.02, top + 0.08))
    return [
        Layer(box(0.005, 0.05, 0.03, top), "earth", 0.25, "tube", 1.57, fine=True),
        Layer(main, cloth, 0.72, "round", 1.3),
        Layer(jib, either(rng, cloth, "light"), 0.66, "round", 1.8),
        Layer(pennant, "accent", 0.5, fine=True),
    ]


def _lugger(rng: np.random.Generator) -> Layers:
    cloth = either(rng, "warm", "accent", "earth", "light")
    layers: Layers = []
    for x, top in ((-0.24, between(rng, 0.65, 0.8)), (0.16, between(rng, 0.85, 1.0))):
        sail = smooth((x - 0.12, top), (x + 0.1, top - 0.1), (x + 0.17, 0.24), (x - 0.05, 0.22), (x - 0.15, 0.26))
        layers.append(Layer(box(x - 0.012, 0.05, 0.026, top + 0.02), "earth", 0.25, "tube", 1.57, fine=True))
        layers.append(Layer(sail, cloth, 0.6, "round", 1.5))
    return layers


def _cabin(rng: np.random.Generator) -> Layers:
    top = between(rng, 0.6, 0.8)
    return [
        Layer(box(0.1, 0.05, 0.028, top), "earth", 0.25, "tube", 1.57, fine=True),
        Layer(limb([(0.11, top), (0.5, 0.2)], [0.006, 0.006]), "dark", 0.25, fine=True),
        Layer(limb([(0.11, top), (-0.42, 0.18)], [0.006, 0.006]), "dark", 0.25, fine=True),
        Layer(box(-0.28, 0.1, 0.28, 0.26), "light", 0.7, "land", 1.57),
        Layer(polygon((-0.32, 0.35), (0.04, 0.35), (0.0, 0.42), (-0.28, 0.42)), "accent", 0.45),
        *[Layer(box(x, 0.22, 0.07, 0.08), "cool", 0.22, fine=True) for x in (-0.23, -0.1)],
    ]
