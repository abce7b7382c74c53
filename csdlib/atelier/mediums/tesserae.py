"""Mosaic: small stones in rows that follow the forms, with grout between them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas, Paths, at, fill, noise, scattered, slant, strayed
from csdlib.atelier.composition import Map, View
from csdlib.atelier.mediums.plan import seams, to_border, without_details
from csdlib.atelier.painters import Painter
from csdlib.atelier.surfaces import finished, framed, opaque, paper, primed, relief, rgb

#: Places of stones, (n, 2) in units of the side, and the directions of their rows, (n,) radians.
Stones = tuple[Paths, NDArray[np.floating]]


def mosaic(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Stones set in rows: along the contours of the figure, and behind it in the rows of the painter's choice.

    Fields: ``width`` is the breadth of a row, ``length`` the length of a stone (alike: squares); ``bristles`` the
    rows that follow each contour before the straight ones begin, ``direction`` the course of these (``form``: all
    rows follow contours), ``curvature`` how far they wind; ``coverage`` how close the stones lie (1 leaves wide
    joints, 2 hardly any), ``opacity`` how regular they are cut; ``jitter`` how the colours vary, ``relief`` how the
    stones tilt and shine; ``ground`` is the grout, ``ground.grain`` its sand; ``line`` sets a row of dark stones as
    contour.
    """
    brush = painter.brush
    canvas = primed(view, painter, channels=4)
    sand = rgb(0.12 * painter.ground.grain * paper(rng, view.side))
    canvas[..., :3] = finished(opaque(canvas) * 0.75 + 0.12 * view.colour + sand)
    areas = without_details(view)
    far = to_border(seams(areas, 1))
    size, length = _stone(painter)
    for stones, share in (
        (_straight(view, painter, far > size * brush.bristles, rng), 1.0),
        (_along(far * ~view.figure, size, _rows(painter), length), 1.0),
        (_along(far * view.figure, 0.72 * size, 99, 0.72 * length), 0.72),
    ):
        _set(canvas, painter, (*stones, share), strayed(at(view.colour, stones[0]), brush.jitter, rng), rng)
    fillers = _gaps(view, canvas, size, rng)
    _set(canvas, painter, (*fillers, 0.6), strayed(at(view.colour, fillers[0]), brush.jitter, rng), rng)
    _contour_stones(canvas, view, painter, rng)
    _details(canvas, view, size)
    shine = relief(canvas[..., 3], view.light, 0.06 + 0.9 * brush.relief)
    return framed(finished(opaque(canvas) + rgb(shine)), view, painter)


def _stone(painter: Painter) -> tuple[float, float]:
    """Breadth and length of a stone; a mosaic of smaller ones would be a photograph."""
    return max(painter.brush.width, 0.008), max(painter.brush.length, 0.008)


def _rows(painter: Painter) -> int:
    return 99 if painter.brush.direction == "form" else painter.brush.bristles


def _along(far: Map, size: float, rows: int, length: float) -> Stones:
    """Stones in rows at equal distances from the borders."""
    side = len(far)
    found: list[Stones] = [(np.zeros((0, 2)), np.zeros(0))]
    for row in range(min(rows, int(float(far.max()) / size + 0.5))):
        inside = (far > (row + 0.5) * size).astype(np.uint8)
        for curve in cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]:
            if len(curve) > max(8, 0.87 * length * side):
                found.append(_spaced(curve[:, 0] / side, length))
    joined, turns = (np.concatenate(part) for part in zip(*found, strict=True))
    # No row runs along the edge of the picture.
    inner = (np.abs(joined - 0.5) < 0.5 - 1.5 / side).all(axis=1)
    return _thinned(joined[inner], turns[inner], 0.72 * min(size, length))


def _spaced(curve: Paths, length: float) -> Stones:
    """Places at equal steps along a closed curve, and the direction of the curve there."""
    count = len(curve)
    closed = np.concatenate([curve[-2:], curve, curve[:2]])
    smooth = np.mean([closed[k : k + count] for k in range(4, -1, -1)], axis=0)
    step = np.linalg.norm(np.diff(smooth, axis=0, append=smooth[:1]), axis=1)
    run = np.concatenate([[0.0], np.cumsum(step)])
    stones = max(1, round(run[-1] / length))
    index = np.searchsorted(run, np.arange(stones) * run[-1] / stones).clip(0, count - 1)
    ahead = smooth[(index + 3) % count] - smooth[(index - 3) % count]
    return smooth[index], np.arctan2(ahead[:, 1], ahead[:, 0])


def _thinned(places: Paths, angles: NDArray[np.floating], gap: float) -> Stones:
    """Leaves out stones that would lie on others: one stays in every square of a fine grid, shifted twice."""
    keep = np.arange(len(places))
    for shift in (0.0, 0.5):
        cell = np.floor(places[keep] / gap + shift).astype(np.int64)
        first = np.unique(cell[:, 0] * 100_003 + cell[:, 1], return_index=True)[1]
        keep = keep[np.sort(first)]
    return places[keep], angles[keep]


def _straight(view: View, painter: Painter, free: NDArray[np.bool_], rng: np.random.Generator) -> Stones:
    """Stones in parallel, bricklike rows, that wind a little, where ``free``."""
    brush = painter.brush
    if brush.direction == "form":
        return np.zeros((0, 2)), np.zeros(0)
    angle, (size, length) = slant(brush.direction), _stone(painter)
    v, u = np.meshgrid(np.arange(-0.8, 0.8, size), np.arange(-0.8, 0.8, length), indexing="ij")
    u = u + 0.5 * length * (np.arange(len(u)) % 2)[:, None]
    wind = (0.16 if brush.direction == "swirl" else 0.05) * brush.curvature * noise(rng, 4, 128)
    middles = np.stack([u, v], axis=-1).reshape(-1, 2)
    ahead = middles + np.array([0.01, 0.0])
    here, there = (p + np.stack([0 * p[:, 0], at(wind, p / 1.6 + 0.5)], axis=1) for p in (middles, ahead))
    lean = np.arctan2(there[:, 1] - here[:, 1], 0.01)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    places = here @ turn + 0.5
    fits = ((places > -0.02) & (places < 1.02)).all(axis=1) & at(free & ~view.figure, places)
    return places[fits], (lean + angle)[fits]


def _set(
    canvas: Canvas,
    painter: Painter,
    stones: tuple[Paths, NDArray[np.floating], float],
    colours: Map,
    rng: np.random.Generator,
) -> None:
    """Lays the stones: each a slightly irregular four-cornered piece of its own colour and tilt."""
    places, angles, share = stones
    brush, count = painter.brush, len(places)
    rough = 0.34 * (1 - brush.opacity)
    fit = share * np.clip(0.66 + 0.14 * brush.coverage, 0.6, 0.97) / 2
    corner = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) + rng.uniform(-rough, rough, (count, 4, 2))
    corner = corner * np.array(_stone(painter)[::-1]) * fit
    turn = angles + rng.normal(0, 0.5 * rough, count)
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x, y = corner[..., 0] * cos - corner[..., 1] * sin, corner[..., 0] * sin + corner[..., 1] * cos
    tilt = 1 + 0.16 * brush.relief * rng.normal(0, 1, (count, 1))
    height = np.full((count, 1), 0.85)
    paint = np.concatenate([np.clip(colours * tilt, 0, 1), height], axis=1)
    fill(canvas, np.stack([x, y], axis=2) + places[:, None], paint)


def _gaps(view: View, canvas: Canvas, size: float, rng: np.random.Generator) -> Stones:
    """Places for small stones where rows have met and left a gap."""
    far = to_border(canvas[..., 3].astype(np.float32))
    places = scattered(rng, 0.5 * size)
    places = places[at(far, places) > 0.26 * size]
    return _thinned(places, at(view.flow, places), 0.6 * size)


def _contour_stones(canvas: Canvas, view: View, painter: Painter, rng: np.random.Generator) -> None:
    """A row of dark stones around the figure."""
    if not painter.line.width:
        return
    size, length = _stone(painter)
    outside = to_border(view.figure.astype(np.float32))
    places, angles = _along(np.where(view.figure, 0, outside), size, 1, 0.8 * length)
    dark = np.broadcast_to(view.palette.colour(painter.line.slot, painter.line.tone), (len(places), 3))
    _set(canvas, painter, (places, angles, 0.8), strayed(dark, 0.5 * painter.brush.jitter, rng), rng)


def _details(canvas: Canvas, view: View, size: float) -> None:
    """Eyes and windows in small stones of their own colour."""
    cell = max(5, round(0.8 * size * view.side))
    axis = np.arange(view.side) % cell == 0
    shade = np.where(axis[:, None] | axis[None], np.float32(0.84), np.float32(1))
    stones = np.asarray(cv2.cvtColor(finished(view.colour * rgb(shade)), cv2.COLOR_RGB2RGBA))
    stones[..., 3] = 215
    cv2.copyTo(stones, view.fine.view(np.uint8), canvas)
