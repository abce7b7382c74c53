"""From a scene to what a painter sees of it: colours, tones, directions and areas, pixel by pixel."""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.painters import Painter
from csdlib.atelier.palettes import TONES, Palette
from csdlib.atelier.scenes import SHADOW, SLOTS, Layer, Scene
from csdlib.atelier.shapes import Points

#: A value, or a colour, for every pixel.
Map = NDArray[np.floating]

#: Columns and rows of pixels.
Corners = NDArray[np.int64]

#: How much darker the ground is in a cast shadow.
_SHADE = 0.24

#: A figure this many times wider than high may be cut by the frame.
_PANORAMA = 2.4

_SIDES = {"left": 2.4, "right": 0.7, "back": 1.57}


@dataclass(frozen=True)
class View:
    """A composed scene on a canvas of ``side`` x ``side`` pixels; directions are radians with y down.

    Attributes:
        layers: the layers, back to front, with outlines in units of the picture's side, y down.
        label: (side, side) int32: the number of the layer that is seen.
        tone: (side, side) float32 in [0, 1]: brightness under the painter's light.
        flow: (side, side) float32: the direction of the forms.
        fine: (side, side) bool: where details are.
        figure: (side, side) bool: where the subject is.
        colour: (side, side, 3) float32 in [0, 1].
        palette: the colours of the picture.
        light: direction towards the light, radians with y down.
    """

    layers: tuple[Layer, ...]
    label: NDArray[np.int32]
    tone: Map
    flow: Map
    fine: NDArray[np.bool_]
    figure: NDArray[np.bool_]
    colour: Map
    palette: Palette
    light: float

    @property
    def side(self) -> int:
        """The side of the canvas in pixels."""
        return int(self.label.shape[0])


def compose(scene: Scene, painter: Painter, palette: Palette, side: int) -> View:
    """Places a scene as the painter would, and lights it.

    Args:
        scene: the scene, the same for every painter.
        painter: whose habits of composition and light apply.
        palette: the colours.
        side: pixels of the square canvas.
    """
    layers, count = _placed(scene, painter)
    light = -_SIDES.get(painter.light.side, scene.light)
    label = np.zeros((side, side), np.int32)
    tone, flow = np.zeros((side, side), np.float32), np.zeros((side, side), np.float32)
    low, high = _extents(layers, side)
    for number in np.flatnonzero((low < high).all(axis=1)).tolist():
        _lay(layers[number], number, light, (low[number], high[number]), (label, tone, flow))
    figure = (label >= count[0]) & (label < count[1])
    tone = _lit(tone, figure, painter)
    fine = np.array([layer.fine for layer in layers]).take(label)
    colour = palette.shades(slot_numbers(layers).take(label), (tone * (TONES - 1)).astype(np.int32))
    return View(layers, label, tone, flow, fine, figure, colour, palette, light)


def slot_numbers(layers: tuple[Layer, ...]) -> NDArray[np.int64]:
    """The index of every layer's colour role in ``SLOTS``, (layers,) int64; a shadow is never seen itself, so 0."""
    return np.array([SLOTS.index(layer.slot) if layer.slot in SLOTS else 0 for layer in layers])


def _placed(scene: Scene, painter: Painter) -> tuple[tuple[Layer, ...], tuple[int, int]]:
    """The layers in picture coordinates, and the range of numbers that belong to the figure."""
    habit = painter.composition
    horizon = float(np.clip(scene.horizon + habit.horizon, 0.2, 0.65))
    feet = 1 - horizon + scene.at[1] * horizon
    scale, x = _inside(scene, scene.scale * habit.scale, (scene.at[0] + habit.shift, feet))
    behind = [_surrounding(layer, horizon) for layer in scene.surroundings]
    figure = [_moved(layer, layer.outline * (scale, -scale) + (x, feet)) for layer in scene.figure]
    front = [_surrounding(layer, horizon) for layer in scene.front]
    return (*behind, *figure, *front), (len(behind), len(behind) + len(figure))


def _inside(scene: Scene, scale: float, at: tuple[float, float]) -> tuple[float, float]:
    """Shrinks and moves a figure that the frame would cut; a range of mountains may run on.

    Returns:
        the scale and the place in x.
    """
    corners = np.concatenate([layer.outline for layer in scene.figure])
    (left, _), (right, top) = corners.min(axis=0), corners.max(axis=0)
    scale = min(scale, (at[1] - 0.05) / top)
    if right - left > _PANORAMA:
        return float(scale), at[0]
    scale = min(scale, 0.92 / (right - left))
    return float(scale), float(np.clip(at[0], 0.04 - scale * left, 0.96 - scale * right))


def _surrounding(layer: Layer, horizon: float) -> Layer:
    y = layer.outline[:, 1]
    stretched = np.where(y > 0, (1 - horizon) * (1 - y), 1 - horizon - y * horizon)
    return _moved(layer, np.stack([layer.outline[:, 0], stretched], axis=1))


def _moved(layer: Layer, outline: Points) -> Layer:
    return replace(layer, outline=outline, angle=-layer.angle)


def pixels(outline: Points, side: int) -> NDArray[np.int32]:
    """Corners in units of the side as OpenCV wants them with ``shift=3``: (n, 1, 2) int32 eighths of a pixel.

    Example:
        >>> pixels(np.array([[0.5, 0.25]]), 100).tolist()
        [[[400, 200]]]
    """
    return np.round(outline * (side * 8)).astype(np.int32)[:, None]


def _extents(layers: tuple[Layer, ...], side: int) -> tuple[Corners, Corners]:
    """The first pixel of every layer and the one after its last, each as (layers, 2) column and row."""
    corners = np.concatenate([layer.outline for layer in layers])
    first = np.cumsum([0, *(len(layer.outline) for layer in layers[:-1])])
    low, high = np.minimum.reduceat(corners, first), np.maximum.reduceat(corners, first)
    return np.clip(np.floor(low * side).astype(int), 0, side), np.clip(np.ceil(high * side).astype(int) + 1, 0, side)


def _lay(
    layer: Layer, number: int, light: float, extent: tuple[Corners, Corners], maps: tuple[NDArray[np.int32], Map, Map]
) -> None:
    (low, high), side = extent, len(maps[0])
    label, tone, flow = (field[low[1] : high[1], low[0] : high[0]] for field in maps)
    mask = np.zeros(label.shape, np.uint8)
    cv2.fillPoly(mask, [pixels(layer.outline - low / side, side)], 1, cv2.LINE_8, 3)
    inside = mask.view(bool)
    if layer.slot == SHADOW:
        tone[inside] -= _SHADE
        return
    shade, direction = _modelled(layer, light, mask.shape)
    np.copyto(label, number, where=inside)
    np.copyto(tone, layer.tone + shade, where=inside)
    np.copyto(flow, direction, where=inside)


def _modelled(layer: Layer, light: float, shape: tuple[int, ...]) -> tuple[Map, Map]:
    """Shade (added to the tone) and direction over the layer's window, by its form."""
    v, u = _axis(shape[0])[:, None], _axis(shape[1])[None, :]
    direction = np.full((1, 1), layer.angle, np.float32)
    if layer.form == "sky":
        return 0.14 * v, direction
    if layer.form == "land":
        return 0.08 * np.float32(np.cos(light)) * u - 0.09 * v, direction
    if layer.form == "flat":
        return np.zeros((1, 1), np.float32), direction
    towards = u * np.float32(np.cos(light)) + v * np.float32(np.sin(light))
    shade = 0.2 * towards - 0.07 * (u * u + v * v)
    return shade, (np.arctan2(v, u) + np.float32(np.pi / 2) if layer.form == "round" else direction)


@lru_cache(512)
def _axis(count: int) -> Map:
    """From -1 to 1 in steps; most windows have had their size before."""
    return np.linspace(-1, 1, count, dtype=np.float32)


def _lit(tone: Map, figure: NDArray[np.bool_], painter: Painter) -> Map:
    """The painter's contrast, key and pool of light, on a figure that stands out from what is behind it."""
    light = painter.light
    near = _near(figure)
    tone = 0.5 + (_set_off(tone, figure, near) - 0.5) * light.contrast + light.key
    if light.spot and figure.any():
        places = np.nonzero(figure)
        rows, columns = (np.float32(place.mean()) for place in places)
        # A wide pool for a wide figure: its own edges must not sink into the dark.
        reach = max(0.28, 2.2 * float(np.mean([place.std() for place in places])) / len(tone))
        axis = np.arange(len(tone), dtype=np.float32)
        far = np.hypot(axis[None] - columns, (axis[:, None] - rows) * 0.9) / len(tone)
        # A dark figure is not lit itself: it stands before a lit ground.
        lit = figure if tone[figure].mean() > 0.42 else 1.5 * near
        tone = tone - light.spot * np.clip(far * 1.5 - reach, 0, 0.8) + 0.12 * light.spot * lit
    return np.clip(tone, 0, 1)


def _set_off(tone: Map, figure: NDArray[np.bool_], near: Map) -> Map:
    """Counterchange: where figure and surroundings are alike in tone, both give way, the surroundings only nearby."""
    if not near.any():
        return tone
    gap = float((tone * near).sum() / near.sum() - tone[figure].mean())
    push = max(0.0, 0.32 - abs(gap)) * (1 if gap > 0 else -1)
    return tone + push * (1.1 * near - 0.4 * figure)


def _near(figure: NDArray[np.bool_]) -> Map:
    """How near to the figure a place outside it is, in [0, 1], 0 on the figure."""
    reach, one = 0.05 * len(figure), np.ones(1, np.float32)
    bell = cv2.getGaussianKernel(round(8 * reach + 1) | 1, reach, cv2.CV_32F)
    # A Gaussian blur in its two passes: nothing has to be done across the rows above and below the figure.
    across = np.zeros(figure.shape, np.float32)
    _, top, _, height = cv2.boundingRect(figure.view(np.uint8))
    rows = np.s_[top : top + height]
    if height:
        across[rows] = cv2.sepFilter2D(figure[rows].astype(np.float32), -1, bell, one)
    return np.asarray(cv2.sepFilter2D(across, -1, one, bell) * ~figure)
