"""Castles on their hills: a keep with towers, a gatehouse, a palace of pointed towers, a ruin."""

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import Points, box, cloudlet, limb, polygon, smooth

Layers = list[Layer]


def castle(rng: np.random.Generator) -> Layers:
    """A castle on a rise: its plan, the roofs, flags, the hill and the trees around it vary."""
    stone, roof = either(rng, "light", "earth", "air", "far", "warm"), either(rng, "accent", "cool", "dark", "warm")
    tone = between(rng, 0.56, 0.68)
    roof = roof if roof != stone else "accent"
    make = {"keep": _keep, "gatehouse": _gatehouse, "palace": _palace, "ruin": _ruin}
    plan = either(rng, "keep", "gatehouse", "palace", "palace", "ruin")
    return [*_hill(rng), *make[plan](rng, (stone, tone), roof), *_foot(rng)]


def _hill(rng: np.random.Generator) -> Layers:
    """The rise that carries the walls; rock shows on some."""
    slot, steep = either(rng, "leaf", "leaf", "earth"), between(rng, 0.16, 0.3)
    edge = [(-0.88, -0.1), (-0.8, 0.05), (-0.68, steep)]
    mound = smooth((0.0, -0.15), *edge, (0.0, steep + 0.05), *[(-x, y) for x, y in edge[::-1]])
    return [Layer(mound, slot, 0.36, "land", 0.5)]


def _foot(rng: np.random.Generator) -> Layers:
    """Bushes before the walls and a road that winds up to the gate."""
    road = smooth(
        (-0.06, 0.24),
        (0.07, 0.24),
        (0.2, 0.12),
        (0.02, 0.02),
        (0.2, -0.13),
        (-0.12, -0.13),
        (-0.14, 0.03),
        (0.06, 0.13),
    )
    layers = [Layer(road, "earth", 0.74, "land", 1.2, line=False)]
    for x in [v for v in (-0.68, -0.42, 0.4, 0.66) if rng.random() < 0.55]:
        r = between(rng, 0.06, 0.11)
        layers.append(Layer(cloudlet(rng, (x, 0.12 + r * 0.3), (r, r)), "leaf", between(rng, 0.26, 0.5), "round"))
    return layers


def _crenels(x: float, y: float, width: float, height: float, teeth: int) -> Points:
    """A wall from (x, y) whose upper edge is notched; few wide teeth, so that the smallest picture still shows them."""
    tooth = width / (2 * teeth - 1)
    corners = [(x, y), (x + width, y)]
    for k in range(2 * teeth - 1):
        top = y + height + (0.0 if k % 2 else 0.065)
        right = x + width - k * tooth
        corners += [(right, top), (right - tooth, top)]
    return polygon(*corners)


def _tower(at: tuple[float, float], size: tuple[float, float], wall: tuple[str, float], roof: str) -> Layers:
    """A round tower that stands at ``at``; with a roof's slot a pointed one, else notched."""
    (x, y), (width, height), (stone, tone) = at, size, wall
    half, top = width / 2, y + height
    collar = width * 0.14
    layers = [Layer(box(x - half, y, width, height), stone, tone, "tube", 1.57)]
    if roof:
        layers.append(
            Layer(box(x - half - collar, top - 0.05, width + 2 * collar, 0.07), stone, tone + 0.08, "tube", 1.57)
        )
        cone = polygon(
            (x - half - 1.6 * collar, top + 0.02), (x + half + 1.6 * collar, top + 0.02), (x, top + 0.05 + 1.5 * width)
        )
        layers.append(Layer(cone, roof, 0.42, "tube", 1.57))
    else:
        rim = _crenels(x - half - collar, top - 0.06, width + 2 * collar, 0.09, 3)
        layers.append(Layer(rim, stone, tone + 0.06, "tube", 1.57))
    for share in (0.68, 0.35)[: 1 if height < 0.4 else 2]:
        layers.append(_slit(x, y + height * share, width))
    return layers


def _slit(x: float, y: float, width: float) -> Layer:
    w = min(0.055, width * 0.26)
    arch = polygon((x - w / 2, y), (x + w / 2, y), (x + w / 2, y + w * 1.5), (x, y + w * 2.1), (x - w / 2, y + w * 1.5))
    return Layer(arch, "dark", 0.14, fine=True, line=False)


def _flag(rng: np.random.Generator, x: float, y: float, slot: str) -> Layers:
    fly = between(rng, 0.14, 0.2)
    cloth = smooth(
        (x, y + 0.2), (x + fly * 0.5, y + 0.215), (x + fly, y + 0.17), (x + fly * 0.5, y + 0.13), (x, y + 0.1), steps=4
    )
    return [
        Layer(limb([(x, y - 0.02), (x, y + 0.2)], [0.009, 0.009]), "dark", 0.2, fine=True, line=False),
        Layer(cloth, slot, 0.52, fine=True),
    ]


def _gate(x: float, y: float, width: float) -> Layers:
    """A round-arched gate with a grating."""
    half, rise = width / 2, width * 0.75
    arch = smooth(
        (x - half, y), (x - half, y + rise), (x, y + rise + half), (x + half, y + rise), (x + half, y), steps=4
    )
    bars = [box(x + k * width * 0.24 - 0.006, y + 0.02, 0.012, rise + half * 0.55) for k in (-1, 0, 1)]
    return [Layer(arch, "dark", 0.1), *[Layer(bar, "earth", 0.42, fine=True, line=False) for bar in bars]]


def _curtain(x: float, width: float, height: float, wall: tuple[str, float]) -> Layer:
    return Layer(_crenels(x, 0.16, width, height, round(width / 0.14)), wall[0], wall[1] - 0.1, "land", 1.57)


def _keep(rng: np.random.Generator, wall: tuple[str, float], roof: str) -> Layers:
    """A square keep behind a wall with a tower at each end."""
    x, high, pointed = between(rng, -0.16, 0.16), between(rng, 0.62, 0.72), roof if rng.random() < 0.4 else ""
    keep = [
        Layer(_crenels(x - 0.21, 0.2, 0.42, high - 0.06, 4), wall[0], wall[1], "land", 1.57),
        Layer(_crenels(x + 0.03, 0.2, 0.18, high - 0.06, 2), wall[0], wall[1] - 0.2, "land", 1.57, line=False),
        *[
            _slit(x + dx, 0.2 + high * dy, 0.24)
            for dx, dy in ((-0.13, 0.68), (-0.03, 0.68), (0.12, 0.68), (-0.08, 0.45))
        ],
    ]
    ends = [_tower((s * 0.58, 0.12), (0.22, between(rng, 0.42, 0.55)), wall, pointed) for s in (-1, 1)]
    return [
        *_flag(rng, x - 0.1, 0.2 + high, roof), *keep, _curtain(-0.55, 1.1, 0.26, wall), *ends[0], *ends[1],
        *_gate(-0.02, 0.16, 0.17),
    ]  # fmt: skip


def _gatehouse(rng: np.random.Generator, wall: tuple[str, float], roof: str) -> Layers:
    """Two stout towers on either side of a high gate, seen from the road."""
    high, gap = between(rng, 0.58, 0.7), between(rng, 0.2, 0.25)
    pointed = roof if rng.random() < 0.5 else ""
    small = [_tower((s * 0.62, 0.12), (0.18, between(rng, 0.36, 0.46)), wall, pointed) for s in (-1, 1)]
    return [
        *_tower((between(rng, -0.5, 0.5), 0.3), (0.17, 0.52), (wall[0], wall[1] - 0.14), roof),
        _curtain(-0.62, 1.24, 0.24, wall), *small[0], *small[1],
        Layer(_crenels(-gap, 0.14, 2 * gap, high - 0.14, 3), wall[0], wall[1] - 0.1, "land", 1.57),
        *_tower((-gap - 0.02, 0.12), (0.24, high), wall, pointed),
        *_tower((gap + 0.02, 0.12), (0.24, high), wall, pointed),
        *([] if pointed else _flag(rng, -gap - 0.02, 0.15 + high, roof)),
        *_gate(0.0, 0.14, 0.2),
    ]  # fmt: skip


def _palace(rng: np.random.Generator, wall: tuple[str, float], roof: str) -> Layers:
    """Slender towers of many heights under pointed roofs."""
    dim, middle = (wall[0], wall[1] - 0.12), between(rng, -0.08, 0.08)
    layers = []
    for x, height in ((-0.3, 0.5), (0.32, 0.42)):
        layers += _tower((x + between(rng, -0.05, 0.05), 0.22), (0.13, height + between(rng, 0, 0.1)), dim, roof)
    layers += _tower((middle, 0.22), (0.2, between(rng, 0.58, 0.66)), wall, roof)
    layers.append(Layer(box(-0.4, 0.2, 0.8, 0.27), wall[0], wall[1] - 0.05, "land", 1.57))
    slope = polygon((-0.44, 0.46), (0.44, 0.46), (0.3, 0.62), (-0.3, 0.62))
    layers += [Layer(slope, roof, 0.34, "flat", 0.2), *[_slit(x, 0.36, 0.24) for x in (-0.24, -0.12, 0.12, 0.24)]]
    for x in (-0.56, 0.56):
        layers += _tower((x, 0.12), (0.18, between(rng, 0.36, 0.5)), wall, roof)
    layers += [_curtain(-0.5, 1.0, 0.14, wall), *_gate(0.0, 0.16, 0.16)]
    return [*_flag(rng, middle, 1.12, "accent" if roof != "accent" else "warm"), *layers]


def _ruin(rng: np.random.Generator, wall: tuple[str, float], roof: str) -> Layers:
    """One whole tower, one broken, and a wall with gaps."""
    tall, stump = between(rng, 0.66, 0.78), between(rng, 0.42, 0.55)
    broken = polygon(
        (-0.62, 0.12),
        (-0.3, 0.12),
        (-0.3, stump),
        (-0.37, stump + 0.04),
        (-0.4, stump - 0.08),
        (-0.5, stump + 0.12),
        (-0.54, stump + 0.06),
        (-0.62, stump + 0.2),
    )
    wrack = polygon(
        (-0.32, 0.14),
        (0.6, 0.14),
        (0.66, 0.24),
        (0.52, 0.34),
        (0.46, 0.3),
        (0.38, 0.4),
        (-0.05, 0.4),
        (-0.12, 0.3),
        (-0.22, 0.36),
        (-0.32, 0.34),
    )
    ivy = cloudlet(rng, (-0.56, 0.34), (0.08, 0.17))
    return [
        Layer(wrack, wall[0], wall[1] - 0.1, "land", 1.57),
        Layer(broken, wall[0], wall[1] - 0.03, "tube", 1.57),
        Layer(ivy, "leaf", 0.4, "round", line=False),
        *[_slit(-0.44, 0.12 + stump * share, 0.24) for share in (0.2, 0.6)],
        *_tower((0.22, 0.12), (0.3, tall), wall, ""),
        *_flag(rng, 0.22, 0.15 + tall, roof),
        *_gate(0.52, 0.14, 0.12), *_gate(0.0, 0.15, 0.14),
    ]  # fmt: skip
