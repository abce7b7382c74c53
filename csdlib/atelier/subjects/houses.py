"""Houses seen at an angle: a gabled front and a long side."""

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import box, cloudlet, ellipse, limb, polygon

Layers = list[Layer]


def house(rng: np.random.Generator) -> Layers:
    """A house with a gable, a roof, a door and windows; chimney, smoke, fence and bushes vary."""
    wall, roof = either(rng, "light", "earth", "warm", "air"), either(rng, "accent", "warm", "dark", "far")
    eave, peak, turn = between(rng, 0.45, 0.62), between(rng, 0.86, 1.0), between(rng, -0.1, 0.1)
    layers = [] if rng.random() < 0.3 else _chimney(rng, turn, peak)
    layers += _walls(wall, roof if roof != wall else "dark", (eave, peak, turn))
    layers += _openings(rng, eave, turn)
    return layers + _garden(rng)


def _walls(wall: str, roof: str, heights: tuple[float, float, float]) -> Layers:
    eave, peak, turn = heights
    edge, end = -0.05 + turn, 0.62
    top = (-0.33 + turn * 0.5, peak)
    gable = polygon((-0.6, 0), (edge, 0), (edge, eave), top, (-0.6, eave))
    slope = polygon((edge + 0.03, eave - 0.06), top, (end - 0.12, peak - 0.02), (end + 0.05, eave - 0.05))
    verge = polygon((-0.66, eave - 0.07), top, (top[0], peak - 0.07), (-0.6, eave - 0.08))
    return [
        Layer(polygon((edge, 0), (end, 0.02), (end, eave), (edge, eave)), wall, 0.44, "land", 1.57),
        Layer(gable, wall, 0.68, "land", 1.57),
        Layer(slope, roof, 0.44, "flat", 1.2),
        Layer(verge, roof, 0.3, "flat", 0.8, line=False),
    ]


def _openings(rng: np.random.Generator, eave: float, turn: float) -> Layers:
    edge, door = -0.05 + turn, either(rng, "accent", "cool", "leaf", "dark")
    span = edge + 0.6
    layers = [
        Layer(box(-0.6 + span * 0.12, 0, 0.15, 0.31), door, 0.36, "flat", 1.57, fine=True),
        *_window(-0.6 + span * 0.6, 0.14, 0.14),
    ]
    if eave > 0.5:
        layers += _window(-0.6 + span * 0.38, eave - 0.12, 0.13)
    for k in range(2 if turn > 0 else 3):
        layers += _window(edge + 0.08 + k * 0.2, eave * 0.42, 0.11)
    return layers


def _window(x: float, y: float, width: float) -> Layers:
    tall = width * 1.25
    bars = [box(x + width * 0.46, y, width * 0.09, tall), box(x, y + tall * 0.47, width, tall * 0.08)]
    return [
        Layer(box(x - 0.015, y - 0.015, width + 0.03, tall + 0.03), "light", 0.85, fine=True),
        Layer(box(x, y, width, tall), "cool", 0.24, fine=True, line=False),
        *[Layer(bar, "light", 0.85, fine=True, line=False) for bar in bars],
    ]


def _chimney(rng: np.random.Generator, turn: float, peak: float) -> Layers:
    x, drift = 0.2 + turn, between(rng, 0.05, 0.3)
    puffs = [
        (x + 0.05 + drift * k * 0.6, peak + 0.2 + 0.1 * k, 0.05 + 0.02 * k) for k in range(int(rng.integers(0, 4)))
    ]
    return [
        *[Layer(cloudlet(rng, (a, b), (r, r * 0.8)), "light", 0.75, "round", line=False) for a, b, r in puffs],
        Layer(box(x, peak - 0.25, 0.1, 0.36), "warm", 0.4, "land", 1.57),
    ]


def _garden(rng: np.random.Generator) -> Layers:
    layers: Layers = []
    for x in [v for v in (-0.72, 0.35, 0.7) if rng.random() < 0.6]:
        r = between(rng, 0.09, 0.17)
        layers.append(Layer(cloudlet(rng, (x, r * 0.7), (r, r)), "leaf", 0.42, "round"))
    if rng.random() < 0.4:
        posts = [box(-0.95 + 0.12 * k, -0.13, 0.03, 0.16) for k in range(16)]
        layers += [Layer(limb([(-1.0, -0.04), (0.95, -0.04)], [0.012, 0.012]), "light", 0.75, fine=True, line=False)]
        layers += [Layer(post, "light", 0.78, fine=True, line=False) for post in posts]
    elif rng.random() < 0.6:
        layers.append(Layer(ellipse(-0.45, -0.06, 0.14, 0.05), "earth", 0.72, "flat", line=False))
    return layers
