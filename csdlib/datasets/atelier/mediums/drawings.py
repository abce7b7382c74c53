"""Mediums of line and wash: pen hatching and watercolour."""

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.datasets.atelier.brushes import Canvas, at, directions, noise, scattered, stroke, trace
from csdlib.datasets.atelier.composition import Map, View, pixels, slot_numbers
from csdlib.datasets.atelier.painters import Painter
from csdlib.datasets.atelier.scenes import Layer
from csdlib.datasets.atelier.shapes import Points
from csdlib.datasets.atelier.surfaces import finished, framed, paper, primed


def outlines(canvas: Canvas, view: View, painter: Painter, rng: np.random.Generator, passes: int = 1) -> None:
    """Draws the outline of every drawn layer where it is seen, with an unsteady hand."""
    ink = (view.palette.colour(painter.line.slot, painter.line.tone) * 255).tolist()
    sheet = np.zeros((view.side, view.side), np.uint8)
    for number, layer in enumerate(view.layers):
        if _is_drawn(layer, painter):
            mark = np.zeros_like(sheet)
            width = max(1, round(painter.line.width * view.side * (0.6 if layer.fine else 1)))
            for _ in range(passes):
                hand = _shaken(layer.outline, painter.line.wobble, rng)
                cv2.polylines(mark, [pixels(hand, view.side)], True, 255, width, cv2.LINE_AA, 3)
            sheet = np.where(view.label > number, sheet, np.maximum(sheet, mark))
    blend = (sheet * _parting(view))[..., None].astype(np.float32) / 255
    canvas[:] = (canvas * (1 - blend) + np.array(ink, np.float32) * blend).astype(np.uint8)


def _is_drawn(layer: Layer, painter: Painter) -> bool:
    """Whether a layer gets an outline: around an eye that is hardly wider than the line it would only be a blot."""
    extent = float(np.ptp(layer.outline, axis=0).max())
    return (layer.line or layer.fine) and extent > 4 * painter.line.width


def _parting(view: View) -> Map:
    """Lines within one colour of the figure are drawn faintly, or limbs would look jointed: (side, side) in [0, 1]."""
    slots = slot_numbers(view.layers).astype(np.uint8)[view.label]
    reach = np.ones((round(0.02 * view.side),) * 2, np.uint8)
    same = cv2.dilate(slots, reach) == cv2.erode(slots, reach)
    return np.where(same & view.figure, np.float32(0.35), np.float32(1))


def _shaken(outline: Points, wobble: float, rng: np.random.Generator) -> Points:
    """An outline whose corners drift slowly: neighbours drift alike."""
    knots = rng.normal(0, wobble, (6, 2))
    drift = np.linspace(0, 6, len(outline), endpoint=False)
    low, share = drift.astype(int), (drift % 1)[:, None]
    return outline + knots[low] * (1 - share) + knots[(low + 1) % 6] * share


def hatching(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Pen on tinted paper: the darker a place, the more layers of lines cross it; white is set on last."""
    canvas, brush = primed(view, painter), painter.brush
    grain = paper(rng, view.side)[..., None]
    tint = np.clip(brush.opacity * (0.9 + 0.25 * grain), 0, 1)
    canvas[:] = finished(canvas / np.float32(255) * (1 - tint) + tint * view.colour)
    field = directions(view, brush, rng)
    turns = (0.0, 0.9, -0.8, 1.6) if brush.direction == "cross" else (0.0, 0.25, 1.3, -0.2)
    for turn, limit in zip(turns, (0.56, 0.42, 0.3, 0.18), strict=True):
        _hatch(canvas, view, painter, (field + np.float32(turn), limit), rng)
    outlines(canvas, view, painter, rng, passes=2)
    _highlights(canvas, view, painter, field, rng)
    canvas = finished(canvas / np.float32(255) + 0.05 * painter.ground.grain * grain)
    return framed(canvas, view, painter)


def _hatch(canvas: Canvas, view: View, painter: Painter, lines: tuple[Map, float], rng: np.random.Generator) -> None:
    field, limit = lines
    brush = painter.brush
    starts = scattered(rng, float(np.sqrt(brush.length * brush.width * 2.4 / brush.coverage)))
    starts = starts[at(view.tone, starts) < limit + rng.normal(0, 0.03, len(starts))]
    paths = trace(field, starts, brush.length * rng.uniform(0.5, 1.1, len(starts)), keep=view.label)
    ink = view.palette.colour(painter.line.slot, painter.line.tone)
    colours = np.clip(ink + rng.uniform(0, 0.12, (len(starts), 1)), 0, 1)
    stroke(canvas, paths, colours, brush.width)


def _highlights(canvas: Canvas, view: View, painter: Painter, field: Map, rng: np.random.Generator) -> None:
    starts = scattered(rng, 0.028)
    starts = starts[at(view.tone, starts) > 0.74]
    paths = trace(field, starts, np.full(len(starts), painter.brush.length * 0.7), keep=view.label)
    chalk = np.broadcast_to(view.palette.colour("light", 1.0), (len(starts), 3))
    stroke(canvas, paths, chalk, painter.brush.width)


def watercolour(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Transparent washes, one an area: pigment runs to the wet edges, settles in the paper, and blooms."""
    sheet = primed(view, painter).astype(np.float32) / 255
    grain = paper(rng, view.side)
    wander, bloom = noise(rng, 24, view.side) + 0.5 * noise(rng, 60, view.side), noise(rng, 7, view.side)
    areas = _merged(view)
    for number in np.unique(areas):
        _wash(sheet, view, painter, (areas == number, grain, wander, bloom))
    canvas = finished(sheet)
    if painter.line.width:
        outlines(canvas, view, painter, rng)
    return framed(canvas, view, painter)


def _merged(view: View) -> NDArray[np.int32]:
    """The label map in which a lighter or darker strip belongs to the larger area of its colour: one wash for both."""
    owner: dict[str, int] = {}
    numbers = []
    for number, layer in enumerate(view.layers):
        if layer.line or layer.fine or layer.slot not in owner:
            owner[layer.slot] = number
        numbers.append(owner[layer.slot])
    return np.array(numbers, dtype=np.int32)[view.label]


def _wash(sheet: Map, view: View, painter: Painter, wash: tuple[NDArray[np.bool_], Map, Map, Map]) -> None:
    area, grain, wander, bloom = wash
    box = _window(area, round(0.02 * view.side))
    if box is None:
        return
    # A detail is washed with a small brush, or it would run into its surroundings.
    share = 0.25 if view.fine[area].any() else 1.0
    brush, soft = painter.brush, max(0.8, painter.brush.width * view.side * share)
    body = cv2.GaussianBlur(area[box].astype(np.float32), (0, 0), soft * 0.5)
    wet = np.clip((body + 0.22 * wander[box] - 0.45 - 0.08 * brush.curvature) * 5 + 0.5, 0, 1)
    edge = np.clip(wet - cv2.GaussianBlur(wet, (0, 0), soft * 0.6), 0, 1)
    load = (
        brush.opacity * (1 + 0.35 * brush.curvature * bloom[box])
        + 1.1 * edge
        + 0.14 * painter.ground.grain * grain[box]
    )
    density = (wet * np.clip(load, 0, 1.2))[..., None]
    tone = cv2.GaussianBlur(view.colour[box], (0, 0), soft * 0.35)
    sheet[box] *= 1 - np.clip(density, 0, 1) * (1 - np.clip(tone * 1.04, 0, 1))


def _window(area: NDArray[np.bool_], rim: int) -> tuple[slice, slice] | None:
    """The rows and columns around an area, widened by a rim; None if it is empty."""
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    if not len(rows):
        return None
    return (
        slice(max(0, rows[0] - rim), rows[-1] + rim + 1),
        slice(max(0, columns[0] - rim), columns[-1] + rim + 1),
    )
