"""Style maps: descriptors laid out in the plane by UMAP."""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from IPython.display import HTML
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from csdlib import figures
from csdlib.embeddings import Embeddings
from csdlib.errors import InputError
from csdlib.retrieval import hits, neighbours
from csdlib.tables import ImageTable


@dataclass(frozen=True)
class StyleMap:
    """Coordinates of images in the plane.

    Attributes:
        coordinates: (n, 2) float32; only neighbourhoods mean something, not axes or far distances.
        ids: (n,) image ids.
        trustworthiness: in [0, 1]; the share of map neighbours that are neighbours in descriptor space too, weighted
            by how far off the others are (Venna and Kaski, 2001); higher is better.
    """

    coordinates: np.ndarray
    ids: np.ndarray
    trustworthiness: float


def style_map(
    embeddings: Embeddings, *, n_neighbors: int = 15, min_dist: float = 0.1, seed: int = 0, method: str = "umap"
) -> StyleMap:
    """Lays descriptors out in the plane.

    Args:
        embeddings: at least ``n_neighbors`` + 1 images.
        n_neighbors: neighbours that UMAP tries to keep; small values show detail, large ones the whole.
        min_dist: how close UMAP may put points.
        seed: of UMAP; equal seeds give equal maps on one machine.
        method: ``"umap"``, or ``"pca"`` for the plane of largest variance.

    Raises:
        InputError: too few images, or an unknown method.
    """
    if len(embeddings) <= n_neighbors + 1:
        raise InputError(f"a map with n_neighbors = {n_neighbors} needs more than {n_neighbors + 1} images")
    if method == "umap":
        coordinates = _umap(embeddings, n_neighbors, min_dist, seed)
    elif method == "pca":
        coordinates = PCA(2, random_state=seed).fit_transform(embeddings.vectors)
    else:
        raise InputError(f"unknown method {method!r}: choose one of pca, umap")
    quality = _trustworthiness(embeddings, coordinates, min(n_neighbors, (len(embeddings) - 1) // 2))
    return StyleMap(coordinates.astype(np.float32), embeddings.ids, quality)


def map_figure(
    laid_out: StyleMap, table: ImageTable, *, colour: str, caption: str, alt: str, height: int = 640, side: int = 72
) -> HTML:
    """A style map as a figure: a point an image, its thumbnail and labels under the pointer.

    Args:
        laid_out: coordinates of the table's images, in the table's order.
        table: the images.
        colour: the column that decides colour and symbol. Eight colours and eight symbols make 64 pairs.
        caption: what to see.
        alt: what somebody who cannot see it should know.
        height: in pixels.
        side: of a thumbnail, in pixels.

    Raises:
        InputError: the table is not the one that was laid out.
    """
    if not np.array_equal(laid_out.ids, table.ids):
        raise InputError("the map was made of other images than the table's")
    figure = go.Figure()
    for number, (name, rows) in enumerate(table.frame.groupby(colour, sort=True, dropna=False).indices.items()):
        figure.add_trace(_points(laid_out, table, str(name), np.asarray(rows), number))
    axis = {"showticklabels": False, "zeroline": False, "title": ""}
    figure.update_layout(xaxis=axis, yaxis=axis, hovermode="closest")
    return figures.show(figure, caption=caption, alt=alt, height=height, script=_hover_script(table, side))


def _points(laid_out: StyleMap, table: ImageTable, name: str, rows: np.ndarray, number: int) -> go.Scatter:
    marker = {
        "size": 9,
        "opacity": 0.85,
        "color": figures.COLOURS[number % 8],
        "symbol": figures.SYMBOLS[(number + number // 8) % 8],
    }
    return go.Scatter(
        x=laid_out.coordinates[rows, 0],
        y=laid_out.coordinates[rows, 1],
        mode="markers",
        name=escape(name),
        marker=marker,
        customdata=rows,
        text=[_label(table, int(row)) for row in rows],
        hovertemplate="%{text}<extra></extra>",
    )


def _label(table: ImageTable, row: int) -> str:
    return escape(figures.label(table, row, ("artist", "movement", "content"))[:200])


def _hover_script(table: ImageTable, side: int) -> str:
    sheet, columns = figures.sprite([table.open(row) for row in range(len(table))], side)
    data = json.dumps({"sprite": sheet, "columns": columns, "side": side})
    return (Path(__file__).parent / "assets" / "map_hover.js").read_text().replace("DATA", data, 1)


def neighbourhood_agreement(embeddings: Embeddings, labels: np.ndarray, k: int = 10) -> float:
    """The mean share of an image's k nearest others that carry its label: how well a label clusters, in [0, 1].

    Args:
        embeddings: (n, d), n > k.
        labels: (n,) labels.
        k: neighbours.
    """
    found = neighbours(embeddings, embeddings, k)
    return float(hits(found, labels, labels).mean())


def _umap(embeddings: Embeddings, n_neighbors: int, min_dist: float, seed: int) -> np.ndarray:
    # Imported here: numba compiles for seconds, and nothing else needs it.
    from umap import UMAP

    metric = "cosine" if embeddings.metric == "cosine" else "euclidean"
    reducer = UMAP(n_neighbors=n_neighbors, min_dist=min_dist, metric=metric, random_state=seed, n_jobs=1)
    return np.asarray(reducer.fit_transform(embeddings.vectors))


def _trustworthiness(embeddings: Embeddings, coordinates: np.ndarray, k: int) -> float:
    metric = "cosine" if embeddings.metric == "cosine" else "euclidean"
    return float(trustworthiness(embeddings.vectors, coordinates, n_neighbors=k, metric=metric))
