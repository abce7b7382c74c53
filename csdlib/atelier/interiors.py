"""Where a scene takes place indoors: a room, a table, a studio."""

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import box, ellipse, polygon, smooth

Layers = list[Layer]


def room(rng: np.random.Generator) -> Layers:
    """Inside: a wall with a window, a picture or a curtain, and a floor of another colour that is darker."""
    slot, tone = either(rng, "far", "accent", "leaf", "warm", "air"), between(rng, 0.52, 0.68)
    layers = [Layer(box(-0.1, -0.1, 1.2, 1.3), slot, tone, "land", np.pi / 2, line=False)]
    x, motif = between(rng, 0.05, 0.65), either(rng, "window", "picture", "curtain")
    layers += {"window": _window, "picture": _picture, "curtain": _curtain}[motif](x)
    floor = either(rng, *[role for role in ("earth", "warm", "cool") if role != slot])
    layers.append(Layer(box(-0.1, -1.1, 1.2, 1.1), floor, tone - between(rng, 0.12, 0.2), "land", 0.0))
    layers.append(Layer(box(-0.1, -0.03, 1.2, 0.06), "light", 0.7, "flat", fine=True, line=False))
    if rng.random() < 0.6:
        rug = ellipse(between(rng, 0.35, 0.65), -0.6, between(rng, 0.35, 0.5), 0.3)
        layers.append(Layer(rug, either(rng, "accent", "air"), 0.6, "flat"))
    return layers


def table(rng: np.random.Generator) -> Layers:
    """A table before a wall that keeps quiet behind what stands on it: whatever hangs there hangs at the side."""
    slot, tone = either(rng, "far", "accent", "leaf", "air", "cool"), between(rng, 0.5, 0.7)
    layers = [Layer(box(-0.1, -0.1, 1.2, 1.3), slot, tone, "land", np.pi / 2, line=False)]
    motif, side = either(rng, "drape", "stripes", "panel", "plain"), 0.0 if rng.random() < 0.5 else 1.0
    if motif == "drape":
        layers += _drape(rng, side, slot)
    elif motif == "stripes":
        layers += [
            Layer(box(x, -0.1, 0.06, 1.3), slot, tone + 0.1, "flat", 1.57, line=False) for x in np.arange(0, 1, 0.14)
        ]
    elif motif == "panel":
        layers.append(Layer(box(-0.1, -0.1, 1.2, 0.42), slot, tone - 0.12, "land", 0.0, line=False))
    wood = either(rng, *[role for role in ("earth", "warm", "dark") if role != slot])
    layers.append(Layer(box(-0.1, -1.1, 1.2, 1.06), wood, 0.4 if wood != "dark" else 0.5, "land"))
    if rng.random() < 0.75:
        x, cloth = between(rng, -0.05, 0.2), either(rng, *[role for role in ("light", "air", "cool") if role != slot])
        corners = polygon((x, -0.12), (x + 0.75, -0.1), (x + 0.95, -0.85), (x + 0.5, -1.1), (x - 0.1, -0.9))
        layers.append(Layer(corners, cloth, 0.72, "land", 0.3))
    return layers


def studio(rng: np.random.Generator) -> Layers:
    """A painter's backdrop: a wall in two tones, a drape at one side, at times a window or a landscape beyond it."""
    slot, tone = either(rng, "far", "leaf", "earth", "air", "cool"), between(rng, 0.4, 0.66)
    layers = [Layer(box(-0.1, -1.1, 1.2, 2.4), slot, tone, "sky", between(rng, 0.5, 1.2), line=False)]
    side = 0.0 if rng.random() < 0.5 else 1.0
    glow = ellipse(0.5, 0.35, between(rng, 0.4, 0.55), between(rng, 0.9, 1.2))
    layers += [Layer(glow, slot, tone + 0.1, "round", line=False)] if rng.random() < 0.4 else []
    if rng.random() < 0.35:
        layers += _prospect(0.68 if side == 0.0 else 0.02)
    if rng.random() < 0.65:
        layers += _drape(rng, side, slot)
    return layers


def _prospect(x: float) -> Layers:
    """A view out of a window at the side: sky, a hill and water."""
    hill = smooth((x, 0.3), (x + 0.1, 0.48), (x + 0.2, 0.4), (x + 0.3, 0.52), (x + 0.3, 0.1), (x, 0.1))
    return [
        Layer(box(x - 0.025, 0.0, 0.35, 0.9), "earth", 0.32),
        Layer(box(x, 0.05, 0.3, 0.8), "air", 0.75, "sky"),
        Layer(hill, "leaf", 0.46, "land"),
        Layer(box(x, 0.05, 0.3, 0.16), "cool", 0.6, "land"),
    ]


def _drape(rng: np.random.Generator, side: float, behind: str) -> Layers:
    """A cloth that hangs in folds at one side, gathered below."""
    slot = either(rng, *[role for role in ("accent", "warm", "cool", "dark") if role != behind])
    way = 1.0 if side == 0.0 else -1.0
    layers = []
    for k in range(4):
        near, far = side - way * 0.1 + way * 0.075 * k, side - way * 0.1 + way * (0.06 * k)
        fold = smooth(
            (near, 1.25),
            (near + way * 0.09, 1.25),
            (far + way * 0.1, 0.4),
            (far + way * 0.05, -1.15),
            (far - way * 0.04, -1.15),
            (far, 0.4),
            steps=4,
        )
        layers.append(Layer(fold, slot, 0.34 + 0.16 * (k % 2), "tube", np.pi / 2, line=k == 3))
    return layers


def _window(x: float) -> Layers:
    frame, view = box(x, 0.25, 0.3, 0.6), box(x + 0.02, 0.29, 0.26, 0.52)
    bars = [box(x + 0.14, 0.29, 0.018, 0.52), box(x + 0.02, 0.54, 0.26, 0.03)]
    hill = ellipse(x + 0.15, 0.29, 0.13, 0.13)
    return [
        Layer(frame, "light", 0.75),
        Layer(view, "air", 0.78, "sky"),
        Layer(hill, "leaf", 0.5, "round"),
        *[Layer(bar, "light", 0.75, fine=True, line=False) for bar in bars],
    ]


def _picture(x: float) -> Layers:
    return [
        Layer(box(x, 0.35, 0.26, 0.4), "earth", 0.35),
        Layer(box(x + 0.025, 0.4, 0.21, 0.3), "air", 0.7, "sky"),
        Layer(polygon((x + 0.025, 0.4), (x + 0.12, 0.6), (x + 0.235, 0.4)), "far", 0.45),
    ]


def _curtain(x: float) -> Layers:
    side = -0.1 if x < 0.35 else 0.8
    folds = [box(side + 0.075 * k, -0.02, 0.08, 1.2) for k in range(4)]
    return [Layer(fold, "accent", 0.36 + 0.2 * (k % 2), "tube", np.pi / 2) for k, fold in enumerate(folds)]
