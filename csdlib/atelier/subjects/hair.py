"""Hair, beards and hats of a portrait."""

from typing import NamedTuple

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import ellipse, limb, smooth

Layers = list[Layer]


class Hair(NamedTuple):
    """The colour of hair: its role and tone."""

    slot: str
    tone: float


def beard(rng: np.random.Generator, s: float, jaw: float, hair: Hair) -> Layers:
    """A full beard, a moustache, or neither."""
    tache = smooth((s * 1.5 - 0.1, 0.49), (s * 1.5, 0.535), (s * 1.5 + 0.1, 0.49), (s * 1.5, 0.508))
    worn = either(rng, "full", "tache", "none")
    if worn == "none":
        return []
    layers = [Layer(tache, hair.slot, hair.tone, "flat", fine=True, line=False)]
    if worn == "full":
        low, lips = between(rng, 0.26, 0.35), s * 1.5
        full = smooth(
            (-0.182, 0.58), (-0.13, 0.5), (lips - 0.075, 0.5), (lips, 0.445), (lips + 0.075, 0.5),
            (0.15 + s * 0.4, 0.5), (0.18, 0.58), (jaw + 0.03 + s * 0.6, 0.42), (s, low), (-jaw - 0.03 + s * 0.6, 0.42),
        )  # fmt: skip
        layers.insert(0, Layer(full, hair.slot, hair.tone, "tube", 1.5))
    return layers


def hair_behind(rng: np.random.Generator, hair: Hair) -> Layers:
    """Hair behind the head of a woman: long, to the chin, or a knot on top."""
    worn = either(rng, "long", "chin", "knot")
    if worn == "knot":
        return [Layer(ellipse(0.0, 1.0, 0.085, 0.075), hair.slot, hair.tone + 0.04, "round")]
    low, wide = (0.14, 0.3) if worn == "long" else (0.4, 0.27)
    mass = smooth(
        (0.0, 0.98),
        (-0.2, 0.9),
        (-wide + 0.02, 0.68),
        (-wide, low + 0.08),
        (-0.12, low),
        (0.12, low),
        (wide, low + 0.08),
        (wide - 0.02, 0.68),
        (0.2, 0.9),
    )
    return [Layer(mass, hair.slot, hair.tone - 0.03, "tube", 1.5)]


def hair_or_hat(rng: np.random.Generator, man: bool, hair: Hair, s: float) -> Layers:
    """Hair on top of a head that faces the viewer, parted at ``s``, and at times a hat."""
    part = between(rng, -0.07, 0.07) + s
    crown = smooth(
        (-0.2, 0.62), (-0.225, 0.78), (-0.14, 0.94), (0.0, 0.985), (0.14, 0.94), (0.22, 0.78), (0.195, 0.62),
        (0.165, 0.76), (part + 0.04, 0.85), (part - 0.03, 0.845), (-0.165, 0.76),
    )  # fmt: skip
    worn = either(rng, "bare", "bare", "brim", "beret", "top" if man else "brim")
    layers = [Layer(crown, hair.slot, hair.tone, "round")]
    if worn == "bare":
        shine = limb([(-0.12, 0.91), (0.0, 0.945), (0.1, 0.92)], [0.005, 0.013, 0.005])
        return [*layers, Layer(shine, hair.slot, hair.tone + 0.25, fine=True, line=False)]
    return layers + _hat(rng, worn, s)


def _hat(rng: np.random.Generator, worn: str, s: float) -> Layers:
    slot, tone = either(rng, "accent", "dark", "earth", "light", "cool"), between(rng, 0.42, 0.6)
    if worn == "beret":
        cap = smooth((-0.22, 0.84), (-0.3, 0.94), (-0.12, 1.03), (0.14, 1.02), (0.22, 0.92), (0.19, 0.83), (0.0, 0.87))
        return [
            Layer(cap, slot, tone, "round"),
            Layer(limb([(-0.03, 1.02), (-0.02, 1.06)], [0.014, 0.012]), slot, tone - 0.2, fine=True),
        ]
    high = 1.2 if worn == "top" else between(rng, 1.02, 1.08)
    cup = smooth((-0.19, 0.86), (-0.185, high - 0.05), (-0.1, high), (0.1, high), (0.185, high - 0.05), (0.19, 0.86))
    wide = 0.28 if worn == "top" else between(rng, 0.33, 0.42)
    brim = ellipse(s * 0.5, 0.865, wide, 0.055, turn=between(rng, -0.08, 0.08))
    band = limb([(-0.18, 0.905), (0.0, 0.895), (0.18, 0.905)], [0.03, 0.03, 0.03])
    ribbon = either(rng, "accent", "light", "warm")
    return [
        Layer(cup, slot, tone, "round"),
        Layer(band, ribbon if ribbon != slot else "dark", 0.45, "flat", line=False),
        Layer(brim, slot, tone + 0.1, "flat"),
    ]


def hair_in_profile(rng: np.random.Generator, man: bool, hair: Hair) -> Layers:
    """Hair, beard, knot or hat of a head that looks to the right."""
    cap = smooth(
        (0.15, 0.85), (0.1, 0.96), (-0.06, 0.99), (-0.21, 0.92), (-0.27, 0.74), (-0.22, 0.54), (-0.14, 0.5),
        (-0.09, 0.57), (-0.08, 0.7), (-0.02, 0.73), (0.02, 0.82),
    )  # fmt: skip
    layers = [Layer(cap, hair.slot, hair.tone, "round")]
    if man and rng.random() < 0.5:
        full = smooth(
            (-0.07, 0.6),
            (-0.02, 0.55),
            (0.1, 0.52),
            (0.15, 0.535),
            (0.13, 0.47),
            (0.19, 0.44),
            (0.17, 0.33),
            (0.06, 0.32),
            (-0.08, 0.44),
        )
        layers.append(Layer(full, hair.slot, hair.tone, "tube", 1.5))
    elif not man:
        knot = (
            ellipse(-0.29, 0.66, 0.1, 0.1)
            if rng.random() < 0.5
            else smooth((-0.2, 0.8), (-0.3, 0.6), (-0.3, 0.3), (-0.16, 0.22), (-0.1, 0.4), (-0.1, 0.6))
        )
        layers.insert(0, Layer(knot, hair.slot, hair.tone + 0.05, "round"))
    if rng.random() < 0.4:
        layers += _hat(rng, either(rng, "brim", "beret"), -0.05)
    return layers
