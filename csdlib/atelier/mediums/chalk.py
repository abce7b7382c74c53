"""Pastel: chalk that catches on the tooth of toned paper."""

import cv2
import numpy as np

from csdlib.atelier.brushes import (
    Canvas,
    Paths,
    at,
    bundles,
    directions,
    fill,
    noise,
    ribbons,
    scattered,
    strayed,
    trace,
    within,
)
from csdlib.atelier.composition import Map, View
from csdlib.atelier.mediums.plan import contours
from csdlib.atelier.painters import Painter
from csdlib.atelier.surfaces import finished, framed, lay, opaque, primed, rgb, softened, tooth

_BLUNT = (0.85, 1.0, 1.0, 1.0, 1.0, 1.0, 0.85)


def pastel(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Chalk on toned paper: rubbed in, then laid in bundles of parallel strokes that the paper breaks.

    Fields: ``ground`` is the paper, ``ground.grain`` its tooth; ``length`` and ``width`` those of a stroke;
    ``bristles`` how many lie side by side; ``direction`` and ``curvature`` where they run; ``opacity`` how hard the
    chalk is pressed; ``coverage`` how much is covered; ``jitter`` how far colours are broken; ``relief`` how little
    is rubbed: 0 is all smudged, 1 all loose chalk. ``line`` draws contours with the edge of the chalk.
    """
    brush = painter.brush
    rough = tooth(rng, view.side)
    sheet = primed(view, painter).astype(np.float32) / 255
    field = directions(view, brush, rng)
    gap = float(np.sqrt(brush.length * brush.width * max(1, brush.bristles) / brush.coverage))
    _rubbed(sheet, view, painter, rough, rng)
    _chalk(sheet, view, painter, (scattered(rng, gap * 1.5), 1.5, 0.75, field, rough), rng)
    _smudge(sheet, view, painter, rng)
    _chalk(sheet, view, painter, (scattered(rng, gap), 1.0, 1.0, field, rough), rng)
    _smudge(sheet, view, painter, rng)
    starts = scattered(rng, 0.75 * gap)
    _chalk(sheet, view, painter, (starts[at(view.figure, starts)], 0.7, 1.3, field, rough), rng)
    _chalk(sheet, view, painter, (within(rng, view.fine, 200), 0.3, 2.0, view.flow, rough), rng)
    _edges(sheet, view, painter, rough, rng)
    sheet += rgb(0.14 * painter.ground.grain * (0.5 - rough))
    return framed(finished(sheet), view, painter)


def _held(pressure: Map, painter: Painter, rough: Map) -> Map:
    """How much chalk the paper takes at a pressure in [0, 1]: only its heights, until it is pressed in."""
    grain = 0.2 + 0.8 * painter.ground.grain
    held = (0.75 + 1.6 * grain) * pressure - 1.6 * grain * rough + 0.1
    return np.asarray(np.minimum(np.maximum(held, 0.15 * pressure), np.minimum(4 * pressure, 1)), dtype=np.float32)


def _rubbed(sheet: Map, view: View, painter: Painter, rough: Map, rng: np.random.Generator) -> None:
    """Colour rubbed into the paper with the side of the chalk and the hand."""
    soft = 0.004 + 0.012 * (1 - painter.brush.relief)
    colour = softened(view.colour.astype(np.float32), soft)
    pressure = (1.1 - 0.6 * painter.brush.relief) * (0.9 + 0.25 * noise(rng, 7, view.side))
    lay(sheet, 0.85 * _held(pressure * painter.brush.opacity, painter, rough), colour)


def _chalk(
    sheet: Map,
    view: View,
    painter: Painter,
    marks: tuple[Paths, float, float, Map, Map],
    rng: np.random.Generator,
) -> None:
    starts, size, press, field, rough = marks
    brush, many = painter.brush, max(1, painter.brush.bristles // (1 if size >= 1 else 2))
    if not len(starts):
        return
    paths = trace(field, starts, brush.length * size * rng.uniform(0.7, 1.2, len(starts)), keep=view.label)
    places = np.linspace(-0.5, 0.5, many) if many > 1 else np.zeros(1)
    wide = np.full(len(starts), brush.width * max(many - 1, 1) * min(size, 1) * 1.15)
    paths = bundles(paths, wide, places + rng.uniform(-0.1, 0.1, (len(starts), many)) / many)
    paths = paths + rng.normal(0, 0.08 * brush.length * size, (len(paths), 1, 1)) * (paths[:, 6:] - paths[:, :1])
    colours = strayed(at(view.colour, starts), 0.7 * brush.jitter * min(1.4, size), rng)
    colours = strayed(np.repeat(colours, many, axis=0), 0.15 + 0.35 * brush.jitter, rng)
    pressure = np.clip(brush.opacity * press * rng.uniform(0.45, 1.2, len(paths)), 0.05, 1)
    canvas = np.asarray(cv2.cvtColor(finished(sheet), cv2.COLOR_RGB2RGBA), dtype=np.uint8)
    canvas[..., 3] = 0
    widths = np.full(len(paths), brush.width * min(size, 1.2))
    fill(canvas, ribbons(paths, widths, _BLUNT), np.concatenate([colours, pressure[:, None]], axis=1))
    lay(sheet, _held(canvas[..., 3] / np.float32(255), painter, rough), opaque(canvas))


def _smudge(sheet: Map, view: View, painter: Painter, rng: np.random.Generator) -> None:
    """Rubs places with a finger: there the grain is gone."""
    share = np.clip(0.7 - 1.1 * painter.brush.relief + 0.7 * noise(rng, 6, view.side), 0, 1) * ~view.fine
    if share.any():
        lay(sheet, share, softened(sheet, 0.009))


def _edges(sheet: Map, view: View, painter: Painter, rough: Map, rng: np.random.Generator) -> None:
    if not painter.line.width:
        return
    line = contours(view, painter, rng, passes=2, pressure=0.7)
    held = _held(line * np.clip(0.85 + 0.3 * noise(rng, 9, view.side), 0, 1), painter, rough)
    lay(sheet, held, view.palette.colour(painter.line.slot, painter.line.tone))
