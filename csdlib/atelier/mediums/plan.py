"""What several mediums ask of a view: areas for one wash, areas without details, windows, contours as a hand draws."""

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.composition import Map, View, pixels, slot_numbers
from csdlib.atelier.painters import Painter
from csdlib.atelier.palettes import TONES
from csdlib.atelier.scenes import Layer
from csdlib.atelier.shapes import Points


def stepped(view: View, tones: int) -> Map:
    """The picture in a few flat tones a colour, (side, side, 3) float32 in [0, 1]."""
    slots = slot_numbers(view.layers)
    step = np.clip(np.round((view.tone - own_tones(view)) * tones / 0.3), -1, 1) * 0.16
    return view.palette.shades(slots.take(view.label), tone_steps(own_tones(view) + step))


def own_tones(view: View) -> Map:
    """The tone of the layer that is seen, without light or shade, (side, side) float32."""
    return np.array([layer.tone for layer in view.layers], dtype=np.float32).take(view.label)


def tone_steps(tone: Map) -> NDArray[np.int64]:
    """Tones in [0, 1] as places on a ramp of the palette."""
    return (np.clip(tone, 0, 1) * (TONES - 1)).astype(np.int64)


def merged(view: View) -> NDArray[np.int32]:
    """The label map in which a lighter or darker strip belongs to the larger area of its colour: one wash for both."""
    owner: dict[str, int] = {}
    numbers = []
    for number, layer in enumerate(view.layers):
        if layer.line or layer.fine or layer.slot not in owner:
            owner[layer.slot] = number
        numbers.append(owner[layer.slot])
    return np.array(numbers, dtype=np.int32).take(view.label)


def without_details(view: View) -> NDArray[np.int32]:
    """The label map with every detail replaced by the label of the nearest larger area."""
    _, nearest = cv2.distanceTransformWithLabels(
        view.fine.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, np.int32)
    owner[nearest[~view.fine]] = view.label[~view.fine]
    return owner[nearest]


def seams(cells: NDArray[np.integer], width: int) -> Map:
    """1 on the borders between cells, 0 elsewhere, (side, side) float32."""
    border = np.zeros(cells.shape, np.float32)
    border[:, 1:] = cells[:, 1:] != cells[:, :-1]
    border[1:] = np.maximum(border[1:], cells[1:] != cells[:-1])
    return np.asarray(
        cv2.dilate(border, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))), dtype=np.float32
    )


def to_border(border: Map) -> Map:
    """The distance of every pixel from the nearest border, in units of the side."""
    far = cv2.distanceTransform((border == 0).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(far / np.float32(len(far)), dtype=np.float32)


def window(area: NDArray[np.bool_], rim: int) -> tuple[slice, slice]:
    """The rows and columns around an area, widened by a rim."""
    left, top, width, height = cv2.boundingRect(area.view(np.uint8))
    return np.s_[max(0, top - rim) : top + height + rim, max(0, left - rim) : left + width + rim]


def shape_mask(corners: Points, side: int, rim: float = 0.03) -> tuple[Map, tuple[slice, slice]]:
    """An outline in units of the side as a mask in [0, 1], and the window where it lies, a rim around it."""
    low, high = (np.clip((f * side).astype(int), 0, side) for f in (corners.min(0) - rim, corners.max(0) + rim))
    mask = np.zeros((max(0, high[1] - low[1]), max(0, high[0] - low[0])), np.uint8)
    if mask.size:
        cv2.fillPoly(mask, [pixels(corners - low / side, side)], 255, cv2.LINE_AA, 3)
    return mask.astype(np.float32) / 255, np.s_[low[1] : high[1], low[0] : high[0]]


def contours(view: View, painter: Painter, rng: np.random.Generator, *, passes: int = 1, pressure: float = 0.0) -> Map:
    """The outlines of every drawn layer where it is seen, with an unsteady hand: (side, side) float32 in [0, 1].

    Args:
        view: the scene.
        painter: whose line is drawn.
        rng: the hand.
        passes: how often each outline is drawn.
        pressure: how far the line swells, thins and breaks off, in [0, 1].
    """
    sheet = np.zeros((view.side, view.side), np.uint8)
    rim = 0.01 + painter.line.width + 6 * painter.line.wobble
    for number, layer in enumerate(view.layers):
        if _is_drawn(layer, painter):
            mark = np.zeros_like(sheet)
            width = painter.line.width * view.side * (0.6 if layer.fine else 1)
            for _ in range(passes):
                hand = _shaken(layer.outline, painter.line.wobble, rng)
                _drawn(mark, hand, width, 0.0 if layer.fine else pressure, rng)
            low, high = ((e * view.side).astype(int) for e in (layer.outline.min(0) - rim, layer.outline.max(0) + rim))
            box = np.s_[max(0, low[1]) : max(0, high[1]), max(0, low[0]) : max(0, high[0])]
            sheet[box] = np.maximum(sheet[box], mark[box] * (view.label[box] <= number))
    return (sheet * _parting(view)).astype(np.float32) / 255


def _drawn(mark: NDArray[np.uint8], hand: Points, width: float, pressure: float, rng: np.random.Generator) -> None:
    """Draws one closed outline; under changing pressure in short pieces, that are left out where the pen lifts."""
    corners = pixels(hand, len(mark))
    if not pressure:
        cv2.polylines(mark, [corners], True, 255, max(1, round(width)), cv2.LINE_AA, 3)
        return
    turn = np.arange(len(corners)) * (2 * np.pi / len(corners))
    knots = rng.uniform(0, 2 * np.pi, 2)
    swell = 1 + pressure * (0.7 * np.sin(turn * 2 + knots[0]) + 0.5 * np.sin(turn * 5 + knots[1]))
    points = corners[:, 0].tolist()
    for here, there, size in zip(points, [*points[1:], points[0]], (swell * width).tolist(), strict=True):
        if size > 0.45 * width:
            cv2.line(mark, here, there, 255, max(1, round(size)), cv2.LINE_AA, 3)


def _is_drawn(layer: Layer, painter: Painter) -> bool:
    """Whether a layer gets an outline: around an eye that is hardly wider than the line it would only be a blot."""
    extent = float(np.ptp(layer.outline, axis=0).max())
    return (layer.line or layer.fine) and extent > 4 * painter.line.width


def _parting(view: View) -> Map:
    """Lines within one colour of the figure are drawn faintly, or limbs would look jointed: (side, side) in [0, 1]."""
    slots = slot_numbers(view.layers).astype(np.uint8).take(view.label)
    reach = np.ones((round(0.02 * view.side),) * 2, np.uint8)
    same = cv2.dilate(slots, reach) == cv2.erode(slots, reach)
    return np.where(same & view.figure, np.float32(0.35), np.float32(1))


def _shaken(outline: Points, wobble: float, rng: np.random.Generator) -> Points:
    """An outline whose corners drift slowly: neighbours drift alike."""
    knots = rng.normal(0, wobble, (6, 2))
    drift = np.arange(len(outline)) * (6 / len(outline))
    low, share = drift.astype(int), (drift % 1)[:, None]
    return outline + knots[low] * (1 - share) + knots[(low + 1) % 6] * share
