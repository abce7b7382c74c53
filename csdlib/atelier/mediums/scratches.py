"""Scratchboard: light lines scratched out of a dark ground."""

import cv2
import numpy as np

from csdlib.atelier.brushes import Canvas, noise, slant
from csdlib.atelier.composition import Map, View
from csdlib.atelier.mediums.plan import contours, seams, to_border, without_details
from csdlib.atelier.painters import Painter
from csdlib.atelier.surfaces import finished, framed, lay, plain, primed, rgb

#: How far the lines of the second and third layer turn against the first: along them, or across.
_PLAIN, _CROSSED = (0.0, 0.0, 1.2), (0.0, 0.9, -0.8)


def scratchboard(view: View, painter: Painter, rng: np.random.Generator) -> Canvas:
    """A board of dark ink: the lighter a place, the broader and denser the lines that are scratched from it.

    Fields: ``ground`` is the ink, ``ground.grain`` how worn it is; ``width`` that of a scratch in full light,
    ``length`` of a scratch until the tool is set anew, ``bristles`` its teeth (1 a needle, more a comb),
    ``direction`` and ``curvature`` where scratches run (``form``: along the forms, round ones in rings), ``jitter``
    how unsteady they are; ``coverage`` how close they lie; ``opacity`` how much colour lies below the ink (0 white
    board, 1 the colours of the scene); ``relief`` how it glows through thin ink; ``order`` what is scratched:
    ``any`` all, ``light`` the figure before a dark ground, ``dark`` the ground behind a dark figure. ``line`` is
    the scratched contour.
    """
    board, light = _board(view, painter), _bared(view, painter)
    worn = painter.ground.grain * np.clip(noise(rng, 170, view.side) + 0.5 * noise(rng, 5, view.side) - 0.95, 0, 1)
    thin = 0.25 * painter.brush.relief * light + 1.5 * worn + 0.02 * noise(rng, 40, view.side)
    sheet = primed(view, painter).astype(np.float32) / 255
    lay(sheet, thin, board)
    bare = np.maximum(_lines(view, painter, light, rng), _contour(view, painter, rng))
    bare = np.where(view.fine, np.clip((view.tone - 0.38) * 8, 0, 0.95), np.maximum(bare, _rim(view)))
    lay(sheet, bare, board)
    return framed(finished(sheet), view, painter)


def _board(view: View, painter: Painter) -> Map:
    """The colours below the ink: from a white board to the colours of the scene, always light."""
    red, green, blue = cv2.split(view.colour)
    strongest = np.maximum(np.maximum(red, green), np.maximum(blue, np.float32(0.2)))
    share = np.float32(painter.brush.opacity)
    lift = share * 0.9 * (0.4 + 0.6 / strongest)
    white = 0.1 * share + (1 - share) * view.palette.colour("light", 0.95)
    return view.colour * rgb(lift) + plain(white, lift.shape)


def _bared(view: View, painter: Painter) -> Map:
    """How light it is to be, (side, side) in [0, 1]."""
    figure, behind = {"any": (1.1, 0.66), "light": (1.2, 0.28), "dark": (0.1, 1.1)}[painter.brush.order]
    return np.clip(view.tone * 1.25 - 0.16, 0, 1) * np.where(view.figure, np.float32(figure), np.float32(behind))


def _lines(view: View, painter: Painter, light: Map, rng: np.random.Generator) -> Map:
    """Three layers of scratches, (side, side) in [0, 1]; each begins where it is light enough."""
    brush = painter.brush
    turns = _CROSSED if brush.direction == "cross" else _PLAIN
    spacing = max(brush.width, 0.003) * 2.1 / np.sqrt(brush.coverage)
    spacing = np.where(view.figure, np.float32(0.8 * spacing), np.float32(spacing))
    bare = np.zeros_like(light)
    courses = {turn: _course(view, painter, turn, rng) for turn in dict.fromkeys(turns)}
    for layer, (turn, limit) in enumerate(zip(turns, (0.06, 0.5, 0.74), strict=True)):
        across, along = courses[turn]
        wobble = 0.55 * brush.jitter * noise(rng, 36, view.side) + 0.5 * layer * (turn == 0)
        widths = brush.width * np.clip(0.3 + 1.1 * (light - limit) / (1.05 - limit), 0, 1) * (light > limit)
        marks = _marks(painter, (across / spacing + wobble, along), rng)
        gap = widths / spacing / 2 * marks[1] - marks[0]
        bare = np.maximum(bare, np.clip(gap * spacing * view.side + 0.5, 0, 1) * (widths > 0) * (marks[1] > 0))
    return bare


def _course(view: View, painter: Painter, turn: float, rng: np.random.Generator) -> tuple[Map, Map]:
    """Where each pixel lies across the lines and along them, in units of the side."""
    brush = painter.brush
    bend = (0.085 if brush.direction == "swirl" else 0.05) * brush.curvature
    axis = np.linspace(0, 1, view.side, dtype=np.float32)
    x, y = (a + np.float32(bend) * noise(rng, 4, view.side) for a in (axis[None], axis[:, None]))
    own = np.array([layer.angle for layer in view.layers], dtype=np.float32).take(view.label)
    fixed = np.full_like(own, slant(brush.direction))
    angle = {"form": own, "swirl": np.where(view.figure, own, 0), "cross": np.where(view.figure, own, -0.7)}.get(
        brush.direction, fixed
    ) + np.float32(turn)
    cos, sin = np.cos(angle), np.sin(angle)
    across, along = y * cos - x * sin, x * cos + y * sin
    if brush.direction not in ("form", "swirl") or turn:
        return across, along
    rings = np.array([layer.form == "round" for layer in view.layers]).take(view.label)
    far = to_border(seams(without_details(view), 1))
    return np.where(rings, far, across), np.where(rings, 0.16 * view.flow, along)


def _marks(painter: Painter, course: tuple[Map, Map], rng: np.random.Generator) -> tuple[Map, Map]:
    """Every pixel's distance from the middle of its line (in spaces), and how firmly it is drawn there, in [0, 1]."""
    across, along = course
    teeth = max(1, painter.brush.bristles)
    line = np.floor(across)
    distance = np.abs(across - line - 0.5)
    comb = np.floor(line / (teeth + 1)) if teeth > 1 else line
    seed = float(rng.uniform(1, 9))
    uneven = 0.5 * noise(rng, 14, along.shape[0])
    run = along / painter.brush.length + _mixed_up(comb, seed) * 7 + uneven
    here = run - np.floor(run)
    firm = np.clip(np.minimum(here, 1 - here) * 7, 0, 1) * (0.7 + 0.3 * _mixed_up(comb + 31 * np.floor(run), seed))
    return distance, firm * (line - comb * (teeth + 1) < teeth) if teeth > 1 else firm


def _mixed_up(number: Map, seed: float) -> Map:
    """For every whole number another one in [0, 1) that seems to be chosen by chance."""
    wild = np.sin(number * np.float32(12.9898) + np.float32(seed)) * np.float32(437.585)
    return np.asarray(wild - np.floor(wild), dtype=np.float32)


def _contour(view: View, painter: Painter, rng: np.random.Generator) -> Map:
    if not painter.line.width:
        return np.zeros((view.side, view.side), np.float32)
    near = cv2.dilate(view.figure.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return contours(view, painter, rng, pressure=0.6) * np.where(near, np.float32(1), np.float32(0.55))


def _rim(view: View) -> Map:
    """A faint light rim around dark eyes and windows, (side, side) in [0, 1]."""
    dark = (view.fine & (view.tone <= 0.42)).astype(np.uint8)
    return np.asarray((cv2.dilate(dark, np.ones((3, 3), np.uint8)) - dark) * np.float32(0.5), dtype=np.float32)
