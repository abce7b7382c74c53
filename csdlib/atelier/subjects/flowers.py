"""Flowers: large blooms of one kind with their stems and leaves, growing or in a pot."""

import numpy as np

from csdlib.atelier.scenes import SHADOW, Layer, between, either
from csdlib.atelier.shapes import Points, ellipse, limb, polygon, smooth, turned
from csdlib.atelier.subjects.blooms import BLOOMS, PETALS

Layers = list[Layer]

#: Where one, two or three blooms stand.
_STANDS = {
    1: ((0.04, 0.78),),
    2: ((-0.2, 0.82), (0.22, 0.6)),
    3: ((-0.3, 0.64), (0.03, 0.86), (0.3, 0.52)),
}


def growing_flower(rng: np.random.Generator) -> Layers:
    """One to three blooms that grow out of the grass."""
    kind = either(rng, *BLOOMS)
    count = int(rng.integers(1, 4))
    slot = either(rng, *PETALS[kind])
    stems = [(x + between(rng, -0.05, 0.05), y + between(rng, -0.06, 0.04)) for x, y in _STANDS[count]]
    size = {1: 0.27, 2: 0.22, 3: 0.19}[count] * between(rng, 0.95, 1.12)
    blades = [
        limb([(x, -0.04), (x + lean * 0.4, 0.1), (x + lean, 0.2)], [0.03, 0.02, 0.004]) for x, lean in _tufts(rng)
    ]
    return [
        Layer(ellipse(0.08, 0.0, 0.34, 0.06), SHADOW, line=False),
        *_plant(rng, kind, slot, stems, size),
        *[Layer(blade, "leaf", between(rng, 0.24, 0.5), "tube", 1.5) for blade in blades],
    ]


def potted_flower(rng: np.random.Generator) -> Layers:
    """One to three blooms in a clay pot."""
    kind = either(rng, *BLOOMS)
    count = int(rng.integers(1, 4))
    slot = either(rng, *PETALS[kind])
    clay = either(rng, "warm", "cool", "earth", "accent")
    clay = clay if clay != slot else "cool" if slot != "cool" else "earth"
    stems = [(x * 0.85, y + between(rng, -0.04, 0.03)) for x, y in _STANDS[count]]
    size = {1: 0.25, 2: 0.2, 3: 0.18}[count] * between(rng, 0.95, 1.1)
    wide = between(rng, 0.17, 0.21)
    pot = polygon((-wide * 0.7, 0.0), (wide * 0.7, 0.0), (wide, 0.27), (-wide, 0.27))
    rim = polygon((-wide * 1.14, 0.25), (wide * 1.14, 0.25), (wide * 1.14, 0.325), (-wide * 1.14, 0.325))
    return [
        Layer(ellipse(0.06, 0.01, wide * 1.5, 0.05), SHADOW, line=False),
        *_plant(rng, kind, slot, stems, size, root=0.26),
        Layer(pot, clay, 0.48, "tube", 1.57),
        Layer(rim, clay, 0.6, "tube", 1.57),
    ]


def _tufts(rng: np.random.Generator) -> list[tuple[float, float]]:
    return [(x + between(rng, -0.03, 0.03), between(rng, -0.12, 0.12)) for x in (-0.24, -0.12, 0.0, 0.12, 0.24)]


def _plant(
    rng: np.random.Generator, kind: str, slot: str, stems: list[tuple[float, float]], size: float, root: float = 0.0
) -> Layers:
    """Stems first, then leaves, then the blooms, the lowest last so that it hides the others' stems."""
    layers: Layers = []
    for k, (x, y) in enumerate(stems):
        foot = 0.1 * x
        stem = limb(
            [
                (foot, root - 0.02),
                (foot + 0.3 * (x - foot) + between(rng, -0.03, 0.03), root + 0.5 * (y - root)),
                (x, y),
            ],
            [0.024, 0.02, 0.017],
        )
        layers.append(Layer(stem, "leaf", 0.34, "tube", 1.57))
        layers += _foliage(rng, kind, (foot, root), (x, y), -1.0 if k % 2 else 1.0)
    for x, y in sorted(stems, key=lambda stem: -stem[1]):
        tilt = between(rng, -0.2, 0.2) - 0.5 * x
        layers += [_set(part, tilt, (x, y)) for part in BLOOMS[kind](rng, size, slot)]
    return layers


def _set(part: Layer, tilt: float, at: tuple[float, float]) -> Layer:
    return Layer(
        turned(part.outline, tilt) + at, part.slot, part.tone, part.form, part.angle + tilt, part.fine, part.line
    )


def _foliage(
    rng: np.random.Generator, kind: str, foot: tuple[float, float], top: tuple[float, float], side: float
) -> Layers:
    """Leaves as they grow on the kind: swords from the ground, or broad ones along the stem."""
    (x, y), high = foot, top[1] - foot[1]
    if kind in ("tulip", "iris"):
        layers = []
        for way, length in ((side, 0.62), (-side, 0.48)):
            tip, droop = (x + way * between(rng, 0.16, 0.28), y + high * length), way * 0.05
            blade = smooth(
                (x - 0.03, y - 0.02),
                (x + way * 0.08 - 0.04, y + high * 0.3),
                tip,
                (x + way * 0.12 + droop, y + high * 0.26),
                (x + 0.03, y - 0.02),
            )
            layers.append(Layer(blade, "leaf", 0.5 if way == side else 0.42, "tube", 1.4))
        return layers
    broad = 0.09 if kind == "sunflower" else 0.055
    layers = []
    for share, way in ((0.28, side), (0.5, -side)):
        root = np.array([x + (top[0] - x) * share, y + high * share])
        heart = turned(_leaf(0.27, broad), (0.45 if way > 0 else np.pi - 0.45) + between(rng, -0.15, 0.15)) + root
        layers.append(Layer(heart, "leaf", 0.5, "round", 0.5 * way))
    return layers


def _leaf(length: float, half: float) -> Points:
    return smooth(
        (0.0, 0.0),
        (length * 0.3, half),
        (length * 0.65, half * 0.8),
        (length, 0.0),
        (length * 0.65, -half * 0.8),
        (length * 0.3, -half),
    )
