"""Is a calibrated probability right? Judged on artists who did not calibrate it, with intervals over artists."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, lookup
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.jackknifed import Jackknifed, jackknife
from csdlib.similarity.by_artist import artist_folds, sorted_by_artist
from csdlib.similarity.calibration import METHODS, calibrate
from csdlib.similarity.readouts import Readout, readout

#: Bins of a reliability diagram, as in Guo et al. 2017 (arXiv:1706.04599).
BINS = 15

#: What can be judged: calibrations, and what is done without one.
JUDGED = METHODS | {"raw": "the value itself, cut to [0, 1] and read as a probability"}

#: What is measured.
RELIABILITY_MEASURES = {
    "brier": "the mean squared difference of probability and truth (Brier 1950); 0 is perfect",
    "ece": "the expected calibration error: how far the mean probability of a bin is from its share of pairs by one "
    "artist, on average; 0 is perfect",
}


@dataclass(frozen=True)
class Reliability(Jackknifed):
    """How right probabilities are, and of what pairs.

    Attributes:
        table: a row a bin that is not empty: ``low`` and ``high``, its ends; ``probability``, the mean that was said;
            ``share``, of pairs by one artist at the base rate; and how many pairs it holds by one artist (``same``) and
            by two (``different``).
        prior: the base rate.
    """

    table: pd.DataFrame
    prior: float

    def estimate(self, measure: str, *, level: float = 0.95) -> Estimate:
        """A number in [0, 1] with its interval over artists, see ``jackknife``.

        An expected calibration error is a mean of distances: of few artists it is above 0 even where all is right.

        Raises:
            InputError: an unknown measure.
        """
        column = self.column(measure)
        # Near 0 an interval on the logit scale has no upper end.
        found = jackknife(float(self.numbers[column]), self.left_out[:, column], level=level, bounds=None)
        return replace(found, low=float(np.maximum(found.low, 0)), high=float(np.minimum(found.high, 1)))


def judge(
    images: Embeddings,
    artists: np.ndarray,
    *,
    name: str = "cosine",
    method: str = "isotonic",
    prior: float = 0.5,
    k: int | None = None,
    references: int = 1,
    folds: int = 5,
    bins: int = BINS,
    seed: int = 0,
) -> Reliability:
    """Judges probabilities on pairs of works by artists who were not used to make them.

    Artists are put into folds. The pairs within each fold are read by a read-out and a calibration that are made on the
    artists of all other folds. Both kinds of pairs are then weighted so that those by one artist make up the base rate:
    that of the pairs themselves is an accident of how the collection was made. The intervals are over the artists that
    are judged, by the jackknife; the calibrations are taken as they are.

    Args:
        images: of n works.
        artists: (n,) whose work each is; empty for unknown, which is left out.
        name: of a read-out, see ``READOUTS``.
        method: see ``JUDGED``.
        prior: the base rate, in (0, 1).
        k: see ``readout``.
        references: see ``calibrate``.
        folds: into which artists are put.
        bins: of the same width between 0 and 1.
        seed: of the folds: two methods or read-outs with one seed can be compared in pairs, by ``above``.

    Returns:
        Brier score and expected calibration error, see ``RELIABILITY_MEASURES``, and the reliability table.

    Raises:
        InputError: as ``calibrate``, an unknown method, or a prior outside (0, 1).
    """
    lookup("method", method, JUDGED)
    if not 0 < prior < 1:
        raise InputError(f"prior must be in (0, 1), got {prior}")
    known = np.flatnonzero(np.asarray(artists) != "")
    images, artists = images.take(known), np.asarray(artists)[known]
    names = np.unique(artists)
    sums = np.zeros((len(names), 2, 3, bins))
    random = np.random.default_rng(seed)
    fold = artist_folds(artists, folds, random)
    options: dict[str, Any] = {"k": k, "folds": folds, "seed": seed, "references": references}
    for number in range(folds):
        way, says = _made(images.take(fold != number), artists[fold != number], name, method, prior, options)
        works = sorted_by_artist(images.take(fold == number), artists[fold == number])
        for artist, pairs in zip(works.names, works.compared(way, references, random), strict=True):
            sums[np.searchsorted(names, artist)] = [
                _sums(says(each), kind == 0, bins) for kind, each in enumerate(pairs)
            ]
    # Every pair by two artists is in the sums of both.
    total = sums.sum(axis=0) * np.array([1, 0.5])[:, None, None]
    left_out = np.stack([_errors(total - each, prior) for each in sums])
    measures = tuple(RELIABILITY_MEASURES)
    return Reliability(measures, _errors(total, prior), names, left_out, _table(total, prior), prior)


def _made(
    pool: Embeddings, artists: np.ndarray, name: str, method: str, prior: float, options: dict[str, Any]
) -> tuple[Readout, Callable[[np.ndarray], np.ndarray]]:
    """A read-out, and what gives its values' probabilities, both made on some artists."""
    if method == "raw":
        return readout(name, pool, k=options["k"]), lambda values: np.clip(values, 0, 1)
    made = calibrate(pool, artists, name=name, method=method, **options)
    return made.way, lambda values: made.probability(values, prior)


def _sums(said: np.ndarray, same: bool, bins: int) -> np.ndarray:
    """How many probabilities are in each bin, their sum, and the sum of their squared errors, (3, bins)."""
    bin_of = np.minimum((said * bins).astype(int), bins - 1)
    parts = (None, said, np.square(said - same))
    return np.stack([np.bincount(bin_of, weights=each, minlength=bins) for each in parts])


def _weighted(total: np.ndarray, prior: float) -> np.ndarray:
    """The sums of both kinds, (2, 3, bins), with weights that make up the base rate."""
    counts = total[:, 0].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total * (np.array([prior, 1 - prior]) / counts)[:, None, None])


def _errors(total: np.ndarray, prior: float) -> np.ndarray:
    """Brier score and expected calibration error; not numbers where a kind has no pairs."""
    weighted = _weighted(total, prior)
    counts, said, squares = weighted.transpose(1, 0, 2)
    return np.array([squares.sum(), np.abs(counts[0] - said.sum(axis=0)).sum()])


def _table(total: np.ndarray, prior: float) -> pd.DataFrame:
    counts, said, _ = _weighted(total, prior).transpose(1, 0, 2)
    some = np.flatnonzero(counts.sum(axis=0))
    bins, mass = counts.shape[1], counts.sum(axis=0)[some]
    columns = {"low": some / bins, "high": (some + 1) / bins, "probability": said.sum(axis=0)[some] / mass}
    columns |= {"share": counts[0, some] / mass}
    pairs = {"same": total[0, 0, some].round().astype(int), "different": total[1, 0, some].round().astype(int)}
    return pd.DataFrame(columns | pairs)
