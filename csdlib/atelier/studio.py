"""One picture: a painter, a subject and a seed to pixels."""

from dataclasses import replace

import cv2
import numpy as np

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.catalogue import find_painter
from csdlib.atelier.composition import compose
from csdlib.atelier.mediums import MEDIUMS
from csdlib.atelier.painters import Painter
from csdlib.atelier.palettes import mixed_palette
from csdlib.atelier.subjects import find_subject, sample_scene
from csdlib.errors import lookup, require_range
from csdlib.files import seeded

#: Pictures are painted on a canvas of at least this many pixels a side, and then reduced: all sizes up to this are
#: the very same picture; above it, single marks fall a little differently.
_CANVAS = 384


def render(
    painter: str | Painter, subject: str, seed: int, size: int = 128, *, palette_of: str | Painter | None = None
) -> Canvas:
    """Paints one picture.

    The same arguments give the same pixels in every process. Marks are placed in units of the picture's side, so a
    picture looks the same at every size.

    Args:
        painter: the slug of a painter, a key of ``PAINTERS``, or a record of your own.
        subject: a key of ``SUBJECTS``.
        seed: the scene seed: one scene for all painters.
        size: side in pixels, 32 to 1024.
        palette_of: whose colours are taken instead of the painter's own.

    Returns:
        (size, size, 3) uint8 RGB.

    Raises:
        InputError: an unknown painter, subject, movement or medium, or a size out of range.
    """
    require_range("size", size, 32, 1024)
    return reduced(paint(painter, subject, seed, canvas_side(size), palette_of=palette_of), size)


def canvas_side(size: int) -> int:
    """The side of the canvas on which a picture of ``size`` pixels is painted."""
    return max(size, _CANVAS)


def reduced(canvas: Canvas, size: int) -> Canvas:
    """The picture at its final size, (size, size, 3) uint8."""
    return np.asarray(cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def paint(
    painter: str | Painter, subject: str, seed: int, side: int, *, palette_of: str | Painter | None = None
) -> Canvas:
    """Paints one picture on a canvas of ``side`` pixels, before it is reduced: arguments and errors of ``render``."""
    who, source = find_painter(painter), find_painter(palette_of or painter)
    scene = sample_scene(subject, seed)
    # Colours and hand have generators of their own: with another palette the strokes stay where they are.
    palette = mixed_palette(source.movement, source.colours, seeded("palette", source.slug, subject, seed))
    rng = seeded("hand", who.slug, subject, seed)
    who = on_the_day(who, rng)
    medium = lookup(f"medium of {who.name}", who.medium, MEDIUMS)
    for chosen in who.repertoire:
        find_subject(chosen)
    return medium(compose(scene, who, palette, side), who, rng)


def on_the_day(painter: Painter, rng: np.random.Generator) -> Painter:
    """The painter's habits as they turn out in one picture: light, ground and placement vary, the hand does not."""
    light, ground, habit = painter.light, painter.ground, painter.composition
    margin = ground.margin * rng.uniform(0.4, 1.5) if rng.random() < 0.5 else 0.0
    return replace(
        painter,
        light=replace(light, contrast=light.contrast * rng.uniform(0.8, 1.2), key=light.key + rng.uniform(-0.13, 0.13)),
        ground=replace(ground, tone=ground.tone + rng.uniform(-0.15, 0.1), margin=margin),
        line=replace(painter.line, tone=painter.line.tone + rng.uniform(-0.06, 0.14)),
        composition=replace(
            habit,
            scale=habit.scale * rng.uniform(0.88, 1.08),
            horizon=habit.horizon + rng.uniform(-0.07, 0.07),
            shift=habit.shift + rng.uniform(-0.1, 0.1),
        ),
    )
