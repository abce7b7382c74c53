"""Mediums of areas: flat print, cut paper, linocut, stained glass and facets."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas, at, directions, fill, noise, ribbons, scattered, trace
from csdlib.atelier.composition import Map, View
from csdlib.atelier.mediums.drawings import outlines
from csdlib.atelier.mediums.plan import seams, shape_mask, stepped, without_details
from csdlib.atelier.painters import Painter
from csdlib.atelier.scenes import SHADOW, Layer
from csdlib.atelier.surfaces import finished, framed, paper, plain, primed, relief, rgb

#: The number of the piece that each pixel belongs to, (side, side), from 0 without a gap.
Cells = NDArray[np.int64]


def flat_print(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """A print from wood blocks: flat colours, a gradation in the sky, wood grain, one clean outline."""
    flat = stepped(view, round(painter.brush.coverage))
    fade = 0.45 * np.clip(1 - np.linspace(0, 3.2, view.side, dtype=np.float32), 0, 1)[:, None] * ~view.figure
    flat = flat * rgb(1 - fade) + rgb(fade) * plain(view.palette.colour("cool", 0.32), fade.shape)
    grain = cv2.resize(
        rng.uniform(-1, 1, (110, 7)).astype(np.float32), (view.side, view.side), interpolation=cv2.INTER_CUBIC
    )
    canvas = finished(flat * rgb(1 + 0.1 * painter.ground.grain * grain))
    outlines(canvas, view, painter, rng)
    return framed(canvas, view, painter)


def cut_paper(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Snipped sheets of coloured paper, laid one over the other; each casts a small shadow."""
    sheet = primed(view, painter).astype(np.float32) / 255
    fibre = rgb(1 + 0.1 * painter.ground.grain * paper(rng, view.side))
    for layer in view.layers:
        mask, box = _snipped(layer, view.side)
        if layer.slot == SHADOW or not mask.size:
            continue
        cast = _cast(mask, view.light, painter.brush.width * view.side)
        sheet[box] *= rgb(1 - 0.42 * cast)
        colour = view.palette.colour(layer.slot, layer.tone + float(rng.normal(0, 0.09 * painter.brush.jitter)))
        sheet[box] += rgb(mask) * (plain(colour, mask.shape) * fibre[box] - sheet[box])
    return finished(sheet)


def _snipped(layer: Layer, side: int) -> tuple[Map, tuple[slice, slice]]:
    """A layer cut out with few straight snips: its mask in [0, 1] and the window where it lies."""
    coarse = min(0.02, 0.06 * float(np.ptp(layer.outline, axis=0).min()))
    corners = cv2.approxPolyDP(layer.outline.astype(np.float32)[:, None], coarse, True)[:, 0].astype(np.float64)
    return shape_mask(corners, side)


def _cast(mask: Map, light: float, reach: float) -> Map:
    """The soft shadow that a sheet casts on those below."""
    shift = np.array([[1, 0, -np.cos(light) * reach], [0, 1, -np.sin(light) * reach]], np.float32)
    moved = cv2.warpAffine(mask, shift, (mask.shape[1], mask.shape[0]))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), reach * 0.5), dtype=np.float32)


def linocut(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Linocut: flat colour blocks under a dark key block, from which the light is carved along the forms."""
    brush, side = painter.brush, view.side
    ink = view.palette.colour(painter.line.slot, painter.line.tone)
    colour = np.roll(stepped(view, 1), round(0.006 * side), axis=1)
    canvas = finished(colour)
    cv2.copyTo(plain(finished(ink), view.tone.shape), (view.tone < 0.36).view(np.uint8), canvas)
    # A gouge turns slowly: less than half of the bend that a brush would take.
    field = directions(view, replace(brush, curvature=0.4 * brush.curvature), rng)
    _gouges(canvas, view, painter, (field, (0.5, 0.36), None), rng)
    _gouges(canvas, view, painter, (field, (0.36, 0.12), colour), rng)
    _gouges(canvas, view, painter, (field, (0.95, 0.66), view.palette.colour("light", 0.95)[None, None]), rng)
    outlines(canvas, view, painter, rng)
    pale = (0.55 * canvas + 0.45 * primed(view, painter)).astype(np.uint8)
    cv2.copyTo(pale, (noise(rng, 110, side) > 0.78).view(np.uint8), canvas)
    return framed(canvas, view, painter)


def _gouges(
    canvas: Canvas,
    view: View,
    painter: Painter,
    cut: tuple[Map, tuple[float, float], Map | None],
    rng: np.random.Generator,
) -> None:
    """Tapered cuts in one range of tones; where ink is left the cut shows ``bare``, elsewhere it leaves ink."""
    field, (high, low), bare = cut
    brush = painter.brush
    # A gouge cuts no farther than a few of its widths: longer cuts would cross each other and look like cracks.
    length = min(brush.length, 7 * brush.width)
    starts = scattered(rng, float(np.sqrt(length * brush.width * 2.2 / brush.coverage)))
    tone = at(view.tone, starts)
    starts = starts[(tone < high) & (tone >= low) & ~at(view.fine, starts)]
    tone = at(view.tone, starts)
    strength = (high - tone) / (high - low) if bare is None else (tone - low) / (high - low)
    paths = trace(field, starts, length * rng.uniform(0.6, 1.1, len(starts)), keep=view.label)
    ink = np.broadcast_to(view.palette.colour(painter.line.slot, painter.line.tone), (len(starts), 3))
    shown = ink if bare is None else at(np.broadcast_to(bare, view.colour.shape), starts)
    fill(canvas, ribbons(paths, brush.width * (0.35 + 0.6 * strength), (0.1, 0.6, 0.9, 1, 0.8, 0.5, 0.05)), shown)


def glass(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Stained glass: every pane has one colour and its own glow; lead runs between the panes."""
    cells = _cells(view, painter, rng)
    colour = _cell_colours(view, cells, painter, rng)
    glow = 1 + 0.16 * painter.brush.opacity * noise(rng, 26, view.side)
    lead = seams(cells, max(1, round(painter.line.width * view.side)))
    edge = cv2.GaussianBlur(lead, (0, 0), view.side * 0.012)
    pane = np.clip(colour * rgb(glow) * rgb(1.12 - 0.45 * edge), 0, 1)
    came = view.palette.colour(painter.line.slot, painter.line.tone)
    shine = relief((cv2.GaussianBlur(lead, (0, 0), view.side * 0.003) * 255).astype(np.uint8), view.light, 0.8)
    return finished(pane * rgb(1 - lead) + rgb(lead) * (plain(came, lead.shape) + rgb(np.clip(shine, 0, 1))))


def facets(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Facets: the scene broken into planes, each shaded from one edge to the other."""
    cells = _cells(view, painter, rng)
    colour = _cell_colours(view, cells, painter, rng)
    count = int(cells.max()) + 1
    angle = rng.uniform(0, 2 * np.pi, count).astype(np.float32)
    axis = np.linspace(0, 1, view.side, dtype=np.float32)
    x, y = np.broadcast_to(axis[None], cells.shape), np.broadcast_to(axis[:, None], cells.shape)
    middle = _means(cells, x, y)
    slope = (x - middle[:, 0][cells]) * np.cos(angle)[cells] + (y - middle[:, 1][cells]) * np.sin(angle)[cells]
    plane = colour + 2.6 * painter.brush.opacity * rgb(slope)
    ridge = cv2.GaussianBlur(seams(cells, 1), (0, 0), view.side * 0.002)
    grain = 0.05 * painter.ground.grain * paper(rng, view.side)
    return finished(np.clip(plane, 0.03, 0.97) * rgb(1 - 0.25 * ridge) + rgb(grain))


def _cells(view: View, painter: Painter, rng: np.random.Generator) -> Cells:
    """Numbers the pieces: nearest seed (more seeds on the figure) within each seen layer."""
    side = view.side
    seeds = np.concatenate([scattered(rng, 1 / np.sqrt(painter.brush.coverage)), _figure_seeds(view, painter, rng)])
    field = np.full((side, side), 255, np.uint8)
    index = np.clip((seeds * side).astype(int), 0, side - 1)
    field[index[:, 1], index[:, 0]] = 0
    _, nearest = cv2.distanceTransformWithLabels(field, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    # Details are painted on the pieces, not cut out: they take the number of the layer they lie on.
    key = without_details(view).astype(np.int64) * (len(seeds) + 1) + nearest
    # Numbered anew without gaps.
    return (np.cumsum(np.bincount(key.ravel()) > 0) - 1)[key]


def _figure_seeds(view: View, painter: Painter, rng: np.random.Generator) -> NDArray[np.float64]:
    """Extra seeds on the figure, so that its forms are built of smaller pieces."""
    points = scattered(rng, painter.brush.length)
    return points[at(view.figure, points)]


def _cell_colours(view: View, cells: Cells, painter: Painter, rng: np.random.Generator) -> Map:
    means = _means(cells, *(view.colour[..., k] for k in range(3)))
    lift = rng.normal(0, 0.16 * painter.brush.jitter, (len(means), 1))
    pieces = np.clip(means * (1 + lift), 0, 1).astype(np.float32).take(cells, axis=0)
    return np.asarray(cv2.copyTo(view.colour, view.fine.view(np.uint8), pieces))


def _means(cells: Cells, *maps: Map) -> Map:
    """The mean of each map over every cell, (cells, maps) float32."""
    flat = cells.ravel()
    totals = np.stack([np.bincount(flat, weights=values.ravel()) for values in maps], axis=1)
    return (totals / np.bincount(flat)[:, None]).astype(np.float32)
