"""Horses in profile: standing, trotting, galloping, grazing."""

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import Knots, ellipse, limb, polygon, smooth, turned

Layers = list[Layer]

#: Joints of the four legs by gait, from the body to the hoof: far hind, far fore, near hind, near fore.
_GAITS: dict[str, tuple[Knots, Knots, Knots, Knots]] = {
    "standing": (
        ((-0.26, 0.52), (-0.25, 0.36), (-0.33, 0.25), (-0.29, 0.06)),
        ((0.22, 0.5), (0.2, 0.27), (0.2, 0.06)),
        ((-0.33, 0.54), (-0.32, 0.37), (-0.42, 0.25), (-0.38, 0.06)),
        ((0.29, 0.5), (0.3, 0.27), (0.3, 0.06)),
    ),
    "trotting": (
        ((-0.28, 0.52), (-0.2, 0.38), (-0.2, 0.25), (-0.08, 0.1)),
        ((0.26, 0.5), (0.48, 0.4), (0.44, 0.22)),
        ((-0.33, 0.54), (-0.38, 0.38), (-0.52, 0.28), (-0.6, 0.12)),
        ((0.28, 0.5), (0.26, 0.27), (0.16, 0.07)),
    ),
    "galloping": (
        ((-0.3, 0.54), (-0.44, 0.42), (-0.58, 0.38), (-0.74, 0.26)),
        ((0.28, 0.54), (0.5, 0.46), (0.66, 0.3)),
        ((-0.33, 0.54), (-0.46, 0.38), (-0.6, 0.3), (-0.68, 0.12)),
        ((0.3, 0.5), (0.5, 0.36), (0.74, 0.34)),
    ),
}  # fmt: skip


def horse(rng: np.random.Generator) -> Layers:
    """A horse with head to the right; gait, coat, mane, markings and tack vary."""
    coat = either(rng, "earth", "warm", "dark", "light")
    tone = between(rng, 0.46, 0.58) + (0.08 if coat == "dark" else 0.0)
    mane = {"dark": ("dark", 0.2), "light": ("earth", 0.5)}.get(coat, ("dark", 0.3))
    gait = either(rng, "standing", "trotting", "galloping", "grazing", "grazing")
    legs = _GAITS["standing" if gait == "grazing" else gait]
    tail = {"standing": 0.0, "grazing": 0.0, "trotting": 0.22, "galloping": 0.5}[gait] + between(rng, -0.04, 0.1)
    socks = rng.random() < 0.4 and coat != "light"
    step = between(rng, -0.04, 0.04)
    return [
        *[part for leg in legs[:2] for part in _leg(leg, coat, tone - 0.2, socks, step)],
        Layer(_tail(tail), *mane, "tube", 1.8),
        *[part for leg in legs[2:] for part in _leg(leg, coat, tone, socks, -step)],
        *_trunk(rng, coat, tone),
        *_neck(rng, gait == "grazing", (coat, tone), mane),
    ]


def _leg(joints: Knots, coat: str, tone: float, sock: bool, step: float) -> Layers:
    """A leg that tapers to the hoof; ``step`` moves the hoof."""
    (x, y), (a, b) = joints[-1], joints[-2]
    foot = (x + step, y)
    radii = [0.14, 0.085, 0.046, 0.034] if len(joints) == 4 else [0.09, 0.05, 0.034]
    along = np.array([x - a, y - b]) / max(float(np.hypot(x - a, y - b)), 1e-9)
    tip = (foot[0] + 0.045 * float(along[0]), foot[1] + 0.045 * float(along[1]))
    layers = [Layer(limb([*joints[:-1], foot], radii), coat, tone, "tube", 1.5)]
    if sock:
        shin = (foot[0] - 0.1 * float(along[0]), foot[1] - 0.1 * float(along[1]))
        layers.append(Layer(limb([shin, foot], [0.038, 0.036]), "light", 0.75, "tube", 1.5, line=False))
    return [*layers, Layer(limb([foot, tip], [0.038, 0.045]), "dark", 0.16, "flat", fine=True)]


def _tail(lift: float) -> np.ndarray:
    """A tail that hangs, or flies out behind when ``lift`` is large."""
    return limb(
        [
            (-0.38, 0.68),
            (-0.5 - 0.1 * lift, 0.62 + 0.14 * lift),
            (-0.56 - 0.3 * lift, 0.4 + 0.4 * lift),
            (-0.52 - 0.7 * lift, 0.14 + 0.8 * lift),
        ],
        [0.03, 0.055, 0.07, 0.015],
    )


def _trunk(rng: np.random.Generator, coat: str, tone: float) -> Layers:
    body = smooth(
        (-0.43, 0.58), (-0.38, 0.71), (-0.22, 0.74), (0.0, 0.69), (0.17, 0.74), (0.32, 0.7), (0.39, 0.57), (0.3, 0.44),
        (0.06, 0.4), (-0.18, 0.43), (-0.36, 0.47),
    )  # fmt: skip
    layers = [Layer(body, coat, tone, "round")]
    if rng.random() < 0.35:
        slot = "light" if coat != "light" else "earth"
        for x, y, r in ((-0.2, 0.6, 0.14), (0.16, 0.54, 0.12)):
            patch = ellipse(x + between(rng, -0.05, 0.05), y, r, r * 0.7, turn=between(rng, -0.6, 0.6))
            layers.append(Layer(patch, slot, 0.7 if slot == "light" else 0.42, "round", line=False))
    elif rng.random() < 0.35:
        cloth = smooth((-0.14, 0.72), (0.12, 0.73), (0.13, 0.56), (-0.13, 0.55), steps=4)
        seat = smooth((-0.1, 0.72), (-0.12, 0.79), (0.0, 0.735), (0.1, 0.79), (0.1, 0.72), (0.05, 0.64), (-0.05, 0.64))
        layers += [Layer(cloth, "accent", 0.55, "flat"), Layer(seat, "dark", 0.3, "round")]
    return layers


def _neck(rng: np.random.Generator, grazing: bool, coat: tuple[str, float], mane: tuple[str, float]) -> Layers:
    """Neck, mane and head, which hang to the grass or are carried high."""
    slot, tone = coat
    if grazing:
        reach = between(rng, 0.03, 0.13)
        poll, turn = (0.66 + reach, 0.36), -0.72
        spine = [(0.22, 0.6), (0.42, 0.52), (0.56 + reach, 0.36)]
        crest = smooth(
            (0.18, 0.74),
            (0.38, 0.72),
            (0.56, 0.58),
            (0.7 + reach, 0.38),
            (0.6 + reach, 0.36),
            (0.46, 0.54),
            (0.26, 0.62),
        )
    else:
        rise = between(rng, -0.06, 0.03)
        poll, turn = (0.5, 1.0 + rise), between(rng, -0.15, 0.12)
        spine = [(0.22, 0.6), (0.38, 0.76), (0.5, 0.93 + rise)]
        crest = smooth(
            (0.52, 1.04 + rise),
            (0.4, 1.0 + rise),
            (0.28, 0.86),
            (0.16, 0.72),
            (0.26, 0.68),
            (0.36, 0.82),
            (0.45, 0.94 + rise),
        )
    neck = limb(spine, [0.18, 0.125, 0.085])
    return [
        Layer(neck, slot, tone + 0.01, "tube", 0.9),
        Layer(crest, *mane, "tube", 2.2),
        *_head(rng, poll, turn, coat, mane),
    ]


def _head(
    rng: np.random.Generator, poll: tuple[float, float], turn: float, coat: tuple[str, float], mane: tuple[str, float]
) -> Layers:
    """A head that hangs from the poll, nose down to the right."""
    slot, tone = coat
    skull = smooth(
        (-0.04, 0.0),
        (0.06, 0.035),
        (0.15, -0.06),
        (0.25, -0.2),
        (0.29, -0.27),
        (0.26, -0.33),
        (0.19, -0.33),
        (0.09, -0.22),
        (0.0, -0.18),
        (-0.06, -0.1),
    )
    parts = [
        Layer(polygon((-0.03, 0.01), (-0.02, 0.13), (0.05, 0.03)), slot, tone - 0.1, "flat", 1.57),
        Layer(skull, slot, tone + 0.05, "tube", 2.3),
        Layer(ellipse(0.24, -0.285, 0.055, 0.05), "dark", 0.34, "round", line=False),
        Layer(smooth((-0.05, 0.05), (0.05, 0.05), (0.1, -0.05), (0.0, -0.02)), *mane, "flat", fine=True),
        Layer(ellipse(0.09, -0.075, 0.021, 0.021), "dark", 0.06, fine=True),
    ]
    if rng.random() < 0.4:
        parts.append(Layer(limb([(0.12, -0.04), (0.24, -0.21)], [0.018, 0.014]), "light", 0.9, fine=True, line=False))
    elif rng.random() < 0.5:
        straps = [[(0.17, -0.09), (0.1, -0.22)], [(-0.01, 0.0), (0.13, -0.16)], [(0.13, -0.16), (-0.1, -0.3)]]
        parts += [Layer(limb(strap, [0.011, 0.011]), "accent", 0.4, fine=True, line=False) for strap in straps]
    return [
        Layer(turned(p.outline, turn) + poll, p.slot, p.tone, p.form, p.angle + turn, p.fine, p.line) for p in parts
    ]
