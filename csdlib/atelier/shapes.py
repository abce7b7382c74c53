"""Outlines: the few curves that every subject is built of. x to the right, y up, in units of the subject's height."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Knots = Sequence[tuple[float, float]]

#: A round outline of 28 corners, and cosine and sine over half a turn: a limb's round end.
_CIRCLE = np.stack([f(np.linspace(0, 2 * np.pi, 28, endpoint=False)) for f in (np.cos, np.sin)], axis=1)
_CAP = np.array([f(np.linspace(-np.pi / 2, np.pi / 2, 7)) for f in (np.cos, np.sin)])[..., None]


def polygon(*knots: tuple[float, float]) -> Points:
    """The corners as (n, 2) float64."""
    return np.array(knots, dtype=np.float64)


def box(left: float, bottom: float, width: float, height: float) -> Points:
    """A rectangle.

    Example:
        >>> box(0, 0, 2, 1).tolist()
        [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]]
    """
    return polygon((left, bottom), (left + width, bottom), (left + width, bottom + height), (left, bottom + height))


def ellipse(x: float, y: float, rx: float, ry: float, *, turn: float = 0.0) -> Points:
    """An ellipse of 28 corners around (x, y), turned by ``turn`` radians."""
    return turned(_CIRCLE * (rx, ry), turn) + np.array([x, y])


def turned(points: Points, angle: float) -> Points:
    """Points (n, 2) turned around the origin by ``angle`` radians.

    Example:
        >>> turned(np.array([[1.0, 0.0]]), np.pi / 2).round(6).tolist()
        [[0.0, 1.0]]
    """
    cos, sin = np.cos(angle), np.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def smooth(*knots: tuple[float, float], closed: bool = True, steps: int = 6) -> Points:
    """A curve through the knots (Catmull-Rom), (n * steps, 2) float64."""
    p = np.array(knots, dtype=np.float64)
    before, after = (p[-1:], p[:2]) if closed else (p[:1], np.repeat(p[-1:], 2, axis=0))
    p = np.concatenate([before, p, after])
    a, b, c, d = p[:-3, None], p[1:-2, None], p[2:-1, None], p[3:, None]
    t, t2, t3 = _powers(steps)
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t2 + (3 * b - a - 3 * c + d) * t3)
    return curve.reshape(-1, 2)


@lru_cache
def _powers(steps: int) -> tuple[NDArray[np.float64], ...]:
    """A parameter in [0, 1), its square and its cube, each (1, steps, 1)."""
    t = (np.arange(steps) / steps)[None, :, None]
    return t, t**2, t**3


def limb(knots: Knots, radii: Sequence[float]) -> Points:
    """A soft tube along the knots whose radius changes from knot to knot: legs, tails, necks, branches."""
    spine = smooth(*knots, closed=False)
    radius = np.interp(_spaced(len(spine)), _spaced(len(radii)), radii)[:, None]
    direction = np.gradient(spine, axis=0)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
    normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    cos, sin = _CAP
    tip = spine[-1] + radius[-1] * (cos * direction[-1] - sin * -normal[-1])
    tail = spine[0] + radius[0] * (-cos * direction[0] + sin * -normal[0])
    return np.concatenate([spine - radius * normal, tip, (spine + radius * normal)[::-1], tail])


@lru_cache
def _spaced(count: int) -> NDArray[np.float64]:
    """From 0 to 1 in ``count`` steps; asked for so often that it is kept."""
    return np.linspace(0, 1, count)


def cloudlet(
    rng: np.random.Generator, centre: tuple[float, float], radii: tuple[float, float], bumps: int = 9
) -> Points:
    """A lumpy round outline: a cloud, a bush, a part of a crown."""
    angle = np.linspace(0, 2 * np.pi, bumps, endpoint=False) + rng.uniform(-0.2, 0.2, bumps)
    reach = rng.uniform(0.82, 1.15, bumps)
    knots = np.stack(
        [centre[0] + radii[0] * reach * np.cos(angle), centre[1] + radii[1] * reach * np.sin(angle)], axis=1
    )
    return smooth(*[(float(x), float(y)) for x, y in knots])


def ridge(rng: np.random.Generator, height: float, rough: float, *, knots: int = 9) -> Points:
    """The upper edge of a land form over x in [-0.1, 1.1], closed at y = 0; ``rough`` scales its ups and downs."""
    x = np.linspace(-0.1, 1.1, knots)
    y = height * (1 + rough * rng.uniform(-1, 1, knots))
    crest = smooth(*[(float(a), float(b)) for a, b in zip(x, y, strict=True)], closed=False)
    return np.concatenate([crest, polygon((1.1, 0.0), (-0.1, 0.0))])
