"""What a value says: how much more likely it is if two works are by one artist than if they are by two.

The likelihood ratio is what the pictures say. How probable one artist is depends on what was believed before they were
looked at, too: the two are kept apart, and ``posterior`` joins them. All of it is measured on works by known artists;
it holds for that collection, its descriptor and read-out, and for pictures like those in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit, stdtrit

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, lookup
from csdlib.similarity.by_artist import ByArtist, artist_folds, sorted_by_artist
from csdlib.similarity.readouts import RANGES, Readout, readout
from csdlib.texts import two_digits

#: How a value becomes a likelihood ratio.
METHODS = {
    "isotonic": "any that does not fall, as the pairs say (pool adjacent violators)",
    "logistic": "its logarithm is a straight line, with two numbers fitted",
}

#: Steps into which the range of a read-out is cut before anything is fitted; a cosine's are 0.0005 wide.
STEPS = 4096

#: How often references are drawn anew for every picture and artist, where there are several.
DRAWS = 5


@dataclass(frozen=True)
class Calibration:
    """From a pair's value to a likelihood ratio, and what it was measured on.

    Attributes:
        way: the read-out whose values it takes; it reads a pair by ``way.read``.
        method: one of ``METHODS``.
        values: (m,) values, ascending.
        log_ratios: (m,) natural logarithms of the likelihood ratio there, not falling; straight between them, and the
            same beyond the first and the last.
        half_widths: (m,) half of their 95 % intervals over artists, see ``jackknife``; not a number where no artist
            makes a difference.
        limits: the smallest and the largest likelihood ratio that so few works can tell, see ``calibrate``.
        collection: what the works are called.
        artists: how many there were.
        works: likewise.
        references: works by one artist with which a picture is compared; what is calibrated is the mean of its values.
        pairs: of a picture and references by one artist, and by two, that were looked at.
    """

    way: Readout
    method: str
    values: np.ndarray
    log_ratios: np.ndarray
    half_widths: np.ndarray
    limits: tuple[float, float]
    collection: str
    artists: int
    works: int
    references: int
    pairs: tuple[int, int]

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the descriptor; of any other one this calibration says nothing."""
        return self.way.reference.fingerprint

    def likelihood_ratio(self, values: np.ndarray) -> np.ndarray:
        """How much more likely each value is if two works are by one artist than if they are by two.

        Args:
            values: of any shape, as the read-out gives them; what is not a number stays none.

        Returns:
            above 0; above 1 speaks for one artist. Never beyond ``limits``.
        """
        return np.where(np.isnan(values), np.nan, np.exp(np.interp(values, self.values, self.log_ratios)))

    def interval(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Between what the likelihood ratios may lie: what other artists of the same kind would have said.

        The read-out is taken as it is. An interval may go beyond ``limits``; a ratio does not.

        Args:
            values: of any shape, as the read-out gives them.

        Returns:
            the lower and the upper ends of the 95 % intervals, above 0.
        """
        ratios = self.likelihood_ratio(values)
        factors = np.exp(np.interp(values, self.values, self.half_widths))
        return ratios / factors, ratios * factors

    def probability(self, values: np.ndarray, prior: float) -> np.ndarray:
        """How probable it is that each pair is by one artist, see ``posterior``.

        Args:
            values: as the read-out gives them.
            prior: how probable that was before anybody looked at the pictures, in (0, 1): the base rate.
        """
        return posterior(self.likelihood_ratio(values), prior)

    def __str__(self) -> str:
        low, high = map(two_digits, self.limits)
        return (
            f"{self.method} calibration of {self.way.name} on {self.collection or 'a collection'}: {self.works} works "
            f"by {self.artists} artists, {self.references} reference(s), likelihood ratios from {low} to {high}"
        )


def posterior(ratio: np.ndarray | float, prior: float) -> np.ndarray:
    """The probability that a likelihood ratio makes of a base rate (Bayes): posterior odds = ratio x prior odds.

    One value, two answers: a likelihood ratio of 30 among 10 suspects, and among 10,000. Who reads the ratio as the
    probability commits the prosecutor's fallacy.

    Args:
        ratio: likelihood ratios, of any shape.
        prior: the base rate, in (0, 1).

    Returns:
        in (0, 1).

    Raises:
        InputError: a prior outside (0, 1).

    Example:
        >>> [float(posterior(30.0, prior).round(4)) for prior in (1 / 10, 1 / 10_000)]
        [0.7692, 0.003]
    """
    if not 0 < prior < 1:
        raise InputError(f"prior must be in (0, 1): how probable it was before looking, got {prior}")
    return np.asarray(expit(np.log(ratio) + logit(prior)))


def calibrate(
    images: Embeddings,
    artists: np.ndarray,
    *,
    name: str = "cosine",
    method: str = "isotonic",
    k: int | None = None,
    references: int = 1,
    folds: int = 5,
    seed: int = 0,
    collection: str = "",
) -> Calibration:
    """Measures on works by known artists what a pair's value says, or the mean of a picture's values with several.

    The pairs are read as those of strangers will be: artists are put into folds, and the pairs within a fold are read
    by a read-out that is fitted on the works of all other folds. (Fitted on their own works, it would take off a part
    of the likeness that it leaves to a stranger's.) The calibration keeps one of these read-outs: in a larger
    collection every place is more crowded, and the values would be others. The cosine is fitted on nothing: all its
    pairs are taken, without folds. Then both kinds of pairs get the same weight, so that what is fitted is the
    likelihood ratio, whatever their numbers. Every pair counts the same; prolific artists count more.

    No ratio goes beyond what so few works can tell: one more could contradict, alike to everything (a hub), or unlike
    its own artist's works. Such a work is in n of n (n + 1) / 2 pairs, a share of 2 / (n + 1). So the ratio of the
    shares above a threshold is bounded by one with as much added to those by two artists, and that of the shares below
    it with as much added to those by one. (After Vergeer et al. 2016, who add one pair; but pairs are not independent.)
    With several references it is half as much: there it is one of many in a mean, and counts as the picture that is
    compared. Works that have no partner by their own artist say nothing of pairs by one: below, n are those that have
    one. A rival of the same school is no such accident, and may go beyond all limits: what it would change the
    intervals over artists say, as far as rivals are in the collection.

    Args:
        images: of n works; not those that will be asked about.
        artists: (n,) whose work each is; empty for unknown, which is left out.
        name: of a read-out, see ``READOUTS``.
        method: see ``METHODS``.
        k: see ``readout``.
        references: with how many works by one artist a picture is compared; its value is the mean. A mean of many says
            more than one pair, so a calibration holds for this number only.
        folds: into which artists are put.
        seed: of the folds, and of the references.
        collection: what the works are called.

    Returns:
        the calibration, with the read-out that is to be used with it, and no other.

    Raises:
        InputError: an unknown read-out or method, fewer than two artists a fold with more works than references, no
            reference, or as ``sorted_by_artist``.
    """
    lookup("method", method, METHODS)
    works = sorted_by_artist(images, artists)
    several = works.counts > references
    # Also for the cosine, which needs no folds: of a few artists nothing follows for others.
    if several.sum() < 2 * folds:
        raise InputError(
            f"a calibration needs {2 * folds} artists with {references + 1} works or more, here are {several.sum()}"
        )
    whose = np.repeat(works.names, works.counts)
    counts = np.zeros((len(works.names), 2, STEPS), np.int32)
    random = np.random.default_rng(seed)
    fold = artist_folds(whose, folds, random)
    if name == "cosine":
        fold[:] = 0
    for number in np.unique(fold):
        inside = fold == number
        way = readout(name, works.images if inside.all() else works.images.take(~inside), k=k)
        judged = sorted_by_artist(works.images.take(inside), whose[inside])
        for artist, found in _counts(judged, way, references, random):
            counts[np.searchsorted(works.names, artist)] += found
    # Every pair by two artists came with each of them.
    total, paired = counts.sum(axis=0) * [[1], [0.5]], np.where(several, works.counts, 0)
    middles = np.linspace(*RANGES[name], 2 * STEPS + 1)[1::2]
    ratios, limits = _curve(total, middles, method, references, (paired.sum(), len(whose)))
    without = [
        _curve(total - each, middles, method, references, (paired.sum() - fewer, len(whose) - gone))[0]
        for each, fewer, gone in zip(counts, paired, works.counts, strict=True)
    ]
    widths, drawn = _half_widths(np.stack(without)), DRAWS if references > 1 else 1
    pairs = (int(total[0].sum() / drawn), int(total[1].sum() / drawn))
    sizes = (len(works.names), len(whose), references, pairs)
    return Calibration(way, method, middles, ratios, widths, limits, collection, *sizes)


def _counts(
    works: ByArtist, way: Readout, references: int, random: np.random.Generator
) -> Iterator[tuple[str, np.ndarray]]:
    """Of each artist how many pairs by one, and how many with others, have a value in each step, (2, steps)."""
    ends = RANGES[way.name]
    for _ in range(DRAWS if references > 1 else 1):
        for artist, pairs in zip(works.names.tolist(), works.compared(way, references, random), strict=True):
            # Rounding may leave a value just beyond its range.
            yield artist, np.stack([np.histogram(np.clip(values, *ends), STEPS, ends)[0] for values in pairs])


def _curve(
    counts: np.ndarray, middles: np.ndarray, method: str, references: int, works: tuple[int, int]
) -> tuple[np.ndarray, tuple[float, float]]:
    """The logarithms of the likelihood ratios that counts of pairs say, and the limits of the ratios.

    Args:
        counts: (2, v) pairs by one artist, and by two, in each step.
        middles: (v,) of the steps.
        method: see ``METHODS``.
        references: see ``calibrate``.
        works: how many are in pairs by one artist, and in all.
    """
    used = counts.sum(axis=0) > 0
    shares = counts[:, used] / counts.sum(axis=1, keepdims=True)
    limits = _limits(shares, *((2 if references == 1 else 1) / (n + 1) for n in works))
    values, ratios = _FITS[method](middles[used], shares)
    return np.clip(np.interp(middles, values, ratios), *np.log(limits)), limits


def _limits(shares: np.ndarray, unlike: float, hub: float) -> tuple[float, float]:
    """The smallest and the largest likelihood ratio of shares of both kinds, with one work against each.

    Args:
        shares: (2, v) of the pairs by one artist, and by two.
        unlike: the share of the pairs by one that one more work would be in, unlike its own artist's.
        hub: the share of the pairs by two that one more work would be in, alike to everything.
    """
    below, above = np.cumsum(shares, axis=1), np.cumsum(shares[:, ::-1], axis=1)
    low = (below[0] + unlike) / np.maximum(below[1], 1e-12)
    return min(float(low.min()), 1.0), max(float((above[0] / (above[1] + hub)).max()), 1.0)


def _half_widths(without: np.ndarray) -> np.ndarray:
    """Half of the 95 % intervals of v numbers, as ``jackknife`` makes them of (a, v) without each artist."""
    freedom, variance = len(without) - 1, without.var(axis=0)
    return np.where(variance > 1e-24, stdtrit(freedom, 0.975) * np.sqrt(freedom * variance), np.nan)


def _isotonic(values: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    fitted = isotonic_regression(shares[0] / shares.sum(axis=0), weights=shares.sum(axis=0)).x
    # Where there are pairs of one kind only the limits decide.
    return values, logit(np.clip(fitted, 1e-9, 1 - 1e-9))


def _logistic(values: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Imported here: sklearn takes a second to import.
    from sklearn.linear_model import LogisticRegression

    centre, wide = values.mean(), values.std() or 1.0
    points = np.tile((values - centre) / wide, 2)[:, None]
    kinds = np.repeat([1, 0], len(values))
    # Nothing is held back: there are two numbers, and thousands of pairs.
    model = LogisticRegression(C=np.inf).fit(points, kinds, sample_weight=shares.ravel() * 1000)
    ends = values[[0, -1]]
    ratios = model.decision_function(((ends - centre) / wide)[:, None])
    # A line that falls would take what is more alike for less: then the values say nothing.
    return ends, ratios if ratios[0] < ratios[1] else np.zeros(2)


_FITS = {"isotonic": _isotonic, "logistic": _logistic}
