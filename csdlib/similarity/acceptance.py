"""What a threshold lets pass: of the pairs by one artist, of those by two, and how much of what passes is right.

The first two shares belong to the pictures. The third depends on how many pairs are by one artist before anybody looks,
the base rate, which no picture holds (see ``calibration.posterior``).
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.jackknifed import jackknife
from csdlib.similarity.by_artist import sorted_by_artist
from csdlib.similarity.readouts import readout

#: What is measured at every threshold, in words.
ACCEPTED = {
    "same": "of pairs by one artist, accepted",
    "different": "of pairs by two artists, accepted",
    "right": "of accepted pairs, by one artist",
}


def accepted_shares(
    images: Embeddings, artists: np.ndarray, thresholds: Sequence[float], *, priors: Sequence[float] = ()
) -> pd.DataFrame:
    """Says of thresholds on the cosine of a pair what they let pass, with intervals over artists.

    Every pair counts once, so that prolific artists count more. An interval comes from leaving out each artist with all
    pairs that it is in. That of the third share is the interval of the ratio of the first two, carried over to the base
    rate by Bayes' rule; where no pair of one of the two kinds passes there is no ratio, and no share.

    Args:
        images: of n pictures, with metric cosine.
        artists: (n,) by whom each is, or in whose name; empty for unknown, which is left out.
        thresholds: (t,) cosines; a pair that reaches one is accepted.
        priors: base rates, each in (0, 1): the share of pairs by one artist among all that are looked at.

    Returns:
        a row a threshold and measure of ``ACCEPTED``: ``threshold``, ``prior`` (of the third measure only, which has a
        row for each), ``measure``, and the columns of ``Estimate.row``. Shares in [0, 1]. Of ``different`` lower is
        better, of ``same`` and ``right`` higher.

    Raises:
        InputError: a base rate outside (0, 1), or as ``sorted_by_artist``.

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.6, 0.8]])
        >>> four = Embeddings(vectors, np.array(["1", "2", "3", "4"]), "x", "cosine")
        >>> found = accepted_shares(four, np.array(["a", "a", "b", "b"]), [0.7], priors=[1 / 3])
        >>> found["value"].round(3).tolist()  # both pairs by one; of four by two that of 0.96; 1/3 : 2/3 * 1/4
        [1.0, 0.25, 0.667]
    """
    if not all(0 < prior < 1 for prior in priors):
        raise InputError(f"priors must be in (0, 1): how probable one artist was before looking, got {list(priors)}")
    same, different = _passed(images, artists, np.asarray(thresholds, dtype=np.float64))
    rows: list[dict[str, object]] = []
    for place, threshold in enumerate(thresholds):
        hits, alarms = same[:, place], different[:, place]
        row = {"threshold": float(threshold), "prior": np.nan}
        for measure, shares in (("same", hits), ("different", alarms)):
            rows.append(row | {"measure": measure} | jackknife(float(shares[0]), shares[1:]).row())
        rows += [row | {"measure": "right"} | each for each in _right(hits, alarms, priors)]
    return pd.DataFrame(rows).astype({"low": float, "high": float})


def _passed(images: Embeddings, artists: np.ndarray, thresholds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shares of pairs by one artist and by two that reach each threshold, (1 + a, t): of all, and without each."""
    works = sorted_by_artist(images, artists)
    own, others = (np.zeros((len(works.names), len(thresholds) + 1)) for _ in range(2))
    for number, pairs in enumerate(works.pairs(readout("cosine", works.images))):
        for counts, values in zip((own, others), pairs, strict=True):
            # Last in each row stands how many pairs there are.
            counts[number] = [*(len(values) - np.searchsorted(np.sort(values), thresholds)), len(values)]
    same = np.vstack([own.sum(axis=0), own.sum(axis=0) - own])
    # Every pair by two artists came with each of them.
    different = np.vstack([others.sum(axis=0) / 2, others.sum(axis=0) / 2 - others])
    with np.errstate(invalid="ignore"):
        return same[:, :-1] / same[:, -1:], different[:, :-1] / different[:, -1:]


def _right(hits: np.ndarray, alarms: np.ndarray, priors: Sequence[float]) -> Iterator[dict[str, object]]:
    """The share of accepted pairs that are by one artist, for each base rate; see ``_passed`` for the shares."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(hits) - np.log(alarms)
    # Where none of a kind passes, so few pairs cannot tell how rare it is.
    found = jackknife(float(logs[0]) if np.isfinite(logs[0]) else np.nan, logs[1:], bounds=None)
    for prior in priors:
        ends = {end: float(expit(getattr(found, end) + logit(prior))) for end in ("value", "low", "high")}
        yield {"prior": prior} | found.row() | ends
