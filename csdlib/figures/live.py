"""A table that lives: its numbers follow controls that the reader moves, from data in the page.

Python has measured every number at every setting, with its interval. The page looks them up and computes none of them,
so what it shows is what Python found. A number is sent as the digits that are shown, in 16 bits. Without a script the
table stands as it is at the first setting.
"""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import HTML

from csdlib.errors import InputError, require_range
from csdlib.figures import book

#: What stands for a number that is missing: no share is so many steps.
MISSING = -32_768
#: Digits after the point, of percent: with two of them the largest share is 10,000 steps.
MOST_DIGITS = 2
#: A value and the ends of its interval.
_PARTS = ("value", "low", "high")


@dataclass(frozen=True)
class Control:
    """Something that the reader sets.

    Attributes:
        column: of the frame, which holds the settings as numbers.
        title: what is set, with its unit: ``"threshold (cosine)"``.
        start: the setting at first, and without a script; one of the column's.
        shown: how a setting is written, by ``str.format``: ``"one pair in {:,.0f}"``.
    """

    column: str
    title: str
    start: float
    shown: str = "{:g}"


def live_table(
    frame: pd.DataFrame,
    controls: Sequence[Control],
    *,
    rows: str,
    columns: str,
    task: str,
    caption: str,
    digits: int = 1,
) -> HTML:
    """Shares and their differences in percent, with intervals, at the setting that the reader chooses; and as curves.

    A curve runs over the settings of the first control, and a line shows where the reader is. On the keyboard, arrow
    keys move a control. Each number takes 6 bytes at each setting, and a third more as base64.

    Args:
        frame: a line a number and setting: ``value``, ``low`` and ``high`` in [-1, 1], the columns of the controls, and
            what says where the number stands. A number that does not follow a control has nothing in its column. A
            value that does not exist at a setting is not a number; so are the ends of a missing interval.
        controls: one or more.
        rows: the column whose values are the table's rows, in their order.
        columns: the same for its columns.
        task: what to do with the control, and what to look for; stands above it.
        caption: what the table says.
        digits: after the point, of percent.

    Raises:
        InputError: no control or no task; a number outside [-1, 1]; fewer than two settings, a start that is none of
            them, or a number that does not have each setting once.
    """
    require_range("digits", digits, 0, MOST_DIGITS)
    if not controls or not task.strip():
        raise InputError("a live table needs a control, and a task: what to do with it and what to look for")
    knobs = [_knob(frame[control.column], control) for control in controls]
    names = [frame[column].astype(str) for column in (rows, columns)]
    down, across = (each.drop_duplicates().tolist() for each in names)
    lines = dict(list(frame.groupby(names)))
    cells = [[_cell(lines.get((row, column)), (row, column), knobs, digits) for column in across] for row in down]
    data = {
        "controls": [{"title": each.control.title, "labels": each.labels, "start": each.start} for each in knobs],
        "columns": across,
        "rows": down,
        "cells": [[cell and cell.sent() for cell in row] for row in cells],
        "digits": digits,
        "missing": MISSING,
        "bottom": _bottom([cell for row in cells for cell in row if cell], digits),
        "colours": book.COLOURS,
    }
    above = f'<p class="csd-live-task">{escape(task)}</p>{_ranges(knobs)}'
    starts = [each.start for each in knobs]
    shown = [[_shown(cell, starts, digits) for cell in row] for row in cells]
    return book.framed(_living(data, above + _table(rows, down, across, shown)), caption)


@dataclass(frozen=True)
class _Knob:
    """A control with its settings, ascending, how each is written, and the number of the first one."""

    control: Control
    stops: list[float]
    labels: list[str]
    start: int


@dataclass(frozen=True)
class _Numbers:
    """One number at all settings: ``codes`` (settings ..., 3) in steps of the last digit.

    A control that the number does not follow has one setting.
    """

    codes: np.ndarray

    def at(self, setting: Sequence[int]) -> list[int]:
        places = tuple(min(place, size - 1) for place, size in zip(setting, self.codes.shape, strict=False))
        return self.codes[places].tolist()

    def sent(self) -> dict[str, Any]:
        """As the page takes it: how many numbers further the next setting of each control is, and the numbers."""
        sizes = self.codes.shape
        strides = [math.prod(sizes[axis + 1 :]) if sizes[axis] > 1 else 0 for axis in range(len(sizes) - 1)]
        return {"strides": strides, "codes": base64.b64encode(self.codes.astype("<i2").tobytes()).decode()}


def _knob(column: pd.Series, control: Control) -> _Knob:
    stops = [float(stop) for stop in np.unique(column.dropna().astype(float))]
    if len(stops) < 2:
        raise InputError(f"{control.column}: a control needs two settings or more, got {len(stops)}")
    if control.start not in stops:
        raise InputError(f"{control.column}: the control starts at {control.start}, which is none of its settings")
    return _Knob(control, stops, [control.shown.format(stop) for stop in stops], stops.index(control.start))


def _cell(lines: pd.DataFrame | None, place: tuple[str, str], knobs: Sequence[_Knob], digits: int) -> _Numbers | None:
    """One number at all settings; None, where the frame does not have it."""
    if lines is None:
        return None
    followed = [lines[each.control.column].notna().any() for each in knobs]
    sizes = [len(each.stops) if moves else 1 for each, moves in zip(knobs, followed, strict=True)]
    keys = [each.control.column for each, moves in zip(knobs, followed, strict=True) if moves]
    settings = lines[keys].astype(float)
    if len(lines) != math.prod(sizes) or settings.duplicated().any() or settings.isna().to_numpy().any():
        raise InputError(f"{', '.join(place)}: the number must have each setting of {', '.join(keys)} once")
    ordered = lines.sort_values(keys) if keys else lines
    shares = ordered[[*_PARTS]].to_numpy(dtype=np.float64)
    if (abs(shares) > 1).any():
        raise InputError(f"{', '.join(place)}: a live table shows shares and differences of shares, from -1 to 1")
    return _Numbers(steps(shares, digits).reshape(*sizes, len(_PARTS)))


def steps(shares: np.ndarray, digits: int = 1) -> np.ndarray:
    """Shares as whole steps of the last digit of percent, rounded just as they are written.

    So the page writes what Python writes, and what is sent is never further from the share than half a step: 0.05
    percentage points with one digit.

    Args:
        shares: in [-1, 1], of any shape, or not numbers.
        digits: after the point, of percent, at most ``MOST_DIGITS``.

    Returns:
        int16 of the same shape; ``MISSING`` where there is no number.

    Example:
        >>> steps(np.array([0.12345, -0.2, 1.0, np.nan])).tolist()
        [123, -200, 1000, -32768]
    """
    texts = [f"{100 * share:.{digits}f}" for share in shares.ravel()]
    whole = [MISSING if text == "nan" else int(text.replace(".", "")) for text in texts]
    return np.array(whole, dtype=np.int16).reshape(shares.shape)


def _shown(cell: _Numbers | None, setting: Sequence[int], digits: int) -> tuple[str, str]:
    """The texts of a cell, as the script writes them: the value, and its interval."""
    if cell is None:
        return "–", ""
    value, low, high = ("" if code == MISSING else f"{code / 10**digits:.{digits}f}" for code in cell.at(setting))
    return value or "–", f"[{low}, {high}]" if value and low and high else "no interval" if value else ""


def _bottom(cells: Sequence[_Numbers], digits: int) -> int:
    """Where the curves' axis begins, in percent: at 0, or at the tens below all differences."""
    lowest = min(int(cell.codes[cell.codes != MISSING].min(initial=0)) for cell in cells)
    return 10 * (lowest // (10 * 10**digits))


def _ranges(knobs: Sequence[_Knob]) -> str:
    # Without the script nothing would follow: it shows the inputs.
    labels = "".join(
        f'<label class="csd-live-control">{escape(each.control.title)}: '
        f'<output aria-live="off">{escape(each.labels[each.start])}</output>'
        f'<input type="range" min="0" max="{len(each.stops) - 1}" step="1" value="{each.start}" '
        f'aria-valuetext="{escape(each.labels[each.start])}" autocomplete="off" hidden></label>'
        for each in knobs
    )
    return f'<div class="csd-live-controls">{labels}</div>'


def _table(corner: str, rows: Sequence[str], columns: Sequence[str], shown: Sequence[Sequence[tuple[str, str]]]) -> str:
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    lines = "".join(
        f'<tr><th scope="row" class="csd-words">{escape(row)}</th>'
        + "".join(f'<td><span>{value}</span> <span class="csd-interval">{ends}</span></td>' for value, ends in cells)
        + "</tr>"
        for row, cells in zip(rows, shown, strict=True)
    )
    head = f'<thead><tr><th class="csd-words">{escape(corner)} (%)</th>{heads}</tr></thead>'
    return f'<div class="csd-scroll"><table class="csd-table">{head}<tbody>{lines}</tbody></table></div>'


def _living(data: dict[str, Any], body: str) -> str:
    """The table with its data, look and scripts."""
    script = book.script("elements", "live/lookup", "live/curves", "live/follow")
    kept = f'<script type="application/json">{book.script_data(data)}</script>'
    said = '<p class="csd-live-said" role="status"></p>'
    return (
        f'<style>{book.asset("live/live.css")}</style><div class="csd-live">{kept}{body}{said}</div>'
        f"<script>{script}</script>"
    )
