"""How good a curation is, where the truth is known: tags against captions' meaning, groups against true copies."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import resampled_sums, with_interval


def tag_quality(found: Sequence[Sequence[str]], truth: Sequence[Sequence[str]]) -> dict[str, Estimate]:
    """Precision and recall of tags, pooled over all captions (micro average).

    Args:
        found: the tags that were found in n captions.
        truth: the tags that the captions mean, or those that are true of the images.

    Returns:
        ``precision``: the share of found tags that are right; ``recall``: the share of true tags that were found; with
        95 % bootstrap intervals over captions.

    Raises:
        InputError: lists of different lengths, or no tag on one side.

    Example:
        >>> quality = tag_quality([["a"], ["b"], []], [["a"], ["c"], ["b"]])
        >>> float(quality["precision"]), round(float(quality["recall"]), 3)
        (0.5, 0.333)
    """
    if len(found) != len(truth):
        raise InputError(f"{len(found)} captions with found tags, but {len(truth)} with true ones")
    counts = [(len(set(f) & set(t)), len(set(f)), len(set(t))) for f, t in zip(found, truth, strict=True)]
    return _ratios(np.array(counts, dtype=float).reshape(-1, 3))


def group_quality(groups: np.ndarray, truth: np.ndarray) -> dict[str, Estimate]:
    """Precision and recall of pairs: two images in one group are right if they are in one true group.

    Args:
        groups: (n,) group of every image.
        truth: (n,) true group of every image.

    Returns:
        ``precision`` and ``recall``, as of ``tag_quality``, with intervals over true groups; a pair counts half for
        each of its images.

    Raises:
        InputError: arrays of different lengths, or no pair on one side.

    Example:
        >>> quality = group_quality(np.array([0, 0, 0, 3]), np.array([0, 0, 2, 2]))
        >>> round(float(quality["precision"]), 3), float(quality["recall"])
        (0.333, 0.5)
    """
    if len(groups) != len(truth):
        raise InputError(f"{len(groups)} images with groups, but {len(truth)} with true ones")
    frame = pd.DataFrame({"found": groups, "true": truth})
    # Of every image: its partners in both groupings, in the found one, in the true one.
    counts = np.stack(
        [frame.groupby(columns)["found"].transform("size") - 1 for columns in (["found", "true"], ["found"], ["true"])],
        axis=1,
    ).astype(float)
    units = np.unique(truth, return_inverse=True)[1]
    return _ratios(np.stack([np.bincount(units, counts[:, k]) for k in range(3)], axis=1))


def _ratios(counts: np.ndarray) -> dict[str, Estimate]:
    """Pooled precision and recall from (n, 3) counts of a unit each: right, found, true."""
    if not (counts[:, 1].any() and counts[:, 2].any()):
        raise InputError("nothing was found, or nothing is true: there is no precision or no recall to speak of")
    sums, total = resampled_sums(counts, 1000, np.random.default_rng(0)), counts.sum(axis=0)
    # Precision and recall: both divide the right ones, by what was found and by what is true.
    values = total[0] / total[1:]
    resampled = sums[:, :1] / np.maximum(sums[:, 1:], 1)
    return {
        name: with_interval(float(value), each, len(counts), "query")
        for name, value, each in zip(("precision", "recall"), values, resampled.T, strict=True)
    }
