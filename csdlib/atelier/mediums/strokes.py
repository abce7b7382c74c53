"""Mediums of single strokes: oil with bristles and relief, and dots of pure colour."""

import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import (
    Canvas,
    Paths,
    at,
    directions,
    fill,
    normals,
    ribbons,
    scattered,
    strayed,
    stroke,
    trace,
    within,
)
from csdlib.atelier.composition import Map, View
from csdlib.atelier.painters import Painter
from csdlib.atelier.surfaces import finished, opaque, primed, relief, rgb, weave


def oil(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Oil: broad strokes first, then the painter's own, then the details; every stroke has bristles and a height."""
    brush, canvas = painter.brush, primed(view, painter, channels=4)
    field = directions(view, brush, rng)
    gap = float(np.sqrt(brush.length * brush.width / brush.coverage))
    _strokes(canvas, view, painter, (scattered(rng, gap * 2.0), 2.1, field), rng)
    _strokes(canvas, view, painter, (scattered(rng, gap), 1.0, field), rng)
    _strokes(canvas, view, painter, (within(rng, view.figure, 260), 0.7, field), rng)
    _strokes(canvas, view, painter, (within(rng, view.fine, 200), 0.42, view.flow), rng)
    light = relief(canvas[..., 3], view.light, painter.brush.relief) + 0.035 * painter.ground.grain * weave(view.side)
    return finished(opaque(canvas) + rgb(light))


def _strokes(
    canvas: Canvas, view: View, painter: Painter, layer: tuple[Paths, float, Map], rng: np.random.Generator
) -> None:
    starts, size, field = layer
    brush, count = painter.brush, len(starts)
    lengths = brush.length * size * rng.uniform(0.6, 1.3, count)
    paths = trace(field, starts, lengths, keep=view.label if size <= 1 else None)
    colours = _mixed(canvas, view, painter, starts, rng)
    order = _order(colours, painter, rng)
    paths, colours = paths[order], colours[order]
    widths = np.minimum(brush.width * size * rng.uniform(0.7, 1.2, count), lengths)
    paint = np.concatenate([colours, rng.uniform(0.35, 0.65, (count, 1))], axis=1)
    fill(canvas, ribbons(paths, widths), paint)
    _bristles(canvas, painter, (paths, widths, paint), rng)


def _mixed(canvas: Canvas, view: View, painter: Painter, starts: Paths, rng: np.random.Generator) -> Map:
    """The colour of each stroke: what is seen there, a little of what lies there already, and some strayed hue."""
    seen = at(view.colour, starts)
    below = at(canvas[..., :3], starts) / 255
    colours = painter.brush.opacity * seen + (1 - painter.brush.opacity) * below
    return strayed(colours.astype(np.float32), painter.brush.jitter, rng)


def _order(colours: Map, painter: Painter, rng: np.random.Generator) -> NDArray[np.intp]:
    """Light over dark, dark over light, or as it comes; never strictly, or strokes would look sorted."""
    sign = {"light": 1.0, "dark": -1.0, "any": 0.0}[painter.brush.order]
    return np.argsort(sign * colours.mean(axis=1) + rng.uniform(0, 0.5, len(colours)))


def _bristles(canvas: Canvas, painter: Painter, strokes: tuple[Paths, Paths, Paths], rng: np.random.Generator) -> None:
    paths, widths, paint = strokes
    count, bristles = len(paths), painter.brush.bristles
    across = normals(paths)
    for place in np.linspace(-0.36, 0.36, bristles):
        shift = (widths * (place + rng.uniform(-0.04, 0.04, count)))[:, None, None] * across
        step = rng.normal(0, 0.02, (count, 1)) * (1, 1, 1, 0) + rng.uniform(-0.3, 0.35, (count, 1)) * (0, 0, 0, 1)
        width = float(painter.brush.width) / (bristles * 2.2)
        stroke(canvas, (paths + shift)[:, 1:6], np.clip(paint + step, 0, 1), width)


def dots(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Points or dashes of broken colour that mix in the eye; smaller ones on the figure's details."""
    brush, canvas = painter.brush, primed(view, painter)
    field = directions(view, brush, rng)
    gap = float(np.sqrt(brush.length * brush.width / brush.coverage))
    for starts, size in (
        (scattered(rng, gap * 1.7), 2.0),
        (scattered(rng, gap), 1.0),
        (within(rng, view.figure, 500), 0.85),
        (within(rng, view.fine, 350), 0.6),
    ):
        _dabs(
            canvas, (starts, brush.length * size, brush.width * size, field), _broken(view, painter, starts, rng), rng
        )
    grain = 0.03 * painter.ground.grain * weave(view.side)
    return finished(canvas.astype(np.float32) / 255 + rgb(grain))


def _dabs(canvas: Canvas, marks: tuple[Paths, float, float, Map], colours: Map, rng: np.random.Generator) -> None:
    """Small ellipses, drawn as eight-cornered outlines along the field."""
    starts, length, width, field = marks
    angle = at(field, starts)[:, None] + rng.normal(0, 0.12, (len(starts), 1))
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    size = rng.uniform(0.75, 1.15, (len(starts), 1)) / 2
    x, y = size * length * np.cos(turn), size * width * np.sin(turn)
    outline = np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], axis=2)
    fill(canvas, outline + starts[:, None], colours)


def _broken(view: View, painter: Painter, starts: Paths, rng: np.random.Generator) -> Map:
    """Pure, strayed hues instead of mixed ones: every sixth dot takes the opposite colour at the same brightness."""
    seen = at(view.colour, starts)
    grey = seen.mean(axis=1, keepdims=True)
    push = np.where(rng.random((len(seen), 1)) < 0.17, -0.8, 1.3).astype(np.float32)
    return strayed(np.clip(grey + (seen - grey) * push, 0, 1), painter.brush.jitter, rng)
