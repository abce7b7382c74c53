"""One artist or two? How well a read-out tells pairs by one artist from pairs by two, with intervals over artists.

The intervals are by the jackknife over artists (``csdlib.metrics.jackknifed``): each artist is left out with all pairs
that it is in. Pairs are no units: a work is in thousands of them, and of a few prolific artists there are most.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.jackknifed import Jackknifed
from csdlib.similarity.by_artist import artist_folds, sorted_by_artist
from csdlib.similarity.readouts import READOUTS, Readout, readout

#: The share of pairs by two artists that may be taken for pairs by one, where TAR is read.
FALSE_ACCEPTS = 0.01

#: What is measured.
VERIFICATION_MEASURES = {
    "auc": "the chance that a pair by one artist has the higher value than a pair by two; 1 is perfect, 0.5 a coin",
    "eer": "the equal error rate: where as large a share of one kind is taken for the other as of the other; 0 is "
    "perfect",
    "tar": "the share of pairs by one artist that are accepted where 1 % of those by two are; 1 is perfect",
}

#: Thresholds at which the curve without an artist is kept; the curve of all artists is exact.
KEPT = 4096


def verify(images: Embeddings, artists: np.ndarray, way: Readout) -> Jackknifed:
    """AUC, equal error rate and TAR at FAR 1 % of all pairs of works, and the same without each artist.

    Every pair counts once, so that prolific artists count more. All pairs are counted: the values of the few pairs by
    one artist are kept, and those by two are counted against them, one artist's block at a time. Without an artist the
    curve is known at 4,096 thresholds and straight between them, which is for the intervals alone.

    Args:
        images: the works that are judged.
        artists: (n,) whose work each is; empty for unknown, which is left out.
        way: a read-out. Fitted on other artists' works it has seen nothing of what is judged; fitted on these it is
            what somebody measures who reads a collection within itself.

    Returns:
        the measures of ``VERIFICATION_MEASURES``; ``estimate`` gives their intervals, ``above`` paired differences.

    Raises:
        InputError: as ``sorted_by_artist``, or images of another descriptor.

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.8, 0.6], [-0.6, 0.8], [0.0, 1.0]])
        >>> four = Embeddings(vectors, np.array(["1", "2", "3", "4"]), "x", "cosine")
        >>> found = verify(four, np.array(["a", "a", "b", "b"]), readout("cosine", four))
        >>> found.numbers.round(2).tolist()
        [1.0, 0.0, 1.0]
    """
    works = sorted_by_artist(images, artists)
    within = list(works.within(way))
    same = np.sort(np.concatenate(within))
    thresholds = np.unique(same)
    kept = np.unique(np.linspace(0, len(thresholds) - 1, KEPT).round().astype(int))
    total, own = np.zeros((2, len(thresholds))), []
    sizes = np.zeros(len(works.names))
    for number, (_, different) in enumerate(works.pairs(way)):
        below = _below(np.sort(different), thresholds)
        total += below / 2
        own.append(below[:, kept])
        sizes[number] = len(different)
    below_same = _below(same, thresholds)
    every, rough = below_same, below_same[:, kept]
    values = _measures(every, len(same), total, sizes.sum() / 2)
    start = _measures(rough, len(same), total[:, kept], sizes.sum() / 2)
    left_out = [
        _measures(
            rough - _below(np.sort(mine), thresholds[kept]),
            len(same) - len(mine),
            total[:, kept] - counted,
            sizes.sum() / 2 - size,
        )
        for mine, counted, size in zip(within, own, sizes, strict=True)
    ]
    return Jackknifed(tuple(VERIFICATION_MEASURES), values, works.names, np.array(left_out) - start + values)


def verify_splits(
    images: Embeddings,
    artists: np.ndarray,
    readouts: Sequence[str] = tuple(READOUTS),
    *,
    k: int | None = None,
    splits: int = 5,
    seed: int = 0,
) -> dict[str, Jackknifed]:
    """The same over artist-disjoint splits: read-outs are fitted on one half of the artists, and judged on the other.

    Each split is used both ways, and the numbers are means over all of them, as in CSD+ (arXiv:2605.09030, 25 splits).
    Without an artist they are the means of what the halves that judge it give without it. The pools stay as they are:
    they are taken as given, and other pools would add a little to the intervals.

    Args:
        images: of n works.
        artists: (n,) whose work each is.
        readouts: names of ``READOUTS``.
        k: see ``readout``.
        splits: how often artists are divided; every one judges all artists once.
        seed: of the splits, which are the same for all read-outs.

    Returns:
        for every read-out what ``verify`` gives; the differences of any two are paired.

    Raises:
        InputError: as ``verify``, fewer than four artists with two works, or fewer than one split.
    """
    if splits < 1:
        raise InputError(f"splits must be 1 or more, got {splits}")
    known = np.flatnonzero(np.asarray(artists) != "")
    images, artists = images.take(known), np.asarray(artists)[known]
    found: dict[str, list[Jackknifed]] = {name: [] for name in readouts}
    for pool, judged in _halves(artists, splits, seed):
        there = images.take(judged)
        for name, each in found.items():
            each.append(verify(there, artists[judged], readout(name, images.take(pool), k=k)))
    return {name: _mean(each, np.unique(artists)) for name, each in found.items()}


def verification_table(found: dict[str, Jackknifed], beside: str = "cosine") -> pd.DataFrame:
    """Verification by read-out as a table, with paired differences.

    Args:
        found: what ``verify_splits`` gives.
        beside: the read-out that the others are compared with.

    Returns:
        a row a read-out and measure: ``readout``, ``measure``, ``value``, ``low``, ``high``, and ``difference`` to the
        read-out beside it, with its paired interval from ``difference_low`` to ``difference_high`` (not numbers for
        that one itself); ``artists``.

    Raises:
        InputError: ``beside`` is not among them.
    """
    if beside not in found:
        raise InputError(f"no numbers of {beside!r} to compare with: choose one of {', '.join(found)}")
    rows = []
    for name, each in found.items():
        for measure in each.measures:
            one = each.estimate(measure)
            row = {"readout": name, "measure": measure, "value": one.value, "low": one.low, "high": one.high}
            row |= dict.fromkeys(("difference", "difference_low", "difference_high"), np.nan)
            if name != beside:
                apart = each.above(found[beside], measure)
                row |= apart.columns("difference")
            rows.append(row | {"artists": one.n})
    return pd.DataFrame(rows)


def _halves(artists: np.ndarray, splits: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of two halves of the artists, each way round."""
    random = np.random.default_rng(seed)
    for _ in range(splits):
        fold = artist_folds(artists, 2, random)
        yield np.flatnonzero(fold == 0), np.flatnonzero(fold == 1)
        yield np.flatnonzero(fold == 1), np.flatnonzero(fold == 0)


def _mean(found: list[Jackknifed], artists: np.ndarray) -> Jackknifed:
    """The mean of several judgements, and without each artist: where one did not judge it, nothing changes."""
    left_out = np.tile(np.stack([each.numbers for each in found])[:, None], (1, len(artists), 1))
    for each, rows in zip(found, left_out, strict=True):
        rows[np.searchsorted(artists, each.units)] = each.left_out
    values = np.mean([each.numbers for each in found], axis=0)
    return Jackknifed(found[0].measures, values, artists, left_out.mean(axis=0))


def _below(known: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """How many of the sorted numbers are below each threshold, and how many below or at it; (2, t)."""
    return np.stack([np.searchsorted(known, thresholds, side=side) for side in ("left", "right")]).astype(float)


def _measures(same: np.ndarray, n_same: float, different: np.ndarray, n_different: float) -> np.ndarray:
    """AUC, EER and TAR from how many of each kind are below thresholds, see ``_below``, and how many there are."""
    if not (n_same and n_different):
        return np.full(3, np.nan)
    # Accepted is what reaches a threshold, then what is above it: the corners of the curve, from all to nothing.
    accepted = [1 - np.r_[0, counts.T.ravel(), n] / n for counts, n in ((same, n_same), (different, n_different))]
    hits, alarms = accepted
    area = float(((hits[:-1] + hits[1:]) / 2 * -np.diff(alarms)).sum())
    equal = _crossing(alarms, alarms - (1 - hits))
    return np.array([area, equal, _crossing(hits, alarms - FALSE_ACCEPTS)])


def _crossing(values: np.ndarray, falling: np.ndarray) -> float:
    """The value where a number that falls from above 0 reaches 0, on the straight line between two corners."""
    after = int((falling <= 0).argmax())
    part = falling[after - 1] / (falling[after - 1] - falling[after])
    return float(values[after - 1] + part * (values[after] - values[after - 1]))
