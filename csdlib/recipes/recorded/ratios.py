"""The likelihood ratio of a cosine as a curve, with what other artists would change."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.metrics.jackknifed import jackknife
from csdlib.similarity.calibration import calibrate

#: Calibrations with several references, which are drawn anew for each, whose mean is read.
SEEDS = 2

#: Where the ratio is kept.
VALUES = tuple(np.linspace(-0.1, 0.8, 37).round(3).tolist())


def log_ratios(
    images: Embeddings,
    artists: np.ndarray,
    values: np.ndarray,
    *,
    method: str = "isotonic",
    references: int = 1,
    seeds: int = SEEDS,
) -> np.ndarray:
    """The logarithms of the likelihood ratios of cosines by several calibrations, each with other references drawn.

    Args:
        images: see ``calibrate``.
        artists: likewise.
        values: (v,) cosines.
        method: see ``calibrate``.
        references: likewise.
        seeds: how many; of single references one is enough, since nothing is drawn.

    Returns:
        (seeds, v).
    """
    seeds = seeds if references > 1 else 1
    made = (calibrate(images, artists, method=method, references=references, seed=seed) for seed in range(seeds))
    return np.stack([np.log(each.likelihood_ratio(values)) for each in made])


def mean_log_ratios(
    images: Embeddings, artists: np.ndarray, values: np.ndarray, *, references: int = 1, seeds: int = SEEDS
) -> np.ndarray:
    """The means of these, of all artists and without each.

    Args:
        images: see ``log_ratios``.
        artists: (n,) whose work each is; none is unknown.
        values: likewise.
        references: likewise.
        seeds: likewise.

    Returns:
        (1 + a, v): first of all, then without each of the artists, in their order.
    """
    rows = [np.arange(len(artists)), *(np.flatnonzero(artists != name) for name in np.unique(artists))]
    options: dict[str, Any] = {"references": references, "seeds": seeds}
    return np.stack([log_ratios(images.take(each), artists[each], values, **options).mean(axis=0) for each in rows])


def ratio_rows(
    images: Embeddings,
    artists: np.ndarray,
    *,
    references: Sequence[int] = (1, 4),
    values: Sequence[float] = VALUES,
    seeds: int = SEEDS,
) -> list[dict[str, object]]:
    """The curve, to be drawn.

    Args:
        images: see ``log_ratios``.
        artists: (n,) whose work each is; none is unknown.
        references: numbers of works that stand for an artist.
        values: cosines, ascending; the curve is level below the lowest and above the highest that pairs have.
        seeds: see ``log_ratios``.

    Returns:
        a row a number of ``references`` and ``value``: the ``isotonic`` ratio, the geometric mean over the seeds, with
        ``low`` and ``high`` over artists; ``scatter``, the deviation of its natural logarithm between two seeds,
        not a number of single references, which are not drawn; and the ``logistic`` ratio.
    """
    points, rows = np.array(values), []
    for count in references:
        options: dict[str, Any] = {"references": count, "seeds": seeds}
        without = mean_log_ratios(images, artists, points, **options)
        drawn = log_ratios(images, artists, points, **options)
        scatter = drawn.std(axis=0, ddof=1) if len(drawn) > 1 else np.full(len(points), np.nan)
        straight = log_ratios(images, artists, points, method="logistic", **options).mean(axis=0)
        for place, value in enumerate(values):
            found = jackknife(float(without[0, place]), without[1:, place], bounds=None)
            ratio, low, high = np.exp([found.value, found.low, found.high]).tolist()
            row = {"references": count, "value": value, "isotonic": ratio, "low": low, "high": high}
            rows.append(row | {"scatter": float(scatter[place]), "logistic": float(np.exp(straight[place]))})
    return rows
