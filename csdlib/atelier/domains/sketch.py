"""The domain "sketch": pencil, charcoal or ballpoint on paper, without colour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas, noise
from csdlib.atelier.composition import Map, View, compose, pixels
from csdlib.atelier.domains.figures import extent, working_side
from csdlib.atelier.mediums.drawings import hatching, outlines
from csdlib.atelier.painters import Brush, Composition, Direction, Ground, Light, Line, Painter
from csdlib.atelier.palettes import TONES, Palette
from csdlib.atelier.scenes import SLOTS, Layer, Scene, between, either
from csdlib.atelier.shapes import box
from csdlib.atelier.studio import reduced
from csdlib.atelier.surfaces import finished, paper

#: All roles run from black to white: a drawing knows tones only.
_GREYS = Palette(np.broadcast_to(np.linspace(0, 1, TONES, dtype=np.float32)[:, None], (len(SLOTS), TONES, 3)).copy())


@dataclass(frozen=True)
class Tool:
    """What is drawn with: width of a line, how dark it can be, how many passes, strength of rubbed tone, grain."""

    width: tuple[float, float]
    dark: tuple[float, float]
    passes: tuple[int, int]
    rubbed: tuple[float, float]
    grain: float


_TOOLS = {
    "pencil": Tool((0.003, 0.005), (0.2, 0.42), (2, 4), (0.0, 0.35), 0.5),
    "soft pencil": Tool((0.005, 0.008), (0.1, 0.3), (2, 4), (0.15, 0.6), 0.65),
    "charcoal": Tool((0.006, 0.011), (0.03, 0.15), (1, 3), (0.5, 0.95), 0.85),
    "ballpoint": Tool((0.003, 0.005), (0.02, 0.15), (2, 5), (0.0, 0.0), 0.15),
}


def sketch(scene: Scene, rng: np.random.Generator, side: int) -> Canvas:
    """A drawing, (side, side, 3) uint8, grey."""
    work = working_side(side)
    tool = _TOOLS[either(rng, *_TOOLS)]
    who = _draughtsman(tool, rng)
    view = _posed(scene, who, work, rng)
    lines = finished(np.ones((work, work, 3), np.float32))
    if rng.random() < 0.8:
        lines = hatching(view, who, rng)
    outlines(lines, view, who, rng, passes=int(rng.integers(*tool.passes)))
    if rng.random() < 0.55:
        _construction(lines, view, who, rng)
    ink = 1 - lines.mean(axis=2) / 255
    ink = np.maximum(ink * _pressure(tool, work, rng), _rubbed(view, tool, rng))
    return reduced(_on_paper(_smudged(ink, rng), rng), side)


def _draughtsman(tool: Tool, rng: np.random.Generator) -> Painter:
    """A hand for one drawing."""
    width = between(rng, *tool.width)
    habits: tuple[Direction, ...] = ("form", "diagonal", "cross")
    return Painter(
        "Draughtsman", "", "hatching",
        brush=Brush(
            length=between(rng, 0.04, 0.11), width=width * 0.8, opacity=0.0, curvature=between(rng, 0.05, 0.3),
            coverage=between(rng, 0.5, 1.6), direction=habits[int(rng.integers(3))],
        ),
        line=Line(width=width, tone=between(rng, *tool.dark), wobble=between(rng, 0.002, 0.007)),
        light=Light(contrast=between(rng, 0.9, 1.4), key=between(rng, 0.02, 0.16)),
        ground=Ground(tone=1.0, grain=0.0),
        composition=Composition(scale=between(rng, 1.1, 1.45)),
    )  # fmt: skip


def _posed(scene: Scene, who: Painter, side: int, rng: np.random.Generator) -> View:
    """The figure on empty paper; now and then with its surroundings, lightly."""
    if rng.random() < 0.18:
        view = compose(scene, who, _GREYS, side)
        return replace(view, tone=np.where(view.figure, 0.2 + 0.8 * view.tone, 0.4 + 0.6 * view.tone))
    sheet = Layer(box(-0.1, -1.1, 1.2, 2.4), "light", 1.0, line=False)
    feet = between(rng, 0.84, 0.92)
    alone = replace(
        scene, surroundings=(sheet,), front=(), horizon=0.5, at=(0.5, (feet - 0.5) * 2), scale=scene.scale * 1.25
    )
    view = compose(alone, who, _GREYS, side)
    # What is all dark would be a blot: a drawing is lighter than what it shows.
    return replace(view, tone=np.where(view.figure, 0.22 + 0.78 * view.tone, np.float32(1)))


def _construction(lines: Canvas, view: View, who: Painter, rng: np.random.Generator) -> None:
    """The lines a figure is built on: its axis, its base, ellipses through its large forms; drawn past their ends."""
    large = [layer for layer in view.layers if layer.form == "round" and np.ptp(layer.outline, axis=0).max() > 0.12]
    sheet, width = np.full(lines.shape[:2], 255, np.uint8), max(1, round(0.6 * who.line.width * view.side))
    for layer in large[:5]:
        left, top, right, bottom = extent([layer])
        middle = ((left + right) / 2 * view.side, (top + bottom) / 2 * view.side)
        axes = ((right - left) * 1.08 * view.side, (bottom - top) * 1.08 * view.side)
        cv2.ellipse(sheet, (middle, axes, between(rng, -8, 8)), 0, width, cv2.LINE_AA)
    rows, columns = (np.flatnonzero(view.figure.any(axis=k)) / view.side for k in (1, 0))
    across, down = (columns[0], columns[-1]), (rows[0], rows[-1])
    for ends in _guides(across, down, rng):
        cv2.polylines(sheet, [pixels(ends, view.side)], False, 0, width, cv2.LINE_AA, 3)
    faint = 1 - between(rng, 0.25, 0.5) * (1 - sheet[..., None] / np.float32(255))
    lines[:] = np.minimum(lines, (faint * 255).astype(np.uint8))


def _guides(across: Sequence[float], down: Sequence[float], rng: np.random.Generator) -> list[NDArray[np.float64]]:
    past, middle = between(rng, 0.03, 0.08), (across[0] + across[1]) / 2
    lines = [
        [(middle, down[0] - past), (middle, down[1] + past)],
        [(across[0] - past, down[1]), (across[1] + past, down[1])],
        [(across[0] - past, down[0]), (across[1] + past, down[0])],
        [(across[0], down[0] - past), (across[0], down[1] + past)],
    ]
    kept = [line for line in lines if rng.random() < 0.6]
    return [np.array(line) + rng.normal(0, 0.006, (2, 2)) for line in kept]


def _pressure(tool: Tool, side: int, rng: np.random.Generator) -> Map:
    """Where the hand presses and where the paper's teeth take the lead: (side, side) float32 around 1."""
    return np.clip(1 + 0.25 * noise(rng, 5, side) + tool.grain * (paper(rng, side) - 0.1), 0.1, 1.3)


def _rubbed(view: View, tool: Tool, rng: np.random.Generator) -> Map:
    """Tone laid with the side of the stick and rubbed: (side, side) float32 of ink."""
    strength = between(rng, *tool.rubbed)
    tone = cv2.GaussianBlur(np.clip(0.72 - view.tone, 0, 1), (0, 0), 0.006 * view.side)
    return np.asarray(strength * tone * np.clip(1 + tool.grain * paper(rng, view.side), 0, 2), np.float32)


def _smudged(ink: Map, rng: np.random.Generator) -> Map:
    """Ink that a hand has wiped over here and there."""
    side = len(ink)
    length = max(3, round(between(rng, 0.03, 0.1) * side))
    turn = cv2.getRotationMatrix2D((length / 2, length / 2), between(rng, 0, 180), 1)
    stroke = np.zeros((length, length), np.float32)
    stroke[length // 2] = 1
    kernel = cv2.warpAffine(stroke, turn, (length, length)).astype(np.float32)
    wiped = cv2.filter2D(ink.astype(np.float32), -1, kernel / max(float(kernel.sum()), 1e-3))
    where = np.clip(noise(rng, 4, side) - 0.1, 0, 1) * between(rng, 0, 0.9)
    return np.clip(ink + where * 0.6 * wiped, 0, 1)


def _on_paper(ink: Map, rng: np.random.Generator) -> Canvas:
    """The sheet as it is scanned or photographed: never quite white, a little uneven."""
    side = len(ink)
    white = between(rng, 0.86, 1.0)
    sheet = white + 0.02 * paper(rng, side) + between(rng, 0, 0.05) * noise(rng, 2, side)
    tint = 1 - between(rng, 0, 0.05) * np.array([0.0, 0.3, 1.0], np.float32)
    return finished((np.minimum(sheet, 1) * (1 - ink))[..., None] * tint)
