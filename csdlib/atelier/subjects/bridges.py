"""Bridges from bank to bank: stone arches, a wooden bow, a suspension bridge, a trestle."""

import numpy as np

from csdlib.atelier.scenes import SHADOW, Layer, between, either
from csdlib.atelier.shapes import Points, box, cloudlet, ellipse, limb, polygon

Layers = list[Layer]


def stone_bridge(rng: np.random.Generator) -> Layers:
    """One to four round arches of stone with a parapet, and their reflection."""
    slot, tone, arches = either(rng, "earth", "light", "warm", "far"), between(rng, 0.54, 0.66), int(rng.integers(1, 5))
    hump = between(rng, 0.0, 0.3) if arches < 4 else 0.0
    wall = np.concatenate([_deck(hump)[::-1], _openings(arches, hump)])
    soffits = [_soffit(x, half, _top(x, hump) - 0.17) for x, half in _bays(arches)]
    parapet = np.concatenate([_deck(hump, 0.02), _deck(hump, -0.075)[::-1]])
    piers = [x + half for x, half in _bays(arches)[:-1]]
    return [
        *_reflections(rng, slot, tone),
        *[Layer(arch, slot, 0.2, "flat", 1.2, line=False) for arch in soffits],
        Layer(wall, slot, tone, "land", 1.57),
        *[Layer(_buttress(x, 0.45), slot, tone - 0.14, "tube", 1.57) for x in piers],
        Layer(parapet, slot, tone + 0.14, "land", 0.0),
        *_banks(rng, 0.52),
    ]


def _bays(arches: int) -> list[tuple[float, float]]:
    """Middle and half width of every arch."""
    half = 1.08 / arches
    return [(-1.08 + half * (2 * k + 1), half * 0.84) for k in range(arches)]


def _top(x: float, hump: float) -> float:
    """Height of the roadway."""
    return 0.72 + hump * (1 - (x / 1.5) ** 2)


def _deck(hump: float, above: float = 0.0) -> Points:
    """The line of the roadway, or one that runs ``above`` it."""
    return np.array([(x, _top(x, hump) + above) for x in np.linspace(-1.6, 1.6, 25)])


def _openings(arches: int, hump: float) -> Points:
    """The lower edge of the wall from left to right: up and over every arch."""
    edge: list[tuple[float, float]] = [(-1.6, -0.06)]
    for x, half in _bays(arches):
        high = _top(x, hump) - 0.17
        edge += [(x - half * np.cos(a), high * np.sin(a) - 0.05 * np.cos(a) ** 2) for a in np.linspace(0, np.pi, 17)]
    return np.array([*edge, (1.6, -0.06)])


def _soffit(x: float, half: float, high: float) -> Points:
    """The dark inside of an arch, seen at its left."""
    outer = [(x - half * np.cos(a) - 0.02, high * np.sin(a) + 0.01) for a in np.linspace(0, 1.9, 10)]
    inner = [(x - half * 0.8 * np.cos(a) + half * 0.1, high * 0.88 * np.sin(a)) for a in np.linspace(1.7, 0, 10)]
    return polygon(*outer, *inner)


def _buttress(x: float, high: float) -> Points:
    return polygon((x - 0.09, -0.07), (x + 0.09, -0.07), (x + 0.06, high), (x - 0.06, high))


def _reflections(rng: np.random.Generator, slot: str, tone: float) -> Layers:
    """Broken bands of the bridge's colour in the water below it."""
    layers = [Layer(box(-1.3, -0.2, 2.6, 0.16), SHADOW, line=False)]
    for k in range(4):
        y, x, half = -0.12 - 0.09 * k, between(rng, -0.25, 0.25), 1.1 - 0.2 * k
        band = limb([(x - half, y), (x, y + 0.012), (x + half, y)], [0.006, 0.022, 0.006])
        layers.append(Layer(band, slot if k % 2 == 0 else "light", tone - 0.08 + 0.1 * (k % 2), fine=True, line=False))
    return layers


def _banks(rng: np.random.Generator, high: float) -> Layers:
    """The ground on which both ends stand, with bushes."""
    layers: Layers = []
    for side in (-1, 1):
        wide = between(rng, 0.42, 0.6)
        slope = polygon(
            (side * 1.9, high),
            (side * 1.42, high),
            (side * (1.42 - wide * 0.4), high * 0.4),
            (side * (1.42 - wide), -0.1),
            (side * 1.9, -0.3),
        )
        layers.append(Layer(slope, either(rng, "leaf", "leaf", "earth"), 0.44, "land", 0.4))
        r = between(rng, 0.14, 0.22)
        layers.append(Layer(cloudlet(rng, (side * 1.36, high * 0.6), (r, r)), "leaf", between(rng, 0.28, 0.5), "round"))
    return layers


def wooden_bridge(rng: np.random.Generator) -> Layers:
    """A bowed footbridge with railings over a pond."""
    slot, bow = either(rng, "accent", "leaf", "warm", "earth", "dark"), between(rng, 0.3, 0.48)
    xs = np.linspace(-1.2, 1.2, 15)
    arc = 0.3 + bow * np.cos(xs / 1.2 * np.pi / 2)
    deck = [(float(x), float(y)) for x, y in zip(xs, arc, strict=True)]
    rails = [limb([(x, y + up) for x, y in deck], [0.026, 0.026]) for up in (0.2, 0.36)]
    far_rail = limb([(x + 0.02, y + 0.44) for x, y in deck], [0.02, 0.02])
    posts = [limb([(x, y - 0.04), (x, y + 0.42)], [0.032, 0.028]) for x, y in deck[1:-1:2]]
    piles = [limb([(x, -0.08), (x, 0.3 + bow * 0.75)], [0.045, 0.045]) for x in (-0.62, 0.62)]
    brace = [limb([(s * 0.95, 0.12), (s * 0.45, 0.25 + bow * 0.8)], [0.03, 0.03]) for s in (-1, 1)]
    return [
        *_reflections(rng, slot, 0.45),
        Layer(far_rail, slot, 0.3, "tube", 0.0, line=False),
        *[Layer(part, slot, 0.26, "tube", 1.57) for part in (*piles, *brace)],
        Layer(limb([(x, y - 0.02) for x, y in deck], [0.075, 0.075]), slot, 0.42, "tube", 0.0),
        *[Layer(post, slot, 0.5, "tube", 1.57) for post in posts],
        *[Layer(rail, slot, 0.62, "tube", 0.0) for rail in rails],
        *_banks(rng, 0.36),
        *_lilies(rng),
    ]


def _lilies(rng: np.random.Generator) -> Layers:
    layers: Layers = []
    for _ in range(int(rng.integers(0, 6))):
        x, y = between(rng, -0.9, 0.9), between(rng, -0.5, -0.2)
        layers.append(Layer(ellipse(x, y, 0.12, 0.04), "leaf", 0.55, "flat"))
        layers.append(Layer(ellipse(x, y + 0.03, 0.04, 0.035), "light", 0.8, "round", fine=True))
    return layers


def suspension_bridge(rng: np.random.Generator) -> Layers:
    """Two towers, hanging cables and a long straight deck."""
    slot, steel = either(rng, "accent", "warm", "far", "dark"), between(rng, 0.38, 0.5)
    x, top, road = between(rng, 0.62, 0.8), between(rng, 1.0, 1.15), between(rng, 0.3, 0.38)
    sag = [(float(u), road + 0.07 + (top - road - 0.07) * float(u / x) ** 2) for u in np.linspace(-x, x, 17)]
    sides = [[(s * x, top), (s * (x + 0.4), road + (top - road) * 0.42), (s * 1.55, road + 0.04)] for s in (-1, 1)]
    hangers = [limb([(u, road), (u, y)], [0.008, 0.008]) for u, y in sag[1:-1]]
    hangers += [
        limb([(s * (x + d), road), (s * (x + d), road + (top - road) * h)], [0.008, 0.008])
        for s in (-1, 1)
        for d, h in ((0.15, 0.77), (0.3, 0.54), (0.47, 0.33))
    ]
    return [
        *_reflections(rng, slot, 0.45),
        *[Layer(hanger, slot, steel - 0.06, "flat", 1.57, fine=True, line=False) for hanger in hangers],
        *[part for s in (-1, 1) for part in _pylon(s * x, top, slot, steel)],
        *[Layer(limb(cable, [0.022] * 3), slot, steel, "flat", fine=True, line=False) for cable in (sag, *sides)],
        Layer(box(-1.7, road - 0.06, 3.4, 0.1), slot, steel + 0.06, "land", 0.0),
        Layer(box(-1.7, road - 0.09, 3.4, 0.035), "dark", 0.25, "flat", 0.0, fine=True, line=False),
        *_banks(rng, road - 0.05),
    ]


def _pylon(x: float, top: float, slot: str, tone: float) -> Layers:
    legs = [
        polygon(
            (x + d - 0.045, -0.1),
            (x + d + 0.045, -0.1),
            (x + d * 0.75 + 0.035, top + 0.05),
            (x + d * 0.75 - 0.035, top + 0.05),
        )
        for d in (-0.09, 0.09)
    ]
    ties = [box(x - 0.1, y, 0.2, 0.05) for y in (top - 0.04, top * 0.62)]
    foot = box(x - 0.19, -0.14, 0.38, 0.13)
    return [
        Layer(foot, "earth", 0.5, "tube", 1.57),
        *[Layer(leg, slot, tone, "tube", 1.57) for leg in legs],
        *[Layer(tie, slot, tone - 0.04, "flat") for tie in ties],
    ]


def trestle_bridge(rng: np.random.Generator) -> Layers:
    """A railway bridge on crossed timbers, sometimes with a train."""
    slot, tone = either(rng, "earth", "warm", "dark", "accent"), between(rng, 0.4, 0.5)
    high, bents = between(rng, 0.66, 0.78), int(rng.integers(4, 6))
    step = 2.0 / (bents - 1)
    layers: Layers = []
    for k in range(bents - 1):
        a, b = -0.94 + k * step, -1.06 + (k + 1) * step
        beam = [(a, 0.04), (b, high)] if k % 2 else [(a, high), (b, 0.04)]
        layers.append(Layer(limb(beam, [0.024, 0.024]), slot, tone - 0.08, "flat", fine=True, line=False))
    for x in np.linspace(-1.0, 1.0, bents):
        legs = [limb([(x + s * 0.16, -0.1), (x + s * 0.055, high)], [0.042, 0.036]) for s in (-1, 1)]
        layers += [Layer(leg, slot, tone, "tube", 1.57) for leg in legs]
        layers.append(Layer(limb([(x - 0.1, 0.36), (x + 0.1, 0.36)], [0.026, 0.026]), slot, tone - 0.1, "flat"))
    return [
        *layers,
        *(_train(rng, high + 0.05) if rng.random() < 0.75 else []),
        Layer(box(-1.7, high - 0.06, 3.4, 0.13), slot, tone + 0.14, "land", 0.0),
        *_banks(rng, high - 0.03),
    ]


def _train(rng: np.random.Generator, y: float) -> Layers:
    x, slot = between(rng, -0.2, 0.5), either(rng, "accent", "dark", "cool")
    wagons = [box(x - 0.42 * k - 0.36, y + 0.03, 0.36, 0.2) for k in (1, 2)]
    smoke = [
        cloudlet(rng, (x + 0.2 - 0.22 * k, y + 0.5 + 0.07 * k), (0.1 + 0.03 * k, 0.07 + 0.02 * k)) for k in range(3)
    ]
    return [
        *[Layer(puff, "light", 0.75, "round", line=False) for puff in smoke],
        Layer(box(x + 0.2, y + 0.2, 0.06, 0.16), "dark", 0.2, "tube", 1.57),
        Layer(box(x - 0.02, y + 0.03, 0.34, 0.2), "dark", 0.3, "tube", 0.0),
        Layer(box(x - 0.05, y + 0.03, 0.16, 0.32), "dark", 0.36, "flat"),
        *[Layer(wagon, slot if slot != "dark" else "warm", 0.52, "land") for wagon in wagons],
    ]
