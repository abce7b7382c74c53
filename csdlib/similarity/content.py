"""How much of what a descriptor says is style: its variance over a grid of artists and subjects, split.

Every artist has shown every subject, equally often. Then a descriptor is a mean, plus what the artist adds, plus what
the subject adds, plus what only this artist does with this subject, plus the single picture: a two-way layout with
random effects. The parts are estimated by equating mean squares with what is expected of them (Searle, Casella and
McCulloch 1992, Chapter 4); of vectors, the parts of all numbers are added up.

For descriptors of unit norm the parts are cosines. ``style`` is by how much two pictures of different subjects are more
alike if one artist made them; ``content`` by how much two artists' pictures are if they show the same; and the whole is
1 less the mean cosine of two pictures that share neither.

fruit-SALAD (arXiv:2406.01278) asks the same of generated pictures; in a drawn world the grid is true.
"""

from dataclasses import dataclass

import numpy as np

from csdlib.errors import InputError
from csdlib.metrics.estimate import FEWEST, Estimate, few
from csdlib.metrics.intervals import SHARE, around
from csdlib.metrics.jackknifed import half_width


@dataclass(frozen=True)
class VarianceSplit:
    """Shares of a descriptor's variance, each in [0, 1]; together they are 1.

    Attributes:
        style: what the artist decides, whatever is shown: the share of style. Higher = more of a style descriptor.
        content: what the subject decides, whoever shows it.
        both: what only this artist does with this subject.
        rest: what differs between pictures of one subject by one artist.
        total: the variance, in the descriptor's own units: for unit norm, 1 less the mean cosine of two pictures that
            share neither artist nor subject.
    """

    style: Estimate
    content: Estimate
    both: Estimate
    rest: Estimate
    total: float

    @property
    def shares(self) -> dict[str, Estimate]:
        """The four shares by name."""
        return {"style": self.style, "content": self.content, "both": self.both, "rest": self.rest}


def split_variance(
    vectors: np.ndarray, artists: np.ndarray, subjects: np.ndarray, *, level: float = 0.95
) -> VarianceSplit:
    """Splits the variance of descriptors, or of a score, into style, content, both and rest.

    The intervals are about other artists *and* other subjects, drawn from where these are from: by the jackknife, every
    artist and every subject is left out once, and both variances are added. (That counts twice what the two share, and
    makes the intervals a little too long. A bootstrap would draw an artist twice, as no grid has one.) Where chance
    makes a part smaller than nothing, it is 0.

    A share says what the variance is of, and not how well artists are told apart: a descriptor that sees one thing
    only, brightness say, can vary with the artist as much as a good one. Its retrieval belongs beside it.

    Args:
        vectors: (n, d) descriptors of any metric, or (n,) numbers, for example scores.
        artists: (n,) whose picture each is.
        subjects: (n,) what it shows.
        level: of confidence, in (0, 1).

    Returns:
        the shares; ``n`` of each estimate are the artists or the subjects, whichever are fewer, and ``note`` says so
        where they are below 6. Below 4 there is no interval.

    Raises:
        InputError: lengths that differ, a cell of the grid without pictures, with other numbers of them than the next,
            or with a single one; fewer than two artists or subjects; or descriptors that do not differ.

    Example:
        >>> names, shown = np.repeat(["a", "b"], 4), np.tile(["dog", "dog", "cat", "cat"], 2)
        >>> found = split_variance(np.array([1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0]), names, shown)
        >>> found.style.value, found.content.value, found.total
        (1.0, 0.0, 2.0)
    """
    if not 0 < level < 1:
        raise InputError(f"level must be in (0, 1), got {level}")
    grid = _grid(np.asarray(vectors, dtype=np.float64), np.asarray(artists), np.asarray(subjects))
    # All that is asked of the single pictures: the mean of each cell, and how far they scatter around it.
    means, scatter, works = grid.mean(axis=2), grid.var(axis=2, ddof=1).sum(axis=-1), grid.shape[2]
    parts = _parts(means, scatter, works)
    if not parts.sum() > 1e-12 * max(1.0, float(np.square(means).mean())):
        raise InputError("these descriptors do not differ: there is no variance to split")
    shares = parts / parts.sum()
    style, content, both, rest = _estimates(shares, means, scatter, works, level)
    return VarianceSplit(style, content, both, rest, float(parts.sum()))


def _grid(vectors: np.ndarray, artists: np.ndarray, subjects: np.ndarray) -> np.ndarray:
    """The pictures as (artists, subjects, works, d); InputError where the grid is not whole."""
    if not len(vectors) == len(artists) == len(subjects) or not len(vectors):
        raise InputError(f"{len(vectors)} descriptors for {len(artists)} artists' names and {len(subjects)} subjects")
    people, row = np.unique(artists, return_inverse=True)
    shown, column = np.unique(subjects, return_inverse=True)
    if min(len(people), len(shown)) < 2:
        raise InputError(f"a split needs two artists and two subjects or more, got {len(people)} and {len(shown)}")
    cell = row * len(shown) + column
    counts = np.bincount(cell, minlength=len(people) * len(shown))
    usual = int(np.bincount(counts[counts > 0]).argmax())
    if (counts != usual).any():
        wrong = int((counts != usual).argmax())
        where = f"{people[wrong // len(shown)]!s} has {counts[wrong]} of {shown[wrong % len(shown)]!s}"
        raise InputError(f"every artist must have equally many pictures of every subject, but {where}, not {usual}")
    if usual < 2:
        raise InputError("one picture a cell: what is of artist and subject together, and what of the picture alone?")
    return vectors[np.argsort(cell, kind="stable")].reshape(len(people), len(shown), usual, -1)


def _parts(means: np.ndarray, scatter: np.ndarray, works: int) -> np.ndarray:
    """Variances of style, content, both and rest, none below 0: mean squares less what others add to them.

    Args:
        means: (a, b, d) of the cells.
        scatter: (a, b) the variance of a cell's pictures, added up over d.
        works: pictures of a cell.
    """
    a, b = scatter.shape
    of_artist, of_subject, centre = means.mean(axis=1), means.mean(axis=0), means.mean(axis=(0, 1))
    left = means - of_artist[:, None] - of_subject + centre
    by_artist = np.square(of_artist - centre).sum() / (a - 1)
    by_subject = np.square(of_subject - centre).sum() / (b - 1)
    by_cell = np.square(left).sum() / ((a - 1) * (b - 1))
    rest = scatter.mean()
    parts = [by_artist - by_cell / b, by_subject - by_cell / a, by_cell - rest / works, rest]
    return np.maximum(parts, 0)


def _shares(means: np.ndarray, scatter: np.ndarray, works: int) -> np.ndarray:
    parts = _parts(means, scatter, works)
    return parts / max(parts.sum(), 1e-300)


def _estimates(shares: np.ndarray, means: np.ndarray, scatter: np.ndarray, works: int, level: float) -> list[Estimate]:
    """The shares with intervals, where there are artists and subjects enough."""
    fewest, kind = min(zip(scatter.shape, ("artist", "subject"), strict=True))
    note = few(fewest, kind)
    if fewest < FEWEST:
        return [Estimate(float(share), np.nan, np.nan, fewest, "group", note) for share in shares]
    left_out = [
        np.array([_shares(np.delete(means, row, axis), np.delete(scatter, row, axis), works) for row in range(size)])
        for axis, size in enumerate(scatter.shape)
    ]
    reaches = [_reach([side[:, part] for side in left_out], level) for part in range(len(shares))]
    return [
        Estimate(float(share), *around(float(share), reach, SHARE), fewest, "group", note)
        for share, reach in zip(shares, reaches, strict=True)
    ]


def _reach(left_out: list[np.ndarray], level: float) -> float:
    """Half a jackknife's interval over both sides, artists and subjects."""
    return half_width([((len(each) - 1) * each.var(), len(each) - 1) for each in left_out], level)
