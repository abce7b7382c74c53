"""Artists in descriptor space: their prototypes, how wide each one's work is spread, who is whose neighbour."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import linkage

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap, paired_difference
from csdlib.retrieval.nearest import Neighbours, neighbours
from csdlib.retrieval.relevance import hits
from csdlib.tables import ImageTable


def prototype(vectors: np.ndarray) -> np.ndarray:
    """The mean direction of descriptors, which stands for an artist.

    Args:
        vectors: (n, d) or (..., n, d), rows of unit norm.

    Returns:
        (d,) or (..., d), unit norm.

    Raises:
        InputError: no rows, or rows that cancel out.

    Example:
        >>> prototype(np.array([[1.0, 0.0], [0.0, 1.0]])).round(3).tolist()
        [0.707, 0.707]
    """
    if vectors.shape[-2] == 0:
        raise InputError("a prototype needs at least one image")
    mean = vectors.mean(axis=-2)
    norm = np.linalg.norm(mean, axis=-1, keepdims=True)
    if (norm == 0).any():
        raise InputError("these descriptors cancel out: they have no mean direction")
    return mean / norm


def prototypes(vectors: np.ndarray, artists: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The prototype of every artist.

    Args:
        vectors: (n, d), rows of unit norm.
        artists: (n,) names; an empty name stands for unknown, and is left out.

    Returns:
        the names, (a,), sorted; the prototypes, (a, d) float32 of unit norm; and how many images each stands on, (a,).

    Raises:
        InputError: no artist.

    Example:
        >>> names, found, counts = prototypes(np.eye(3), np.array(["b", "a", "b"]))
        >>> names.tolist(), np.square(found).round(1).tolist(), counts.tolist()
        (['a', 'b'], [[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]], [1, 2])
    """
    names, counts = np.unique(artists[artists != ""], return_counts=True)
    if not len(names):
        raise InputError("no image has an artist")
    found = [prototype(np.asarray(vectors[artists == name], dtype=np.float64)) for name in names]
    return names, np.stack(found).astype(np.float32), counts


@dataclass(frozen=True)
class Artists:
    """What stands for each artist of a table.

    Attributes:
        prototypes: (a, d) embeddings, an artist each; the ids are the names, sorted.
        counts: (a,) pictures.
        spread: (a,) the mean distance (1 - cosine) between two pictures of the artist, in [0, 2]; higher = more varied.
            Not a number for an artist with one picture.
    """

    prototypes: Embeddings
    counts: np.ndarray
    spread: np.ndarray

    @property
    def names(self) -> np.ndarray:
        """The artists' names, (a,) strings."""
        return self.prototypes.ids

    def nearest(self, k: int) -> Neighbours:
        """The k nearest artists of each one, by the cosine of their prototypes; missing ones are -1."""
        return neighbours(self.prototypes, self.prototypes, k)

    def tree(self) -> np.ndarray:
        """Who is merged with whom, nearest first: scipy's linkage matrix, (a - 1, 4), average linkage of cosines.

        Raises:
            InputError: a single artist.
        """
        if len(self.names) < 2:
            raise InputError("a tree of artists needs two or more of them")
        return cast(np.ndarray, linkage(self.prototypes.vectors, "average", metric="cosine"))


def artists_of(embeddings: Embeddings, artists: np.ndarray) -> Artists:
    """The prototype, the number of pictures and the spread of every artist.

    Args:
        embeddings: (n, d), with metric cosine.
        artists: (n,) names; an empty name stands for unknown, and is left out.

    Raises:
        InputError: embeddings without cosine, or no artist.
    """
    if embeddings.metric != "cosine":
        raise InputError("prototypes need a cosine descriptor")
    names, vectors, counts = prototypes(embeddings.vectors, artists)
    spread = [_spread(np.asarray(embeddings.vectors[artists == name], dtype=np.float64)) for name in names]
    return Artists(Embeddings(vectors, names, embeddings.fingerprint, "cosine"), counts, np.array(spread))


def halves_agree(
    embeddings: Embeddings, artists: np.ndarray, works: int, *, splits: int = 10, random: np.random.Generator
) -> np.ndarray:
    """Would other pictures have told the same nearest artist? Two halves of every artist's pictures, compared.

    Args:
        embeddings: (n, d), with metric cosine.
        artists: (n,) names; artists with fewer than four pictures are left out.
        works: pictures of an artist in each half, at most.
        splits: how often halves are drawn.
        random: what draws them.

    Returns:
        for every split the share of artists whose nearest artist is the same in both halves, (splits,) in [0, 1].

    Raises:
        InputError: embeddings without cosine, or no artist with four pictures.
    """
    names, counts = np.unique(artists[artists != ""], return_counts=True)
    pictures = [np.flatnonzero(artists == name) for name in names[counts >= 4]]
    if not pictures:
        raise InputError("no artist has the four pictures that two halves need")
    same = []
    for _ in range(splits):
        halves = [np.array_split(random.permutation(own)[: 2 * works], 2) for own in pictures]
        one, other = (np.sort(np.concatenate(half)) for half in zip(*halves, strict=True))
        first, second = (_nearest_names(embeddings, artists, rows) for rows in (one, other))
        same.append((first == second).mean())
    return np.array(same)


def require_pair(first: Embeddings, second: Embeddings) -> None:
    """Refuses embeddings whose prototypes cannot be compared: of two descriptors, or without cosine."""
    if first.fingerprint != second.fingerprint:
        raise InputError("these images were embedded by two descriptors: their similarity means nothing")
    if first.metric != "cosine":
        raise InputError("prototypes need a cosine descriptor")


def artist_table(embeddings: Embeddings, table: ImageTable, *, k: int = 10, nearest: int = 3) -> pd.DataFrame:
    """A map in words: for every artist the pictures, the nearest artists, and how much the pictures keep together.

    Args:
        embeddings: (n, d) of the table's images, in its order.
        table: the images.
        k: neighbours of a picture.
        nearest: artists that are named.

    Returns:
        one row an artist: ``artist``, ``pictures``, ``nearest artists`` (with cosines), and ``same artist``: the mean
        share of a picture's k nearest others that are by the artist, in [0, 1].
    """
    labels = table.column("artist")
    artists = artists_of(embeddings, labels)
    names = [table.name_of(artist) for artist in artists.names]
    found, nearby = neighbours(embeddings, embeddings, k), artists.nearest(nearest)
    same = hits(found, labels, labels).sum(axis=1) / np.maximum((found.rows >= 0).sum(axis=1), 1)
    listed = [
        ", ".join(f"{names[row]} ({score:.2f})" for row, score in zip(rows, scores, strict=True) if row >= 0)
        for rows, scores in zip(nearby.rows, nearby.scores, strict=True)
    ]
    shares = [same[labels == name].mean() for name in artists.names]
    columns = {"artist": names, "pictures": artists.counts, "nearest artists": listed, "same artist": shares}
    return pd.DataFrame(columns)


def neighbour_shares(embeddings: Embeddings, table: ImageTable, k: int = 10) -> pd.DataFrame:
    """What pulls a picture to its neighbours: its subject, or its maker?

    Args:
        embeddings: (n, d) of the table's images, in its order.
        table: images with ``artist`` and ``content``.
        k: neighbours of a picture, below n.

    Returns:
        one row an image, shares of its k nearest others in [0, 1]: ``content``: of the same content by another artist;
        ``artist``: by the same artist with another content.
    """
    found = neighbours(embeddings, embeddings, k)
    same = {name: hits(found, *[table.column(name)] * 2) for name in ("artist", "content")}
    shares = {
        "content": (same["content"] & ~same["artist"]).mean(axis=1),
        "artist": (same["artist"] & ~same["content"]).mean(axis=1),
    }
    return pd.DataFrame(shares)


def pull_of_content_and_style(
    first: Embeddings, second: Embeddings, table: ImageTable, k: int = 10
) -> dict[tuple[str, str], Estimate]:
    """What content pulls together, style pulls apart: two descriptors, and the difference between them.

    Args:
        first: (n, d) of the table's images, in its order, for example by ``clip-tiny``.
        second: the same images by another descriptor, for example ``csd-tiny``.
        table: images with ``artist`` and ``content``.
        k: neighbours of a picture.

    Returns:
        for each of ``content`` and ``artist`` (see ``neighbour_shares``) the ``first``, the ``second`` and their
        ``difference`` (second - first) with 95 % bootstrap intervals over artists. Where the second looks less at
        content and more at style, the difference is below 0 for content and above 0 for artist.
    """
    groups = table.column("artist")
    one, other = (neighbour_shares(embeddings, table, k) for embeddings in (first, second))
    found: dict[tuple[str, str], Estimate] = {}
    for share in one.columns:
        values, others = one[share].to_numpy(), other[share].to_numpy()
        found[share, "first"] = bootstrap(values, groups=groups)
        found[share, "second"] = bootstrap(others, groups=groups)
        found[share, "difference"] = paired_difference(others, values, groups=groups)
    return found


def _nearest_names(embeddings: Embeddings, artists: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The nearest artist of every artist, by some of the pictures."""
    found = artists_of(embeddings.take(rows), artists[rows])
    nearest: np.ndarray = found.names[found.nearest(1).rows[:, 0]]
    return nearest


def _spread(vectors: np.ndarray) -> float:
    """1 - the mean cosine of two different rows; the sum over all pairs is the squared length of the rows' sum."""
    n = len(vectors)
    if n < 2:
        return float("nan")
    return float(1 - (np.square(vectors.sum(axis=0)).sum() - n) / (n * (n - 1)))
