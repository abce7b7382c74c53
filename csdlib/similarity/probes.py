"""Probes: what a frozen descriptor knows of one facet of a style, when the truth is known (Alain and Bengio 2016).

A probe is a small model from vectors to one facet. It is fitted on some painters and tested on others, because a probe
that has met the painter can read a facet off the name. What a score means is said by three others beside it: *chance*,
the same with the painters' records exchanged; the *control task*, a random label for each painter (Hewitt and Liang
2019, arXiv:1909.03368), which nothing but memory can predict; and the same of another descriptor, on the same painters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from csdlib.errors import InputError, lookup
from csdlib.similarity.facets import Facet, Of, Probed, scores_of, summed

#: The probes, in words.
PROBES = {
    "linear": "a ridge regression on the vectors",
    "kernel": "the same on 256 landmarks of a Gaussian kernel (Williams and Seeger 2001)",
}

_PENALTIES = np.geomspace(1e-1, 1e5, 7)
_LANDMARKS = 256
_MOST = 256


def probe(
    vectors: np.ndarray,
    facets: Sequence[Facet],
    painters: np.ndarray,
    *,
    way: str = "linear",
    folds: int = 5,
    exchanges: int = 19,
    controls: int = 5,
    share_painters: bool = False,
    seed: int = 0,
) -> dict[str, Probed]:
    """Fits and tests a probe for each facet.

    Numbers are predicted by ridge regression on standardised vectors. Kinds are, too: what is regressed is whether a
    picture is of a kind, divided by how frequent the kind is, and the largest wins; of known probabilities that would
    be the best guess for balanced accuracy. The penalty is chosen for each facet among seven, by a third of those
    painters who are fitted on.

    Args:
        vectors: (n, d) descriptors.
        facets: of the same n pictures.
        painters: (n,) whose each picture is.
        way: one of ``PROBES``.
        folds: each painter is tested once, with the others of its fold.
        exchanges: how often records are exchanged for ``chance``: of a painter's facet whole records between painters,
            of a picture's the values of each painter's pictures.
        controls: how many control tasks.
        share_painters: test on other works of the painters that were fitted on, as one should not: to see what that
            would have claimed.
        seed: of folds, exchanges, random labels and landmarks.

    Returns:
        the results by the facets' names.

    Raises:
        InputError: an unknown way, lengths that differ, too few painters for so many folds, or a facet that has one
            value only.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> painters, habit = np.repeat(np.arange(40), 5), np.repeat(rng.normal(size=40), 5)
        >>> vectors = np.column_stack([habit, rng.normal(size=(200, 3))])
        >>> found = probe(vectors, [Facet("habit", "brush", "planted", habit)], painters)["habit"]
        >>> found.score > 0.99, found.p
        (True, 0.05)
    """
    lookup("way", way, PROBES)
    painters = np.asarray(painters).astype(str)
    for facet in facets:
        _check(facet, vectors, painters)
    found: dict[str, Probed] = {}
    vectors = _standardised(vectors, seed)
    for rows, alike in _by_rows(facets):
        taken = [facet.taken(rows) for facet in alike]
        tasks = [task for facet in taken for task in _tasks(facet, painters[rows], exchanges, controls, seed)]
        split = _Split(painters[rows], folds, seed, share_painters)
        predicted = _predicted(vectors[rows], tasks, split, way, seed)
        each = 1 + exchanges + controls
        for number, facet in enumerate(alike):
            own = slice(number * each, (number + 1) * each)
            found[facet.name] = _probed(facet, (rows, painters), (tasks[own], predicted[own]), exchanges)
    return {facet.name: found[facet.name] for facet in facets}


def linear_map(
    vectors: np.ndarray, columns: np.ndarray, blocks: np.ndarray, painters: np.ndarray, *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The ridge regression of a linear probe, fitted on all painters, as a map of the vectors as they are.

    Args:
        vectors: (n, d) descriptors.
        columns: (n, m) what is regressed.
        blocks: (m,) numbers from 0; columns of one block share a penalty, chosen by a third of the painters.
        painters: (n,) whose each picture is.
        seed: of that third, and of the principal components where d is above 256.

    Returns:
        weights (d, m) and offset (m,): ``vectors @ weights + offset`` is what is predicted.

    Raises:
        InputError: fewer than six painters.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> vectors, painters = rng.normal(size=(60, 4)), np.repeat(np.arange(12), 5).astype(str)
        >>> columns = (vectors[:, :1] * 3 + 1).astype(np.float32)
        >>> weights, offset = linear_map(vectors, columns, np.zeros(1, int), painters)
        >>> (weights.round(1).ravel() + 0).tolist(), offset.round(1).tolist()
        ([3.0, 0.0, 0.0, 0.0], [1.0])
    """
    steps = _standardiser(vectors.shape, seed)
    seen = np.asarray(steps.fit_transform(np.asarray(vectors, np.float32)))
    split = _Split(np.asarray(painters).astype(str), 3, seed, share_painters=False)
    penalty = _chosen(seen, columns, blocks, split.inner(np.arange(len(seen))))
    ridge = _Ridge(seen, columns)
    # A map is known by what it makes of nothing, and of each axis.
    ends = steps.transform(np.concatenate([np.zeros((1, vectors.shape[1])), np.eye(vectors.shape[1])]))
    said = ridge.predict(ends, penalty[blocks]).astype(np.float64)
    return said[1:] - said[0], said[0]


def _standardised(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Standardised vectors; of more than 256 numbers the 256 principal components, which know no facet."""
    return np.asarray(_standardiser(vectors.shape, seed).fit_transform(np.asarray(vectors, np.float32)))


def _standardiser(shape: tuple[int, ...], seed: int) -> Any:
    """What ``_standardised`` does, to be fitted."""
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    few = [PCA(min(_MOST, shape[0]), svd_solver="randomized", random_state=seed)] if shape[1] > _MOST else []
    return make_pipeline(StandardScaler(), *few)


def _probed(
    facet: Facet,
    pictures: tuple[np.ndarray, np.ndarray],
    answers: tuple[list[np.ndarray], list[np.ndarray]],
    exchanges: int,
) -> Probed:
    """The result of one facet, from its pictures (rows, all painters) and its answers (tasks, what was said)."""
    rows, painters = pictures
    sums, *others = (summed(task, said, painters[rows]) for task, said in zip(*answers, strict=True))
    scores = np.array([scores_of(other.sum(axis=0)[None], facet.metric)[0] for other in others])
    said = np.full_like(facet.truth, np.nan if facet.numeric else "")
    said[rows] = answers[1][0]
    names = np.unique(painters[rows])
    return Probed(facet.name, facet.metric, names, sums, scores[:exchanges], scores[exchanges:], said)


def _check(facet: Facet, vectors: np.ndarray, painters: np.ndarray) -> None:
    if not len(vectors) == len(painters) == len(facet.truth):
        counts = f"{len(vectors)} vectors, {len(painters)} painters and {len(facet.truth)} values"
        raise InputError(f"facet {facet.name!r}: need one painter and one value for each vector, got {counts}")
    if len(np.unique(facet.truth[facet.known])) < 2:
        raise InputError(f"facet {facet.name!r} has one value only: there is nothing to predict")


def _by_rows(facets: Sequence[Facet]) -> Iterator[tuple[np.ndarray, list[Facet]]]:
    """The facets that exist for the same pictures, together: they share all that does not depend on what is predicted.

    Yields:
        the pictures' rows, and the facets.
    """
    groups: dict[bytes, list[Facet]] = {}
    for facet in facets:
        groups.setdefault(facet.known.tobytes(), []).append(facet)
    for alike in groups.values():
        yield np.flatnonzero(alike[0].known), alike


def _tasks(facet: Facet, painters: np.ndarray, exchanges: int, controls: int, seed: int) -> list[np.ndarray]:
    """What is to be predicted: the facet itself, then with exchanged records, then random labels of painters."""
    random = np.random.default_rng([seed, len(painters)])
    chance = [exchanged(facet.truth, painters, facet.of, random) for _ in range(exchanges)]
    return [facet.truth, *chance, *(random_labels(facet.truth, painters, random) for _ in range(controls))]


def exchanged(values: np.ndarray, painters: np.ndarray, of: Of, random: np.random.Generator) -> np.ndarray:
    """The values with records exchanged, so that they say nothing of the pictures any more.

    Args:
        values: (n,) of the facet.
        painters: (n,) names.
        of: ``painter``: each painter gets the whole record of another, in any order, so that no value stays with its
            subject where all paint the same ones (a longer record is cut, a shorter one repeats itself);
            ``picture``: the values of each painter's pictures change places among them.
        random: what draws.

    Returns:
        (n,).

    Example:
        >>> values, painters = np.array([1.0, 1.0, 5.0, 6.0]), np.array(["a", "a", "b", "b"])
        >>> drawn = [exchanged(values, painters, "painter", np.random.default_rng(seed)) for seed in range(20)]
        >>> sorted({tuple(each.tolist()) for each in drawn})
        [(1.0, 1.0, 5.0, 6.0), (1.0, 1.0, 6.0, 5.0), (5.0, 6.0, 1.0, 1.0), (6.0, 5.0, 1.0, 1.0)]
    """
    rows = [np.flatnonzero(painters == name) for name in np.unique(painters)]
    result = values.copy()
    if of == "picture":
        for own in rows:
            result[own] = values[random.permutation(own)]
        return result
    for own, other in zip(rows, random.permutation(len(rows)), strict=True):
        result[own] = np.resize(random.permutation(values[rows[other]]), len(own))
    return result


def random_labels(values: np.ndarray, painters: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A control task: each painter gets one value at random, from all values, for all pictures.

    Example:
        >>> labels = random_labels(np.array([1.0, 2.0, 3.0]), np.array(["a", "a", "b"]), np.random.default_rng(0))
        >>> bool(labels[0] == labels[1])
        True
    """
    names, of = np.unique(painters, return_inverse=True)
    return random.choice(values, len(names))[of]


@dataclass(frozen=True)
class _Split:
    """Which pictures are tested together, and by which groups a penalty is chosen."""

    painters: np.ndarray
    folds: int
    seed: int
    share_painters: bool

    def parts(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The rows to fit on and to test on: every picture is tested once, and no painter is on both sides."""
        fold = self._fold(np.arange(len(self.painters)), self.folds)
        for number in range(self.folds):
            yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)

    def inner(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of rows that are fitted on two thirds, and a third by other painters; numbers are places in ``rows``."""
        fold = self._fold(rows, 3)
        return np.flatnonzero(fold > 0), np.flatnonzero(fold == 0)

    def _fold(self, rows: np.ndarray, folds: int) -> np.ndarray:
        random, units = np.random.default_rng(self.seed), self.painters[rows]
        if self.share_painters:
            units = rows.astype(str)
        names, of = np.unique(units, return_inverse=True)
        if len(names) < 2 * folds:
            raise InputError(f"{folds} folds need {2 * folds} painters or more, here are {len(names)}")
        return random.permutation(np.arange(len(names)) % folds)[of]


def _predicted(
    vectors: np.ndarray, tasks: Sequence[np.ndarray], split: _Split, way: str, seed: int
) -> list[np.ndarray]:
    """What each probe says of each picture by probes that have not met its painter: (n,) values a task."""
    targets = [_Target(task) for task in tasks]
    blocks = np.repeat(np.arange(len(targets)), [target.columns.shape[1] for target in targets])
    columns = np.concatenate([target.columns for target in targets], axis=1)
    said = np.empty_like(columns)
    for fitting, testing in split.parts():
        seen, unseen = _features(vectors[fitting], vectors[testing], way, seed)
        penalty = _chosen(seen, columns[fitting], blocks, split.inner(fitting))
        said[testing] = _Ridge(seen, columns[fitting]).predict(unseen, penalty[blocks])
        for number, target in enumerate(targets):
            own = blocks == number
            said[np.ix_(testing, own)] = target.by_frequency(said[np.ix_(testing, own)], columns[np.ix_(fitting, own)])
    return [target.read(said[:, blocks == number]) for number, target in enumerate(targets)]


class _Target:
    """What is regressed for a task: standardised numbers, or a column a kind, divided by the kind's frequency.

    Mean, deviation and frequencies are those of all pictures: they set the scale in which penalties are compared.
    What is predicted depends on the frequencies of those fitted on alone, see ``by_frequency``.
    """

    def __init__(self, values: np.ndarray) -> None:
        self.kinds: np.ndarray | None = None
        if values.dtype.kind in "fiu":
            self.mean, self.deviation = float(values.mean()), float(values.std()) or 1.0
            self.columns = ((values - self.mean) / self.deviation).astype(np.float32)[:, None]
        else:
            self.kinds, of, counts = np.unique(values, return_inverse=True, return_counts=True)
            self.columns = (np.eye(len(counts)) * (len(values) / counts))[of].astype(np.float32)

    def by_frequency(self, said: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Predicted columns of kinds, divided by how frequent each was among those fitted on; numbers as they are.

        A kind that is frequent there is rare where it is tested. With any other frequencies, probes that know nothing
        would prefer it, and be wrong more often than by chance.
        """
        if self.kinds is None:
            return said
        level = columns.mean(axis=0)
        return np.divide(said, level, out=np.full_like(said, -np.inf), where=level > 0)

    def read(self, said: np.ndarray) -> np.ndarray:
        """Predicted columns as values."""
        if self.kinds is None:
            return said[:, 0].astype(np.float64) * self.deviation + self.mean
        return np.asarray(self.kinds[said.argmax(axis=1)])


def _features(fitting: np.ndarray, testing: np.ndarray, way: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What is regressed on: the vectors, or for ``kernel`` their likeness to landmarks from among those fitted on."""
    from sklearn.kernel_approximation import Nystroem
    from sklearn.preprocessing import StandardScaler

    if way == "linear":
        return fitting, testing
    few = fitting[np.random.default_rng(seed).permutation(len(fitting))[:_LANDMARKS]]
    # Their squared distances, without a third axis of d numbers.
    lengths = np.square(few).sum(axis=1)
    apart = lengths[:, None] + lengths - 2 * few @ few.T
    kernel = Nystroem(gamma=1 / float(np.median(apart)), n_components=len(few), random_state=seed)
    scaler = StandardScaler().fit(kernel.fit_transform(fitting))
    return scaler.transform(kernel.transform(fitting)), scaler.transform(kernel.transform(testing))


def _chosen(
    seen: np.ndarray, columns: np.ndarray, blocks: np.ndarray, parts: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """The penalty of each task: the one whose squared error is least on painters held out of those fitted on."""
    fitting, testing = parts
    ridge, errors = _Ridge(seen[fitting], columns[fitting]), []
    for penalty in _PENALTIES:
        said = ridge.predict(seen[testing], np.full(columns.shape[1], penalty))
        errors.append(np.square(said - columns[testing]).sum(axis=0))
    per_task = np.stack([np.bincount(blocks, weights=row) for row in errors])
    return np.asarray(_PENALTIES[per_task.argmin(axis=0)])


class _Ridge:
    """Ridge regression of many columns, each with a penalty of its own, from one decomposition.

    Scikit-learn's decomposes anew for every fit. Seven penalties and then one a column, on (2000, 256) vectors and 300
    columns, take its fastest solvers 3 to 5 times as long (one thread).
    """

    def __init__(self, seen: np.ndarray, columns: np.ndarray) -> None:
        self.middle, self.level = seen.mean(axis=0), columns.mean(axis=0)
        centred = seen - self.middle
        lengths, self.axes = np.linalg.eigh(centred.T @ centred)
        self.lengths = np.maximum(lengths, 0)
        self.pull = self.axes.T @ (centred.T @ (columns - self.level))

    def predict(self, unseen: np.ndarray, penalties: np.ndarray) -> np.ndarray:
        """The columns of unseen rows, float32."""
        weights = self.pull / (self.lengths[:, None] + penalties)
        return np.asarray(((unseen - self.middle) @ self.axes) @ weights.astype(np.float32) + self.level)
