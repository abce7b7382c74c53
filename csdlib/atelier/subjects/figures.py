"""People: women in long dresses, standing with a parasol, a basket or their hands at the waist."""

import numpy as np

from csdlib.atelier.scenes import Layer, between, either
from csdlib.atelier.shapes import ellipse, limb, polygon, smooth

Layers = list[Layer]


def woman(rng: np.random.Generator) -> Layers:
    """A woman in a dress; stance, hair, hat and what she carries vary."""
    cloth, tone = either(rng, "accent", "warm", "cool", "light", "leaf"), between(rng, 0.46, 0.6)
    hair = Layer(np.empty((0, 2)), either(rng, "dark", "earth", "warm"), between(rng, 0.25, 0.42), "round")
    holds = either(rng, "parasol", "basket", "waist", "wave")
    behind = _parasol(rng) if holds == "parasol" else []
    return [*behind, *_long_hair(rng, hair), *_dress(rng, cloth, tone), *_arms(holds, cloth, tone), *_head(rng, hair)]


def _dress(rng: np.random.Generator, cloth: str, tone: float) -> Layers:
    flare, sway = between(rng, 0.17, 0.27), between(rng, -0.06, 0.06)
    skirt = smooth(
        (-0.065, 0.57),
        (-0.12, 0.42),
        (-flare + sway, 0.06),
        (sway, 0.025),
        (flare + sway, 0.06),
        (0.12, 0.42),
        (0.065, 0.57),
        steps=5,
    )
    folds = [limb([(k * 0.03, 0.5), (k * flare * 0.5 + sway, 0.08)], [0.004, 0.016]) for k in (-1.3, 0.1, 1.4)]
    torso = smooth((-0.1, 0.79), (-0.06, 0.6), (-0.07, 0.55), (0.07, 0.55), (0.06, 0.6), (0.1, 0.79), (0.0, 0.81))
    feet = [limb([(x + sway, 0.03), (x + sway + 0.04, 0.015)], [0.022, 0.018]) for x in (-0.06, 0.05)]
    return [
        *[Layer(foot, "dark", 0.25, fine=True) for foot in feet],
        Layer(skirt, cloth, tone, "round", 1.5),
        *[Layer(fold, cloth, tone - 0.2, "flat", 1.5, fine=True, line=False) for fold in folds],
        Layer(limb([(0, 0.78), (0, 0.86)], [0.033, 0.028]), "skin", 0.5, "tube", 1.57),
        Layer(torso, cloth, tone + 0.04, "round", 1.5),
        Layer(limb([(-0.066, 0.575), (0.066, 0.575)], [0.016, 0.016]), "dark", 0.4, "flat", fine=True),
    ]


def _arms(holds: str, cloth: str, tone: float) -> Layers:
    elbows = {
        "parasol": [((-0.15, 0.62), (-0.11, 0.48)), ((0.17, 0.66), (0.1, 0.74))],
        "basket": [((-0.15, 0.62), (-0.12, 0.46)), ((0.16, 0.62), (0.15, 0.47))],
        "waist": [((-0.2, 0.63), (-0.08, 0.57)), ((0.2, 0.63), (0.08, 0.57))],
        "wave": [((-0.15, 0.62), (-0.12, 0.46)), ((0.2, 0.74), (0.23, 0.92))],
    }[holds]
    layers: Layers = []
    for side, (elbow, hand) in zip((-1, 1), elbows, strict=True):
        layers.append(Layer(limb([elbow, hand], [0.027, 0.021]), "skin", 0.52, "tube", 1.2))
        layers.append(Layer(limb([(side * 0.085, 0.765), elbow], [0.04, 0.034]), cloth, tone, "tube", 1.4))
        layers.append(Layer(ellipse(*hand, 0.025, 0.026), "skin", 0.55, "round", fine=True))
    return layers + (_basket() if holds == "basket" else [])


def _basket() -> Layers:
    return [
        Layer(limb([(0.08, 0.38), (0.15, 0.48), (0.22, 0.38)], [0.008, 0.008, 0.008]), "earth", 0.35, fine=True),
        *[
            Layer(ellipse(x, 0.39, 0.035, 0.035), slot, 0.6, "round", fine=True)
            for x, slot in ((0.11, "accent"), (0.18, "warm"))
        ],
        Layer(polygon((0.06, 0.385), (0.24, 0.385), (0.215, 0.28), (0.085, 0.28)), "earth", 0.48, "land"),
    ]


def _parasol(rng: np.random.Generator) -> Layers:
    slot, lean = either(rng, "light", "accent", "warm"), between(rng, 0.0, 0.1)
    x, y = 0.12 + lean, 1.12
    dome = smooth(
        (x - 0.3, y - 0.07), (x - 0.2, y + 0.07), (x, y + 0.13), (x + 0.2, y + 0.07), (x + 0.3, y - 0.07), (x, y - 0.03)
    )
    ribs = [limb([(x, y + 0.12), (x + k, y - 0.045)], [0.005, 0.007]) for k in (-0.13, 0.13)]
    return [
        Layer(limb([(0.1, 0.7), (x, y)], [0.009, 0.009]), "dark", 0.3, fine=True),
        Layer(dome, slot, 0.62, "round", 0.2),
        *[Layer(rib, slot, 0.35, fine=True, line=False) for rib in ribs],
    ]


def _long_hair(rng: np.random.Generator, hair: Layer) -> Layers:
    if rng.random() < 0.5:
        return []
    fall = smooth((-0.07, 0.97), (-0.1, 0.85), (-0.11, 0.7), (0.0, 0.68), (0.11, 0.7), (0.1, 0.85), (0.07, 0.97))
    return [Layer(fall, hair.slot, hair.tone - 0.05, "tube", 1.5)]


def _head(rng: np.random.Generator, hair: Layer) -> Layers:
    look = between(rng, -0.015, 0.015)
    crown = smooth(
        (-0.072, 0.9),
        (-0.075, 0.985),
        (0.0, 1.025),
        (0.075, 0.985),
        (0.072, 0.9),
        (0.05, 0.96),
        (0, 0.972),
        (-0.05, 0.96),
    )
    layers = [
        Layer(ellipse(0, 0.915, 0.062, 0.078), "skin", 0.58, "round"),
        *[Layer(ellipse(look + s * 0.025, 0.922, 0.009, 0.008), "dark", 0.1, fine=True, line=False) for s in (-1, 1)],
        Layer(
            limb([(look - 0.015, 0.873), (look + 0.015, 0.873)], [0.007, 0.007]), "accent", 0.35, fine=True, line=False
        ),
        Layer(crown, hair.slot, hair.tone, "round"),
    ]
    if rng.random() < 0.55:
        brim, top = ellipse(0, 0.985, 0.14, 0.03), smooth((-0.08, 0.985), (-0.06, 1.06), (0.06, 1.06), (0.08, 0.985))
        straw = either(rng, "earth", "light", "warm")
        layers += [Layer(brim, straw, 0.6, "flat"), Layer(top, straw, 0.66, "round")]
        layers.append(
            Layer(limb([(-0.075, 0.995), (0.075, 0.995)], [0.012, 0.012]), "accent", 0.4, fine=True, line=False)
        )
    elif rng.random() < 0.6:
        layers.append(Layer(ellipse(0, 1.035, 0.042, 0.036), hair.slot, hair.tone + 0.03, "round"))
    return layers
