"""Solid forms for the photograph-like domain: outlines become rounded bodies that shade themselves and cast shadows."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.composition import Map, View, pixels, slot_numbers
from csdlib.atelier.domains.textures import cloudy
from csdlib.atelier.scenes import SHADOW, between


def rounded(view: View, bumps: Map, rng: np.random.Generator) -> Map:
    """Unit normals (right, down, to the viewer) of all forms, (side, side, 3) float32; flat forms face the viewer.

    Args:
        view: the scene.
        bumps: (side, side): how uneven the material of round forms is.
        rng: decides where bumps are.
    """
    slope = np.zeros((view.side, view.side, 2), np.float32)
    for number, layer in enumerate(view.layers):
        if layer.form in ("round", "tube") and layer.slot != SHADOW:
            _bulge(view, number, slope)
    body = _slopes(view.figure.astype(np.uint8))
    bent = np.abs(slope).sum(axis=2, keepdims=True) > 0
    slope = np.where(bent & view.figure[..., None], 0.62 * slope + 0.38 * body, slope)
    slope = _softened(slope, view)
    dents = np.stack([cloudy(rng, view.side, 12, 3), cloudy(rng, view.side, 12, 3)], axis=2)
    slope += bumps[..., None] * dents * bent
    return np.concatenate([slope, np.ones_like(slope[..., :1])], axis=2) / np.sqrt(
        1 + (slope**2).sum(axis=2, keepdims=True)
    )


def _bulge(view: View, number: int, slope: Map) -> None:
    """Rounds one layer where it is seen; its hidden parts count, or it would look cut off."""
    seen = view.label == number
    # A pool of light on a wall is no ball.
    if not seen.any() or not (view.layers[number].line or view.figure[seen].any()):
        return
    outline, side = view.layers[number].outline, view.side
    low = np.clip(np.floor(outline.min(axis=0) * side).astype(int) - 2, 0, side)
    high = np.clip(np.ceil(outline.max(axis=0) * side).astype(int) + 3, 0, side)
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(mask, [pixels(outline - low / side, side)], 1, cv2.LINE_8, 3)
    slope[window][seen[window]] = _slopes(mask)[seen[window]]


def _slopes(mask: NDArray[np.uint8]) -> Map:
    """The slopes (to the right, downwards) of a cushion over a mask: (rows, columns, 2) float32."""
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    reach = max(1.0, float(inside.max()))
    height = reach * np.sqrt(np.maximum(0, 1 - (1 - inside / reach) ** 2))
    height = cv2.GaussianBlur(height, (0, 0), max(0.8, 0.18 * reach))
    return np.stack([-cv2.Sobel(height, cv2.CV_32F, k, 1 - k, scale=0.125) for k in (1, 0)], axis=2)


def _softened(slope: Map, view: View) -> Map:
    """Slopes blurred within each colour of the figure, so that limbs grow out of the body."""
    if not view.figure.any():
        return slope
    rows, columns = (np.flatnonzero(view.figure.any(axis=axis)) for axis in (1, 0))
    window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    slots, part, result = slot_numbers(view.layers)[view.label[window]], slope[window], slope.copy()
    reach = 0.011 * view.side
    for slot in np.unique(slots[view.figure[window]]):
        area = view.figure[window] & (slots == slot)
        weight = cv2.GaussianBlur(area.astype(np.float32), (0, 0), reach)
        soft = cv2.GaussianBlur(part * area[..., None], (0, 0), reach)
        result[window][area] = (soft / np.maximum(weight, 1e-3)[..., None])[area]
    return result


def shaded(view: View, ground: NDArray[np.bool_], rng: np.random.Generator) -> Map:
    """Where the sun does not reach: (side, side) float32 in [0, 1].

    A figure that stands on the ground throws its whole shape on it; small things throw the spots that their scene says.
    """
    side = view.side
    spots = [layer for layer in view.layers if layer.slot == SHADOW]
    cast = np.zeros((side, side), np.float32)
    mask = np.zeros((side, side), np.uint8)
    for layer in spots:
        cv2.fillPoly(mask, [pixels(layer.outline, side)], 255, cv2.LINE_AA, 3)
    cast += cv2.GaussianBlur(mask, (0, 0), 0.014 * side).astype(np.float32) / 255
    if len(spots) == 1 and view.figure.any():
        feet = float(spots[0].outline[:, 1].mean()) * side
        cast = np.maximum(0.75 * cast, _thrown(view, feet, rng))
    return np.clip(cast, 0, 1) * ground


def _thrown(view: View, feet: float, rng: np.random.Generator) -> Map:
    """The shape of the figure laid on the ground, away from the light, softer with its distance."""
    side = view.side
    lean = -float(np.sign(np.cos(view.light))) * between(rng, 0.3, 0.9)
    flat = between(rng, 0.12, 0.32) * (1 if rng.random() < 0.6 else -1)
    laid = np.array([[1, -lean, lean * feet], [0, -flat, feet * (1 + flat)]], np.float32)
    shape = cv2.warpAffine(view.figure.astype(np.float32), laid, (side, side), flags=cv2.INTER_LINEAR)
    sharp, soft = (cv2.GaussianBlur(shape, (0, 0), width * side) for width in (0.005, 0.022))
    away = np.clip(np.abs(np.arange(side, dtype=np.float32) - feet) / (0.16 * side), 0, 1)[:, None]
    return np.asarray(sharp * (1 - away) + soft * away, np.float32)


def creases(view: View) -> Map:
    """Less light where forms meet: (side, side) float32 in [0, 1], 1 in the open."""
    edge = np.zeros((view.side, view.side), np.float32)
    label = np.where(view.fine, -1, view.label)
    edge[:, 1:] = label[:, 1:] != label[:, :-1]
    edge[1:] = np.maximum(edge[1:], label[1:] != label[:-1])
    near = cv2.GaussianBlur(edge, (0, 0), 0.008 * view.side)
    return 1 - np.where(view.figure, np.float32(0.5), np.float32(0.15)) * np.clip(near * 1.6, 0, 0.7)


def frayed(view: View, reach: Map, rng: np.random.Generator) -> View:
    """The view with the edges of rough materials frayed: leaves, hair and grass have no clean outline.

    Args:
        view: the scene.
        reach: (layers,) how far each layer frays, in units of the side.
        rng: decides how.
    """
    side, rough = view.side, np.where([layer.fine for layer in view.layers], 0, reach).astype(np.float32)
    amount = cv2.dilate(rough[view.label], np.ones((3, 3)), iterations=max(1, side // 128))
    y, x = np.mgrid[0:side, 0:side]
    shift = [(amount * side * 1.6 * cloudy(rng, side, 52, 2)).round().astype(int) for _ in range(2)]
    column, row = np.clip(x + shift[0], 0, side - 1), np.clip(y + shift[1], 0, side - 1)
    # The upper one of two layers decides whether their common edge is rough.
    stays = rough[np.maximum(view.label, view.label[row, column])] == 0
    column, row = np.where(stays, x, column), np.where(stays, y, row)
    return replace(view, label=view.label[row, column], fine=view.fine[row, column], figure=view.figure[row, column])
