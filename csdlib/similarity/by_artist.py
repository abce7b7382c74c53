"""Works whose makers are known, artist by artist: all pairs of millions, without a matrix of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.readouts import Readout


@dataclass(frozen=True)
class ByArtist:
    """Works in the order of their artists.

    Attributes:
        images: (n, d), those of each artist together.
        names: (a,) the artists, sorted.
        starts: (a + 1,) the first row of each artist, and n.
    """

    images: Embeddings
    names: np.ndarray
    starts: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """How many works each artist has, (a,)."""
        return np.diff(self.starts)

    def rows(self, artist: int) -> slice:
        """The rows of an artist, by its number."""
        return slice(int(self.starts[artist]), int(self.starts[artist + 1]))

    def blocks(self, way: Readout) -> Iterator[tuple[slice, np.ndarray]]:
        """An artist at a time: the rows of its works, and their values with all works.

        Yields:
            the rows, and (works, n) float64, not a number for a work with itself. In memory is one artist's block.
        """
        vectors, places = np.asarray(self.images.vectors, np.float64), way.places(self.images)
        for rows in map(self.rows, range(len(self.names))):
            values = way.read(vectors[rows] @ vectors.T, places[rows], places)
            values[np.arange(len(values)), np.arange(rows.start, rows.stop)] = np.nan
            yield rows, values

    def within(self, way: Readout) -> Iterator[np.ndarray]:
        """The values of each artist's pairs of works, each pair once; an artist with one work has none."""
        vectors, places = np.asarray(self.images.vectors, np.float64), way.places(self.images)
        for rows in map(self.rows, range(len(self.names))):
            values = way.read(vectors[rows] @ vectors[rows].T, places[rows], places[rows])
            yield values[np.triu_indices(len(values), 1)]

    def pairs(self, way: Readout) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """An artist at a time: the values of its pairs of works, each once, and of its works with all others' works.

        Over all artists every pair by one artist comes once, and every pair by two artists twice: once with each.
        """
        for rows, values in self.blocks(way):
            within = values[:, rows][np.triu_indices(rows.stop - rows.start, 1)]
            yield within, np.concatenate([values[:, : rows.start].ravel(), values[:, rows.stop :].ravel()])

    def compared(
        self, way: Readout, references: int, random: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """An artist at a time: the values of works with references by it, and of works with references by others.

        With one reference these are all pairs, see ``pairs``. With more, so many works stand for each artist, and the
        value of a work is the mean of its values with them, without itself.

        Args:
            way: the read-out.
            references: how many works stand for an artist. Who has no more works than that has none of its own.
            random: what draws them.

        Yields:
            of each artist its works with its references, and both its works with those of others and others' works with
            its own: over all artists, what is between two comes twice.

        Raises:
            InputError: fewer than two artists with more works than references, or no reference.
        """
        if references == 1:
            yield from self.pairs(way)
            return
        chosen = self._chosen(references, random)
        for number, (rows, values) in enumerate(self.blocks(way)):
            strangers = [other for name, other in chosen.items() if name != number]
            parts = [values[:, other[:references]].mean(axis=1) for other in strangers]
            if number not in chosen:
                yield np.empty(0), np.concatenate(parts)
                continue
            others = np.r_[0 : rows.start, rows.stop : values.shape[1]]
            mine = values[chosen[number] - rows.start]
            # A work that is one of the references gets one more of them in its place.
            own = values[:, chosen[number]]
            own[~np.isnan(own).any(axis=1), -1] = np.nan
            yield np.nanmean(own, axis=1), np.concatenate([*parts, mine[:references, others].mean(axis=0)])

    def _chosen(self, references: int, random: np.random.Generator) -> dict[int, np.ndarray]:
        """The rows of one work more than are references, for every artist who has so many."""
        enough = np.flatnonzero(self.counts > references)
        if references < 1 or len(enough) < 2:
            raise InputError(
                f"references must be from 1 to {int(np.sort(self.counts)[-2]) - 1}, one less than the works that two "
                f"artists have, got {references}"
            )
        starts = self.starts[enough]
        drawn = [random.permutation(count)[: references + 1] for count in self.counts[enough]]
        return {int(name): start + rows for name, start, rows in zip(enough, starts, drawn, strict=True)}


def sorted_by_artist(images: Embeddings, artists: np.ndarray) -> ByArtist:
    """Works of known makers, in the order of their artists.

    Args:
        images: of n images, with metric cosine.
        artists: (n,) whose work each is; an empty name stands for unknown, and is left out.

    Raises:
        InputError: no cosine, another number of names than of images, or no two works by one artist and by two.

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
        >>> three = Embeddings(vectors, np.array(["1", "2", "3"]), "x", "cosine")
        >>> works = sorted_by_artist(three, np.array(["b", "a", "b"]))
        >>> works.images.ids.tolist(), works.names.tolist(), works.counts.tolist()
        (['2', '1', '3'], ['a', 'b'], [1, 2])
    """
    artists = np.asarray(artists, dtype=str)
    if images.metric != "cosine" or len(artists) != len(images):
        raise InputError(f"need cosine embeddings and a name each, got {images.metric} and {len(artists)} names")
    order = np.argsort(artists, kind="stable")
    order = order[artists[order] != ""]
    names, starts = np.unique(artists[order], return_index=True)
    if len(names) < 2 or len(names) == len(order):
        raise InputError("need two works by one artist, and works by two artists")
    return ByArtist(images.take(order), names, np.append(starts, len(order)))


def artist_folds(artists: np.ndarray, folds: int, random: np.random.Generator) -> np.ndarray:
    """Which fold each work is in: whole artists, drawn at random, with as many prolific ones in every fold.

    Args:
        artists: (n,) names; an unknown maker (empty) is in no fold.
        folds: how many, from 2 to half the number of artists with two works or more.
        random: what draws them.

    Returns:
        (n,) the fold, from 0; -1 for none.

    Raises:
        InputError: too few artists for so many folds.

    Example:
        >>> folds = artist_folds(np.array(["a", "a", "b", "b", "c", "c", "d", "d", ""]), 2, np.random.default_rng(0))
        >>> np.bincount(folds[:-1]).tolist(), int(folds[-1])
        ([4, 4], -1)
    """
    artists = np.asarray(artists, dtype=str)
    names, of, counts = np.unique(artists, return_inverse=True, return_counts=True)
    several = int((counts[names != ""] > 1).sum())
    if not 2 <= folds <= several // 2:
        raise InputError(f"{folds} folds need {2 * max(folds, 2)} artists with two works or more, here are {several}")
    # Of the most prolific artists each fold gets one, then of the next: all folds have artists of all sizes.
    order = sorted(np.flatnonzero(names != ""), key=lambda name: (-counts[name], random.random()))
    fold = np.full(len(names), -1)
    for start in range(0, len(order), folds):
        equals = order[start : start + folds]
        fold[equals] = random.permutation(folds)[: len(equals)]
    return fold[of]
