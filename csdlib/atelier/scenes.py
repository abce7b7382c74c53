"""What is painted: a scene is a stack of outlines with tone, colour role and form, sampled before any painter."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from csdlib.atelier.shapes import Points

#: The colour roles of a scene. A palette gives each a colour; ``dark`` and ``light`` also end every ramp of tones.
SLOTS = ("air", "far", "leaf", "earth", "warm", "cool", "accent", "skin", "light", "dark")

#: The role of a cast shadow: it has no colour of its own but darkens what it falls on.
SHADOW = "shadow"

#: How light falls on a layer: not at all, as on a ball, as on a tube, brighter downwards, darker downwards.
Form = Literal["flat", "round", "tube", "sky", "land"]


@dataclass(frozen=True)
class Layer:
    """One outlined area of a scene.

    Attributes:
        outline: (n, 2) float64 corners, y up. Figures: x around 0, y from 0 (feet) to about 1. Surroundings: x in
            [0, 1], y in [-1, 1] with 0 the horizon, 1 the top and -1 the bottom edge of the picture.
        slot: the colour role, one of ``SLOTS``, or ``SHADOW``.
        tone: brightness in [0, 1]; 0.5 shows the role's own colour.
        form: how light and strokes run over it.
        angle: direction of the strokes in radians, for forms that are not round.
        fine: a detail (an eye, a window) that a painter places with the small brush.
        line: whether painters who draw give it an outline.
    """

    outline: Points
    slot: str
    tone: float = 0.5
    form: Form = "flat"
    angle: float = 0.0
    fine: bool = False
    line: bool = True


@dataclass(frozen=True)
class Scene:
    """A scene as every painter meets it.

    Attributes:
        subject: what it shows.
        seed: the scene seed that it was sampled from.
        place: the name of its surroundings.
        surroundings: layers behind the figure, back to front.
        figure: layers of the subject, back to front.
        front: layers before the figure, in the coordinates of the surroundings.
        at: where the figure stands: x in [0, 1] and depth in [0, 1] below the horizon.
        scale: height of the figure in units of the picture's side.
        light: direction towards the light, radians (y up).
        horizon: height of the horizon above the bottom edge, in [0, 1].
    """

    subject: str
    seed: int
    place: str
    surroundings: tuple[Layer, ...]
    figure: tuple[Layer, ...]
    front: tuple[Layer, ...]
    at: tuple[float, float]
    scale: float
    light: float
    horizon: float


#: Samples the scene of a subject from a generator and a scene seed.
Sampler = Callable[[np.random.Generator], Scene]


def mirrored(layers: tuple[Layer, ...], about: float = 0.0) -> tuple[Layer, ...]:
    """The layers reflected at the vertical line x = ``about``."""
    return tuple(
        replace(layer, outline=layer.outline * (-1, 1) + (2 * about, 0), angle=np.pi - layer.angle) for layer in layers
    )


def either(rng: np.random.Generator, *choices: str) -> str:
    """One of the choices, all alike likely."""
    return choices[int(rng.integers(len(choices)))]


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number in [low, high), all alike likely."""
    return float(rng.uniform(low, high))
