"""Dogs and cats, in profile or from the front, standing, sitting, lying."""

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import ellipse, limb, polygon, smooth, turned

Layers = list[Layer]


def dog(rng: np.random.Generator) -> Layers:
    """A dog that stands, sits or lies, head to the right."""
    fur, tone = either(rng, "earth", "warm", "dark", "light"), between(rng, 0.44, 0.6)
    pose = either(rng, "standing", "sitting", "lying")
    make = {"standing": _standing_dog, "sitting": _sitting_dog, "lying": _lying_dog}[pose]
    return make(rng, fur, tone + (0.15 if fur == "dark" else 0.0))


def _standing_dog(rng: np.random.Generator, fur: str, tone: float) -> Layers:
    step, lift = between(rng, -0.1, 0.1), between(rng, -0.06, 0.1)
    body = smooth(
        (-0.56, 0.6),
        (-0.45, 0.72),
        (-0.1, 0.69),
        (0.25, 0.74),
        (0.43, 0.66),
        (0.42, 0.45),
        (0.2, 0.35),
        (-0.15, 0.43),
        (-0.45, 0.38),
    )
    tail = limb([(-0.52, 0.64), (-0.72, 0.72 + lift), (-0.82, 0.95 + lift)], [0.07, 0.05, 0.02])
    return [
        Layer(_hind(-0.38 + step, 0.0), fur, tone - 0.16, "tube", 1.5),
        Layer(
            limb([(0.24, 0.5), (0.22 - step, 0.25), (0.22 - step, 0.03)], [0.09, 0.055, 0.05]),
            fur,
            tone - 0.16,
            "tube",
            1.5,
        ),
        Layer(tail, fur, tone, "tube", 2.0),
        Layer(_hind(-0.5, step * 0.5), fur, tone, "tube", 1.5),
        Layer(body, fur, tone, "round"),
        Layer(ellipse(-0.42, 0.5, 0.15, 0.19), fur, tone + 0.03, "round", line=False),
        Layer(
            limb([(0.33, 0.5), (0.34 + step, 0.25), (0.34 + step, 0.03)], [0.1, 0.06, 0.055]), fur, tone, "tube", 1.5
        ),
        Layer(limb([(0.3, 0.6), (0.52, 0.9)], [0.17, 0.13]), fur, tone, "tube", 0.9),
        Layer(limb([(0.33, 0.8), (0.54, 0.72)], [0.035, 0.035]), "accent", 0.5, "tube", 2.8, fine=True),
        *_spots(rng, fur, (-0.05, 0.6)),
        *_dog_head((0.56, 0.96 + lift * 0.5), fur, tone),
    ]


def _hind(x: float, step: float) -> np.ndarray:
    return limb(
        [(x + 0.02, 0.52), (x - 0.05, 0.3), (x + 0.02 + step, 0.2), (x + step, 0.03)], [0.14, 0.08, 0.05, 0.055]
    )


def _sitting_dog(rng: np.random.Generator, fur: str, tone: float) -> Layers:
    wag = between(rng, 0.0, 0.25)
    return [
        Layer(
            limb([(-0.3, 0.1), (-0.52, 0.07), (-0.68, 0.1 + wag)], [0.07, 0.05, 0.02]), fur, tone - 0.05, "tube", 2.9
        ),
        Layer(limb([(0.1, 0.5), (0.1, 0.25), (0.1, 0.04)], [0.1, 0.06, 0.055]), fur, tone - 0.16, "tube", 1.5),
        Layer(limb([(-0.16, 0.22), (-0.04, 0.5), (0.1, 0.8)], [0.22, 0.22, 0.15]), fur, tone, "round"),
        Layer(ellipse(-0.16, 0.2, 0.23, 0.2), fur, tone + 0.02, "round"),
        Layer(limb([(-0.1, 0.05), (0.1, 0.045)], [0.06, 0.045]), fur, tone + 0.03, "tube"),
        Layer(limb([(0.13, 0.6), (0.19, 0.3), (0.19, 0.04)], [0.12, 0.065, 0.06]), fur, tone + 0.02, "tube", 1.5),
        Layer(limb([(0.17, 0.04), (0.27, 0.035)], [0.05, 0.04]), fur, tone + 0.04, "tube"),
        *_spots(rng, fur, (-0.06, 0.45)),
        Layer(limb([(-0.02, 0.82), (0.24, 0.76)], [0.035, 0.035]), "accent", 0.5, "tube", 2.8, fine=True),
        *_dog_head((0.17, 1.0), fur, tone),
    ]


def _lying_dog(rng: np.random.Generator, fur: str, tone: float) -> Layers:
    down = between(rng, 0.0, 0.08)
    return [
        Layer(limb([(-0.6, 0.12), (-0.82, 0.08), (-0.95, 0.18)], [0.07, 0.05, 0.025]), fur, tone - 0.05, "tube", 2.9),
        Layer(limb([(-0.48, 0.22), (-0.1, 0.27), (0.32, 0.3)], [0.21, 0.22, 0.2]), fur, tone, "round"),
        Layer(ellipse(-0.42, 0.2, 0.24, 0.19), fur, tone + 0.03, "round"),
        Layer(limb([(-0.3, 0.05), (-0.05, 0.05)], [0.06, 0.05]), fur, tone + 0.03, "tube"),
        *_spots(rng, fur, (-0.1, 0.32)),
        Layer(limb([(0.36, 0.12), (0.8, 0.06)], [0.1, 0.055]), fur, tone + 0.03, "tube"),
        Layer(limb([(0.34, 0.3), (0.46, 0.58 - down)], [0.18, 0.13]), fur, tone, "tube", 1.1),
        Layer(limb([(0.3, 0.5), (0.54, 0.42)], [0.035, 0.035]), "accent", 0.5, "tube", 2.8, fine=True),
        *_dog_head((0.5, 0.66 - down), fur, tone),
    ]


def _dog_head(at: tuple[float, float], fur: str, tone: float) -> Layers:
    x, y = at
    return [
        Layer(ellipse(x, y, 0.17, 0.15), fur, tone + 0.04, "round"),
        Layer(limb([(x + 0.06, y - 0.04), (x + 0.29, y - 0.09)], [0.11, 0.075]), fur, tone + 0.1, "tube", 2.9),
        Layer(ellipse(x + 0.34, y - 0.05, 0.045, 0.04), "dark", 0.12, "round", fine=True),
        Layer(limb([(x + 0.2, y - 0.14), (x + 0.33, y - 0.14)], [0.008, 0.012]), "dark", 0.15, fine=True, line=False),
        Layer(
            smooth(
                (x - 0.04, y + 0.12),
                (x - 0.14, y + 0.1),
                (x - 0.22, y - 0.14),
                (x - 0.13, y - 0.2),
                (x - 0.02, y - 0.04),
            ),
            fur,
            tone - 0.2,
            "tube",
            1.4,
        ),
        Layer(ellipse(x + 0.08, y + 0.04, 0.026, 0.03), "dark", 0.08, fine=True),
    ]


def _spots(rng: np.random.Generator, fur: str, at: tuple[float, float]) -> Layers:
    if rng.random() < 0.5:
        return []
    slot = "light" if fur in ("dark", "earth") else "earth"
    spot = ellipse(at[0] + between(rng, -0.05, 0.05), at[1], 0.15, 0.1, turn=between(rng, -0.4, 0.4))
    return [Layer(spot, slot, 0.6 if slot == "light" else 0.4, "round", line=False)]


def cat(rng: np.random.Generator) -> Layers:
    """A cat that sits to the front, walks with its tail up, or lies curled."""
    fur, tone = either(rng, "earth", "warm", "dark", "light"), between(rng, 0.44, 0.6)
    pose = either(rng, "sitting", "walking", "lying")
    make = {"sitting": _sitting_cat, "walking": _walking_cat, "lying": _lying_cat}[pose]
    return make(rng, fur, tone + (0.12 if fur == "dark" else 0.0))


def _sitting_cat(rng: np.random.Generator, fur: str, tone: float) -> Layers:
    curl, lean = between(rng, 0.0, 0.25), between(rng, -0.05, 0.05)
    tail = limb([(0.2, 0.1), (0.45, 0.08), (0.56, 0.22 + curl), (0.46, 0.34 + curl)], [0.06, 0.055, 0.05, 0.035])
    body = smooth((-0.15, 0.62), (-0.27, 0.32), (-0.3, 0.06), (0.0, 0.0), (0.3, 0.06), (0.27, 0.32), (0.15, 0.62))
    return [
        Layer(tail, fur, tone - 0.06, "tube", 0.8),
        Layer(body, fur, tone, "round"),
        Layer(ellipse(0.0, 0.4, 0.12, 0.22), "light", 0.6, "round", line=False),
        *_stripes(rng, [(-0.24, 0.38), (-0.25, 0.26), (0.24, 0.38), (0.25, 0.26)]),
        *[Layer(limb([(x, 0.42), (x, 0.06)], [0.06, 0.06]), fur, tone + 0.06, "tube", 1.57) for x in (-0.085, 0.085)],
        *_cat_head((lean, 0.76), fur, tone, 0.0),
    ]


def _walking_cat(rng: np.random.Generator, fur: str, tone: float) -> Layers:
    step, hook = between(rng, 0.02, 0.1), between(rng, -0.15, 0.15)
    legs = [(-0.38 + step, 0.2), (0.3 - step, 0.2), (-0.48 - step, 0.0), (0.36 + step, 0.0)]
    tail = limb([(-0.5, 0.52), (-0.66, 0.75), (-0.6, 1.0), (-0.66 + hook, 1.14)], [0.055, 0.05, 0.045, 0.03])
    body = smooth(
        (-0.56, 0.5), (-0.4, 0.6), (0.0, 0.56), (0.35, 0.62), (0.45, 0.48), (0.3, 0.32), (-0.1, 0.31), (-0.5, 0.36)
    )
    return [
        Layer(tail, fur, tone, "tube", 1.6),
        *[Layer(limb([(x, 0.42), (x + 0.02, 0.04)], [0.09, 0.045]), fur, tone - dim, "tube", 1.57) for x, dim in legs],
        Layer(body, fur, tone, "round"),
        *_stripes(rng, [(-0.3, 0.5), (-0.15, 0.5), (0.0, 0.49), (0.15, 0.5)]),
        *_cat_head((0.5, 0.72), fur, tone, 0.0),
    ]


def _lying_cat(rng: np.random.Generator, fur: str, tone: float) -> Layers:
    tilt = between(rng, -0.25, 0.25)
    tail = limb([(-0.55, 0.12), (-0.5, 0.04), (-0.1, 0.03), (0.2, 0.05)], [0.05, 0.06, 0.055, 0.04])
    return [
        Layer(
            smooth((-0.6, 0.1), (-0.52, 0.4), (-0.1, 0.5), (0.35, 0.42), (0.52, 0.12), (0.0, 0.0)), fur, tone, "round"
        ),
        Layer(ellipse(-0.36, 0.22, 0.22, 0.19), fur, tone + 0.03, "round"),
        *_stripes(rng, [(-0.3, 0.4), (-0.1, 0.43), (0.08, 0.41)]),
        Layer(tail, fur, tone + 0.05, "tube"),
        Layer(limb([(0.25, 0.07), (0.6, 0.05)], [0.07, 0.055]), fur, tone + 0.05, "tube"),
        *_cat_head((0.36, 0.44), fur, tone, tilt),
    ]


def _stripes(rng: np.random.Generator, places: list[tuple[float, float]]) -> Layers:
    if rng.random() < 0.4:
        return []
    bars = [ellipse(x, y, 0.022, 0.085, turn=between(rng, -0.3, 0.3)) for x, y in places]
    return [Layer(bar, "dark", 0.3, "flat", 1.57, fine=True, line=False) for bar in bars]


def _cat_head(at: tuple[float, float], fur: str, tone: float, tilt: float) -> Layers:
    ears = [polygon((s * 0.21, 0.08), (s * 0.2, 0.34), (s * 0.04, 0.17)) for s in (-1, 1)]
    inner = [polygon((s * 0.18, 0.13), (s * 0.178, 0.26), (s * 0.09, 0.17)) for s in (-1, 1)]
    whiskers = [
        limb([(s * 0.08, -0.07), (s * 0.34, -0.07 + d)], [0.006, 0.004]) for s in (-1, 1) for d in (0.05, -0.05)
    ]
    parts = [
        *[Layer(ear, fur, tone - 0.05, "flat", 1.57) for ear in ears],
        *[Layer(ear, "skin", 0.55, "flat", 1.57, fine=True, line=False) for ear in inner],
        Layer(ellipse(0, 0, 0.225, 0.19), fur, tone + 0.04, "round"),
        Layer(ellipse(0, -0.085, 0.1, 0.07), "light", 0.7, "round", line=False),
        *[Layer(ellipse(s * 0.09, 0.03, 0.046, 0.04), "accent", 0.75, fine=True) for s in (-1, 1)],
        *[Layer(ellipse(s * 0.09, 0.03, 0.018, 0.036), "dark", 0.05, fine=True) for s in (-1, 1)],
        Layer(polygon((-0.03, -0.045), (0.03, -0.045), (0, -0.085)), "skin", 0.35, fine=True),
        *[Layer(whisker, "light", 0.9, fine=True, line=False) for whisker in whiskers],
    ]
    return [Layer(turned(p.outline, tilt) + at, p.slot, p.tone, p.form, p.angle + tilt, p.fine, p.line) for p in parts]
