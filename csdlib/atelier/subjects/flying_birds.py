"""Birds in the air: a gull and a swallow."""

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import ellipse, limb, polygon, smooth

Layers = list[Layer]


def gull(rng: np.random.Generator) -> Layers:
    """A gull in the air, wings up or spread, tips dark."""
    beat, lift = between(rng, -0.16, 0.1), between(rng, 0.1, 0.3)
    mantle = either(rng, "far", "air", "light")
    near = smooth(
        (0.16, 0.42), (0.06, 0.62), (-0.12, 0.8 + beat), (-0.44, 0.92 + beat), (-0.74, 0.84 + beat),
        (-0.48, 0.76 + beat), (-0.26, 0.58), (-0.12, 0.38),
    )  # fmt: skip
    far = smooth(
        (0.0, 0.42), (0.16, 0.66), (0.4, 0.84 + beat), (0.7, 0.94 + beat), (0.98, 0.9 + beat), (0.68, 0.76 + beat),
        (0.36, 0.56), (0.2, 0.4),
    )  # fmt: skip
    near_tip = smooth((-0.52, 0.93 + beat), (-0.86, 0.82 + beat), (-0.56, 0.77 + beat))
    far_tip = smooth((0.76, 0.96 + beat), (1.06, 0.9 + beat), (0.76, 0.79 + beat))
    body = smooth((-0.44, 0.26), (-0.2, 0.4), (0.12, 0.46), (0.36, 0.44), (0.4, 0.36), (0.24, 0.26), (-0.05, 0.22))
    parts = [
        Layer(far, mantle, 0.5, "flat", 0.6),
        Layer(far_tip, "dark", 0.2, "flat"),
        Layer(polygon((-0.34, 0.34), (-0.68, 0.3), (-0.66, 0.18), (-0.32, 0.25)), "light", 0.7, "flat"),
        Layer(body, "light", 0.76, "round"),
        Layer(near, mantle, 0.64, "flat", 2.5),
        Layer(near_tip, "dark", 0.16, "flat"),
        Layer(polygon((0.44, 0.44), (0.64, 0.37), (0.44, 0.35)), "warm", 0.5, "flat"),
        Layer(ellipse(0.37, 0.41, 0.115, 0.095), "light", 0.8, "round"),
        Layer(ellipse(0.41, 0.43, 0.022, 0.022), "dark", 0.05, fine=True),
    ]
    return _raised(parts, lift)


def swallow(rng: np.random.Generator) -> Layers:
    """A swallow in the air: sickle wings and a forked tail."""
    back, throat, lift = either(rng, "dark", "cool"), either(rng, "accent", "warm"), between(rng, 0.1, 0.3)
    sweep = between(rng, -0.1, 0.1)
    upper = smooth((0.16, 0.52), (0.14, 0.74), (-0.06, 0.96 + sweep), (-0.46, 1.1 + sweep), (-0.2, 0.84), (-0.1, 0.54))
    lower = smooth(
        (0.18, 0.42), (0.28, 0.16), (0.18, -0.06 + sweep), (-0.12, -0.24 + sweep), (0.02, 0.06), (-0.06, 0.36)
    )
    body = smooth((-0.4, 0.44), (-0.1, 0.56), (0.22, 0.58), (0.38, 0.52), (0.36, 0.4), (0.12, 0.34), (-0.14, 0.36))
    fork = [limb([(-0.32, 0.45), (-0.6, end * 0.6 + 0.18), (-0.9, end)], [0.06, 0.035, 0.008]) for end in (0.62, 0.34)]
    belly = smooth((-0.32, 0.42), (0.0, 0.44), (0.3, 0.46), (0.36, 0.41), (0.12, 0.34), (-0.14, 0.36))
    parts = [
        Layer(upper, back, 0.32, "flat", 2.2),
        *[Layer(part, back, 0.3, "flat", 0.1) for part in fork],
        Layer(polygon((0.44, 0.54), (0.58, 0.48), (0.44, 0.46)), "dark", 0.15, "flat"),
        Layer(body, back, 0.42, "round"),
        Layer(belly, "light", 0.85, "round", line=False),
        Layer(ellipse(0.38, 0.5, 0.11, 0.09), back, 0.4, "round"),
        Layer(ellipse(0.42, 0.45, 0.07, 0.045), throat, 0.6, "round", line=False),
        Layer(lower, back, 0.42, "flat", 1.0),
        Layer(ellipse(0.43, 0.525, 0.022, 0.022), "light", 0.95, fine=True, line=False),
    ]
    return _raised(parts, lift + 0.2)


def _raised(parts: Layers, by: float) -> Layers:
    return [Layer(p.outline + np.array([0.0, by]), p.slot, p.tone, p.form, p.angle, p.fine, p.line) for p in parts]
