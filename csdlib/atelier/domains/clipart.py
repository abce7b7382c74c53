"""The domain "clipart": the figure alone in clean saturated colours, as stock sites sell it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas, fill
from csdlib.atelier.composition import pixels
from csdlib.atelier.domains.figures import (
    Colours,
    at_tone,
    blank,
    cut_out,
    extent,
    fill_flat,
    fitted,
    put_over,
    silhouette,
    working_side,
)
from csdlib.atelier.domains.inks import spot_colours
from csdlib.atelier.scenes import SLOTS, Layer, Scene, between, either
from csdlib.atelier.shapes import ellipse
from csdlib.atelier.studio import reduced


@dataclass(frozen=True)
class Manner:
    """How a maker of clip art works.

    Attributes:
        line: width of the outline in units of the side; 0 for none.
        rim: width of a sticker's white rim; 0 for none.
        gloss: strength of the highlight on rounded forms.
        gradient: how much lighter the upper end of a form is.
        drop: strength of the drop shadow.
        steps: tones a colour, 0 for as many as there are.
    """

    line: float = 0.0
    rim: float = 0.0
    gloss: float = 0.0
    gradient: float = 0.0
    drop: float = 0.0
    steps: int = 0


_MANNERS = {
    "flat": Manner(steps=4),
    "cartoon": Manner(line=0.016, steps=3),
    "fine line": Manner(line=0.008),
    "web two": Manner(gloss=0.5, gradient=0.3, drop=0.35),
    "cartoon gloss": Manner(line=0.012, gloss=0.45, gradient=0.2),
    "sticker": Manner(line=0.01, rim=0.028, drop=0.4, steps=3),
    "icon": Manner(drop=0.2, gradient=0.12, steps=2),
}


def clipart(scene: Scene, rng: np.random.Generator, side: int) -> Canvas:
    """A piece of clip art, (side, side, 3) uint8."""
    work, rim = working_side(side), between(rng, 0.07, 0.14)
    manner, colours = _MANNERS[either(rng, *_MANNERS)], spot_colours(rng)
    # White forms without an outline would vanish on white.
    colours[SLOTS.index("light")] *= 1.0 if manner.line else 0.9
    layers = [_stepped(layer, manner.steps) for layer in fitted(cut_out(scene), (rim, rim, 1 - rim, 1 - rim))]
    canvas = _backed(layers, colours, work, rng)
    mask = silhouette(layers, work)
    if manner.drop:
        _drop(canvas, mask, manner.drop, rng)
    if manner.rim:
        reach = max(3, round(2 * manner.rim * work) | 1)
        grown = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
        put_over(canvas, grown / 255, np.ones(3))
    _filled(canvas, layers, (colours, manner), rng)
    return reduced(canvas, side)


def _stepped(layer: Layer, steps: int) -> Layer:
    """Few tones: shades that a clean palette would not hold are rounded away; details keep theirs."""
    if not steps or layer.fine:
        return layer
    return replace(layer, tone=float(np.clip(round(layer.tone * 2 * steps) / (2 * steps), 0.3, 0.95)))


def _backed(layers: Sequence[Layer], colours: Colours, side: int, rng: np.random.Generator) -> Canvas:
    """White or one tint, and now and then a disc, a badge or a spot of ground."""
    kind = either(rng, "white", "white", "white", "white", "tint", "disc", "ground", "rays")
    tint = at_tone(colours[int(rng.integers(len(colours) - 2))], between(rng, 0.6, 0.9))
    canvas = blank(side, tint if kind == "tint" else np.ones(3))
    left, _, right, bottom = extent(layers)
    if kind == "disc":
        fill(canvas, ellipse(0.5, 0.5, 0.47, 0.47)[None], tint[None])
        if rng.random() < 0.5:
            fill(canvas, ellipse(0.5, 0.5, 0.43, 0.43)[None], at_tone(tint, 0.7)[None])
    if kind == "ground":
        fill(canvas, ellipse((left + right) / 2, bottom, (right - left) * 0.55, 0.045)[None], tint[None])
    if kind == "rays":
        canvas[:] = np.round(at_tone(tint, 0.75) * 255)
        angles = np.linspace(0, 2 * np.pi, 13)[:-1] + between(rng, 0, 0.5)
        ends = [0.5 + np.array([(0, 0), (np.cos(a), np.sin(a)), (np.cos(a + 0.26), np.sin(a + 0.26))]) for a in angles]
        fill(canvas, np.array(ends), np.repeat(tint[None], 12, axis=0))
    return canvas


def _drop(canvas: Canvas, mask: NDArray[np.uint8], strength: float, rng: np.random.Generator) -> None:
    side, reach = len(canvas), between(rng, 0.012, 0.03)
    shift = np.array([[1, 0, reach * side], [0, 1, reach * side]], np.float32)
    cast = cv2.warpAffine(mask, shift, (side, side))
    if rng.random() < 0.6:
        cast = cv2.GaussianBlur(cast, (0, 0), reach * side * 0.6)
    put_over(canvas, strength * cast / np.float32(255), np.full(3, 0.1))


def _filled(canvas: Canvas, layers: Sequence[Layer], look: tuple[Colours, Manner], rng: np.random.Generator) -> None:
    """Fills the forms; parts of one colour that follow one another share an outline, as if welded."""
    colours, manner = look
    side = len(canvas)
    ink = np.round(at_tone(colours[SLOTS.index("dark")], between(rng, 0.25, 0.5)) * 255).tolist()
    # The line lies half under the form: it is drawn twice as wide.
    width = round(2 * manner.line * side)
    for _, group in groupby(layers, key=lambda layer: (layer.slot, layer.fine)):
        welded = list(group)
        for layer in welded:
            if width and layer.line and np.ptp(layer.outline, axis=0).max() > 4 * manner.line:
                thin = max(2, width // 2) if layer.fine else width
                cv2.polylines(canvas, [pixels(layer.outline, side)], True, ink, thin, cv2.LINE_AA, 3)
        for layer in welded:
            fill_flat(canvas, [layer], colours)
            if (manner.gradient or manner.gloss) and not layer.fine:
                _polished(canvas, layer, manner)


def _polished(canvas: Canvas, layer: Layer, manner: Manner) -> None:
    """A gradient from top to bottom over one form, and a highlight on round ones."""
    side = len(canvas)
    left, top, right, bottom = (round(float(np.clip(edge, 0, 1)) * side) for edge in extent([layer]))
    if right - left < 4 or bottom - top < 4:
        return
    window = np.s_[top:bottom, left:right]
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(mask, [pixels(layer.outline - np.array([left, top]) / side, side)], 255, cv2.LINE_AA, 3)
    slope = np.linspace(manner.gradient, -0.6 * manner.gradient, bottom - top, dtype=np.float32)[:, None]
    lift = np.broadcast_to(slope, mask.shape).copy()
    if layer.form == "round":
        y, x = np.mgrid[-1 : 1 : mask.shape[0] * 1j, -1 : 1 : mask.shape[1] * 1j].astype(np.float32)
        lift += manner.gloss * (((x + 0.25) / 0.5) ** 2 + ((y + 0.48) / 0.32) ** 2 < 1)
    share = (lift * mask / 255)[..., None]
    part = canvas[window].astype(np.float32)
    part += np.where(share > 0, (255 - part) * share, part * share).astype(np.float32)
    canvas[window] = np.round(np.clip(part, 0, 255)).astype(np.uint8)
