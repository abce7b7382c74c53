"""The domain "infograph": the object explained: title, words, call-outs, charts, rows of icons, in six layouts."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.domains.charts import Sheet, bars, callouts, donut, icons, panel, pie, timeline, title, words
from csdlib.atelier.domains.figures import Box, blank, cut_out, fill_flat, fitted, working_side
from csdlib.atelier.domains.inks import designer_set, spot_colours
from csdlib.atelier.scenes import SLOTS, Layer, Scene, between, either
from csdlib.atelier.studio import reduced

Figure = Sequence[Layer]


def infograph(scene: Scene, rng: np.random.Generator, side: int) -> Canvas:
    """An information graphic about the object, (side, side, 3) uint8."""
    work = working_side(side)
    sheet = _sheet(rng, work)
    figure = cut_out(scene)
    top = _headline(sheet, rng)
    LAYOUTS[either(rng, *LAYOUTS)](sheet, figure, (0.03, top + 0.02, 0.97, 0.93), rng)
    if rng.random() < 0.7:
        panel(sheet, (0.0, 0.95, 1.0, 1.0), sheet.dark if rng.random() < 0.6 else sheet.accents[0])
    return reduced(sheet.canvas, side)


def _sheet(rng: np.random.Generator, side: int) -> Sheet:
    """A sheet in the colours of one set: light, dark or strong ground."""
    light, *accents, dark = designer_set(rng)
    ground, ink = light, dark
    kind = either(rng, "light", "light", "light", "white", "dark", "strong")
    if kind == "white":
        ground = np.ones(3)
    if kind == "dark":
        ground, ink = dark, light
    if kind == "strong":
        ground, accents = 0.45 * accents[0] + 0.55 * light, [dark, *accents[1:]]
    colours = spot_colours(rng)
    # A white cat on white paper needs a shade.
    colours[SLOTS.index("light")] *= 0.86 if kind in ("light", "white") else 1.0
    return Sheet(blank(side, ground), ink, np.array(accents), dark, ground, colours, rng)


def _headline(sheet: Sheet, rng: np.random.Generator) -> float:
    """The title; returns the row where it ends."""
    height = between(rng, 0.09, 0.15)
    if rng.random() < 0.6:
        panel(sheet, (0, 0, 1, height), sheet.dark if rng.random() < 0.5 else sheet.accents[0])
        title(sheet, (0.05, 0.0, 0.95, height), sheet.paper_on(sheet.dark))
    else:
        title(sheet, (0.05, 0.015, 0.95, height), sheet.ink)
    return height


def _drawn(sheet: Sheet, figure: Figure, box: Box) -> list[Layer]:
    layers = fitted(figure, box)
    fill_flat(sheet.canvas, layers, sheet.colours)
    return layers


def _anatomy(sheet: Sheet, figure: Figure, box: Box, rng: np.random.Generator) -> None:
    """The object in the middle; numbered lines lead from its parts to words on both sides."""
    left, top, right, bottom = box
    spot = (left + 0.17, top + 0.03, right - 0.17, bottom - between(rng, 0.02, 0.2))
    if rng.random() < 0.4:
        panel(sheet, (left + 0.15, top, right - 0.15, spot[3] + 0.02), sheet.mixed(0.8), round_=True)
    layers = _drawn(sheet, figure, spot)
    callouts(sheet, layers, box)
    if bottom - spot[3] > 0.12:
        icons_or_words = between(rng, 0, 1)
        strip = (left + 0.1, spot[3] + 0.05, right - 0.1, bottom)
        icons(sheet, figure, strip, 5) if icons_or_words < 0.5 else words(sheet, strip)


def _beside(sheet: Sheet, figure: Figure, box: Box, rng: np.random.Generator) -> None:
    """The object on one side, words and a chart on the other."""
    left, top, right, bottom = box
    cut = between(rng, 0.5, 0.6)
    a, b = (left, top, cut, bottom), (cut + 0.04, top + 0.02, right, bottom)
    if rng.random() < 0.5:
        a, b = (1 - cut, top, right, bottom), (left, top + 0.02, 1 - cut - 0.04, bottom)
    panel(sheet, a, sheet.mixed(0.75), round_=rng.random() < 0.5)
    _drawn(sheet, figure, (a[0] + 0.03, a[1] + 0.03, a[2] - 0.03, a[3] - 0.03))
    middle = b[1] + (b[3] - b[1]) * between(rng, 0.35, 0.6)
    words(sheet, (b[0], b[1], b[2], middle - 0.03))
    _chart(sheet, (b[0], middle, b[2], b[3]), rng)


def _chart(sheet: Sheet, box: Box, rng: np.random.Generator) -> None:
    charts: dict[str, Callable[[Sheet, Box], None]] = {"bars": bars, "pie": pie, "donut": donut}
    charts[either(rng, *charts)](sheet, box)


def _panels(sheet: Sheet, figure: Figure, box: Box, rng: np.random.Generator) -> None:
    """Panels in a grid: one large with the object, the others with charts, words and icons."""
    left, top, right, bottom = box
    row, column = top + (bottom - top) * between(rng, 0.56, 0.66), left + (right - left) * between(rng, 0.58, 0.68)
    large = (left, top, column - 0.01, row - 0.01)
    small = [(column + 0.01, top, right, row - 0.01)]
    thirds = np.linspace(left, right, int(rng.integers(3, 5)))
    small += [(a + 0.005, row + 0.01, b - 0.005, bottom) for a, b in pairwise(thirds)]
    panel(sheet, large, sheet.mixed(0.75))
    _drawn(sheet, figure, _inner(large, 0.025))
    for number, part in enumerate(small):
        panel(sheet, part, sheet.mixed(between(rng, 0.6, 0.88), number))
        kind = either(rng, "chart", "chart", "words", "icons")
        inside = _inner(part, 0.025)
        if kind == "chart":
            _chart(sheet, inside, rng)
        elif kind == "words":
            words(sheet, inside)
        else:
            icons(sheet, figure, inside, 2)


def _inner(box: Box, rim: float) -> Box:
    return box[0] + rim, box[1] + rim, box[2] - rim, box[3] - rim


def _history(sheet: Sheet, figure: Figure, box: Box, rng: np.random.Generator) -> None:
    """The object over a timeline with dates and words."""
    left, top, right, bottom = box
    line = bottom - between(rng, 0.24, 0.32)
    wide = between(rng, 0.55, 0.8)
    _drawn(sheet, figure, (0.5 - wide / 2, top + 0.02, 0.5 + wide / 2, line - 0.05))
    if rng.random() < 0.5:
        words(sheet, (left + 0.01, top + 0.03, 0.5 - wide / 2 + 0.06, top + 0.2))
    timeline(sheet, (left + 0.03, line, right - 0.03, bottom))


def _census(sheet: Sheet, figure: Figure, box: Box, rng: np.random.Generator) -> None:
    """The object large, and rows of small ones that count something."""
    left, top, right, bottom = box
    rows = int(rng.integers(2, 4))
    first = bottom - 0.11 * rows
    layers = _drawn(sheet, figure, (left + 0.03, top + 0.02, left + 0.62, first - 0.03))
    words(sheet, (max(layer.outline[:, 0].max() for layer in layers) + 0.05, top + 0.05, right, top + 0.26))
    donut(sheet, (0.7, top + 0.3, right, first - 0.03))
    for row in range(rows):
        y = first + 0.11 * row
        words(sheet, (left + 0.01, y + 0.03, left + 0.16, y + 0.09))
        icons(sheet, figure, (left + 0.19, y, right, y + 0.1), int(rng.integers(3, 9)), of=9)


def _steps(sheet: Sheet, figure: Figure, box: Box, rng: np.random.Generator) -> None:
    """Numbered steps down one side, the object on a disc at the other."""
    left, top, _, bottom = box
    mirrored, count = rng.random() < 0.5, int(rng.integers(3, 6))
    centre, radius = (0.34 if mirrored else 0.66, (top + bottom) / 2), 0.32
    sheet.disc(centre, radius, sheet.mixed(0.65))
    _drawn(sheet, figure, (centre[0] - 0.27, centre[1] - 0.27, centre[0] + 0.27, centre[1] + 0.27))
    edge = 0.72 if mirrored else left
    for number, y in enumerate(np.linspace(top, bottom, count + 1)[:-1]):
        sheet.badge((edge + 0.045, y + 0.06), 0.034, number)
        words(sheet, (edge + 0.095, y + 0.025, edge + 0.25, y + (bottom - top) / count - 0.02))


#: Ways to lay out a graphic: each fills a box of the sheet with the figure and what is said about it.
LAYOUTS: dict[str, Callable[[Sheet, Figure, Box, np.random.Generator], None]] = {
    "anatomy": _anatomy,
    "beside": _beside,
    "panels": _panels,
    "history": _history,
    "census": _census,
    "steps": _steps,
}
