"""Is an artist more like itself than like a stranger? The discrimination gap of CSD+ (arXiv:2605.09030).

An artist's gap is the typical likeness of its works to each other, minus that to the closest stranger's. Where it is
negative, no threshold can be right for this artist: some stranger passes wherever the artist itself does.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, lookup
from csdlib.metrics.estimate import FEWEST, Estimate
from csdlib.metrics.intervals import bootstrap, paired_difference, with_interval
from csdlib.similarity.by_artist import ByArtist, sorted_by_artist
from csdlib.similarity.readouts import RANGES, Readout, readout

#: What is compared.
REGIMES = {
    "pairwise": "medians over pairs of works",
    "aggregated": "medians over works, each by its mean likeness to all works of the artist, without itself",
}

#: Strangers that are drawn again with an artist: the closest. One further away is hardly ever so in a resample.
DRAWN = 5


def discrimination_gaps(
    images: Embeddings,
    artists: np.ndarray,
    way: Readout,
    *,
    regime: str = "pairwise",
    n_bootstrap: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """The discrimination gap of every artist with two works or more, each with an interval over works.

    The works of the artist and of the five closest strangers are drawn again; two copies of one work are no pair. What
    scatters is laid around the gap as a bootstrap t interval (``with_interval``). It is about other works by these
    artists. Whether other *artists* would have such gaps is what ``negative_share`` tells.

    Args:
        images: of n works.
        artists: (n,) whose work each is; empty for unknown, which is left out.
        way: a read-out; CSD+ fits it on the same works.
        regime: see ``REGIMES``.
        n_bootstrap: resamples; 0 for no intervals.
        level: of confidence, in (0, 1).
        seed: of the resampling.

    Returns:
        a row an artist: ``artist``; ``works``; ``own``, the likeness to its own works; ``strangers``, the median of
        that to each stranger; ``closest``, the stranger with the highest, and ``closest_value``; ``gap``, own minus
        closest, higher = better told apart, with ``low`` and ``high`` (not numbers below 4 works); and
        ``above_strangers``, own minus strangers.

    Raises:
        InputError: an unknown regime, images of another descriptor, or as ``sorted_by_artist``.

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.8, 0.6], [0.6, 0.8], [0.0, 1.0]])
        >>> four = Embeddings(vectors, np.array(["1", "2", "3", "4"]), "x", "cosine")
        >>> way = readout("cosine", four)
        >>> found = discrimination_gaps(four, np.array(["a", "a", "b", "b"]), way)
        >>> found[["artist", "own", "gap"]].round(2).to_numpy().tolist()
        [['a', 0.8, 0.2], ['b', 0.8, 0.2]]
    """
    lookup("regime", regime, REGIMES)
    works, random, rows = sorted_by_artist(images, artists), np.random.default_rng(seed), []
    reach = RANGES[way.name][1] - RANGES[way.name][0]
    for number, (_, values) in enumerate(works.blocks(way)):
        if works.counts[number] < 2:
            continue
        own, others = _typical(works, number, values, regime)
        closest = int(np.nanargmax(others))
        row = {"artist": works.names[number], "works": int(works.counts[number]), "own": own}
        row |= {"strangers": float(np.nanmedian(others)), "closest": works.names[closest]}
        row |= {"closest_value": others[closest], "gap": own - others[closest], "low": np.nan, "high": np.nan}
        if n_bootstrap and row["works"] >= FEWEST:
            near = np.argsort(np.nan_to_num(-others, nan=np.inf))[:DRAWN]
            drawn = _resampled(works, number, near[: len(others) - 1], values, regime, n_bootstrap, random)
            found = with_interval(row["gap"], drawn, row["works"], "image", level=level, bounds=(-reach, reach))
            row |= {"low": found.low, "high": found.high}
        rows.append(row | {"above_strangers": own - row["strangers"]})
    return pd.DataFrame(rows)


def negative_share(
    images: Embeddings,
    artists: np.ndarray,
    n_artists: int,
    n_works: int,
    *,
    name: str = "cosine",
    k: int | None = None,
    regime: str = "pairwise",
    draws: int = 20,
    seed: int = 0,
) -> Estimate:
    """The share of artists with a negative gap, at so many artists and so many works of each: CSD+'s matched design.

    The share grows with the number of artists, among whom one may be close, and with few works. So shares of two
    collections are to be compared at the same numbers only.

    Args:
        images: of n works.
        artists: (n,) whose work each is.
        n_artists: that are drawn each time, from those with enough works.
        n_works: of each.
        name: of a read-out, which is fitted on what is drawn.
        k: see ``readout``.
        regime: see ``REGIMES``.
        draws: how often is drawn.
        seed: of the draws, which are the same for all read-outs and regimes.

    Returns:
        the mean share over the draws, in [0, 1], lower is better; its interval is over artists, each with its own share
        of the draws that it was in. It does not hold how far other strangers would change it.

    Raises:
        InputError: fewer artists with so many works, or fewer than two artists or works.
    """
    negative, whose = _negative(images, artists, (n_artists, n_works), name, k, regime, draws, seed)
    return bootstrap(negative, groups=whose)


def negative_share_difference(
    images: Embeddings,
    artists: np.ndarray,
    n_artists: int,
    n_works: int,
    *,
    name: str = "csls",
    beside: str = "cosine",
    k: int | None = None,
    regime: str = "pairwise",
    draws: int = 20,
    seed: int = 0,
) -> Estimate:
    """By how much a read-out has a larger share of negative gaps than another, on the same draws of artists and works.

    Args:
        images: see ``negative_share``.
        artists: likewise.
        n_artists: likewise.
        n_works: likewise.
        name: of a read-out.
        beside: of the one that it is compared with.
        k: likewise.
        regime: likewise.
        draws: likewise.
        seed: likewise.

    Returns:
        in [-1, 1], below 0 where the first has fewer negative gaps; its interval is over artists, in pairs.

    Raises:
        InputError: as ``negative_share``.
    """
    design = (n_artists, n_works)
    (first, whose), (second, _) = (
        _negative(images, artists, design, each, k, regime, draws, seed) for each in (name, beside)
    )
    return paired_difference(first, second, groups=whose)


def gap_table(
    images: Embeddings, artists: np.ndarray, readouts: Sequence[str] = ("cosine", "csls"), *, k: int | None = None
) -> pd.DataFrame:
    """Negative gaps of a whole collection, by read-out and regime, in CSD+'s form.

    Args:
        images: of n works.
        artists: (n,) whose work each is.
        readouts: names of ``READOUTS``, each fitted on the same works.
        k: see ``readout``.

    Returns:
        a row a read-out and regime: ``readout``, ``regime``, ``artists``, ``works``; ``negative``, how many artists
        have a negative gap; ``surely``, how many of these have an interval below 0; ``share``, ``low``, ``high``: the
        share of negative ones with an interval over artists.
    """
    rows = []
    for name in readouts:
        way = readout(name, images, k=k)
        for regime in REGIMES:
            found = discrimination_gaps(images, artists, way, regime=regime)
            negative = (found["gap"] < 0).to_numpy()
            share = bootstrap(negative.astype(float), groups=found["artist"].to_numpy(dtype=str))
            row = {"readout": name, "regime": regime, "artists": len(found), "works": int(found["works"].sum())}
            row |= {"negative": int(negative.sum()), "surely": int((found["high"] < 0).sum())}
            rows.append(row | {"share": share.value, "low": share.low, "high": share.high})
    return pd.DataFrame(rows)


def _negative(
    images: Embeddings,
    artists: np.ndarray,
    design: tuple[int, int],
    name: str,
    k: int | None,
    regime: str,
    draws: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each artist of each draw has a negative gap, 1 or 0, and whose it is."""
    artists = np.asarray(artists, dtype=str)
    n_artists, n_works = design
    names, counts = np.unique(artists[artists != ""], return_counts=True)
    enough = names[counts >= n_works]
    if min(design) < 2 or len(enough) < n_artists:
        raise InputError(
            f"{n_artists} artists with {n_works} works each cannot be drawn: two of both are needed, and "
            f"{len(enough)} artists have so many works"
        )
    random, negative, whose = np.random.default_rng(seed), [], []
    for _ in range(draws):
        chosen = random.choice(enough, n_artists, replace=False)
        rows = np.concatenate([random.choice(np.flatnonzero(artists == one), n_works, replace=False) for one in chosen])
        part = images.take(rows)
        found = discrimination_gaps(part, artists[rows], readout(name, part, k=k), regime=regime, n_bootstrap=0)
        negative.append(found["gap"].to_numpy() < 0)
        whose.append(found["artist"].to_numpy(dtype=str))
    return np.concatenate(negative).astype(float), np.concatenate(whose)


def _typical(works: ByArtist, number: int, values: np.ndarray, regime: str) -> tuple[float, np.ndarray]:
    """How alike an artist's works are to its own, and to those of each artist, (a,); not a number for itself."""
    scores = values if regime == "pairwise" else values.mean(axis=0)
    others = np.full(len(works.names), np.nan)
    for other in range(len(others)):
        if other != number:
            others[other] = np.median(scores[..., works.rows(other)])
    own = values[:, works.rows(number)]
    return float(np.nanmedian(own if regime == "pairwise" else np.nanmean(own, axis=1))), others


def _resampled(
    works: ByArtist,
    number: int,
    near: np.ndarray,
    values: np.ndarray,
    regime: str,
    n_bootstrap: int,
    random: np.random.Generator,
) -> np.ndarray:
    """The gap to the closest of some strangers in resamples of the works of all of them, (n_bootstrap,)."""
    again = _PAIRWISE if regime == "pairwise" else _AGGREGATED
    own = random.integers(0, len(values), (n_bootstrap, len(values)))
    own = own[(own != own[:, :1]).any(axis=1)]  # of one work alone there is no pair
    within = again[0](values[:, works.rows(number)], own)
    across = []
    for other in near:
        block = values[:, works.rows(other)]
        theirs = random.integers(0, block.shape[1], (len(own), block.shape[1]))
        across.append(again[1](block, own, theirs))
    return np.asarray(within - np.max(across, axis=0))


def _pairs_within(block: np.ndarray, own: np.ndarray) -> np.ndarray:
    # A work with itself, or with its copy, is not a number; every other pair stands there twice.
    return np.array([np.nanmedian(block[np.ix_(rows, rows)]) for rows in own])


def _pairs_across(block: np.ndarray, own: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return np.array([np.median(block[np.ix_(*each)]) for each in zip(own, theirs, strict=True)])


def _pools_within(block: np.ndarray, own: np.ndarray) -> np.ndarray:
    times = _times(own, len(block))
    others = own.shape[1] - times
    scores = times @ np.nan_to_num(block) / others
    return np.asarray(np.median(np.take_along_axis(scores, own, axis=1), axis=1))


def _pools_across(block: np.ndarray, own: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    scores = _times(own, len(block)) @ block / own.shape[1]
    return np.asarray(np.median(np.take_along_axis(scores, theirs, axis=1), axis=1))


def _times(drawn: np.ndarray, n: int) -> np.ndarray:
    """How often each of n works is drawn in each resample, (b, n)."""
    return np.stack([np.bincount(rows, minlength=n) for rows in drawn])


_PAIRWISE = _pairs_within, _pairs_across
_AGGREGATED = _pools_within, _pools_across
