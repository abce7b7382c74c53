"""Charts of numbers: estimates with their intervals, and columns of a table as lines."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go

from csdlib.figures.book import COLOURS, SYMBOLS

#: Pixels between two rows, for each further estimate of a row, and for axis, legend and margins together.
_ROW, _MORE, _FRAME = 32, 15, 130


def intervals(frame: pd.DataFrame, *, group: str, axis: str) -> go.Figure:
    """Estimates as points with their intervals, one colour and symbol per group, the first row on top.

    Args:
        frame: columns ``label`` (the row), ``value``, ``low``, ``high`` and ``group``. Several groups of one label lie
            below each other in its row. Where the ends are missing the point stands alone: there is no interval.
        group: the column that decides colour and legend entry.
        axis: title of the horizontal axis, with its unit.

    Returns:
        the chart; its height gives every estimate the same room.
    """
    frame = frame.reset_index(drop=True)
    labels = frame["label"].drop_duplicates().tolist()
    rows = frame["label"].map(labels.index)
    most = int(frame.groupby("label").size().max())
    # Where a row holds several estimates, they share its middle four fifths.
    offsets = (frame.groupby("label").cumcount() + 0.5) / frame.groupby("label")["label"].transform("size") - 0.5
    figure = go.Figure()
    for number, (name, part) in enumerate(frame.groupby(group, sort=False)):
        figure.add_scatter(
            x=part["value"],
            y=(rows + 0.8 * offsets)[part.index],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": part["high"].astype(float) - part["value"],
                "arrayminus": part["value"] - part["low"].astype(float),
            },
            text=[escape(str(label)) for label in part["label"]],
            hovertemplate="%{text}: %{x}<extra>%{fullData.name}</extra>",
            mode="markers",
            marker={"size": 10, "color": COLOURS[number % 8], "symbol": SYMBOLS[number % 8]},
            name=escape(str(name)),
        )
    ticks = {"tickvals": list(range(len(labels))), "ticktext": [escape(str(label)) for label in labels]}
    figure.update_layout(
        xaxis_title=axis,
        xaxis_rangemode="tozero",
        yaxis={"range": [len(labels) - 0.5, -0.5], "zeroline": False} | ticks,
        height=_FRAME + (_ROW + _MORE * (most - 1)) * len(labels),
        meta={"rows": True},
    )
    return figure


def lines(frame: pd.DataFrame, *, x: str, ys: Sequence[str], titles: tuple[str, str]) -> go.Figure:
    """Columns of a frame as lines over another column, each with its own colour and symbol.

    Args:
        frame: the data.
        x: column of the horizontal axis.
        ys: columns that are drawn; missing values are left out.
        titles: of the horizontal and the vertical axis, with units.
    """
    figure = go.Figure()
    for number, column in enumerate(ys):
        part = frame[[x, column]].dropna()
        marker = {"color": COLOURS[number % 8], "symbol": SYMBOLS[number % 8], "size": 8}
        figure.add_scatter(x=part[x], y=part[column], mode="lines+markers", name=column, marker=marker)
    figure.update_layout(xaxis_title=titles[0], yaxis_title=titles[1])
    return figure
