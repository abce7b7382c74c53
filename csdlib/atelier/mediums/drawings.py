"""Mediums of line and wash: pen hatching and watercolour."""

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas, at, directions, noise, scattered, stroke, trace
from csdlib.atelier.composition import Map, View
from csdlib.atelier.mediums.plan import contours, merged, window
from csdlib.atelier.painters import Painter
from csdlib.atelier.surfaces import finished, framed, paper, plain, primed, rgb, softened


def outlines(
    canvas: Canvas,
    view: View,
    painter: Painter,
    rng: np.random.Generator,
    passes: int = 1,
    *,
    pressure: float = 0.0,
) -> None:
    """Draws the outline of every drawn layer where it is seen, with an unsteady hand."""
    ink = view.palette.colour(painter.line.slot, painter.line.tone) * 255
    blend = rgb(contours(view, painter, rng, passes=passes, pressure=pressure))
    canvas[:] = (canvas * (1 - blend) + plain(ink, (view.side, view.side)) * blend).astype(np.uint8)


def hatching(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Pen on tinted paper: the darker a place, the more layers of lines cross it; white is set on last."""
    canvas, brush = primed(view, painter), painter.brush
    grain = paper(rng, view.side)
    tint = np.clip(brush.opacity * (0.9 + 0.25 * grain), 0, 1)
    canvas[:] = finished(canvas / np.float32(255) * rgb(1 - tint) + rgb(tint) * view.colour)
    field = directions(view, brush, rng)
    turns = (0.0, 0.9, -0.8, 1.6) if brush.direction == "cross" else (0.0, 0.25, 1.3, -0.2)
    for turn, limit in zip(turns, (0.56, 0.42, 0.3, 0.18), strict=True):
        _hatch(canvas, view, painter, (field + np.float32(turn), limit), rng)
    outlines(canvas, view, painter, rng, passes=2)
    _highlights(canvas, view, painter, field, rng)
    canvas = finished(canvas / np.float32(255) + rgb(0.05 * painter.ground.grain * grain))
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
    """Transparent washes, one an area: pigment runs to the wet edges, settles in the paper, and blooms.

    Fields: ``width`` is how far washes wander from their outlines, ``curvature`` how wet they are (blooms with
    crinkled rims, an ink line that bleeds), ``opacity`` how much pigment; ``coverage`` up to 1.5 leaves the lights
    as bare paper, 3 covers all; ``ground`` is the paper; ``line`` a pen line that swells and breaks off.
    """
    sheet = primed(view, painter).astype(np.float32) / 255
    grain = paper(rng, view.side)
    wander, bloom = noise(rng, 24, view.side) + 0.5 * noise(rng, 60, view.side), noise(rng, 7, view.side)
    pigment = _pigment(view, painter, grain, wander, bloom)
    areas = merged(view)
    for number in np.flatnonzero(np.bincount(areas.ravel())):
        _wash(sheet, view, painter, (areas == number, pigment, wander))
    _pen(sheet, view, painter, bloom, rng)
    return framed(finished(sheet), view, painter)


def _pigment(view: View, painter: Painter, grain: Map, wander: Map, bloom: Map) -> Map:
    """How much pigment the water carries everywhere: less in the lights, pushed to a crinkled rim where it bloomed."""
    brush = painter.brush
    # A bloom has a dark crinkled rim, is pale within it, and fades towards its middle.
    run = bloom + 0.3 * wander - 0.34
    rim = np.where(run < 0, np.exp(-((run / 0.07) ** 2)), -np.exp(-run / 0.16))
    load = brush.opacity * (1 + brush.curvature * (0.35 * bloom + 0.36 * rim))
    bare = np.clip((view.tone - 0.52 - 0.08 * brush.coverage) * 2.2, 0, 0.8) * ~view.fine
    return np.asarray(load * (1 - bare) + 0.16 * painter.ground.grain * grain, dtype=np.float32)


def _wash(sheet: Map, view: View, painter: Painter, wash: tuple[NDArray[np.bool_], Map, Map]) -> None:
    area, pigment, wander = wash
    box = window(area, round(0.02 * view.side))
    # A detail is washed with a small brush, or it would run into its surroundings.
    share = 0.25 if (view.fine & area).any() else 1.0
    brush, soft = painter.brush, max(0.8, painter.brush.width * view.side * share)
    body = cv2.GaussianBlur(area[box].astype(np.float32), (0, 0), soft * 0.5)
    wet = np.clip((body + 0.22 * wander[box] - 0.45 - 0.08 * brush.curvature) * 5 + 0.5, 0, 1)
    edge = np.clip(wet - cv2.GaussianBlur(wet, (0, 0), soft * 0.6), 0, 1)
    density = rgb(wet * np.clip(pigment[box] + 1.1 * edge, 0, 1))
    tone = cv2.GaussianBlur(view.colour[box], (0, 0), soft * 0.35)
    sheet[box] *= 1 - density * (1 - np.clip(tone * 1.04, 0, 1))


def _pen(sheet: Map, view: View, painter: Painter, bloom: Map, rng: np.random.Generator) -> None:
    """A pen line that swells and breaks off, and bleeds where the paper is wet."""
    if not painter.line.width:
        return
    line = contours(view, painter, rng, pressure=0.8)
    spread = softened(line, 0.009) * np.clip(0.3 + 1.6 * bloom, 0, 1)
    cover = np.clip(line * (0.95 - 0.3 * painter.brush.curvature) + 1.3 * painter.brush.curvature * spread, 0, 0.95)
    ink = view.palette.colour(painter.line.slot, painter.line.tone)
    sheet *= 1 - rgb(cover) * plain(1 - ink, cover.shape)
