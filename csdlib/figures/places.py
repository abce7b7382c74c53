"""A recorded map as a chart: artists' paintings, and what a generator made in their names."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from csdlib.figures.book import COLOURS, SYMBOLS

#: Paintings of the ground, drawn at random: more make a page heavy and show no more.
GROUND = 800


def paintings_and_generated(places: pd.DataFrame, artists: Sequence[str], *, x: str, y: str) -> go.Figure:
    """Some artists' paintings (filled marks) and generated pictures (open ones) on a ground of other paintings.

    Args:
        places: a row a picture: ``source`` (painting or generated), ``artist``, ``content``, and its place.
        artists: up to eight whose pictures are marked, each in a colour of its own.
        x: column of the horizontal place.
        y: column of the vertical place.
    """
    made = places["source"] == "generated"
    paintings = places[~made]
    ground = paintings.sample(min(GROUND, len(paintings)), random_state=0)
    chart = go.Figure()
    grey = {"size": 4, "color": "rgba(128,128,128,0.35)"}
    chart.add_scatter(x=ground[x], y=ground[y], mode="markers", name="other paintings", hoverinfo="skip", marker=grey)
    for number, name in enumerate(artists):
        for kind, rows in (("", ~made), ("-open", made)):
            part = places[rows & (places["artist"] == name)]
            chart.add_scatter(
                x=part[x],
                y=part[y],
                mode="markers",
                name=f"{name}, generated" if kind else name,
                text=part["content"].fillna("painting"),
                marker={"size": 9, "color": COLOURS[number], "symbol": SYMBOLS[number] + kind},
            )
    axis = {"showticklabels": False, "zeroline": False, "title": ""}
    chart.update_layout(xaxis=axis | {"title": "places on the map have no unit"}, yaxis=axis, hovermode="closest")
    return chart
