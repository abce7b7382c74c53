"""Marks: where they start, how they run along a direction field, and how they are put on a canvas."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.composition import Map, View
from csdlib.atelier.painters import Brush

Canvas = NDArray[np.uint8]
Paths = NDArray[np.float64]

_SLANTS = {"horizontal": 0.0, "vertical": np.pi / 2, "diagonal": -np.pi / 4}


def noise(rng: np.random.Generator, cells: int, side: int) -> Map:
    """Soft noise, (side, side) float32 in about [-1, 1]; ``cells`` bumps a side, whatever the size in pixels."""
    coarse = rng.uniform(-1, 1, (cells + 2, cells + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def directions(view: View, brush: Brush, rng: np.random.Generator) -> Map:
    """The direction field that a painter's marks follow, (side, side) float32 radians."""
    bend = brush.curvature * noise(rng, 5, view.side)
    if brush.direction == "form":
        return view.flow + bend
    if brush.direction == "swirl":
        return np.where(view.figure, view.flow + 0.6 * bend, 2.5 * bend)
    if brush.direction == "cross":
        return np.where(view.figure, view.flow, -0.7) + bend
    # Eyes and windows keep their own direction, or they would be lost.
    return np.where(view.fine, view.flow, slant(brush.direction)) + bend


def slant(direction: str) -> float:
    """The angle of a fixed direction in radians with y down; 0 for those that are not fixed."""
    return _SLANTS.get(direction, 0.0)


def scattered(rng: np.random.Generator, gap: float) -> Paths:
    """Points on a shaken grid over the picture, in random order: (n, 2) float64 in units of the side."""
    count = max(2, round(1 / gap))
    axis = (np.arange(count) + 0.5) / count
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return rng.permutation(grid + rng.uniform(-0.6, 0.6, grid.shape) / count)


def within(rng: np.random.Generator, mask: NDArray[np.bool_], count: int) -> Paths:
    """Up to ``count`` scattered points that lie in a mask: (n, 2) float64 in units of the side."""
    points = scattered(rng, 0.01)
    return points[at(mask, points)][:count]


def at(field: NDArray[Any], points: Paths) -> NDArray[Any]:
    """The values of a pixel field at points in units of the side; points outside take the nearest pixel."""
    side = field.shape[0]
    index = np.clip((points * side).astype(int), 0, side - 1)
    return field[index[..., 1], index[..., 0]]


def trace(field: Map, starts: Paths, lengths: NDArray[np.float64], *, keep: NDArray[np.int32] | None = None) -> Paths:
    """Follows a direction field from the middle of each mark to both ends.

    Args:
        field: directions, (side, side) float32 radians.
        starts: the middles, (n, 2) in units of the side.
        lengths: (n,) lengths of the marks.
        keep: if given, a label map: a mark ends where the label changes.

    Returns:
        (n, 7, 2) float64 points.
    """
    first = at(field, starts)
    halves = [_follow(field, starts, (first + turn, lengths / 6), keep) for turn in (np.pi, 0.0)]
    return np.concatenate([halves[0][:, ::-1], starts[:, None], halves[1]], axis=1)


def _follow(field: Map, starts: Paths, course: tuple[Paths, Paths], keep: NDArray[np.int32] | None) -> Paths:
    heading, stride = course
    here, alive, points = starts, np.ones(len(starts), bool), []
    own = at(keep, starts) if keep is not None else None
    for _ in range(3):
        there = here + (alive * stride)[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        if keep is not None:
            alive = alive & (at(keep, there) == own)
            there = np.where(alive[:, None], there, here)
        points.append(there)
        turn = at(field, there) - heading
        heading = heading + turn - np.pi * np.round(turn / np.pi)
        here = there
    return np.stack(points, axis=1)


def ribbons(
    paths: Paths, widths: NDArray[np.float64], profile: tuple[float, ...] = (0.35, 0.8, 1, 1, 1, 0.8, 0.3)
) -> Paths:
    """The outlines of marks that swell and taper: paths (n, 7, 2) and widths (n,) to (n, 14, 2)."""
    offset = normals(paths) * (widths[:, None] * np.array(profile) / 2)[..., None]
    return np.concatenate([paths + offset, (paths - offset)[:, ::-1]], axis=1)


def normals(paths: Paths) -> Paths:
    """Unit vectors across the marks, (n, k, 2)."""
    along = np.gradient(paths, axis=1)
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-9)
    return np.stack([-along[..., 1], along[..., 0]], axis=2)


def strayed(colours: Map, jitter: float, rng: np.random.Generator) -> Map:
    """Colours (n, 3) in [0, 1] that stray in brightness and a little in hue."""
    shift = rng.normal(0, 0.16 * jitter, (len(colours), 1)) + rng.normal(0, 0.1 * jitter, (len(colours), 3))
    return np.clip(colours + shift, 0, 1).astype(np.float32)


def fill(canvas: Canvas, outlines: Paths, colours: NDArray[np.floating]) -> None:
    """Fills outlines (n, k, 2) one after the other with colours (n, channels) in [0, 1]."""
    corners = np.round(outlines * (canvas.shape[0] * 8)).astype(np.int32)
    for corner, colour in zip(corners, (colours * 255).tolist(), strict=True):
        cv2.fillPoly(canvas, [corner], colour, cv2.LINE_AA, 3)


def stroke(canvas: Canvas, paths: Paths, colours: NDArray[np.floating], width: float) -> None:
    """Draws open paths (n, k, 2) of one width in units of the side, with colours (n, channels) in [0, 1]."""
    corners = np.round(paths * (canvas.shape[0] * 8)).astype(np.int32)
    thickness = max(1, round(width * canvas.shape[0]))
    for corner, colour in zip(corners, (colours * 255).tolist(), strict=True):
        cv2.polylines(canvas, [corner], False, colour, thickness, cv2.LINE_AA, 3)


def bundles(paths: Paths, widths: NDArray[np.float64], places: NDArray[np.float64]) -> Paths:
    """Parallel paths beside each path, as bristles or the teeth of a comb leave them.

    Args:
        paths: (n, k, 2).
        widths: (n,) how wide each bundle is.
        places: (m,) or (n, m) places across the bundle, -0.5 to 0.5.

    Returns:
        (n * m, k, 2), the bundle of a path side by side.
    """
    shift = np.broadcast_to(places, (len(paths), places.shape[-1])) * widths[:, None]
    beside = paths[:, None] + shift[..., None, None] * normals(paths)[:, None]
    return beside.reshape(-1, *paths.shape[1:])


def streaks(rng: np.random.Generator, side: int, angle: float, *, fine: int = 130, long: int = 9) -> Map:
    """The furrows of a dry brush that runs in one direction: (side, side) float32 in about [-1, 1].

    Args:
        rng: decides where they run.
        side: pixels.
        angle: their direction, radians with y down.
        fine: furrows a side, across.
        long: how often a furrow changes along the side.
    """
    sheet = rng.uniform(-1, 1, (round(fine * 1.45), round(long * 1.45))).astype(np.float32)
    wide = cv2.resize(sheet, (round(side * 1.45),) * 2, interpolation=cv2.INTER_CUBIC)
    cos, sin, middle = np.cos(angle), np.sin(angle), side / 2
    turn = np.array([[cos, sin, 0], [-sin, cos, 0]])
    turn[:, 2] = side * 1.45 / 2 - turn[:, :2] @ (middle, middle)
    return np.asarray(cv2.warpAffine(wide, turn, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP))


def displaced(field: Map, drift: tuple[Map, Map], reach: float) -> Map:
    """A map whose values are carried off by two maps of drift, by up to ``reach`` units of the side."""
    axis = np.arange(len(field), dtype=np.float32)
    far = np.float32(reach * len(field))
    x, y = axis[None] + far * drift[0], axis[:, None] + far * drift[1]
    return np.asarray(cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), dtype=np.float32)
