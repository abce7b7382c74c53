"""The domain "quickdraw": what a player scribbles in twenty seconds: a few wobbly black lines."""

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.composition import pixels
from csdlib.atelier.domains.figures import blank, cut_out, fitted, working_side
from csdlib.atelier.scenes import Layer, Scene, between
from csdlib.atelier.shapes import Points, smooth
from csdlib.atelier.studio import reduced

#: Outlines that nobody bothers to draw: smaller than this share of the figure.
_TRIFLE = 0.012


def quickdraw(scene: Scene, rng: np.random.Generator, side: int) -> Canvas:
    """A doodle, (side, side, 3) uint8, black on white."""
    work, rim = working_side(side), between(rng, 0.06, 0.14)
    layers = fitted(cut_out(scene), (rim, rim, 1 - rim, 1 - rim))
    canvas, width = blank(work, np.ones(3)), between(rng, 0.011, 0.02)
    wobble, coarse = between(rng, 0.004, 0.011), between(rng, 0.005, 0.014)
    for contour in _contours(layers, work)[: int(rng.integers(9, 16))]:
        line = _scribbled(contour, coarse, wobble, rng)
        cv2.polylines(canvas, [pixels(line, work)], False, (0, 0, 0), max(1, round(width * work)), cv2.LINE_AA, 3)
    return reduced(canvas, side)


def _contours(layers: list[Layer], side: int) -> list[Points]:
    """The outlines that matter, largest first: of areas of one colour as they are seen, and of small round details."""
    seen: NDArray[np.int32] = np.full((side, side), -1, np.int32)
    names = list(dict.fromkeys((layer.slot, layer.fine) for layer in layers))
    for layer in layers:
        cv2.fillPoly(seen, [pixels(layer.outline, side)], names.index((layer.slot, layer.fine)), cv2.LINE_8, 3)
    floor = _TRIFLE * float((seen >= 0).sum())
    found: list[tuple[float, Points]] = []
    whole = _closed((seen >= 0).astype(np.uint8), side)
    found += [(np.inf, line) for area, line in _traced(whole) if area > floor]
    for number, (_, fine) in enumerate(names):
        # Neighbouring parts grow a little: two lines where two colours meet would look like a pipe.
        mask = _closed((seen == number).astype(np.uint8), side)
        found += [(area, line) for area, line in _traced(mask) if area > (0.12 if fine else 1) * floor]
    found.sort(key=lambda pair: -pair[0])
    return [line / side for k, (_, line) in enumerate(found) if not _repeats(line, [old for _, old in found[:k]], side)]


def _closed(mask: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, side // 40),) * 2)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), dtype=np.uint8)


def _traced(mask: NDArray[np.uint8]) -> list[tuple[float, Points]]:
    lines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [(float(cv2.contourArea(line)), line[:, 0].astype(np.float64)) for line in lines if len(line) > 8]


def _repeats(line: Points, earlier: list[Points], side: int) -> bool:
    """Whether most of a line runs along lines that are drawn already."""
    near = np.zeros((side, side), np.uint8)
    for old in earlier:
        cv2.polylines(near, [old.round().astype(np.int32)[:, None]], True, 1, max(3, side // 28))
    index = line.astype(int)
    return bool(near[index[:, 1], index[:, 0]].mean() > 0.72)


def _scribbled(contour: Points, coarse: float, wobble: float, rng: np.random.Generator) -> Points:
    """A contour as a hurried hand draws it: few corners, shaken, not quite closed or closed twice."""
    size = float(np.ptp(contour, axis=0).max())
    kept = cv2.approxPolyDP(contour.astype(np.float32)[:, None], min(coarse, 0.06 * size), True)[:, 0]
    kept = np.roll(kept, int(rng.integers(len(kept))), axis=0)
    shake = min(wobble, 0.035 * size)
    gap = rng.normal(0, 1.5 * shake, 2)
    shaken = np.concatenate([kept, kept[:1] + gap])
    knots = np.asarray(shaken + rng.normal(0, shake, shaken.shape), dtype=np.float64)
    if len(knots) < 4:
        return knots
    # Corners stay corners in half of the doodles, in the others the mouse rounds them.
    return smooth(*[(float(x), float(y)) for x, y in knots], closed=False) if rng.random() < 0.6 else knots
