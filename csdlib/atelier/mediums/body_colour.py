"""Gouache: opaque, matte colour in few tones, laid shape over shape with a brush that runs dry at the edges."""

import cv2
import numpy as np

from csdlib.atelier.brushes import (
    Canvas,
    at,
    bundles,
    directions,
    displaced,
    fill,
    noise,
    ribbons,
    scattered,
    slant,
    strayed,
    streaks,
    trace,
)
from csdlib.atelier.composition import Map, View, slot_numbers
from csdlib.atelier.mediums.plan import contours, own_tones, shape_mask, tone_steps
from csdlib.atelier.painters import Painter
from csdlib.atelier.scenes import SHADOW, Layer
from csdlib.atelier.surfaces import finished, framed, lay, paper, plain, primed, rgb

#: Streaks of a few directions, by number, and the chalky grain of the paint.
Furrows = tuple[list[Map], Map]

_TURNS = 4


def gouache(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """Flat shapes from back to front, shade and light upon them, loose strokes, then the details.

    Fields: ``width`` is the breadth of the brush: how far edges fray and how broad loose strokes are; ``length``
    that of the loose strokes; ``bristles`` how dry the brush is; ``direction`` and ``curvature`` where it runs;
    ``opacity`` how well it hides the ground; ``coverage`` the share of loose strokes (0.05 for none); ``jitter``
    how far shapes slip from their places and stray in colour; ``order`` which loose strokes there are, lights,
    darks or both; ``relief`` how strong the shade is. ``ground`` shows between the shapes; ``line`` is a dry
    contour.
    """
    grain = paper(rng, view.side)
    furrows = _furrows(view, painter, rng), grain
    sheet = primed(view, painter).astype(np.float32) / 255 * rgb(1 + 0.06 * painter.ground.grain * grain)
    for layer in view.layers:
        _coat(sheet, view, painter, (layer, furrows), rng)
    _second_coat(sheet, view, painter, furrows, rng)
    canvas = finished(sheet)
    if painter.brush.coverage > 0.05:
        _loose(canvas, view, painter, rng)
    sheet = canvas.astype(np.float32) / 255
    _line(sheet, view, painter, furrows, rng)
    _details(sheet, view)
    chalky = 0.93 * sheet + 0.045 + rgb(0.035 * painter.ground.grain * grain)
    return framed(finished(chalky), view, painter)


def _furrows(view: View, painter: Painter, rng: np.random.Generator) -> list[Map]:
    """Streaks along the brush: in one direction, or in four among which each form chooses."""
    brush = painter.brush
    drift = noise(rng, 5, view.side), noise(rng, 5, view.side)
    fine = round(np.clip(2.4 / brush.width, 40, 150))
    if brush.direction in ("form", "swirl"):
        angles = [np.pi * k / _TURNS for k in range(_TURNS)]
    else:
        angles = [slant(brush.direction)] + ([-slant("diagonal")] if brush.direction == "cross" else [])
    maps = [streaks(rng, view.side, angle, fine=fine, long=7) for angle in angles]
    return [displaced(one, drift, 0.035 * brush.curvature) for one in maps] if brush.curvature else maps


def _choice(layer: Layer, furrows: Furrows) -> Map:
    maps = furrows[0]
    return maps[round(layer.angle / np.pi * len(maps)) % len(maps)]


def _coat(sheet: Map, view: View, painter: Painter, coat: tuple[Layer, Furrows], rng: np.random.Generator) -> None:
    """One shape in one colour, a little out of place, frayed where the brush leaves it."""
    layer, furrows = coat
    brush, extent = painter.brush, float(np.ptp(layer.outline, axis=0).min())
    slip = rng.normal(0, 0.006 * brush.jitter, 2) * min(1.0, extent * 8) * (not layer.fine)
    mask, box = shape_mask(layer.outline + slip, view.side)
    if not mask.size:
        return
    streak = _choice(layer, furrows)[box]
    fray = min(brush.width, 0.25 * extent) * view.side
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.6, 0.3 * fray))
    dry = 0.06 * brush.bristles * min(1.0, extent * 10)
    edge = np.clip((soft + dry * streak * (soft < 0.98) - 0.45) * 7 + 0.5, 0, 1)
    bare = np.clip((streak - 0.15 - 0.6 * brush.opacity + 0.03 * brush.bristles) * 5, 0, 1)
    hide = 1 - (0.95 - 0.6 * brush.opacity) * bare
    if layer.slot == SHADOW:
        sheet[box] *= 1 - rgb(0.3 * edge * hide) * plain(1 - view.palette.colour("dark", 0.4), edge.shape)
        return
    tone = layer.tone + rng.normal(0, 0.09 * brush.jitter)
    colour = strayed(view.palette.colour(layer.slot, tone)[None], 0.35 * brush.jitter, rng)[0]
    patch = np.ascontiguousarray(sheet[box])
    lay(patch, edge * hide, plain(colour, edge.shape) * rgb(1 + 0.03 * streak))
    sheet[box] = patch


def _second_coat(sheet: Map, view: View, painter: Painter, furrows: Furrows, rng: np.random.Generator) -> None:
    """Shade and light in one further tone each, brushed on dry."""
    slots, own = slot_numbers(view.layers).take(view.label), own_tones(view)
    streak = furrows[0][0] if len(furrows[0]) == 1 else _by_angle(view, furrows[0])
    lean = view.tone - own + 0.03 * noise(rng, 10, view.side)
    dry = (0.012 + 0.012 * painter.brush.bristles) * streak
    shade, light, dark = (
        np.clip((sign * lean - limit + dry) * 16, 0, 1) for sign, limit in ((-1, 0.06), (1, 0.07), (-1, 0.2))
    )
    step = (0.1 + 0.16 * painter.brush.relief) * (light - shade - 0.7 * dark)
    cover = 0.9 * np.minimum(1, (shade + light) * 4) * ~view.fine
    lay(sheet, cover, view.palette.shades(slots, tone_steps(own + step)))


def _by_angle(view: View, maps: list[Map]) -> Map:
    """The streaks that run with the form, pixel by pixel."""
    index = np.round(view.flow / np.pi * len(maps)).astype(int) % len(maps)
    return np.asarray(np.choose(index, maps), dtype=np.float32)


def _loose(canvas: Canvas, view: View, painter: Painter, rng: np.random.Generator) -> None:
    """Few separate strokes, lighter or darker than what they lie on: leaves, grass, folds."""
    brush = painter.brush
    gap = float(np.sqrt(brush.length * brush.width * 5 / brush.coverage))
    starts = scattered(rng, gap)
    starts = starts[~at(view.fine, starts) & (rng.random(len(starts)) < 0.75)]
    lengths = brush.length * rng.uniform(0.5, 1.2, len(starts))
    paths = trace(directions(view, brush, rng), starts, lengths, keep=view.label)
    push = {"light": (0.1, 0.24), "dark": (-0.22, -0.1), "any": (-0.18, 0.2)}[brush.order]
    tone = at(view.tone, starts) + rng.uniform(*push, len(starts))
    slots = slot_numbers(view.layers)[at(view.label, starts)]
    colours = strayed(view.palette.shades(slots, tone_steps(tone)), 0.5 * brush.jitter, rng)
    hairs = max(1, min(brush.bristles, 6))
    width = np.minimum(brush.width * rng.uniform(0.6, 1.1, len(starts)), 0.45 * lengths)
    fan = bundles(paths, width * (hairs > 1), np.linspace(-0.4, 0.4, hairs))
    fan = fan + rng.normal(0, 0.07, (len(fan), 1, 1)) * (fan[:, 6:] - fan[:, :1])
    fill(canvas, ribbons(fan, np.repeat(width, hairs) / hairs * 1.25), np.repeat(colours, hairs, axis=0))


def _line(sheet: Map, view: View, painter: Painter, furrows: Furrows, rng: np.random.Generator) -> None:
    if not painter.line.width:
        return
    line = contours(view, painter, rng, pressure=0.8)
    dry = np.clip(0.95 - 0.1 * painter.brush.bristles * np.clip(furrows[0][0] + 0.6 * furrows[1], 0, 1), 0, 1)
    lay(sheet, line * dry, view.palette.colour(painter.line.slot, painter.line.tone))


def _details(sheet: Map, view: View) -> None:
    """Eyes and windows, crisp, with a fine brush."""
    cover = cv2.GaussianBlur(view.fine.astype(np.float32), (0, 0), 0.0018 * view.side) * view.fine
    lay(sheet, np.clip(1.6 * cover, 0, 1), view.colour)
