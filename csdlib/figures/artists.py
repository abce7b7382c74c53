"""Artists as a map and as a tree."""

from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from IPython.display import HTML
from scipy.cluster.hierarchy import dendrogram

from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.maps.layout import StyleMap, style_map
from csdlib.similarity.artists import Artists

#: Below this many artists UMAP has nothing to learn from, and the plane of largest variance shows them.
FEW = 12
#: Artists of a branch of the tree that are named in words.
NAMED = 3


def artist_layout(artists: Artists, *, seed: int = 0) -> StyleMap:
    """The prototypes in the plane: by UMAP, or by PCA where there are fewer than twelve artists.

    Raises:
        InputError: a single artist.
    """
    if len(artists.names) < 2:
        raise InputError("a map of artists needs two or more of them")
    method = "pca" if len(artists.names) < FEW else "umap"
    # Far apart, so that there is room for their names.
    return style_map(artists.prototypes, n_neighbors=8, min_dist=0.99, seed=seed, method=method)


def artists_figure(
    artists: Artists,
    laid_out: StyleMap,
    groups: np.ndarray,
    *,
    caption: str,
    alt: str,
    edges: int = 2,
    height: int = 760,
) -> HTML:
    """Artists on a map, with their nearest in descriptor space, and below it the tree of who merges with whom.

    Args:
        artists: of a table.
        laid_out: their prototypes in the plane, from ``artist_layout``.
        groups: (a,) what decides an artist's colour and symbol, for example movements.
        caption: what to see.
        alt: what somebody who cannot see it should know.
        edges: nearest artists to whom each one is connected.
        height: in pixels.

    Raises:
        InputError: a map of other artists.
    """
    if not np.array_equal(laid_out.ids, artists.names):
        raise InputError("the map was made of other artists")
    numbers = _numbers(artists, groups, edges)
    shown = book.show(_map(artists, laid_out, groups, edges), caption=caption, alt=alt, height=height, numbers=numbers)
    tree = book.show(
        _tree(artists, groups),
        caption="The same artists as a tree: the further right two branches meet, the less alike they are.",
        alt=f"Tree of {len(artists.names)} artists by the distance of their prototypes.",
        height=max(height, 15 * len(artists.names) + 90),
        numbers=_merges(artists),
    )
    return HTML(f'<div class="csd-artists">{shown.data}{tree.data}</div>')  # type: ignore[no-untyped-call]


def _numbers(artists: Artists, groups: np.ndarray, edges: int) -> pd.DataFrame:
    """The map in words: places on it have no unit, but who is near to whom can be said."""
    found = artists.nearest(edges)
    nearest = [
        ", ".join(f"{artists.names[row]} ({score:.2f})" for row, score in zip(rows, scores, strict=True) if row >= 0)
        for rows, scores in zip(found.rows, found.scores, strict=True)
    ]
    spread = pd.Series(artists.spread).round(3)
    columns = {"artist": artists.names, "group": groups, "pictures": artists.counts, "spread": spread}
    return pd.DataFrame(columns | {"nearest artists (cosine)": nearest})


def _merges(artists: Artists) -> pd.DataFrame:
    """The tree in words: which branches meet, at which distance, nearest first."""
    branches = [[str(name)] for name in artists.names]
    lines = []
    for one, other, distance, _ in artists.tree():
        both = [branches[int(one)], branches[int(other)]]
        lines.append([*map(_said, both), f"{distance:.3f}"])
        branches.append([name for branch in both for name in branch])
    return pd.DataFrame(lines, columns=["branch", "meets", "at distance (1 − cosine)"])


def _said(branch: list[str]) -> str:
    """A branch by its artists, or by the first of many."""
    return ", ".join(branch) if len(branch) <= NAMED else f"{', '.join(branch[:NAMED])} and {len(branch) - NAMED} more"


def _map(artists: Artists, laid_out: StyleMap, groups: np.ndarray, edges: int) -> go.Figure:
    places, chart = laid_out.coordinates, go.Figure()
    ends = [(row, other) for row, nearest in enumerate(artists.nearest(edges).rows) for other in nearest if other >= 0]
    # None between two lines: all edges are one trace.
    x, y = ([value for ends_ in ends for value in (*places[list(ends_), axis].tolist(), None)] for axis in (0, 1))
    line = {"color": "rgba(128,128,128,0.5)", "width": 1}
    chart.add_scatter(x=x, y=y, mode="lines", line=line, name="nearest artists", hoverinfo="skip")
    sizes = _sizes(artists.spread)
    for number, group in enumerate(np.unique(groups)):
        rows = np.flatnonzero(groups == group)
        chart.add_scatter(
            x=places[rows, 0],
            y=places[rows, 1],
            mode="markers+text",
            name=escape(str(group)),
            text=[escape(str(name)) for name in artists.names[rows]],
            textposition="top center",
            textfont={"size": 10},
            customdata=np.stack([artists.counts[rows], artists.spread[rows]], axis=1),
            hovertemplate="%{text}<br>%{customdata[0]} pictures, spread %{customdata[1]:.2f}<extra></extra>",
            marker=_marker(number) | {"size": sizes[rows], "opacity": 0.85},
        )
    axis = {"visible": False}
    chart.update_layout(xaxis=axis, yaxis=axis, hovermode="closest")
    return chart


def _tree(artists: Artists, groups: np.ndarray) -> go.Figure:
    drawn = dendrogram(artists.tree(), no_plot=True)
    chart = go.Figure()
    x, y = ([value for line in drawn[name] for value in (*line, None)] for name in ("dcoord", "icoord"))
    line = {"color": "#888888", "width": 1.5}
    chart.add_scatter(x=x, y=y, mode="lines", line=line, showlegend=False, hoverinfo="skip")
    # scipy puts the leaves at 5, 15, 25 ...
    leaves = np.array(drawn["leaves"])
    heights = 10 * np.arange(len(leaves)) + 5
    for number, group in enumerate(np.unique(groups)):
        own = groups[leaves] == group
        chart.add_scatter(
            x=np.zeros(own.sum()),
            y=heights[own],
            mode="markers",
            name=escape(str(group)),
            text=[escape(str(name)) for name in artists.names[leaves[own]]],
            hovertemplate="%{text}<extra></extra>",
            marker=_marker(number) | {"size": 9},
        )
    names = [escape(str(name)[:40]) for name in artists.names[leaves]]
    chart.update_layout(
        xaxis={"title": "distance (1 − cosine)", "zeroline": False},
        yaxis={"tickvals": heights, "ticktext": names, "showgrid": False, "zeroline": False, "tickfont": {"size": 11}},
        showlegend=False,
    )
    return chart


def _marker(number: int) -> dict[str, object]:
    return {"color": book.COLOURS[number % 8], "symbol": book.SYMBOLS[(number + number // 8) % 8]}


def _sizes(spread: np.ndarray) -> np.ndarray:
    """Diameters in pixels, from 8 for the least spread to 30 for the most; artists with one picture get the least."""
    known = np.nan_to_num(spread, nan=np.nanmin(spread) if np.isfinite(spread).any() else 0.0)
    return 8 + 22 * (known - known.min()) / max(float(np.ptp(known)), 1e-9)
