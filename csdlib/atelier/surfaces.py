"""Grounds: paper and canvas, their grain, and the relief of thick paint."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas, noise
from csdlib.atelier.composition import Map, View
from csdlib.atelier.painters import Painter


def primed(view: View, painter: Painter, channels: int = 3) -> Canvas:
    """An empty canvas in the colour of the painter's ground, (side, side, channels) uint8."""
    ground = np.zeros(channels, np.uint8)
    ground[:3] = view.palette.colour(painter.ground.slot, painter.ground.tone) * 255
    return plain(ground, (view.side, view.side))


def plain(colour: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """A sheet of one colour, (rows, columns, channels): quicker to reckon with than the colour, as with ``rgb``."""
    return np.full((*shape, len(colour)), np.tile(colour, (shape[1], 1)), colour.dtype)


def rgb(field: Map) -> Map:
    """A map (rows, columns) in all three channels, (rows, columns, 3).

    NumPy multiplies (rows, columns, 3) by it up to ten times quicker than by (rows, columns, 1), for which it works
    through three numbers at a time.
    """
    return np.asarray(cv2.merge((field, field, field)))


def opaque(canvas: Canvas) -> Map:
    """The colours of a canvas whose fourth channel holds something else, (rows, columns, 3) float32 in [0, 1]."""
    return cv2.cvtColor(canvas, cv2.COLOR_RGBA2RGB).astype(np.float32) / 255


def paper(rng: np.random.Generator, side: int) -> Map:
    """The grain of paper, (side, side) float32 in about [-1, 1]."""
    return 0.6 * noise(rng, 128, side) + 0.4 * noise(rng, 60, side)


def weave(side: int) -> Map:
    """The threads of a canvas, (side, side) float32 in [-1, 1]."""
    wave = np.sin(np.arange(side, dtype=np.float32) / side * (2 * np.pi * 60))
    return np.asarray(wave[:, None] * wave[None, :], dtype=np.float32)


def relief(height: NDArray[np.uint8], light: float, strength: float) -> Map:
    """The light that falls on thick paint, (side, side) float32 to add to colours in [0, 1]."""
    surface = cv2.GaussianBlur(height, (0, 0), height.shape[0] / 420).astype(np.float32) / 255
    across, down = cv2.Sobel(surface, cv2.CV_32F, 1, 0), cv2.Sobel(surface, cv2.CV_32F, 0, 1)
    slope = -(across * np.float32(np.cos(light)) + down * np.float32(np.sin(light)))
    return np.clip(slope * np.float32(strength), -0.22, 0.22)


def softened(field: Map, reach: float) -> Map:
    """A map or picture blurred by ``reach`` units of the side; far reaches at half the size, which nobody sees."""
    sigma, side = reach * field.shape[0], field.shape[0]
    if sigma < 2.5:
        return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma), dtype=np.float32)
    small = cv2.resize(field, (side // 2,) * 2, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / 2)
    return np.asarray(cv2.resize(blurred, (side, side), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def finished(colour: Map) -> Canvas:
    """Colours in about [0, 1] as bytes."""
    return np.clip(colour * 255 + 0.5, 0, 255).astype(np.uint8)


def lay(sheet: Map, cover: Map, colour: Map) -> None:
    """Lays colour over a sheet where ``cover`` (rows, columns) says how much; works in place.

    Args:
        sheet: (rows, columns, 3) float32 in one piece.
        cover: in [0, 1].
        colour: one colour (3,), or one for every pixel.
    """
    hidden = np.ascontiguousarray(cover, dtype=np.float32)
    paint = np.ascontiguousarray(plain(colour, cover.shape) if colour.ndim == 1 else colour, dtype=np.float32)
    cv2.blendLinear(paint, sheet, hidden, 1 - hidden, dst=sheet)


def framed(canvas: Canvas, view: View, painter: Painter) -> Canvas:
    """Leaves a margin of bare ground around the picture."""
    rim = round(painter.ground.margin * view.side)
    if rim:
        bare = view.palette.colour(painter.ground.slot, painter.ground.tone) * 255
        for edge in (np.s_[:rim], np.s_[-rim:], np.s_[:, :rim], np.s_[:, -rim:]):
            canvas[edge] = bare
    return canvas


def tooth(rng: np.random.Generator, side: int) -> Map:
    """The heights and hollows of rough paper, (side, side) float32 in [0, 1], as many of each: 0 takes chalk first."""
    rough = noise(rng, 300, side) + 0.6 * noise(rng, 150, side) + 0.15 * noise(rng, 24, side)
    return np.clip(0.5 + 0.42 * rough, 0, 1)
