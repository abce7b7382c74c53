"""Painters whose habits are drawn independently of one another, so that no habit gives away another.

The catalogue's painters are designed: who paints in dots is bright, too. What a probe says of their light it may have
from the dots. An invented painter has every habit from a draw of its own, so that only the habit itself can tell.
"""

from functools import lru_cache
from typing import Literal

import numpy as np

from csdlib.atelier.catalogue import PAINTERS
from csdlib.atelier.mediums import MEDIUMS
from csdlib.atelier.painters import Brush, Colours, Composition, Direction, Ground, Harmony, Light, Line, Painter
from csdlib.atelier.palettes import FAMILIES
from csdlib.errors import require_range
from csdlib.files import seeded

#: Habits in the units of a medium: a mark is a stroke in oil and a piece of glass in a window.
OF_A_MEDIUM = ("length", "width", "coverage")

#: How far beyond what the catalogue's painters of a medium do, down and up.
_BEYOND = 1.4

#: No mark of a brush is longer, in units of the picture's side.
LONGEST = 2.0

_HARMONIES: tuple[Harmony, ...] = ("free", "monochrome", "analogous", "complementary", "triadic")
_SIDES: tuple[Literal["scene", "left", "right"], ...] = ("scene", "left", "right")
_ORDERS: tuple[Literal["any", "light", "dark"], ...] = ("any", "light", "dark")
_DIRECTIONS: tuple[Direction, ...] = ("form", "horizontal", "vertical", "diagonal", "swirl", "cross")


@lru_cache
def usual_range(medium: str, habit: str) -> tuple[float, float]:
    """Between which values a habit of the brush lies in a medium: the catalogue's, and a little beyond.

    Args:
        medium: a key of ``MEDIUMS``.
        habit: one of ``OF_A_MEDIUM``.

    Example:
        >>> [round(end, 4) for end in usual_range("oil", "width")]
        [0.01, 0.0336]
    """
    values = [getattr(painter.brush, habit) for painter in PAINTERS.values() if painter.medium == medium]
    return min(values) / _BEYOND, max(values) * _BEYOND


def invented_painters(count: int, *, seed: int = 0) -> list[Painter]:
    """Painters with habits that are drawn independently, all values of a habit alike likely.

    Args:
        count: how many.
        seed: of the draws; painter i is the same whatever the count.

    Raises:
        InputError: a count below 1.

    Example:
        >>> first, second = invented_painters(2)
        >>> first.name, second == invented_painters(3)[1]
        ('Invented 0 0', True)
    """
    require_range("count", count, 1, 10_000)
    return [_invented(number, seed) for number in range(count)]


def _invented(number: int, seed: int) -> Painter:
    rng = seeded("invented painter", seed, number)
    medium = str(rng.choice(list(MEDIUMS)))
    return Painter(
        f"Invented {seed} {number}",
        str(rng.choice(list(FAMILIES))),
        medium,
        colours=_colours(rng),
        brush=_brush(rng, medium),
        line=Line(width=_or_none(rng, 0.003, 0.012)),
        light=_light(rng),
        ground=_ground(rng),
        composition=Composition(rng.uniform(0.8, 1.3), rng.uniform(-0.12, 0.12), rng.uniform(-0.12, 0.12)),
    )


def _or_none(rng: np.random.Generator, low: float, high: float) -> float:
    """Nothing, half of the time; else a number in the range."""
    return float(rng.uniform(low, high)) * bool(rng.random() < 0.5)


def _colours(rng: np.random.Generator) -> Colours:
    harmony = _HARMONIES[int(rng.integers(len(_HARMONIES)))]
    pull, saturation = rng.uniform(0.3, 0.9), rng.uniform(0.5, 1.4)
    return Colours(harmony, hue=rng.uniform(0, 360), pull=pull, saturation=saturation)


def _brush(rng: np.random.Generator, medium: str) -> Brush:
    ends = {habit: np.log(usual_range(medium, habit)) for habit in OF_A_MEDIUM}
    sizes = {habit: float(np.exp(rng.uniform(low, high))) for habit, (low, high) in ends.items()}
    sizes["length"] = min(sizes["length"], LONGEST)
    return Brush(
        **sizes,
        curvature=rng.uniform(0, 1),
        opacity=rng.uniform(0.4, 1),
        order=_ORDERS[int(rng.integers(3))],
        direction=_DIRECTIONS[int(rng.integers(len(_DIRECTIONS)))],
        jitter=rng.uniform(0, 0.9),
        bristles=int(rng.integers(1, 7)),
        relief=rng.uniform(0, 1),
    )


def _light(rng: np.random.Generator) -> Light:
    side = _SIDES[int(rng.integers(3))]
    return Light(rng.uniform(0.8, 1.6), rng.uniform(-0.1, 0.2), _or_none(rng, 0.2, 0.6), side)


def _ground(rng: np.random.Generator) -> Ground:
    slot = ("light", "dark", "earth", "cool")[int(rng.integers(4))]
    return Ground(slot, rng.uniform(0.15, 0.95), rng.uniform(0, 1.2), _or_none(rng, 0.03, 0.07))
