"""Birds: a songbird on a branch, a heron in the shallows, a duck on the water."""

import numpy as np

from csdlib.atelier.scenes import SHADOW, Layer, between, either
from csdlib.atelier.shapes import ellipse, limb, polygon, smooth

Layers = list[Layer]


def songbird(rng: np.random.Generator) -> Layers:
    """A plump small bird on a branch that crosses the picture."""
    back, breast = either(rng, "cool", "earth", "dark", "far"), either(rng, "accent", "warm", "light")
    cock, tilt = between(rng, -0.08, 0.16), between(rng, -0.03, 0.04)
    body = smooth(
        (-0.3, 0.3), (-0.2, 0.5), (0.02, 0.68), (0.2, 0.66), (0.31, 0.48), (0.24, 0.27), (0.02, 0.17), (-0.18, 0.2)
    )
    wing = smooth((0.1, 0.57), (-0.08, 0.56), (-0.28, 0.38), (-0.48, 0.2 + cock * 0.5), (-0.2, 0.24), (0.02, 0.32))
    tail = polygon((-0.2, 0.4), (-0.66, 0.2 + cock), (-0.7, 0.1 + cock), (-0.6, 0.07 + cock), (-0.18, 0.24))
    bib = smooth((0.12, 0.64), (0.27, 0.62), (0.31, 0.46), (0.22, 0.28), (0.05, 0.22), (0.06, 0.42))
    return [
        *_branch(rng),
        Layer(tail, back, 0.34, "flat", 0.5),
        *[
            Layer(limb([(x, 0.22), (x + 0.02, 0.07)], [0.022, 0.018]), "dark", 0.25, "flat", fine=True)
            for x in (-0.02, 0.11)
        ],
        Layer(body, back, 0.55, "round"),
        Layer(bib, breast, 0.6, "round", line=False),
        Layer(wing, back, 0.3, "round", 0.7),
        Layer(limb([(0.02, 0.48), (-0.26, 0.29)], [0.02, 0.014]), "light", 0.85, fine=True, line=False),
        *_small_head(rng, (0.2 + tilt, 0.74), back, breast),
    ]


def _small_head(rng: np.random.Generator, at: tuple[float, float], back: str, breast: str) -> Layers:
    x, y = at
    cap = smooth((x - 0.17, y - 0.02), (x - 0.1, y + 0.13), (x + 0.05, y + 0.15), (x + 0.16, y + 0.04), (x, y + 0.05))
    crest = polygon((x - 0.14, y + 0.06), (x - 0.2, y + 0.24), (x + 0.03, y + 0.13))
    return [
        *([Layer(crest, back, 0.34, "flat", 2.0)] if rng.random() < 0.3 else []),
        Layer(polygon((x + 0.12, y + 0.045), (x + 0.32, y - 0.02), (x + 0.12, y - 0.065)), "warm", 0.55, "flat"),
        Layer(ellipse(x, y, 0.17, 0.155), back, 0.58, "round"),
        Layer(ellipse(x + 0.06, y - 0.055, 0.105, 0.085), either(rng, breast, "light"), 0.72, "round", line=False),
        Layer(cap, back, 0.34, "flat", 0.2, line=False),
        Layer(ellipse(x + 0.065, y + 0.02, 0.042, 0.042), "light", 0.9, fine=True, line=False),
        Layer(ellipse(x + 0.07, y + 0.02, 0.028, 0.03), "dark", 0.04, fine=True),
    ]


def _branch(rng: np.random.Generator) -> Layers:
    """A branch from one side of the picture to the other, with leaves, blossom or berries."""
    rise = between(rng, -0.06, 0.12)
    course = [(-1.6, -0.1 - rise), (-0.6, 0.03), (0.1, 0.03), (0.8, 0.1 + rise), (1.3, 0.16 + 2 * rise)]
    twigs = [
        limb([(-0.8, 0.0), (-0.98, 0.2), (-0.95, 0.42)], [0.03, 0.02, 0.01]),
        limb([(0.55, 0.07), (0.8, -0.1), (0.86, -0.3)], [0.025, 0.018, 0.009]),
    ]
    wood = [*twigs, limb(course, [0.075, 0.055, 0.045, 0.03, 0.012])]
    dress = either(rng, "leaves", "blossom", "berries")
    spots = [(-0.95, 0.42), (-0.98, 0.2), (0.86, -0.3), (0.82, -0.12), (1.0, 0.2 + rise), (0.72, 0.2 + rise)]
    spots += [(-0.62, -0.1), (-1.15, 0.05)]
    return [
        *[Layer(part, "earth", 0.26, "tube", 0.1) for part in wood],
        *[_bud(rng, dress, spot) for spot in spots[: int(rng.integers(5, 9))]],
    ]


def _bud(rng: np.random.Generator, dress: str, at: tuple[float, float]) -> Layer:
    if dress == "leaves":
        leaf = ellipse(*at, 0.13, 0.06, turn=between(rng, -1.2, 1.2))
        return Layer(leaf, "leaf", between(rng, 0.36, 0.58), "round")
    slot, tone, r = ("light", 0.66, 0.075) if dress == "blossom" else ("accent", 0.5, 0.05)
    return Layer(ellipse(*at, r, r), slot, tone, "round")


def heron(rng: np.random.Generator) -> Layers:
    """A tall wading bird with a long neck, one or both legs in the water, at rest or about to strike."""
    plume, tone = either(rng, "light", "far", "cool", "light"), between(rng, 0.6, 0.7)
    foot = [(0.12, 0.3), (0.0, 0.22)] if rng.random() < 0.4 else [(0.08, 0.24), (0.05, 0.0)]
    legs = [[(0.02, 0.46), *foot], [(-0.06, 0.46), (-0.02, 0.24), (-0.05, 0.0)]]
    fishing = rng.random() < 0.35
    back = "dark" if plume != "light" else either(rng, "far", "light", "cool")
    body = smooth((-0.46, 0.36), (-0.28, 0.55), (-0.05, 0.66), (0.14, 0.66), (0.22, 0.56), (0.12, 0.45), (-0.1, 0.4))
    wing = smooth((0.1, 0.63), (-0.12, 0.62), (-0.36, 0.46), (-0.54, 0.28), (-0.26, 0.36), (0.0, 0.46))
    ripples = [limb([(-0.22 - k, -0.03), (0.0, -0.045), (0.22 + k, -0.03)], [0.004, 0.012, 0.004]) for k in (0.0, 0.12)]
    return [
        Layer(ellipse(0.02, 0.0, 0.3, 0.035), SHADOW, line=False),
        *[Layer(limb(leg, [0.024, 0.02, 0.016]), "warm", 0.34, "tube", 1.57) for leg in legs],
        *_long_neck(fishing, plume, tone),
        Layer(body, plume, tone, "round"),
        Layer(wing, back, 0.42, "round", 0.6),
        *[Layer(ripple, "light", 0.8, fine=True, line=False) for ripple in ripples],
    ]


def _long_neck(fishing: bool, plume: str, tone: float) -> Layers:
    """Neck, head and dagger of a heron: upright in an S, or stretched out over the water."""
    if fishing:
        neck, (x, y) = [(0.12, 0.58), (0.3, 0.78), (0.48, 0.78), (0.6, 0.62)], (0.63, 0.57)
        beak = polygon((0.68, 0.58), (0.86, 0.26), (0.61, 0.53))
    else:
        neck, (x, y) = [(0.14, 0.56), (0.32, 0.7), (0.15, 0.84), (0.22, 0.99)], (0.25, 1.0)
        beak = polygon((0.28, 1.035), (0.6, 0.98), (0.28, 0.965))
    crest = limb([(x + 0.03, y + 0.035), (x - 0.06, y + 0.045), (x - 0.22, y - 0.01)], [0.022, 0.022, 0.006])
    return [
        Layer(limb(neck, [0.1, 0.06, 0.045, 0.045]), plume, tone, "tube", 1.5),
        Layer(beak, "warm", 0.5, "flat"),
        Layer(ellipse(x, y, 0.075, 0.055), plume, tone + 0.06, "round"),
        Layer(crest, "dark", 0.15, "flat"),
        Layer(ellipse(x + 0.025, y + 0.005, 0.015, 0.015), "dark", 0.05, fine=True),
    ]


def duck(rng: np.random.Generator) -> Layers:
    """A duck on the water with its wake, sometimes followed by a duckling."""
    coat, hood = either(rng, "earth", "light", "far"), either(rng, "leaf", "dark", "light", "earth")
    hood = hood if hood != coat else "leaf"
    layers = [Layer(ellipse(-0.1, 0.02, 0.85, 0.09), SHADOW, line=False), *_duck(coat, hood, 1.0, 0.0)]
    for k in range(int(rng.integers(0, 3))):
        layers += _duck("warm", "warm", 0.36, -0.86 - 0.5 * k)
    for x, y, half in ((-0.1, -0.07, 0.7), (-0.25, -0.17, 0.5), (0.2, -0.26, 0.35)):
        wake = limb([(x - half, y), (x, y - 0.02), (x + half, y)], [0.005, 0.022, 0.005])
        layers.append(Layer(wake, "light", 0.75, fine=True, line=False))
    return layers


def _duck(coat: str, hood: str, size: float, x: float) -> Layers:
    body = smooth(
        (-0.72, 0.42),
        (-0.5, 0.35),
        (-0.15, 0.42),
        (0.2, 0.42),
        (0.42, 0.32),
        (0.4, 0.12),
        (0.1, 0.0),
        (-0.35, 0.0),
        (-0.6, 0.16),
    )
    wing = smooth((0.16, 0.36), (-0.15, 0.4), (-0.5, 0.28), (-0.62, 0.24), (-0.3, 0.12), (0.08, 0.14))
    beak = smooth((0.5, 0.8), (0.62, 0.74), (0.8, 0.71), (0.78, 0.65), (0.6, 0.65), (0.48, 0.68))
    parts = [
        Layer(body, coat, 0.62, "round"),
        Layer(ellipse(0.28, 0.22, 0.17, 0.2), "warm" if coat != "warm" else coat, 0.46, "round", line=False),
        Layer(wing, coat, 0.42, "round", 0.2),
        Layer(limb([(0.28, 0.34), (0.34, 0.7)], [0.13, 0.1]), hood, 0.42, "tube", 1.5),
        Layer(limb([(0.19, 0.42), (0.43, 0.47)], [0.026, 0.026]), "light", 0.9, fine=True, line=False),
        Layer(beak, "warm" if hood != "warm" else "accent", 0.6, "flat"),
        Layer(ellipse(0.39, 0.77, 0.18, 0.155), hood, 0.46, "round"),
        Layer(ellipse(0.45, 0.81, 0.04, 0.04), "light", 0.9, fine=True, line=False),
        Layer(ellipse(0.455, 0.81, 0.024, 0.026), "dark", 0.04, fine=True),
    ]
    return [Layer(p.outline * size + (x, 0.0), p.slot, p.tone, p.form, p.angle, p.fine, p.line) for p in parts]
