"""Where a scene takes place: surroundings from the sky to the ground. Every place can hold several subjects."""

from collections.abc import Callable

import numpy as np

from csdlib.atelier.interiors import room, studio, table
from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import box, cloudlet, ellipse, limb, polygon, ridge, smooth

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
    if rng.random() < 0.4:
        layers.append(_path(rng))
    return layers + wild_flowers(rng, int(rng.integers(0, 9)))


def _path(rng: np.random.Generator) -> Layer:
    """A path that winds: it swings to both sides and widens towards the viewer, or it would look like a cone."""
    x, swing = between(rng, 0.2, 0.8), either(rng, "left", "right")
    way = -1.0 if swing == "left" else 1.0
    course = [(0.0, -0.02, 0.008), (0.09, -0.1, 0.016), (-0.06, -0.24, 0.03), (-0.16, -0.42, 0.055), (0.14, -0.72, 0.1)]
    course.append((0.46, -1.12, 0.15))
    left = [(x + way * dx - half, y) for dx, y, half in course]
    right = [(x + way * dx + half, y) for dx, y, half in course]
    edges = [smooth(*side, closed=False) for side in (left, right)]
    return Layer(np.concatenate([edges[0], edges[1][::-1]]), "earth", 0.7, "land", 1.3, line=False)


def wild_flowers(rng: np.random.Generator, count: int) -> Layers:
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


def river(rng: np.random.Generator) -> Layers:
    """A river that runs across: a wooded far bank, water, reeds on the near one."""
    layers = sky(rng, between(rng, *DAYLIGHT))
    layers.append(Layer(ridge(rng, between(rng, 0.18, 0.4), 0.5), "far", 0.56, "land", 0.1))
    layers.append(Layer(ridge(rng, between(rng, 0.08, 0.16), 0.6, knots=14), "leaf", 0.4, "land", 1.2))
    layers.append(Layer(box(-0.1, -1.1, 1.2, 1.1), either(rng, "cool", "cool", "air"), 0.54, "land"))
    layers.append(Layer(ridge(rng, -0.06, 0.4, knots=11), "leaf", 0.5, "land", 0.1))
    layers += waves(rng, int(rng.integers(6, 11)), (-0.8, -0.12))
    if rng.random() < 0.7:
        knots = [(float(x), -0.86 + between(rng, -0.06, 0.06)) for x in np.linspace(-0.1, 1.1, 6)]
        bank = np.concatenate([smooth(*knots, closed=False), [[1.1, -1.1], [-0.1, -1.1]]])
        layers.append(Layer(bank, "leaf", 0.42, "land", 0.1))
        layers += _reeds(rng)
    return layers


def _reeds(rng: np.random.Generator) -> Layers:
    side = either(rng, "left", "right")
    layers = []
    for _ in range(int(rng.integers(4, 9))):
        x = between(rng, 0.0, 0.2) if side == "left" else between(rng, 0.8, 1.0)
        lean, high = between(rng, -0.04, 0.04), between(rng, 0.25, 0.5)
        blade = limb([(x, -1.05), (x + lean * 0.4, -1.0 + high * 0.5), (x + lean, -1.0 + high)], [0.011, 0.009, 0.003])
        layers.append(Layer(blade, "leaf", between(rng, 0.25, 0.6), "tube", 1.57, line=False))
    return layers


def gorge(rng: np.random.Generator) -> Layers:
    """A valley between cliffs with a stream at its bottom."""
    layers = sky(rng, between(rng, *DAYLIGHT))
    layers.append(Layer(ridge(rng, between(rng, 0.3, 0.6), 0.4), "far", 0.58, "land", 0.1))
    layers.append(Layer(box(-0.1, -1.1, 1.2, 1.1), "leaf", 0.5, "land", 0.2))
    x = between(rng, 0.4, 0.6)
    stream = smooth(
        (x, -0.02), (x + 0.04, -0.02), (x + 0.12, -0.4), (x + 0.3, -1.1), (x - 0.25, -1.1), (x - 0.02, -0.45)
    )
    layers.append(Layer(stream, "cool", 0.62, "land", 1.2))
    for side, rim in ((0.0, -1.0), (1.0, 1.0)):
        reach = between(rng, 0.24, 0.34)
        edge = [(side + rim * 0.15, 0.34), (side - rim * reach * 0.5, 0.28), (side - rim * reach * 0.75, 0.0)]
        edge += [
            (side - rim * reach * 0.6, -0.4),
            (side - rim * reach, -0.7),
            (side - rim * reach * 0.8, -1.12),
            (side + rim * 0.15, -1.12),
        ]
        layers.append(Layer(polygon(*edge), either(rng, "earth", "far"), 0.44, "land", 1.4))
    return layers


#: Every place by its name.
PLACES: dict[str, Callable[[np.random.Generator], Layers]] = {
    "meadow": meadow,
    "shore": shore,
    "water": water,
    "river": river,
    "gorge": gorge,
    "town": town,
    "dusk": dusk,
    "room": room,
    "table": table,
    "studio": studio,
}
