"""How often each kind of interval holds the truth: simulated where the truth is known, at the sizes of the book."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm
from tqdm import tqdm

from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.metrics.crossed import crossed_mean
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap, correlation, paired_difference, resampled_sums
from csdlib.metrics.roc import auc, auc_difference, resampled_areas
from csdlib.recipes.recorded.results import write_results
from csdlib.similarity.sets import corrected_cosine, prototype_cosine

#: A data set that is drawn, and what an interval is computed of it: its two ends.
Ends = tuple[float, float]
Trial = Callable[[np.random.Generator], dict[str, Ends]]

OURS, QUANTILES = "csdlib", "quantiles of the bootstrap"

#: What the prototypes' cosine of sets of so many pictures is on average: below that of the styles.
OF_THIS_SIZE = "by prototypes, against sets of this size"

#: Groups of artists that the book measures: few by name, sixteen, thirty-two, all painters, real ones.
ARTISTS = (4, 5, 8, 11, 16, 32, 48, 60, 107)


def record_coverage(output: AnyPath, *, trials: int = 1000, seed: int = 0, command: str = "") -> pd.DataFrame:
    """Simulates every kind of interval, and counts how often it holds the truth.

    Args:
        output: a csv file with a row for each kind, size, truth and method.
        trials: data sets that are drawn for each.
        seed: of the data sets; each row has its own stream.
        command: what makes it again.

    Returns:
        the rows: ``kind``, ``size``, ``truth``, ``method`` (``csdlib``, or the quantiles of the resamples, which the
        book used before), ``coverage`` with ``low`` and ``high`` (exact binomial, 95 %), ``width`` (mean), ``trials``.

    Raises:
        InputError: no trials.
    """
    if trials < 1:
        raise InputError(f"trials must be 1 or more, got {trials}")
    started, rows = time.perf_counter(), []
    for number, (kind, size, truth, trial) in enumerate(tqdm([*_cases()], desc="coverage", unit="case")):
        random = np.random.default_rng([seed, number])
        found = [trial(random) for _ in range(trials)]
        for method in found[0]:
            ends = np.array([each[method] for each in found])
            held = ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).astype(float)
            share, width = _exactly(held), float((ends[:, 1] - ends[:, 0]).mean())
            row = {"kind": kind, "size": size, "truth": truth, "method": method, "coverage": held.mean()}
            rows.append(row | dict(zip(("low", "high"), share, strict=True)) | {"width": width, "trials": trials})
    frame = pd.DataFrame(rows).round(4)
    facts = {"trials": trials, "seed": seed, "level": 0.95, "seconds": round(time.perf_counter() - started)}
    write_results(Path(output), facts, frame, command=command)
    return frame


def _cases() -> Iterator[tuple[str, str, float, Trial]]:
    """Kind, size, truth, and what draws one data set and computes its intervals."""
    for artists in ARTISTS:
        for mean in (0.1, 0.57, 0.85, 0.95):
            yield "share over artists", f"{artists}", mean, _share(artists, mean)
    for artists in (5, 16, 32, 48):
        yield "paired difference over artists", f"{artists}", 0.1, _difference(artists)
    for units in (16, 30, 48, 60):
        for truth in (0.0, 0.6):
            yield "correlation over artists", f"{units}", truth, _correlation(units, truth)
    for seen, unseen in ((32, 16), (32, 11), (32, 5), (21, 11), (11, 5)):
        for truth in (0.5, 0.75, 0.9, 0.975):
            yield "area under the ROC curve", f"{seen} x {unseen}", truth, _area(seen, unseen, truth)
    for truth in (0.75, 0.9, 0.975):
        yield "difference of two areas", "32 x 16", truth - 0.7, _area_difference(32, 16, truth, 0.7)
    measures = {"corrected": corrected_cosine, "by prototypes": prototype_cosine, OF_THIS_SIZE: prototype_cosine}
    for kind, measure in measures.items():
        for n, m in ((4, 8), (4, 56), (8, 8), (8, 56), (16, 56)):
            for styles in (0.5, 0.825, 0.97):
                truth = _expected(n, m, styles) if kind == OF_THIS_SIZE else styles
                yield f"cosine of two styles, {kind}", f"{n} x {m}", truth, _cosine(n, m, styles, measure)
    for scatter in (0.0, 0.02):
        for seeds, painters in ((3, 16), (3, 32), (5, 16), (5, 32)):
            yield f"mean over seeds and painters, seeds {scatter:g} apart", *_crossed(seeds, painters, scatter)


def _share(artists: int, mean: float, queries: int = 14) -> Trial:
    """Artists differ in how often they are found: beta, with as much scatter as the painters of the atelier have."""

    def trial(random: np.random.Generator) -> dict[str, Ends]:
        chances = random.beta(4 * mean, 4 * (1 - mean), artists)
        values = (random.random((artists, queries)) < chances[:, None]).astype(float)
        ours = bootstrap(values.ravel(), groups=np.repeat(np.arange(artists), queries))
        return {OURS: _ends(ours), QUANTILES: _quantiles(values.mean(axis=1), random)}

    return trial


def _difference(artists: int, gain: float = 0.1, queries: int = 14) -> Trial:
    """Two methods on the same artists, who are hard for both."""

    def trial(random: np.random.Generator) -> dict[str, Ends]:
        chances = 0.1 + 0.7 * random.beta(2, 2, artists)[:, None]
        second, first = (random.random((artists, queries)) < chances + more for more in (0, gain))
        found = paired_difference(first.ravel(), second.ravel(), groups=np.repeat(np.arange(artists), queries))
        change = first.mean(axis=1) - second.mean(axis=1)
        return {OURS: _ends(found), QUANTILES: _quantiles(change, random)}

    return trial


def _correlation(units: int, truth: float) -> Trial:
    def trial(random: np.random.Generator) -> dict[str, Ends]:
        first, other = random.normal(size=(2, units))
        return {OURS: _ends(correlation(first, truth * first + np.sqrt(1 - truth**2) * other))}

    return trial


def _area(seen: int, unseen: int, truth: float) -> Trial:
    def trial(random: np.random.Generator) -> dict[str, Ends]:
        kinds = np.arange(seen + unseen) < seen
        scores = random.normal(kinds * np.sqrt(2) * norm.ppf(truth), 1)
        wins = (scores[kinds][:, None] > scores[~kinds]).astype(float)
        return {OURS: _ends(auc(scores, kinds)), QUANTILES: _between(resampled_areas(wins, 1000, random))}

    return trial


def _area_difference(seen: int, unseen: int, first: float, second: float) -> Trial:
    """Two scores of the same artists that share half of their variance."""

    def trial(random: np.random.Generator) -> dict[str, Ends]:
        kinds, common = np.arange(seen + unseen) < seen, random.normal(size=seen + unseen)
        one, other = (
            kinds * np.sqrt(2) * norm.ppf(area) + (common + random.normal(size=len(common))) / np.sqrt(2)
            for area in (first, second)
        )
        return {OURS: _ends(auc_difference(one, other, kinds))}

    return trial


def _cosine(n: int, m: int, truth: float, measure: Callable[[np.ndarray, np.ndarray], Estimate]) -> Trial:
    def trial(random: np.random.Generator) -> dict[str, Ends]:
        return {OURS: _ends(measure(*_two_styles(n, m, truth, random)))}

    return trial


def _two_styles(n: int, m: int, truth: float, random: np.random.Generator, dim: int = 64) -> list[np.ndarray]:
    """Pictures around two styles at a known angle; two pictures of one style have a cosine of about 0.6."""
    styles = np.eye(dim)[0], truth * np.eye(dim)[0] + np.sqrt(1 - truth**2) * np.eye(dim)[1]
    sides = [
        style + 0.8 * random.normal(size=(count, dim)) / np.sqrt(dim)
        for style, count in zip(styles, (n, m), strict=True)
    ]
    return [side / np.linalg.norm(side, axis=1, keepdims=True) for side in sides]


def _expected(n: int, m: int, truth: float, draws: int = 4000) -> float:
    """The cosine of the prototypes of sets of this size, on average: below that of the styles."""
    random = np.random.default_rng([n, m])
    prototypes = ([side.mean(axis=0) for side in _two_styles(n, m, truth, random)] for _ in range(draws))
    return float(np.mean([one @ other / np.linalg.norm(one) / np.linalg.norm(other) for one, other in prototypes]))


def _crossed(seeds: int, painters: int, scatter: float, truth: float = 0.02) -> tuple[str, float, Trial]:
    """Differences of two settings: painters scatter, trainings may, and every training meets every painter."""

    def trial(random: np.random.Generator) -> dict[str, Ends]:
        by_painter, by_seed = random.normal(0, 0.05, painters), random.normal(0, 1, (seeds, 1)) * scatter
        values = truth + by_painter + by_seed + random.normal(0, 0.05, (seeds, painters))
        return {OURS: _ends(crossed_mean(values)[0])}

    return f"{seeds} x {painters}", truth, trial


def _ends(found: Estimate) -> Ends:
    return found.low, found.high


def _quantiles(values: np.ndarray, random: np.random.Generator) -> Ends:
    return _between(resampled_sums(values[:, None], 1000, random)[:, 0] / len(values))


def _between(resampled: np.ndarray) -> Ends:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return float(low), float(high)


def _exactly(held: np.ndarray) -> Ends:
    """The exact binomial interval of a share of trials."""
    found = binomtest(int(held.sum()), len(held)).proportion_ci(0.95)
    return float(found.low), float(found.high)
