"""Artists and their times: are neighbours in time neighbours in style, and who finds whom, the later or the earlier?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.by_artist import sorted_by_artist
from csdlib.similarity.readouts import readout


@dataclass(frozen=True)
class Exchanged:
    """A number, and what it would be if the artists' dates were exchanged.

    Attributes:
        value: the number.
        others: (n,) the number with exchanged dates.
    """

    value: float
    others: np.ndarray

    @property
    def p(self) -> float:
        """The probability of a number so far from the others' mean by chance, on either side."""
        middle = self.others.mean()
        return float((1 + (np.abs(self.others - middle) >= abs(self.value - middle)).sum()) / (1 + len(self.others)))

    @property
    def by_chance(self) -> tuple[float, float]:
        """Between which two numbers 95 % of the others lie."""
        low, high = np.quantile(self.others, [0.025, 0.975])
        return float(low), float(high)


def mantel(
    distances: np.ndarray,
    years: np.ndarray,
    *,
    within: np.ndarray | None = None,
    permutations: int = 999,
    seed: int = 0,
) -> Exchanged:
    """Correlation of the distances of artists with the years between them (Mantel 1967).

    The pairs of n artists are not independent. So whole artists exchange their years: each keeps its distances.

    Args:
        distances: (n, n) symmetric, of styles; the diagonal is not used.
        years: (n,) when each artist worked.
        within: (n,) kinds (movements), where years are exchanged within a kind only: is there more to time?
        permutations: exchanges.
        seed: of the exchanges.

    Returns:
        Pearson's correlation over pairs in [-1, 1]; above 0 where those far apart in time are so in style.

    Raises:
        InputError: shapes that do not fit, fewer than four artists, or nothing that varies.

    Example:
        >>> years = np.arange(12.0)
        >>> found = mantel(np.abs(years[:, None] - years), years)
        >>> round(found.value, 6), found.p
        (1.0, 0.001)
    """
    years = np.asarray(years, np.float64)
    pairs = np.triu_indices(_count(distances, years), 1)
    style = distances[pairs] - distances[pairs].mean()
    if not style.any() or not np.ptp(years):
        raise InputError("all artists are as far apart, or of one year: there is nothing to correlate")

    def correlation(drawn: np.ndarray) -> float:
        apart = np.abs(drawn[:, None] - drawn)[pairs]
        apart = apart - apart.mean()
        return float(style @ apart / np.sqrt((style @ style) * (apart @ apart)))

    return _exchanged(correlation, years, within, permutations, seed)


def found_by(images: Embeddings, artists: np.ndarray, *, k: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """How often each artist's works find each other artist's among their nearest, beside what chance would find.

    Args:
        images: of n works, with metric cosine.
        artists: (n,) whose each is.
        k: neighbours of a work, all by other artists.

    Returns:
        the a artists, sorted, and (a, a): the mean share of the neighbours of the row's works that are the column's,
        divided by the column's share of the works by others; 1 is chance, the diagonal is not a number.

    Raises:
        InputError: as ``sorted_by_artist``, or fewer works by others than k.

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.8, 0.6], [0.6, 0.8], [0.0, 1.0]])
        >>> four = Embeddings(vectors, np.array(list("1234")), "x", "cosine")
        >>> found_by(four, np.array(["a", "b", "b", "c"]), k=1)[1].round(2).tolist()
        [[nan, 1.5, 0.0], [1.0, nan, 1.0], [0.0, 1.5, nan]]
    """
    works = sorted_by_artist(images, artists)
    counts, of = works.counts, np.repeat(np.arange(len(works.names)), works.counts)
    if not 1 <= k <= len(of) - int(counts.max()):
        raise InputError(f"k must be from 1 to {len(of) - int(counts.max())}, the works by others, got {k}")
    lifts = np.full((len(counts), len(counts)), np.nan)
    for artist, (rows, values) in enumerate(works.blocks(readout("cosine", images))):
        values[:, rows] = -np.inf
        nearest = of[np.argpartition(-values, k - 1, axis=1)[:, :k]]
        shares = np.bincount(nearest.ravel(), minlength=len(counts)) / nearest.size
        lifts[artist] = shares * (len(of) - counts[artist]) / counts
    np.fill_diagonal(lifts, np.nan)
    return works.names, lifts


def precedence(
    lifts: np.ndarray,
    years: np.ndarray,
    *,
    reach: float = np.inf,
    popularity: bool = True,
    permutations: int = 999,
    seed: int = 0,
) -> Exchanged:
    """By how much later artists find earlier ones more than the earlier find the later.

    It is what influence would look like, and it is no proof of it. An artist whom everybody finds makes the same number
    if that artist happens to be early. So ``popularity=False`` takes out what one number for each artist explains: who
    finds whom between two artists as their popularities say (Bradley and Terry 1952), near in style or far. Where dates
    are exchanged, number of works and popularity stay with the artist.

    Args:
        lifts: (a, a) of ``found_by``.
        years: (a,) when each artist worked.
        reach: pairs that are further apart in years do not count, nor do those of one year.
        popularity: whether what belongs to one artist alone may count.
        permutations: exchanges of dates.
        seed: of the exchanges.

    Returns:
        the mean over pairs, in units of chance; above 0 where the later find the earlier.

    Raises:
        InputError: shapes that do not fit, fewer than four artists, or no pair within reach.

    Example:
        >>> later_find_earlier = np.tril(np.full((8, 8), 2.0), -1)
        >>> found = precedence(later_find_earlier, np.arange(8.0))
        >>> found.value, found.p < 0.01
        (2.0, True)
        >>> famous_first = np.tile(np.arange(8.0)[::-1], (8, 1))
        >>> precedence(famous_first, np.arange(8.0)).value
        3.0
        >>> abs(round(precedence(famous_first, np.arange(8.0), popularity=False).value, 9))
        0.0
    """
    years = np.asarray(years, np.float64)
    count = _count(lifts, years)
    lifts = np.where(np.eye(count, dtype=bool), 0, lifts)
    more = lifts - lifts.T
    if not popularity:
        more = more - _by_popularity(lifts)

    def later_finds(drawn: np.ndarray) -> float:
        after = drawn[:, None] - drawn
        counted = (after > 0) & (after <= reach)
        return float(more[counted].mean()) if counted.any() else np.nan

    if np.isnan(later_finds(years)):
        raise InputError(f"no two artists are of different years at most {reach:g} apart: widen reach")
    return _exchanged(later_finds, years, None, permutations, seed)


def _by_popularity(lifts: np.ndarray, steps: int = 200) -> np.ndarray:
    """How much more each is expected to find each than the reverse, by Bradley and Terry's fit (Hunter 2004)."""
    both, found = lifts + lifts.T, np.maximum(lifts.sum(axis=0), 1e-9)
    popular = found / found.sum()
    for _ in range(steps):
        popular = found / (both / (popular[:, None] + popular)).sum(axis=1)
        popular /= popular.sum()
    return np.asarray(both * (popular - popular[:, None]) / (popular + popular[:, None]))


def _count(table: np.ndarray, years: np.ndarray) -> int:
    count = len(years)
    if np.shape(table) != (count, count) or count < 4 or not np.isfinite(years).all():
        raise InputError(f"need a square table, and a year for each of 4 artists or more: {np.shape(table)}, {count}")
    return count


def _exchanged(
    number: Callable[[np.ndarray], float], years: np.ndarray, within: np.ndarray | None, permutations: int, seed: int
) -> Exchanged:
    random = np.random.default_rng(seed)
    kinds = np.zeros(len(years)) if within is None else np.asarray(within)
    groups = [np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]
    others = []
    for _ in range(permutations):
        drawn = years.copy()
        for rows in groups:
            drawn[rows] = years[random.permutation(rows)]
        others.append(number(drawn))
    return Exchanged(number(years), np.array(others))
