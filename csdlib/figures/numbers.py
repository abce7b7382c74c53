"""A chart in numbers, for those who do not see it: tables behind a fold, made from the chart's own data.

A series of points is a few rows, or a column where all series have the same rows; a heatmap is its matrix, a histogram
the quartiles of what it counts. Numbers of one axis have the same decimals. Long series are thinned, and the fold says
so. Everything is escaped: a chart's names may come from outside.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape, unescape
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from csdlib.figures.digits import decimals, is_number, written
from csdlib.figures.markup import table_markup

#: Points of a series that a table holds: where each has a name, and where they follow a line.
MOST_NAMED, MOST_POINTS = 60, 12
#: Points of all series together.
MOST_ROWS = 150
#: Rows and columns of a heatmap, where one with fewer columns may have more rows; and series side by side.
MOST_CELLS = 16


def in_numbers(figure: go.Figure) -> str:
    """A chart's numbers as HTML: a fold with a table for each of its panels; empty where nothing is drawn.

    Args:
        figure: of scatters, bars, funnels, histograms and heatmaps. What the reader cannot point at (``hoverinfo`` is
            ``"skip"``) is ground, and only named; unless there is nothing else.
    """
    shown = [trace for trace in figure.data if trace.hoverinfo != "skip"] or list(figure.data)
    panels = [_told(list(traces)) for _, traces in groupby(sorted(shown, key=_panel), key=_panel)]
    notes: list[str] = []
    tables = [_table(figure, traces, notes) for traces in panels]
    titles = _titles(figure, panels)
    body = "".join(_heading(title, table) + table_markup(table) for title, table in zip(titles, tables, strict=True))
    ground = [_plain(trace.name) for trace in figure.data if trace.name and len(shown) < len(figure.data)]
    notes += [f"Left out: {name}." for name in ground if name not in {_plain(trace.name) for trace in shown}]
    return folded(body, " ".join(dict.fromkeys([*notes, *_marks(figure)]))) if tables else ""


def folded(body: str, note: str = "") -> str:
    """Tables behind the fold of a chart, and a note below them, which is escaped."""
    said = f'<p class="csd-note">{escape(note)}</p>' if note else ""
    return f'<details class="csd-numbers"><summary>This chart in numbers</summary>{body}{said}</details>'


def _told(traces: list[Any]) -> list[Any]:
    """What a panel is about: where series have names, what has none is a line to guide the eye."""
    return [trace for trace in traces if trace.name or trace.type == "heatmap"] or traces


def _panel(trace: Any) -> tuple[int, int, str]:
    """What shares a table: the traces of one pair of axes and of one kind; pairs are in their own order."""
    kind = trace.type if trace.type in ("heatmap", "histogram") else "points"
    number = [int((getattr(trace, name, None) or "x")[1:] or 1) for name in ("xaxis", "yaxis")]
    return number[0], number[1], f"heatmap {trace.uid or id(trace)}" if kind == "heatmap" else kind


def _table(figure: go.Figure, traces: Sequence[Any], notes: list[str]) -> pd.DataFrame:
    if traces[0].type == "heatmap":
        return _matrix(traces[0], figure, notes)
    if traces[0].type == "histogram":
        return _without_one_series(pd.DataFrame([_quartiles(trace) for trace in traces]))
    most = max(MOST_ROWS // len(traces), 3)
    frame = pd.concat([_points(trace, figure, notes, most) for trace in traces], ignore_index=True).fillna("–")
    if list(frame.columns) == ["series"]:
        # Places without a unit and without names: how many there are is all that is to be said.
        return frame.value_counts(sort=False).rename("points").reset_index()
    frame = _without_one_series(frame)
    words = [name for name in frame.columns if name == "series" or _is_words(frame[name])]
    return _side_by_side(frame[[*words, *frame.columns.drop(words)]])


def _side_by_side(frame: pd.DataFrame) -> pd.DataFrame:
    """A row for each name or place, and a column for each series; ``attrs`` keep what the numbers are.

    The frame stays as it is where it has no series or more than one number, and where most series lack a row.
    """
    if "series" not in frame or frame.shape[1] != 3 or frame["series"].nunique() > MOST_CELLS:
        return frame
    _, place, value = frame.columns
    series, places = frame["series"].unique(), frame[place].unique()
    if frame.duplicated(["series", place]).any() or 3 * len(frame) < 2 * len(series) * len(places):
        return frame
    found = {(row[0], row[1]): row[2] for row in frame.itertuples(index=False)}
    wide = pd.DataFrame([[each, *(found.get((one, each), "–") for one in series)] for each in places])
    wide.columns = pd.Index([place, *series])
    wide.attrs["numbers"] = "" if value == "value" else value
    return wide


def _without_one_series(frame: pd.DataFrame) -> pd.DataFrame:
    """Of one series the name is the chart's."""
    return frame.drop(columns="series") if frame["series"].nunique() < 2 else frame


def _points(trace: Any, figure: go.Figure, notes: list[str], most: int) -> pd.DataFrame:
    """A row a point: the series, the point's own name, and where it stands on the axes that have numbers."""
    places = {letter: _values(trace[letter]) for letter in ("x", "y")}
    count = max(map(len, places.values()))
    columns = {"series": [_plain(trace.name)] * count}
    if labels := _labels(trace, count):
        columns["name"] = labels
    for letter, values in places.items():
        axis = figure.layout[_axis(trace, letter)]
        if axis.visible is False or axis.showticklabels is False:
            continue
        error = getattr(trace, f"error_{letter}", None) if values else None
        texts = _on_axis(axis, values or list(range(count)), error, _digits(figure, trace, letter))
        # What stands on the axis, a label often says again.
        if texts != labels:
            columns[_name(axis, letter, texts, columns)] = texts
    there = [row for row in range(count) if all(not each or not pd.isna(each[row]) for each in places.values())]
    named = any(_is_words(texts) for name, texts in columns.items() if name != "series")
    kept = there if len(columns) == 1 else _thinned(there, min(most, MOST_NAMED if named else MOST_POINTS))
    if len(kept) < len(there):
        notes.append(f"Of longer series {len(kept)} points are shown, evenly spaced in their order.")
    return pd.DataFrame({name: [texts[row] for row in kept] for name, texts in columns.items()})


def _labels(trace: Any, count: int) -> list[str]:
    """What is written at each point; on bars that is their length, which is shown anyway."""
    texts = getattr(trace, "hovertext", None) if trace.type in ("bar", "funnel") else trace.text
    if texts is None or isinstance(texts, str) or len(texts) != count:
        return []
    return [_plain(text) for text in texts]


def _on_axis(axis: Any, values: Sequence[Any], error: Any, digits: int | None = None) -> list[str]:
    """Values as the axis writes them: the nearest tick's words, or the number, with its interval where it has one."""
    if axis.ticktext is not None and all(map(is_number, _values(axis.tickvals))):
        ticks = np.asarray(axis.tickvals, dtype=float)
        words = [_plain(text) for text in axis.ticktext]
        return [words[int(abs(ticks - value).argmin())] if is_number(value) else "–" for value in values]
    texts = [_number(value, digits) for value in values]
    return [
        f"{text} [{_number(ends[0], digits)}, {_number(ends[1], digits)}]" if ends else text
        for text, ends in zip(texts, _intervals(values, error), strict=True)
    ]


def _intervals(values: Sequence[Any], error: Any) -> list[tuple[Any, Any] | None]:
    """Both ends of the interval of each value, or None where it has none."""
    if error is None or error.array is None:
        return [None] * len(values)
    above = _values(error.array)
    below = _values(error.arrayminus) or above
    return [
        (value - minus, value + plus) if is_number(plus + minus) and plus + minus else None
        for value, minus, plus in zip(values, below, above, strict=True)
    ]


def _digits(figure: go.Figure, trace: Any, letter: str) -> int | None:
    """The decimals of an axis: of all that is drawn along it, with its intervals; None on an axis of powers."""
    if figure.layout[_axis(trace, letter)].type == "log":
        return None
    drawn: list[Any] = []
    for each in figure.data:
        if each.type in ("heatmap", "histogram") or _axis(each, letter) != _axis(trace, letter):
            continue
        values = _values(each[letter])
        drawn += values
        drawn += [end for ends in _intervals(values, getattr(each, f"error_{letter}", None)) for end in ends or ()]
    return decimals(drawn)


def _matrix(trace: Any, figure: go.Figure, notes: list[str]) -> pd.DataFrame:
    cells = pd.DataFrame(trace.z)
    across, down = (_heads(trace, figure, letter, size) for letter, size in (("x", cells.shape[1]), ("y", len(cells))))
    columns = _thinned(list(range(cells.shape[1])), MOST_CELLS)
    rows = _thinned(list(range(len(cells))), MOST_CELLS**2 // len(columns))
    digits = decimals(cells.to_numpy().ravel())
    if len(columns) < cells.shape[1] or len(rows) < len(cells):
        notes.append(f"Of {len(cells)} rows and {cells.shape[1]} columns, {len(rows)} and {len(columns)} are shown.")
    body = [[down[row], *(_number(cells.iloc[row, column], digits) for column in columns)] for row in rows]
    corner = _plain(figure.layout[_axis(trace, "y")].title.text) or "row"
    return pd.DataFrame(body, columns=[corner, *(across[column] for column in columns)])


def _heads(trace: Any, figure: go.Figure, letter: str, size: int) -> list[str]:
    return _on_axis(figure.layout[_axis(trace, letter)], _values(trace[letter]) or list(range(size)), None)


def _quartiles(trace: Any) -> dict[str, str]:
    values = np.array([value for value in _values(trace.x) or _values(trace.y) if is_number(value)], dtype=float)
    ends = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]) if len(values) else [np.nan] * 5
    names = ("smallest", "lower quartile", "median", "upper quartile", "largest")
    found = {name: _number(end, decimals(ends)) for name, end in zip(names, ends, strict=True)}
    return {"series": _plain(trace.name), "values": _number(len(values))} | found


def _titles(figure: go.Figure, panels: Sequence[Sequence[Any]]) -> list[str]:
    """What tells several tables apart: the panels' own titles, else what an axis of theirs says."""
    if len(panels) == 1:
        return [""]
    own = [_plain(each.text) for each in figure.layout.annotations if each.xref == each.yref == "paper"]
    # plotly puts the titles of panels before those of rows and columns.
    if len(own) >= len(panels):
        return own[: len(panels)]
    for letter in ("y", "x"):
        said = [_plain(figure.layout[_axis(traces[0], letter)].title.text) for traces in panels]
        if all(said) and len(set(said)) == len(said):
            return said
    return [f"Panel {number + 1}" for number in range(len(panels))]


def _heading(title: str, table: pd.DataFrame) -> str:
    """Above a table, which panel it is, and what its numbers are where no column says it."""
    said = [escape(each) for each in (title, str(table.attrs.get("numbers", ""))) if each]
    return f"<p><strong>{': '.join(said)}</strong></p>" if said else ""


def _marks(figure: go.Figure) -> Iterator[str]:
    """What is written into the chart, and lines across it, with their places."""
    written: set[Any] = set()
    for each in figure.layout.annotations:
        if each.xref == each.yref == "paper" or not _plain(each.text):
            continue
        place = each.x if "domain" in str(each.yref) else each.y if "domain" in str(each.xref) else None
        written |= {place} if is_number(place) else set()
        yield f"Written in it: {_plain(each.text)}{f' (at {_number(place)})' if is_number(place) else ''}."
    for each in figure.layout.shapes:
        for across, low, high in (("vertical", each.x0, each.x1), ("horizontal", each.y0, each.y1)):
            free = str(each.yref if across == "vertical" else each.xref)
            if each.type == "line" and "domain" in free and is_number(low) and low == high and low not in written:
                yield f"A {across} line stands at {_number(low)}."


def _axis(trace: Any, letter: str) -> str:
    return f"{letter}axis{(getattr(trace, f'{letter}axis', None) or letter)[1:]}"


def _name(axis: Any, letter: str, texts: Sequence[str], taken: Mapping[str, object]) -> str:
    name = _plain(axis.title.text) or ("what" if _is_words(texts) else "value")
    return name if name not in taken else f"{name} ({letter})"


def _thinned(rows: list[int], most: int) -> list[int]:
    """At most so many of the rows, evenly spaced, with both ends."""
    if len(rows) <= most:
        return rows
    return [rows[place] for place in np.linspace(0, len(rows) - 1, most).round().astype(int)]


def _values(values: Any) -> list[Any]:
    return [] if values is None else list(values)


def _is_words(texts: Iterable[str]) -> bool:
    return any(text and not re.match(r"[+-]?\d|–", text) for text in texts)


def _number(value: Any, digits: int | None = None) -> str:
    """A number with so many decimals, by default with three digits that count; a text as it is."""
    return _plain(value) if isinstance(value, str) else written(value, digits)


def _plain(text: Any) -> str:
    """A chart's text without plotly's markup, as it is read; whoever shows it escapes it."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", str(text or ""))).split())
