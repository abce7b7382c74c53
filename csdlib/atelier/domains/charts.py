"""The furniture of information graphics: words, call-outs, bars, pies, timelines, icons. Boxes in units of the side."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from csdlib.atelier.brushes import Canvas, fill, stroke
from csdlib.atelier.domains.figures import Box, Colours, extent, fill_flat, fitted
from csdlib.atelier.scenes import Layer, between
from csdlib.atelier.shapes import box as corners
from csdlib.atelier.shapes import ellipse

#: Words that say nothing about what is shown.
_WORDS = (
    "facts", "about", "the", "data", "at", "a", "glance", "how", "it", "works", "guide", "top", "five", "why", "most",
    "know", "did", "you", "more", "in", "numbers", "over", "time", "per", "year", "total", "share", "origin", "parts",
    "growth", "key", "report", "source", "average", "today", "world", "use", "kind", "size", "best",
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A graphic in the making.

    Attributes:
        canvas: (side, side, 3) uint8, drawn upon.
        ink: (3,) colour of words.
        accents: (3, 3) colours of charts.
        dark: (3,) the dark colour of the set.
        ground: (3,) the colour of the sheet.
        colours: (slots, 3) colours of the object.
        rng: decides what stands there.
    """

    canvas: Canvas
    ink: Colours
    accents: Colours
    dark: Colours
    ground: Colours
    colours: Colours
    rng: np.random.Generator

    @property
    def side(self) -> int:
        """The side of the canvas in pixels."""
        return len(self.canvas)

    def accent(self, number: int) -> Colours:
        """One of the accents, in turn."""
        return self.accents[number % len(self.accents)]

    def mixed(self, share: float, number: int = 0) -> Colours:
        """An accent, mixed with this share of the ground."""
        return share * self.ground + (1 - share) * self.accent(number)

    def paper_on(self, colour: Colours) -> Colours:
        """White or nearly black: what is read best on a colour."""
        return np.ones(3) if float(np.mean(colour)) < 0.6 else np.full(3, 0.12)

    def disc(self, centre: tuple[float, float], radius: float, colour: Colours) -> None:
        """A filled circle."""
        fill(self.canvas, ellipse(*centre, radius, radius)[None], np.asarray(colour)[None])

    def badge(self, centre: tuple[float, float], radius: float, number: int) -> None:
        """A disc with a number in it, from 1."""
        self.disc(centre, radius, self.accent(number))
        place = (centre[0] - 0.55 * radius, centre[1] + 0.6 * radius)
        self.text(str(number + 1), place, 1.2 * radius, self.paper_on(self.accent(number)))

    def text(self, text: str, at: tuple[float, float], height: float, colour: Colours, *, bold: bool = False) -> None:
        """Words in a plain face; ``at`` is the left end of the base line."""
        scale = height * self.side / 22
        spot = (round(at[0] * self.side), round(at[1] * self.side))
        rgb = np.round(np.asarray(colour) * 255).tolist()
        width = max(1, round(height * self.side * (0.16 if bold else 0.08)))
        cv2.putText(self.canvas, text, spot, cv2.FONT_HERSHEY_SIMPLEX, scale, rgb, width, cv2.LINE_AA)

    def line(self, points: Sequence[tuple[float, float]], colour: Colours, width: float) -> None:
        """An open line."""
        stroke(self.canvas, np.array(points)[None], np.asarray(colour)[None], width)


def panel(sheet: Sheet, box: Box, colour: Colours, *, round_: bool = False) -> None:
    """A filled rectangle, with round corners or without."""
    left, top, right, bottom = box
    if not round_:
        fill(sheet.canvas, corners(left, top, right - left, bottom - top)[None], np.asarray(colour)[None])
        return
    r = 0.03
    for inner in ((left + r, top, right - r, bottom), (left, top + r, right, bottom - r)):
        panel(sheet, inner, colour)
    for x in (left + r, right - r):
        for y in (top + r, bottom - r):
            sheet.disc((x, y), r, colour)


def title(sheet: Sheet, box: Box, colour: Colours) -> None:
    """A headline of a few words in capitals, sometimes with a smaller line below."""
    rng, (left, top, right, bottom) = sheet.rng, box
    said = " ".join(rng.choice(_WORDS, int(rng.integers(2, 5)), replace=False)).upper()
    second = rng.random() < 0.5
    height = min((bottom - top) * (0.45 if second else 0.55), (right - left) / (0.95 * len(said)))
    start = left if rng.random() < 0.4 else (left + right) / 2 - 0.42 * height * len(said)
    base = top + (bottom - top) * (0.58 if second else 0.72)
    sheet.text(said, (max(left, start), base), height, colour, bold=True)
    if second:
        small = " ".join(rng.choice(_WORDS, 6))
        sheet.text(small, (max(left, start), base + 0.3 * (bottom - top)), 0.25 * (bottom - top), colour)


def words(sheet: Sheet, box: Box) -> None:
    """Lines of text: grey bars as of small print, or words; sometimes under a heading."""
    rng, (left, top, right, bottom) = sheet.rng, box
    if right - left < 0.04 or bottom - top < 0.02:
        return
    pitch, y = between(rng, 0.022, 0.034), top
    soft, spelt = 0.45 * sheet.ground + 0.55 * sheet.ink, rng.random() < 0.5
    if bottom - top > 0.09 and rng.random() < 0.7:
        panel(sheet, (left, y, left + (right - left) * between(rng, 0.4, 0.8), y + 0.022), sheet.accent(0))
        y += 0.045
    while y + pitch * 0.5 < bottom:
        end = left + (right - left) * between(rng, 0.6, 1.0)
        if spelt:
            count = max(3, int((end - left) / (pitch * 0.55)))
            said = " ".join(rng.choice(_WORDS, 8))[:count]
            sheet.text(said, (left, y + pitch * 0.6), pitch * 0.6, soft)
        else:
            panel(sheet, (left, y, end, y + pitch * 0.42), soft)
        y += pitch


def bars(sheet: Sheet, box: Box) -> None:
    """A bar chart, standing or lying, with its base line."""
    rng, (left, top, right, bottom) = sheet.rng, box
    count, standing = int(rng.integers(3, 7)), rng.random() < 0.6
    one_colour = rng.random() < 0.4
    for k, value in enumerate(rng.uniform(0.25, 1, count)):
        a, b = (k + 0.15) / count, (k + 0.85) / count
        part = (left, top + (bottom - top) * a, left + (right - left) * value, top + (bottom - top) * b)
        if standing:
            part = (left + (right - left) * a, bottom - (bottom - top) * value, left + (right - left) * b, bottom)
        panel(sheet, part, sheet.accent(0 if one_colour else k))
    ends = [(left, bottom), (right, bottom)] if standing else [(left, top), (left, bottom)]
    sheet.line(ends, sheet.ink, 0.006)


def pie(sheet: Sheet, box: Box) -> None:
    """A pie chart of two to five shares."""
    _ring(sheet, box, 0.0)


def donut(sheet: Sheet, box: Box) -> None:
    """A ring of shares with a number inside."""
    _ring(sheet, box, between(sheet.rng, 0.5, 0.7))


def _ring(sheet: Sheet, box: Box, hole: float) -> None:
    rng, (left, top, right, bottom) = sheet.rng, box
    centre, radius = ((left + right) / 2, (top + bottom) / 2), min(right - left, bottom - top) / 2
    if radius < 0.02:
        return
    shares = np.cumsum(rng.dirichlet(np.full(int(rng.integers(2, 6)), 2.5))) * 2 * np.pi
    start, turn = 0.0, between(rng, 0, 6.28)
    behind = [*sheet.accents, sheet.ink, sheet.mixed(0.5)]
    for k, end in enumerate(shares):
        angle = np.linspace(start, float(end), 16) + turn
        arc = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius + centre
        fill(sheet.canvas, np.concatenate([[centre], arc])[None], np.asarray(behind[k])[None])
        start = float(end)
    if hole:
        sheet.disc(centre, radius * hole, sheet.ground)
        height, text = 0.55 * radius * hole, f"{int(rng.integers(10, 99))}%"
        sheet.text(text, (centre[0] - 1.5 * height, centre[1] + 0.45 * height), height, sheet.ink, bold=True)


def timeline(sheet: Sheet, box: Box) -> None:
    """A line with dates, and words under every one."""
    rng, (left, top, right, bottom) = sheet.rng, box
    count = int(rng.integers(3, 6))
    sheet.line([(left, top), (right, top)], sheet.ink, between(rng, 0.006, 0.016))
    pitch = (right - left) / count
    for k in range(count):
        x = left + pitch * (k + 0.5)
        sheet.badge((x, top), between(rng, 0.024, 0.034), k)
        sheet.text(str(int(rng.integers(1800, 2020))), (x - 0.055, top + 0.085), 0.034, sheet.accent(k), bold=True)
        words(sheet, (x - pitch * 0.4, top + 0.11, x + pitch * 0.4, bottom))


def icons(sheet: Sheet, figure: Sequence[Layer], box: Box, count: int, *, of: int | None = None) -> None:
    """The object small, several times in a row; those beyond ``count`` of ``of`` are pale."""
    left, top, right, bottom = box
    total = of or count
    pitch = (right - left) / total
    pale = np.broadcast_to(sheet.mixed(0.8), sheet.colours.shape)
    for k in range(total):
        x = left + pitch * k
        spot = (x + 0.08 * pitch, top, x + 0.92 * pitch, bottom)
        fill_flat(sheet.canvas, fitted(figure, spot), sheet.colours if k < count else pale)


def callouts(sheet: Sheet, layers: Sequence[Layer], box: Box) -> None:
    """Lines from parts of the object to numbered discs and words at both sides."""
    rng, (left, top, right, bottom) = sheet.rng, box
    x0, y0, x1, y1 = extent(layers)
    count = int(rng.integers(3, 7))
    for k in range(count):
        at_left = k % 2 == 0
        y = y0 + (y1 - y0) * (0.1 + 0.8 * k / max(1, count - 1))
        target = (x0 + (x1 - x0) * (between(rng, 0.2, 0.45) if at_left else between(rng, 0.55, 0.8)), y)
        x = left + 0.14 if at_left else right - 0.14
        height = float(np.clip(y + between(rng, -0.05, 0.03), top + 0.04, bottom - 0.1))
        sheet.line([target, (x, height)], sheet.ink, 0.005)
        sheet.disc(target, 0.009, sheet.ink)
        sheet.badge((x, height), 0.03, k)
        near = (left, height + 0.04, left + 0.15, height + 0.1)
        words(sheet, near if at_left else (right - 0.15, height + 0.04, right, height + 0.1))
