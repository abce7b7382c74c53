"""Does a threshold that was set on paintings hold for generated pictures? Every pair is counted, none is kept."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.intervals import SHARE, SIGNED, Bounds
from csdlib.metrics.jackknifed import jackknife
from csdlib.similarity.calibration import calibrate

#: Shares of the pairs of works by two artists that a threshold lets pass.
FALSE_ACCEPTS = (0.01, 0.05)

#: Steps into which cosines are counted; between two of them counts are taken to rise evenly.
STEPS = 1000

#: Where the steps begin, and where the last one ends.
EDGES = np.linspace(-1, 1, STEPS + 1)

#: Measures between 0 and 1.
SHARES = ("auc", *(f"passed at FAR {far:.0%}" for far in FALSE_ACCEPTS))

Row = dict[str, object]

#: What is measured of one kind of pairs: by ``own`` or ``others``, and the measure.
Numbers = dict[tuple[str, str], float]


@dataclass(frozen=True)
class _Side:
    """Pictures that are compared with others.

    Attributes:
        images: n pictures.
        artists: (n,) by whom, or in whose style.
        labels: (n,) what tells pictures apart: two with one label are no pair.
    """

    images: Embeddings
    artists: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class _Pairs:
    """Pairs of one kind of picture with another, counted by their cosine.

    Attributes:
        counts: (a, a, STEPS) of pictures by (or in the style of) the one, with pictures by the other artist.
    """

    counts: np.ndarray

    def without(self, left: int | None) -> tuple[np.ndarray, np.ndarray]:
        """The counts of each artist's pictures with its own, and with those of all others, (a, STEPS) each.

        Args:
            left: an artist who is left out on both sides; its own row is 0.
        """
        own = np.einsum("aas->as", self.counts).astype(float)
        others = self.counts.sum(axis=1) - own
        if left is not None:
            others -= self.counts[:, left]
            own[left] = others[left] = 0
        return own, others


def threshold_rows(
    works: Embeddings,
    artists: np.ndarray,
    made: Embeddings,
    asked: np.ndarray,
    *,
    subjects: np.ndarray | None = None,
    ratios: bool = True,
) -> list[Row]:
    """Sets thresholds on pairs of works, and counts which pairs with generated pictures pass them.

    A threshold is where a share of all pairs of works by two artists passes. What passes is then the mean over the
    artists who have generated pictures, for works and for generated pictures alike. Every interval comes from leaving
    out each artist of the works, asked for or not, on both sides, and setting threshold and calibration again.

    Args:
        works: of n works.
        artists: (n,) their artists.
        made: of m generated pictures, by the same descriptor.
        asked: (m,) in whose style each was asked for; of who has no works nothing is counted.
        subjects: (m,) what each generated picture shows; then those of two subjects are compared, too.
        ratios: calibrate the cosine on the works, and read the typical cosines by it.

    Returns:
        rows with ``pictures`` (``works``: works with works; ``generated``: generated pictures with works; ``generated
        with generated``; ``generated, two subjects``: the same without pairs that show the same), ``setting`` (``own``:
        both of one artist; ``others``: of two), ``measure``, and the interval: ``cosine``, the mean; ``auc``, how
        surely own is above others; ``threshold at FAR 1%``, at which so many of these pairs of two artists pass;
        ``passed at FAR 1%``, the share that passes the threshold of the works; and ``ratio``, the likelihood ratio of
        the works at the median. Generated pictures have each once more, with ``above``: by how much it is above the
        works'; of a ratio, by which factor.

    Raises:
        InputError: fewer than four artists have both.
    """
    names = np.unique(artists)
    both = np.isin(names, asked)
    if both.sum() < 4:
        raise InputError(f"{both.sum()} artists have works and generated pictures: four are needed")
    kept = np.flatnonzero(np.isin(asked, names))
    real = _Side(works, artists, np.arange(len(works)))
    # No generated picture is a work.
    drawn = _Side(made.take(kept), asked[kept], -1 - np.arange(len(kept)))
    sides = {"works": (real, real), "generated": (drawn, real), "generated with generated": (drawn, drawn)}
    if subjects is not None:
        shown = replace(drawn, labels=subjects[kept])
        sides["generated, two subjects"] = (shown, shown)
    kinds = {kind: _counted(names, *side) for kind, side in sides.items()}
    curves = _log_ratios(works, artists) if ratios else None
    found = _measured(kinds, both, curves)
    return [row for kind, each in found.items() for row in _rows(kind, each, found["works"])]


def _log_ratios(works: Embeddings, artists: np.ndarray) -> np.ndarray:
    """The logarithms of the likelihood ratios at the edges, of all artists and without each, (1 + a, edges)."""
    kept = [np.ones(len(artists), bool), *(artists != name for name in np.unique(artists))]
    return np.log([calibrate(works.take(rows), artists[rows]).likelihood_ratio(EDGES) for rows in kept])


def _counted(names: np.ndarray, one: _Side, other: _Side) -> _Pairs:
    """All pairs, by two artists and cosine."""
    counts = np.zeros((len(names), len(names), STEPS), dtype=np.int64)
    columns = np.searchsorted(names, other.artists) * STEPS
    theirs = np.asarray(other.images.vectors, np.float64)
    for row, name in enumerate(names):
        mine = one.artists == name
        cosines = np.asarray(one.images.vectors, np.float64)[mine] @ theirs.T
        places = columns + np.clip(((cosines + 1) / 2 * STEPS).astype(int), 0, STEPS - 1)
        pairs = places[one.labels[mine][:, None] != other.labels]
        counts[row] = np.bincount(pairs, minlength=len(names) * STEPS).reshape(-1, STEPS)
    return _Pairs(counts)


def _measured(kinds: dict[str, _Pairs], both: np.ndarray, curves: np.ndarray | None) -> dict[str, list[Numbers]]:
    """The numbers of every kind of pairs: first of all artists, then without each."""
    found: dict[str, list[Numbers]] = {kind: [] for kind in kinds}
    for place, left in enumerate((None, *range(len(both)))):
        who = both if left is None else both & (np.arange(len(both)) != left)
        parts = {kind: pairs.without(left) for kind, pairs in kinds.items()}
        limits = {far: _threshold(parts["works"][1], far) for far in FALSE_ACCEPTS}
        curve = None if curves is None else curves[place]
        for kind, (own, others) in parts.items():
            found[kind].append(_numbers(own[who], others[who], others, limits, curve))
    return found


def _numbers(
    own: np.ndarray, others: np.ndarray, every: np.ndarray, limits: dict[float, float], curve: np.ndarray | None
) -> Numbers:
    """What is measured of one kind of pairs: by the artists who count, and thresholds by every artist's pairs."""
    middles = (np.arange(STEPS) + 0.5) / STEPS * 2 - 1
    typical = {"own": _shares(own).mean(axis=0), "others": _shares(others).mean(axis=0)}
    below = np.cumsum(typical["others"]) - typical["others"] / 2
    found = {("own", "auc"): float(typical["own"] @ below)}
    for setting, shares in typical.items():
        found[setting, "cosine"] = float(shares @ middles)
        if curve is not None:
            found[setting, "ratio"] = float(np.interp(_threshold(shares, 0.5), EDGES, curve))
        for far, threshold in limits.items():
            found[setting, f"passed at FAR {far:.0%}"] = float(np.interp(threshold, EDGES, _tail(shares)))
    return found | {("others", f"threshold at FAR {far:.0%}"): _threshold(every, far) for far in limits}


def _shares(counts: np.ndarray) -> np.ndarray:
    """Counts by row as shares of the row."""
    return counts / counts.sum(axis=1, keepdims=True)


def _tail(counts: np.ndarray) -> np.ndarray:
    """The share above each edge of a step, (STEPS + 1,), from 1 down to 0."""
    return np.append(np.cumsum(counts[::-1])[::-1] / counts.sum(), 0)


def _threshold(counts: np.ndarray, far: float) -> float:
    """Above which cosine such a share of the pairs is; of all rows together."""
    tail = _tail(counts.reshape(-1, STEPS).sum(axis=0))
    return float(np.interp(far, tail[::-1], EDGES[::-1]))


def _rows(kind: str, found: list[Numbers], works: list[Numbers]) -> Iterator[Row]:
    """A row a measure, and one more for how far it is above that of the works."""
    for key in found[0]:
        values, beside = (np.array([each[key] for each in numbers]) for numbers in (found, works))
        where = {"pictures": kind, "setting": key[0]}
        yield where | {"measure": key[1]} | _estimate(key[1], values, SHARE if key[1] in SHARES else SIGNED)
        if found is not works:
            yield where | {"measure": f"{key[1]} above"} | _estimate(key[1], values - beside, SIGNED)


def _estimate(measure: str, values: np.ndarray, bounds: Bounds) -> Row:
    """A number with its interval; likelihood ratios were logarithms so far."""
    if measure != "ratio":
        return jackknife(float(values[0]), values[1:], bounds=bounds).row()
    found = jackknife(float(values[0]), values[1:], bounds=None)
    value, low, high = np.exp([found.value, found.low, found.high]).tolist()
    return replace(found, value=value, low=low, high=high).row()
