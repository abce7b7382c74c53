"""The figure of a scene alone: cut free, fitted into a box, filled flat. For domains that leave the scene behind."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas, fill
from csdlib.atelier.composition import pixels
from csdlib.atelier.scenes import SHADOW, SLOTS, Layer, Scene

#: A colour, or one for every row: (3,) or (n, 3) float in [0, 1].
Colours = NDArray[np.floating]

#: left, top, right and bottom of a part of the picture, in units of its side, y down.
Box = tuple[float, float, float, float]

#: Pictures are drawn on a canvas of at least this many pixels a side, and then reduced.
_CANVAS = 256

#: How far to each side a range of mountains is shown, in units of its height.
_REACH = 0.85


def working_side(side: int) -> int:
    """The side of the canvas on which a picture of ``side`` pixels is drawn before it is reduced."""
    return max(side, _CANVAS)


def blank(side: int, colour: Colours) -> Canvas:
    """A canvas of one colour, (side, side, 3) uint8."""
    canvas = np.empty((side, side, 3), np.uint8)
    canvas[:] = np.round(np.asarray(colour) * 255)
    return canvas


def cut_out(scene: Scene) -> list[Layer]:
    """The layers of the figure without the shadows that it casts; a range that runs on to both sides is cut short."""
    layers = [layer for layer in scene.figure if layer.slot != SHADOW]
    left, top, right, bottom = extent(layers)
    reach = _REACH * (bottom - top)
    if right - left <= 2.8 * reach:
        return layers
    return [replace(layer, outline=np.clip(layer.outline, (-reach, -np.inf), (reach, np.inf))) for layer in layers]


def fitted(layers: Sequence[Layer], box: Box) -> list[Layer]:
    """The layers as large as a box holds them, in its middle, in picture coordinates with y down."""
    left, top, right, bottom = box
    corners = np.concatenate([layer.outline for layer in layers])
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = float(min((right - left) / (high[0] - low[0]), (bottom - top) / (high[1] - low[1])))
    shift = np.array([left + right, top + bottom]) / 2 - np.array([scale, -scale]) * (low + high) / 2
    return [replace(layer, outline=layer.outline * (scale, -scale) + shift, angle=-layer.angle) for layer in layers]


def extent(layers: Sequence[Layer]) -> Box:
    """Left, top, right and bottom of layers in picture coordinates."""
    corners = np.concatenate([layer.outline for layer in layers])
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def silhouette(layers: Sequence[Layer], side: int) -> NDArray[np.uint8]:
    """Where any of the layers is: (side, side) uint8, 255 inside, with soft edges."""
    mask = np.zeros((side, side), np.uint8)
    for layer in layers:
        cv2.fillPoly(mask, [pixels(layer.outline, side)], 255, cv2.LINE_AA, 3)
    return mask


def at_tone(colour: Colours, tone: float) -> Colours:
    """A flat colour lighter or darker by a layer's tone: 0.5 leaves it, 1 is nearly white, 0 nearly black.

    Example:
        >>> at_tone(np.array([0.4, 0.5, 0.6]), 0.5).tolist()
        [0.4, 0.5, 0.6]
    """
    if tone >= 0.5:
        return colour + (1 - colour) * min(1.0, (tone - 0.5) * 1.5)
    return colour * max(0.12, 1 - (0.5 - tone) * 1.5)


def fill_flat(canvas: Canvas, layers: Sequence[Layer], colours: Colours) -> None:
    """Fills the layers back to front, each in the flat colour of its role: (slots, 3) colours in the order of SLOTS."""
    for layer in layers:
        colour = at_tone(colours[SLOTS.index(layer.slot)], layer.tone)
        fill(canvas, layer.outline[None], np.clip(colour, 0, 1)[None])


def put_over(canvas: Canvas, mask: NDArray[np.floating], colour: Colours) -> None:
    """Lays one colour over the canvas as far as a mask (side, side) in [0, 1] lets it."""
    cover = mask[..., None].astype(np.float32)
    canvas[:] = np.round(canvas * (1 - cover) + np.asarray(colour, dtype=np.float32) * 255 * cover).astype(np.uint8)
