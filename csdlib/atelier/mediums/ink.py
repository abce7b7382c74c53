"""Ink wash: diluted ink on bare paper, in graded washes and few broad strokes of a brush that runs dry."""

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import (
    Canvas,
    Paths,
    at,
    bundles,
    directions,
    displaced,
    noise,
    scattered,
    streaks,
    stroke,
    trace,
)
from csdlib.atelier.composition import Map, View, slot_numbers
from csdlib.atelier.mediums.plan import contours
from csdlib.atelier.painters import Painter
from csdlib.atelier.scenes import SLOTS
from csdlib.atelier.surfaces import finished, framed, lay, paper, plain, primed, rgb, softened


def ink_wash(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Ink on paper: bare where it is light, hills that fade into mist, dry strokes, a seal.

    Fields: ``line.slot`` and ``line.tone`` name the ink, ``line.width`` the brush of the contours (0 for none) and
    ``line.wobble`` its freedom; ``opacity`` is the strength of the washes, ``curvature`` how far they bleed,
    ``coverage`` how much of the paper is worked; ``length`` and ``width`` are those of the broad strokes,
    ``bristles`` how dry they are; ``jitter`` how much colour is in the ink, ``relief`` the size of the red seal,
    ``ground.grain`` the fibres.
    """
    drift = (noise(rng, 30, view.side) + 0.5 * noise(rng, 90, view.side), noise(rng, 28, view.side))
    grain = paper(rng, view.side)
    ink = 1 - (1 - _washes(view, painter, drift, rng)) * (1 - _broad(view, painter, grain, rng))
    line = _lines(view, painter, grain, rng)
    ink = np.clip(1 - (1 - ink) * (1 - line), 0, 1)
    sheet = primed(view, painter).astype(np.float32) / 255 * rgb(1 + 0.05 * painter.ground.grain * grain)
    lay(sheet, ink, _inks(view, painter, drift))
    canvas = finished(sheet)
    _sealed(canvas, view, painter, rng)
    return framed(canvas, view, painter)


def _inks(view: View, painter: Painter, drift: tuple[Map, Map]) -> Map:
    """The colour of the ink everywhere: black, or tinted by the scene; the accent is always in colour."""
    ink = view.palette.colour(painter.line.slot, painter.line.tone)
    accent = slot_numbers(view.layers).take(view.label) == SLOTS.index("accent")
    share = np.where(accent & (view.figure | view.fine), max(0.75, painter.brush.jitter), painter.brush.jitter)
    spread = displaced(share.astype(np.float32), drift, 0.004 + 0.01 * painter.brush.curvature)
    tint = cv2.GaussianBlur(view.colour, (0, 0), 0.004 * view.side)
    black = plain(ink, spread.shape)
    return black + rgb(spread) * (0.85 * tint - black)


def _washes(view: View, painter: Painter, drift: tuple[Map, Map], rng: np.random.Generator) -> Map:
    """How much ink the washes leave, (side, side) in [0, 1]: in three strengths, and mist at the foot of every form."""
    brush = painter.brush
    limit = 0.42 + 0.22 * brush.coverage - 0.06 * ~view.figure
    depth = np.clip((limit - view.tone) / 0.48, 0, 1)
    hills = slot_numbers(view.layers).take(view.label) == SLOTS.index("far")
    depth = np.where(hills & ~view.figure, np.maximum(depth, 0.3 * np.sqrt(brush.coverage)), depth)
    depth = 0.6 * np.round(depth * 3 + 0.3 * noise(rng, 9, view.side)) / 3 + 0.4 * depth
    depth = np.where(view.figure, depth, np.maximum(depth * _mist(view), _around(view)))
    wet = noise(rng, 6, view.side)
    crisp = displaced(depth.astype(np.float32), drift, 0.003 + 0.012 * brush.curvature)
    soft = softened(crisp, 0.004 + 0.022 * brush.curvature)
    bled = crisp + np.clip(0.5 + wet + 0.6 * brush.curvature - 0.5 * view.figure, 0, 1) * (soft - crisp)
    rim = np.clip(crisp - softened(crisp, 0.007), 0, 1)
    detail = np.where(view.fine, np.clip(0.75 - view.tone, 0, 1) * 1.3, 0).astype(np.float32)
    return np.clip(np.maximum((bled + 0.7 * rim) * (1 + 0.25 * wet), detail) * brush.opacity, 0, 1)


def _around(view: View) -> Map:
    """A light figure is left bare and shaded around, or it would be lost on the paper: (side, side) in [0, 1]."""
    near = softened(view.figure.astype(np.float32), 0.035)
    light = cv2.blur(view.figure * np.clip(view.tone - 0.5, 0, 0.3), (round(0.09 * view.side),) * 2)
    return np.asarray(np.clip(near * 1.3, 0, 1) * np.clip(light * 6, 0, 0.5), dtype=np.float32)


def _mist(view: View) -> Map:
    """How much ink is left from the top (1) to the foot (0.15) of each layer behind the figure."""
    ends = np.array([(layer.outline[:, 1].min(), layer.outline[:, 1].max()) for layer in view.layers], dtype=np.float32)
    top, bottom = (end.take(view.label) for end in np.clip(ends, 0, 1).T)
    row = np.linspace(0, 1, view.side, dtype=np.float32)[:, None]
    share = np.clip((row - top) / np.maximum(bottom - top, 0.05), 0, 1)
    return 0.15 + 0.85 * (1 - share) ** 1.7


def _broad(view: View, painter: Painter, grain: Map, rng: np.random.Generator) -> Map:
    """Broad strokes of a brush that runs dry, (side, side) in [0, 1]."""
    brush = painter.brush
    field = directions(view, brush, rng)
    starts = scattered(rng, float(np.sqrt(brush.length * brush.width * 0.9 / brush.coverage)))
    figure = at(view.figure, starts)
    dark = at(view.tone, starts) < np.where(figure, 0.36, 0.14) + 0.14 * brush.coverage
    starts = starts[dark & ~at(view.fine, starts)]
    lengths = brush.length * rng.uniform(0.6, 1.3, len(starts))
    paths = trace(field, starts, lengths, keep=view.label)
    depth = np.clip(1.15 - 1.2 * at(view.tone, starts), 0.15, 1) * np.where(at(view.figure, starts), 1.0, 0.55)
    sheet = np.zeros((view.side, view.side), np.uint8)
    if len(starts):
        _fans(sheet, painter, paths, depth, rng)
    dry = np.clip(1.25 - (0.25 + 0.5 * painter.ground.grain) * np.clip(grain + 0.3, 0, 1), 0, 1)
    return np.asarray(sheet / np.float32(255) * dry, dtype=np.float32)


def _fans(
    sheet: NDArray[np.uint8], painter: Painter, paths: Paths, depth: NDArray[np.floating], rng: np.random.Generator
) -> None:
    """Draws every stroke as a fan of bristles; each pales, and gives out where it likes."""
    brush = painter.brush
    hairs = 2 + round(float(np.clip(brush.width * 220, 2, 14)))
    places = np.linspace(-0.5, 0.5, hairs)
    fan = bundles(paths, brush.width * rng.uniform(0.7, 1.2, len(paths)), places)
    dryness = np.clip(0.12 * brush.bristles, 0, 1)
    # Each hair starts and ends a little elsewhere.
    slip = rng.normal(0, 0.06, (len(fan), 1, 1)) + np.tile(0.25 * places**2, len(paths))[:, None, None]
    fan = fan + slip * (fan[:, 6:] - fan[:, :1])
    ends = np.round(7 - 4.5 * dryness * rng.random(len(fan)) ** 1.5).astype(int)
    index = np.minimum(np.arange(7), ends[:, None] - 1)
    fan = np.take_along_axis(fan, index[..., None], axis=1)
    load = np.repeat(depth, hairs) * rng.uniform(1 - 0.75 * dryness, 1, len(fan))
    for first, fade in ((0, 0.95), (2, 0.75), (4, 0.5)):
        stroke(sheet, fan[:, first : first + 3], (load * fade)[:, None], brush.width / hairs * 1.25)


def _lines(view: View, painter: Painter, grain: Map, rng: np.random.Generator) -> Map:
    """Contours that swell, thin and run dry."""
    if not painter.line.width:
        return np.zeros((view.side, view.side), np.float32)
    line = contours(view, painter, rng, pressure=0.9)
    dry = noise(rng, 8, view.side) + 0.7 * streaks(rng, view.side, 0.9, fine=160, long=40) + 0.5 * grain
    strength = np.clip(1.1 - painter.brush.bristles * 0.09 * np.clip(dry + 0.2, 0, 1.2), 0.05, 1)
    return np.asarray(line * strength * np.where(view.figure, np.float32(0.9), np.float32(0.6)), dtype=np.float32)


def _sealed(canvas: Canvas, view: View, painter: Painter, rng: np.random.Generator) -> None:
    """Stamps a red seal into the lower corner that the figure leaves free."""
    size = round(0.085 * painter.brush.relief * view.side)
    if size < 4:
        return
    half = view.side // 2
    left = view.figure[half:, :half].sum() <= view.figure[half:, half:].sum()
    rim = round((0.05 + painter.ground.margin) * view.side)
    row, column = view.side - rim - size, rim if left else view.side - rim - size
    sign = cv2.resize((rng.random((5, 4)) < 0.6).astype(np.float32), (size, size), interpolation=cv2.INTER_NEAREST)
    sign[: size // 8], sign[-(size // 8) :], sign[:, : size // 8], sign[:, -(size // 8) :] = 1, 1, 1, 1
    patch = canvas[row : row + size, column : column + size]
    red = view.palette.colour("accent", 0.42) * 255
    patch[:] = (patch + (0.85 * sign)[..., None] * (red - patch)).astype(np.uint8)
