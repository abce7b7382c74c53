"""Curves of a benchmark: over the number of neighbours, and over all thresholds of a detector."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from csdlib.figures.book import COLOURS, SYMBOLS
from csdlib.metrics.ranking import mean_precision_per_query, recall_per_query
from csdlib.retrieval.benchmark import Retrieval
from csdlib.retrieval.sensitivity import recall_by_chance

_GREY = "#888888"
_DASHES = ("solid", "dash", "dot", "dashdot")


def curves_over_k(results: Mapping[str, Retrieval], ks: Sequence[int]) -> go.Figure:
    """Mean precision@k (solid) and recall@k (dashed) over k, in percent of the queries, one colour a method.

    A dotted grey line is what recall@k is for neighbours drawn at random.

    Args:
        results: what each method found for the same queries; one at least.
        ks: numbers of neighbours.
    """
    figure = go.Figure()
    for number, (name, found) in enumerate(results.items()):
        line = {"color": COLOURS[number % 8]}
        style = {"marker": line | {"symbol": SYMBOLS[number % 8], "size": 8}, "legendgroup": name}
        precision = [100 * mean_precision_per_query(found.hits, k).mean() for k in ks]
        recall = [100 * recall_per_query(found.hits, k).mean() for k in ks]
        figure.add_scatter(x=ks, y=precision, name=name, line=line, **style)
        figure.add_scatter(
            x=ks, y=recall, name=f"{name}, recall", line=line | {"dash": "dash"}, showlegend=False, **style
        )
    lucky = [100 * recall_by_chance(next(iter(results.values())), k) for k in ks]
    figure.add_scatter(x=ks, y=lucky, name="recall by chance", mode="lines", line={"color": _GREY, "dash": "dot"})
    ticks = {"type": "log", "tickvals": list(ks), "title": "k (neighbours, log scale)"}
    figure.update_layout(xaxis=ticks, yaxis_title="percent")
    return figure


def roc_curves(scores: Mapping[str, tuple[np.ndarray, np.ndarray]], *, titles: tuple[str, str]) -> go.Figure:
    """ROC curves: for every threshold, the share of true cases above it over the share of false ones.

    Args:
        scores: name -> (scores (n,), higher means rather true, and the truth (n,) bool).
        titles: of the horizontal axis (false cases called true) and the vertical one (true cases called true).
    """
    figure = go.Figure()
    for number, (name, (values, truth)) in enumerate(scores.items()):
        ordered = truth[np.argsort(-values)]
        false, true = (np.cumsum(kind) / kind.sum() for kind in (~ordered, ordered))
        figure.add_scatter(
            x=np.concatenate([[0], false]),
            y=np.concatenate([[0], true]),
            name=name,
            mode="lines",
            line={"color": COLOURS[number % 8], "dash": _DASHES[number % 4]},
        )
    figure.add_scatter(x=[0, 1], y=[0, 1], name="a coin", mode="lines", line={"color": _GREY, "width": 1})
    figure.update_layout(xaxis_title=titles[0], yaxis_title=titles[1])
    return figure
