"""Portraits: head and shoulders of a man or a woman, from the front, at three quarters or in profile."""

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import ellipse, limb, polygon, smooth
from csdlib.atelier.subjects.hair import Hair, beard, hair_behind, hair_in_profile, hair_or_hat

Layers = list[Layer]


def portrait(rng: np.random.Generator) -> Layers:
    """A head and shoulders that fill the picture; view, hair, hat, beard, collar and dress vary."""
    man = rng.random() < 0.5
    cloth = either(rng, "accent", "cool", "dark", "leaf", "warm", "light")
    hair = Hair(either(rng, "dark", "earth", "warm", "dark", "light"), between(rng, 0.26, 0.42))
    view = either(rng, "front", "quarter", "quarter", "profile")
    if view == "profile":
        return _profile(rng, man, cloth, hair)
    turn = between(rng, 0.55, 1.0) if view == "quarter" else 0.0
    return _facing(rng, man, cloth, hair, turn)


def _bust(rng: np.random.Generator, man: bool, cloth: str) -> Layers:
    """Shoulders, cut by the lower edge of the picture, and what is worn at the neck."""
    wide, tone = between(rng, 0.46, 0.52) if man else between(rng, 0.4, 0.46), between(rng, 0.4, 0.56)
    coat = smooth(
        (-wide, -0.12), (-wide * 0.98, 0.08), (-wide * 0.75, 0.23), (-0.13, 0.32), (0.13, 0.32), (wide * 0.75, 0.23),
        (wide * 0.98, 0.08), (wide, -0.12),
    )  # fmt: skip
    layers = [Layer(coat, cloth, tone, "round", 1.2)]
    layers += [
        Layer(
            limb([(s * wide * 0.62, 0.12), (s * wide * 0.56, -0.1)], [0.006, 0.014]),
            cloth,
            tone - 0.2,
            fine=True,
            line=False,
        )
        for s in (-1, 1)
    ]
    return layers


def _collar(rng: np.random.Generator, man: bool, cloth: str) -> Layers:
    white = "light" if cloth != "light" else "cool"
    worn = either(rng, "suit", "scarf", "ruff") if man else either(rng, "low", "beads", "scarf", "ruff", "low")
    if worn == "suit":
        return [
            Layer(polygon((-0.13, 0.32), (0.13, 0.32), (0.0, -0.06)), white, 0.85, "flat"),
            Layer(
                polygon((-0.035, 0.27), (0.035, 0.27), (0.05, 0.0), (0.0, -0.07), (-0.05, 0.0)),
                "accent",
                0.42,
                "flat",
                1.57,
            ),
            *[Layer(polygon((s * 0.12, 0.36), (0.0, 0.27), (s * 0.08, 0.19)), white, 0.92, "flat") for s in (-1, 1)],
        ]
    if worn == "scarf":
        slot = either(rng, "accent", "light", "warm")
        slot = slot if slot != cloth else "light"
        end = smooth((0.03, 0.28), (0.12, 0.26), (0.15, 0.02), (0.06, 0.0), steps=4)
        return [
            Layer(end, slot, 0.5, "tube", 1.5),
            Layer(limb([(-0.12, 0.33), (0.0, 0.27), (0.12, 0.33)], [0.05, 0.06, 0.05]), slot, 0.64, "tube"),
        ]
    if worn == "ruff":
        frill = [ellipse(0.17 * np.cos(a), 0.31 + 0.075 * np.sin(a), 0.058, 0.05) for a in np.linspace(2.6, 6.82, 9)]
        return [Layer(edge, white, 0.8, "round") for edge in frill]
    neckline = smooth((-0.12, 0.33), (0.12, 0.33), (0.13, 0.2), (0.0, 0.1), (-0.13, 0.2))
    layers = [Layer(neckline, "skin", 0.52, "flat", line=True)]
    if worn == "beads":
        beads = [(0.115 * np.cos(a), 0.3 + 0.1 * np.sin(a)) for a in np.linspace(3.3, 6.12, 8)]
        layers += [Layer(ellipse(x, y, 0.021, 0.021), "light", 0.9, "round", fine=True) for x, y in beads]
    return layers


def _facing(rng: np.random.Generator, man: bool, cloth: str, hair: Hair, turn: float) -> Layers:
    """A face that looks out of the picture, turned to the right by ``turn``."""
    skin, s = between(rng, 0.5, 0.6), 0.055 * turn
    jaw = between(rng, 0.13, 0.15) if man else between(rng, 0.105, 0.125)
    face = smooth(
        (s, 0.375), (jaw + s * 0.6, 0.44), (0.178 + s * 0.1, 0.58), (0.182, 0.72), (0.14, 0.87), (0.0, 0.92),
        (-0.15, 0.87), (-0.19, 0.72), (-0.182 - s * 0.2, 0.58), (-jaw + s * 0.6, 0.44),
    )  # fmt: skip
    ears = [-1] if turn else [-1, 1]
    return [
        *([] if man else hair_behind(rng, hair)),
        *_bust(rng, man, cloth),
        Layer(
            limb([(0.0, 0.22), (0.0, 0.44)], [0.115, 0.1] if man else [0.09, 0.078]), "skin", skin - 0.16, "tube", 1.57
        ),
        *_collar(rng, man, cloth),
        *[Layer(ellipse(k * 0.19 - s * 0.3, 0.63, 0.032, 0.055), "skin", skin - 0.06, "round") for k in ears],
        Layer(face, "skin", skin + 0.04, "round"),
        *_features(s, skin),
        *(beard(rng, s, jaw, hair) if man else _cheeks(s)),
        *hair_or_hat(rng, man, hair, s),
    ]


def _features(s: float, skin: float) -> Layers:
    """Eyes, brows, nose and mouth, moved by ``s`` towards where the face looks; large, or small pictures lose them."""
    layers: Layers = []
    for side in (-1, 1):
        x = side * 0.078 + s * 1.2
        layers += [
            Layer(smooth((x - 0.045, 0.655), (x, 0.685), (x + 0.045, 0.655), (x, 0.633)), "light", 0.9, fine=True),
            Layer(ellipse(x + s * 0.2, 0.659, 0.021, 0.025), "dark", 0.05, fine=True, line=False),
            Layer(
                limb([(x - 0.05, 0.712), (x, 0.735), (x + 0.05, 0.715)], [0.007, 0.011, 0.007]),
                "dark",
                0.28,
                fine=True,
                line=False,
            ),
        ]
    x = s * 1.9
    nose = polygon((x * 0.75 - 0.005, 0.68), (x + 0.012, 0.66), (x + 0.045, 0.562), (x, 0.545), (x - 0.035, 0.556))
    lips = smooth((s * 1.5 - 0.066, 0.482), (s * 1.5, 0.503), (s * 1.5 + 0.066, 0.482), (s * 1.5, 0.455))
    return [
        *layers,
        Layer(nose, "skin", skin - 0.2, "flat", 1.4, fine=True, line=False),
        Layer(lips, "accent", 0.4, "flat", fine=True, line=False),
        Layer(
            limb([(s * 1.5 - 0.06, 0.483), (s * 1.5 + 0.06, 0.483)], [0.005, 0.005]), "dark", 0.2, fine=True, line=False
        ),
    ]


def _cheeks(s: float) -> Layers:
    return [
        Layer(ellipse(side * 0.12 + s, 0.565, 0.034, 0.024), "accent", 0.74, "round", line=False) for side in (-1, 1)
    ]


def _profile(rng: np.random.Generator, man: bool, cloth: str, hair: Hair) -> Layers:
    """A head seen from the side, looking right."""
    skin, nose = between(rng, 0.52, 0.6), between(rng, 0.215, 0.25)
    face = smooth(
        (0.1, 0.9), (0.155, 0.82), (0.165, 0.74), (0.15, 0.69), (0.185, 0.635), (nose, 0.578),
        (0.168, 0.55), (0.19, 0.515), (0.168, 0.49), (0.182, 0.465), (0.15, 0.435), (0.152, 0.39), (0.1, 0.365),
        (0.0, 0.4), (-0.09, 0.48), (-0.16, 0.66), (-0.1, 0.88), (0.0, 0.93),
    )  # fmt: skip
    neck = smooth((-0.15, 0.24), (-0.14, 0.56), (0.06, 0.46), (0.055, 0.36), (0.1, 0.24), steps=4)
    eye = polygon((0.145, 0.672), (0.085, 0.69), (0.08, 0.655))
    return [
        *_bust(rng, man, cloth),
        Layer(neck, "skin", skin - 0.12, "tube", 1.57),
        *_collar(rng, man, cloth),
        Layer(face, "skin", skin + 0.04, "round"),
        Layer(eye, "light", 0.9, fine=True),
        Layer(ellipse(0.122, 0.672, 0.015, 0.02), "dark", 0.05, fine=True, line=False),
        Layer(
            limb([(0.155, 0.73), (0.1, 0.742), (0.06, 0.722)], [0.01, 0.014, 0.006]), "dark", 0.2, fine=True, line=False
        ),
        Layer(limb([(0.178, 0.49), (0.12, 0.492)], [0.011, 0.007]), "accent", 0.35, fine=True, line=False),
        *hair_in_profile(rng, man, hair),
        Layer(
            smooth((-0.075, 0.7), (-0.025, 0.69), (-0.035, 0.6), (-0.065, 0.575)),
            "skin",
            skin - 0.08,
            "round",
            fine=True,
        ),
    ]
