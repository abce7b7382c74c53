"""Where a scene takes place: surroundings from the sky to the ground. Every place can hold several subjects."""

from collections.abc import Callable

import numpy as np

from csdlib.datasets.atelier.scenes import Layer, between, either
from csdlib.datasets.atelier.shapes import box, cloudlet, ellipse, limb, polygon, ridge, smooth

Layers = list[Layer]

#: Tones of the sky by day, from overcast to hazy.
DAYLIGHT = (0.46, 0.82)


def sky(rng: np.random.Generator, tone: float) -> Layers:
    """The air: a gradient, clouds, sometimes the sun or the moon."""
    layers = [Layer(box(-0.1, -0.1, 1.2, 1.3), "air", tone, "sky", between(rng, -0.2, 0.2), line=False)]
    if rng.random() < 0.4:
        disc = ellipse(between(rng, 0.12, 0.88), between(rng, 0.45, 0.85), 0.055, 0.1)
        layers.append(Layer(disc, "light" if tone < 0.5 else "accent", 0.9 if tone < 0.5 else 0.72, "round"))
    for _ in range(int(rng.integers(0, 4))):
        x, y, width = between(rng, 0, 1), between(rng, 0.35, 0.95), between(rng, 0.09, 0.2)
        cloud = cloudlet(rng, (x, y), (width, width * 0.5))
        layers.append(Layer(cloud, "light", tone + 0.08, "round", line=False))
    return layers


def ground(rng: np.random.Generator, slot: str, tone: float) -> Layers:
    """The ground from the horizon down, with a few lighter and darker strips."""
    layers = [Layer(box(-0.1, -1.1, 1.2, 1.1), slot, tone, "land", between(rng, -0.12, 0.12))]
    for _ in range(int(rng.integers(2, 5))):
        y, x = between(rng, -0.95, -0.1), between(rng, 0, 1)
        strip = ellipse(x, y, between(rng, 0.2, 0.45), between(rng, 0.03, 0.09))
        layers.append(Layer(strip, slot, tone + between(rng, -0.13, 0.13), line=False))
    return layers


def meadow(rng: np.random.Generator) -> Layers:
    """Hills, a line of bushes, grass, now and then a path."""
    layers = sky(rng, between(rng, *DAYLIGHT))
    layers.append(Layer(ridge(rng, between(rng, 0.16, 0.4), 0.5), "far", 0.55, "land", 0.1))
    if rng.random() < 0.6:
        layers.append(Layer(ridge(rng, between(rng, 0.07, 0.14), 0.6, knots=14), "leaf", 0.36, "land", 1.2))
    layers += ground(rng, either(rng, "leaf", "leaf", "earth"), between(rng, 0.48, 0.62))
    if rng.random() < 0.5:
        x, foot = between(rng, 0.2, 0.8), between(rng, 0.1, 0.9)
        path = smooth((x, 0), (x + 0.03, -0.01), (foot + 0.22, -1.1), (foot - 0.2, -1.1), (x - 0.12, -0.35))
        layers.append(Layer(path, "earth", 0.7, "land", 1.3, line=False))
    return layers + flowers(rng, int(rng.integers(0, 9)))


def flowers(rng: np.random.Generator, count: int) -> Layers:
    """Spots of colour in the grass, larger when nearer."""
    spots = []
    for _ in range(count):
        y = -float(rng.uniform(0.15, 1.0))
        spot = ellipse(between(rng, 0, 1), y, 0.008 - 0.012 * y, 0.012 - 0.02 * y)
        spots.append(Layer(spot, either(rng, "accent", "light", "warm"), 0.68, "round", fine=True, line=False))
    return spots


def shore(rng: np.random.Generator) -> Layers:
    """Sea behind sand."""
    layers = sky(rng, between(rng, *DAYLIGHT))
    if rng.random() < 0.6:
        side = 0.0 if rng.random() < 0.5 else 1.0
        layers.append(Layer(ellipse(side, 0.0, between(rng, 0.25, 0.5), between(rng, 0.1, 0.3)), "far", 0.5, "land"))
    layers.append(Layer(box(-0.1, -1.1, 1.2, 1.1), "cool", 0.5, "sky"))
    layers += waves(rng, 5, (-0.28, -0.02))
    edge = between(rng, -0.42, -0.25)
    knots = [(x, edge + between(rng, -0.06, 0.06)) for x in np.linspace(-0.1, 1.1, 6)]
    sand = np.concatenate([smooth(*[(float(x), y) for x, y in knots], closed=False), [[1.1, -1.1], [-0.1, -1.1]]])
    layers.append(Layer(sand, "earth", 0.68, "land", 0.1))
    return layers


def waves(rng: np.random.Generator, count: int, band: tuple[float, float]) -> Layers:
    """Short bright and dark ripples in a band of heights."""
    layers = []
    for _ in range(count):
        x, y, half = between(rng, 0, 1), between(rng, *band), between(rng, 0.05, 0.16)
        ripple = limb([(x - half, y), (x, y + 0.015), (x + half, y)], [0.002, 0.012 - 0.015 * y, 0.002])
        layers.append(Layer(ripple, "cool", 0.8 if rng.random() < 0.5 else 0.3, fine=True, line=False))
    return layers


def water(rng: np.random.Generator) -> Layers:
    """Open water up to the horizon, a far coast, ripples."""
    layers = sky(rng, between(rng, *DAYLIGHT))
    if rng.random() < 0.75:
        layers.append(Layer(ridge(rng, between(rng, 0.06, 0.3), 0.7), "far", 0.45, "land"))
    layers.append(Layer(box(-0.1, -1.1, 1.2, 1.1), "cool", 0.52, "land"))
    return layers + waves(rng, int(rng.integers(9, 16)), (-0.95, -0.05))


def town(rng: np.random.Generator) -> Layers:
    """A street with a row of fronts behind it."""
    layers, x = sky(rng, between(rng, *DAYLIGHT)), -0.08
    while x < 1.05:
        width, height = between(rng, 0.16, 0.3), between(rng, 0.35, 0.8)
        slot, tone = either(rng, "earth", "warm", "far", "light"), between(rng, 0.5, 0.66)
        layers.append(Layer(box(x, -0.05, width, height), slot, tone, "land", np.pi / 2))
        roof = polygon((x - 0.01, height - 0.06), (x + width * 0.5, height + 0.16), (x + width + 0.01, height - 0.06))
        layers.append(Layer(roof, either(rng, "warm", "accent", "dark"), 0.42, "land", 0.6))
        layers += _panes(x, width, height)
        x += width
    return layers + ground(rng, "earth", between(rng, 0.55, 0.7))


def _panes(x: float, width: float, height: float) -> Layers:
    rows = [0.12, height - 0.25] if height > 0.5 else [0.12]
    return [
        Layer(box(x + width * column, y, width * 0.2, 0.13), "cool", 0.24, fine=True)
        for y in rows
        for column in (0.2, 0.6)
    ]


def dusk(rng: np.random.Generator) -> Layers:
    """Evening: a dim sky over dark hills."""
    layers = sky(rng, between(rng, 0.34, 0.46))
    layers.append(Layer(ridge(rng, between(rng, 0.2, 0.5), 0.5), "far", 0.3, "land", 0.1))
    layers.append(Layer(ridge(rng, between(rng, 0.08, 0.16), 0.6, knots=13), "leaf", 0.22, "land", 1.2))
    return layers + ground(rng, either(rng, "leaf", "earth"), between(rng, 0.34, 0.44))


def room(rng: np.random.Generator) -> Layers:
    """Inside: a wall with a window, a picture or a curtain, and a floor."""
    slot = either(rng, "far", "accent", "leaf", "warm", "air")
    layers = [Layer(box(-0.1, -0.1, 1.2, 1.3), slot, between(rng, 0.42, 0.62), "land", np.pi / 2, line=False)]
    x, motif = between(rng, 0.05, 0.65), either(rng, "window", "picture", "curtain")
    layers += {"window": _window, "picture": _picture, "curtain": _curtain}[motif](x)
    layers += [Layer(box(-0.1, -1.1, 1.2, 1.1), either(rng, "earth", "warm"), between(rng, 0.4, 0.62), "land", 0.0)]
    if rng.random() < 0.6:
        rug = ellipse(between(rng, 0.35, 0.65), -0.6, between(rng, 0.35, 0.5), 0.3)
        layers.append(Layer(rug, either(rng, "accent", "cool"), 0.5, "flat"))
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


#: Every place by its name.
PLACES: dict[str, Callable[[np.random.Generator], Layers]] = {
    "meadow": meadow,
    "shore": shore,
    "water": water,
    "town": town,
    "dusk": dusk,
    "room": room,
}
