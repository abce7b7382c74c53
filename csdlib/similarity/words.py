"""Words as directions among pictures: a map from texts to pictures, learned from the captions of some painters.

The text tower is frozen, and so are the pictures' vectors. All that is learned is one linear map; it is judged on
painters whose captions it has not met.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from csdlib.errors import InputError, require_range
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.jackknifed import jackknife
from csdlib.similarity.probes import exchanged

_PENALTIES = np.geomspace(1e-1, 1e4, 6)
_AXES = 64


@dataclass(frozen=True)
class Whitened:
    """The space in which directions are compared: pictures' principal axes, each with a deviation of 1.

    Where all axes have one deviation, the direction of a quantity is that of its regression, and the cosine of two
    directions is the correlation of what they say.

    Attributes:
        middle: (d,) the mean vector of the pictures that it was fitted on.
        axes: (d, m) vectors less the middle, times these, are whitened.
    """

    middle: np.ndarray
    axes: np.ndarray

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors (n, d) as whitened ones, (n, m)."""
        return np.asarray((vectors - self.middle) @ self.axes)


def whitened(vectors: np.ndarray, axes: int = _AXES) -> Whitened:
    """Fits the space on pictures.

    Args:
        vectors: (n, d) descriptors; of the painters that are learned from only.
        axes: principal axes that are kept, fewer where fewer vary.

    Raises:
        InputError: fewer than 3 pictures, or axes below 1.

    Example:
        >>> vectors = np.random.default_rng(0).normal(size=(500, 4)) * [1, 2, 3, 4]
        >>> bool(np.allclose(np.cov(whitened(vectors)(vectors).T), np.eye(4)))
        True
    """
    from sklearn.decomposition import PCA

    require_range("axes", axes, 1, 4096)
    if len(vectors) < 3:
        raise InputError(f"{len(vectors)} pictures: need 3 or more to see how they vary")
    found = PCA(min(axes, len(vectors) - 1, vectors.shape[1]), svd_solver="full").fit(np.asarray(vectors, np.float64))
    kept = found.explained_variance_ > 1e-9 * found.explained_variance_[0]
    return Whitened(found.mean_, (found.components_[kept].T / np.sqrt(found.explained_variance_[kept])))


@dataclass(frozen=True)
class WordMap:
    """A learned map from texts to whitened pictures.

    Attributes:
        pictures: the space of the pictures.
        scale: (t,) what each number of a text is divided by.
        weights: (t, m) the map.
        penalty: of the regression, chosen on held-out painters.
    """

    pictures: Whitened
    scale: np.ndarray
    weights: np.ndarray
    penalty: float

    def directions(self, with_word: np.ndarray, without: np.ndarray) -> np.ndarray:
        """Where words point: texts with a word less the same texts without it, mapped.

        Args:
            with_word: (w, t) states of texts, one a word.
            without: (w, t) or (t,) of the same texts without the word.

        Returns:
            (w, m) of unit norm; rows of 0 where both states are the same.
        """
        return unit(((with_word - without) / self.scale) @ self.weights)


def fit_words(
    states: np.ndarray, vectors: np.ndarray, painters: np.ndarray, *, axes: int = _AXES, seed: int = 0
) -> WordMap:
    """Learns the map from captions: a ridge regression of whitened pictures on the states of their texts.

    The penalty is chosen among six by a third of the painters, who are then fitted on, too.

    Args:
        states: (n, t) of captions by a frozen text tower, or counts of words.
        vectors: (n, d) of their pictures.
        painters: (n,) whose each picture is.
        axes: see ``whitened``.
        seed: of the third.

    Raises:
        InputError: lengths that differ, or fewer than 6 painters.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> said = rng.integers(2, size=(600, 2)).astype(float)
        >>> vectors = np.column_stack([said[:, 0], rng.normal(size=(600, 2))])
        >>> found = fit_words(said, vectors, np.repeat(np.arange(60), 10))
        >>> scores = found.pictures(vectors) @ found.directions(np.eye(2), np.zeros(2)).T
        >>> bool(scores[said[:, 0] == 1, 0].min() > scores[said[:, 0] == 0, 0].max())
        True
    """
    from sklearn.linear_model import Ridge

    painters = np.asarray(painters).astype(str)
    if not len(states) == len(vectors) == len(painters):
        raise InputError(f"{len(states)} texts, {len(vectors)} vectors and {len(painters)} painters: need one of each")
    names = np.unique(painters)
    if len(names) < 6:
        raise InputError(f"captions of {len(names)} painters: need 6 or more")
    pictures = whitened(vectors, axes)
    scale = np.maximum(states.std(axis=0), 1e-6)
    texts, seen = states / scale, pictures(vectors)
    held = np.isin(painters, np.random.default_rng(seed).permutation(names)[: len(names) // 3])
    tried = [Ridge(penalty).fit(texts[~held], seen[~held]) for penalty in _PENALTIES]
    errors = [np.square(fitted.predict(texts[held]) - seen[held]).sum() for fitted in tried]
    penalty = float(_PENALTIES[int(np.argmin(errors))])
    return WordMap(pictures, scale, Ridge(penalty).fit(texts, seen).coef_.T, penalty)


def facet_directions(seen: np.ndarray, truths: np.ndarray) -> np.ndarray:
    """Where facets point among whitened pictures: the regression of each on them.

    Args:
        seen: (n, m) whitened pictures.
        truths: (n, f) numbers.

    Returns:
        (f, m) of unit norm; rows of 0 for a facet with one value.

    Example:
        >>> seen = np.array([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
        >>> facet_directions(seen, seen[:, :1] * 5).tolist()
        [[1.0, 0.0]]
    """
    return unit((truths - truths.mean(axis=0)).T @ (seen - seen.mean(axis=0)))


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows (n, d) with a norm of 1; those of 0 stay.

    Example:
        >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
        [[0.6, 0.8], [0.0, 0.0]]
    """
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0))


@dataclass(frozen=True)
class Told:
    """How well scores tell the works for which a word holds.

    Attributes:
        painters: (p,) those who were judged, sorted.
        area: the area under the ROC curve: how often a work with the word scores above one without; 0.5 is chance.
        left_out: (p,) the area without each painter.
        chance: (c,) areas with the painters' records exchanged.
    """

    painters: np.ndarray
    area: float
    left_out: np.ndarray
    chance: np.ndarray

    @property
    def p(self) -> float:
        """The probability of such an area or a larger one by chance, (1 + as large ones) / (1 + exchanges)."""
        return float((1 + (self.chance >= self.area).sum()) / (1 + len(self.chance)))

    def estimate(self) -> Estimate:
        """The area with its interval over painters, see ``jackknife``."""
        return jackknife(self.area, self.left_out)


def told_words(
    scores: np.ndarray, holds: np.ndarray, painters: np.ndarray, *, exchanges: int = 99, seed: int = 0
) -> Told:
    """How well scores tell the works for which a word holds, over works by all painters.

    Args:
        scores: (n,) higher where the word is thought to hold.
        holds: (n,) bool.
        painters: (n,) whose each work is.
        exchanges: how often whole records of ``holds`` are exchanged between painters, for ``chance``.
        seed: of the exchanges.

    Raises:
        InputError: lengths that differ, or a word that holds for all works, or for none.

    Example:
        >>> told_words(np.array([0.9, 0.1, 0.5, 0.4]), np.array([1, 0, 1, 0]) > 0, np.array(list("aabb"))).area
        1.0
    """
    holds, painters = np.asarray(holds, dtype=bool), np.asarray(painters).astype(str)
    if not len(scores) == len(holds) == len(painters):
        raise InputError(f"{len(scores)} scores, {len(holds)} truths and {len(painters)} painters: need one of each")
    if holds.all() or not holds.any():
        raise InputError(f"the word holds for {'all' if holds.all() else 'none'} of the works: nothing can be told")
    names, of = np.unique(painters, return_inverse=True)
    wins, pairs = _by_pairs(scores, holds, of)
    won, there = _without_each(wins), _without_each(pairs)
    left_out = np.divide(won, there, out=np.full(len(names), np.nan), where=there > 0)
    random = np.random.default_rng(seed)
    drawn = (exchanged(holds, of, "painter", random) for _ in range(exchanges))
    chance = _areas(scores, [other for other in drawn if 0 < other.sum() < len(other)])
    return Told(names, float(wins.sum() / pairs.sum()), left_out, chance)


def _areas(scores: np.ndarray, truths: Sequence[np.ndarray]) -> np.ndarray:
    """The area for each of several truths, from one ranking of the scores (Mann and Whitney 1947)."""
    from scipy.stats import rankdata

    ranks, counts = rankdata(scores), np.array([truth.sum() for truth in truths], dtype=float)
    above = np.array([ranks[truth].sum() for truth in truths]) - counts * (counts + 1) / 2
    return np.asarray(above / (counts * (len(scores) - counts)))


def _by_pairs(scores: np.ndarray, holds: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of works with the word by one painter (rows) and without it by another, how many win, and how many pairs."""
    count = int(of.max()) + 1
    owners = np.eye(count)[of]
    with_it, without = scores[holds][:, None], scores[~holds][None]
    wins = (with_it > without) + 0.5 * (with_it == without)
    return owners[holds].T @ wins @ owners[~holds], np.outer(owners[holds].sum(axis=0), owners[~holds].sum(axis=0))


def _without_each(table: np.ndarray) -> np.ndarray:
    """The sum of a table of pairs without each painter's row and column, (p,)."""
    return np.asarray(table.sum() - table.sum(axis=0) - table.sum(axis=1) + np.diag(table))


def mean_told(told: Sequence[Told]) -> Estimate:
    """The mean area over words of the same painters, with an interval over painters.

    Raises:
        InputError: no words, or other painters.

    Example:
        >>> scores, holds = np.arange(16.0) % 8, np.arange(16) % 8 > 3
        >>> word = told_words(scores, holds, np.repeat(list("abcdefgh"), 2), exchanges=0)
        >>> mean_told([word, word]).value
        1.0
    """
    if not told or any(not np.array_equal(one.painters, told[0].painters) for one in told):
        raise InputError("a mean over words needs one word or more, all judged on the same painters")
    areas = [one.area for one in told]
    return jackknife(float(np.mean(areas)), np.mean([one.left_out for one in told], axis=0))
