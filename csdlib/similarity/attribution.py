"""Whose a picture's style is, if anybody's: candidates in order, and a threshold that keeps names from strangers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap
from csdlib.similarity.artists import prototypes, require_pair


@dataclass(frozen=True)
class Candidates:
    """Artists whose a picture's style may be, and where a likeness begins to mean something.

    Attributes:
        names: (a,) the artists.
        vectors: (a, d) their prototypes.
        counts: (a,) images behind each.
        threshold: the cosine from which an artist is named.
        aimed: the share of strangers' works that the threshold was meant to give to somebody.
        wrong: what came of it: the share of works by artists who are not on the list that are given to one of it all
            the same. Each calibrating artist was held out while the others set the threshold; with an interval over
            these artists. It holds for strangers of their kind: for others, see ``candidates``.
        found: the share of works by artists on the list that are given to the right one.
        by_stranger: that share of each calibrating artist, in [0, 1]; the index are their names.
        likest: of every work by a calibrating artist the cosine with the likest prototype of all others, as if its own
            artist were not on the list; the index are the artists. It says what another threshold does to strangers.
        fingerprint: of the descriptor.
    """

    names: np.ndarray
    vectors: np.ndarray
    counts: np.ndarray
    threshold: float
    aimed: float
    wrong: Estimate
    found: Estimate
    by_stranger: pd.Series
    likest: pd.Series
    fingerprint: str

    def rank(self, images: Embeddings, k: int = 5) -> pd.DataFrame:
        """The artists whose prototypes each image is most like, best first, and whether anybody is named.

        Args:
            images: by the same descriptor. The threshold was set on works: on other kinds of images, photographs say,
                the share of wrong names is not known.
            k: artists an image.

        Returns:
            one row an image and rank: ``image_id, rank, artist, similarity, references`` and ``named``: whether the
            similarity reaches the threshold. An image without a named artist has no match on this list.

        Raises:
            InputError: embeddings of another descriptor.
        """
        if images.fingerprint != self.fingerprint:
            raise InputError("the images and the candidates were embedded by two descriptors: embed both by one")
        scores = images.vectors @ self.vectors.T
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, order, axis=1)
        return pd.DataFrame(
            {
                "image_id": np.repeat(images.ids, order.shape[1]),
                "rank": np.tile(np.arange(1, order.shape[1] + 1), len(images)),
                "artist": self.names[order].ravel(),
                "similarity": best.ravel(),
                "references": self.counts[order].ravel(),
                "named": (best >= self.threshold).ravel(),
            }
        )


def candidates(
    works: Embeddings, artists: np.ndarray, *, wrong: float = 0.05, strangers: Sequence[str] = ()
) -> Candidates:
    """Artists to be ranked, with a threshold that keeps names away from strangers.

    Every work of a calibrating artist is compared with the prototypes of all other artists, as if its own were not on
    the list: the threshold is what the likest of them reaches for a share ``wrong`` of these works. How often strangers
    are named then is measured on artists who did not set it. Then every work is compared with all, its own artist's
    prototype made without it, to see how often the right one is named.

    A descriptor keeps the artists whom it was trained on apart, and so hardly ever takes one for another; artists whom
    it has never seen it does. A threshold that was set on the first kind does not hold for the second: name some of it.

    Args:
        works: the artists' images, with metric cosine; not the images that will be asked about.
        artists: (n,) names; an empty name stands for unknown, and is left out.
        wrong: the share of strangers' works that may be given to somebody, in (0, 1).
        strangers: the calibrating artists: those whom the descriptor has not seen, since that is what a stranger will
            be. By default all artists, which is right only for a descriptor that has seen none of them, or all.

    Raises:
        InputError: fewer than two artists, or calibrating ones, one of them without works, no cosine, or a share
            outside (0, 1).
    """
    if not 0 < wrong < 1:
        raise InputError(f"wrong must be in (0, 1), got {wrong}")
    require_pair(works, works)
    known = artists != ""
    vectors, artists = np.asarray(works.vectors[known], dtype=np.float64), artists[known]
    names, means, counts = prototypes(vectors, artists)
    chosen = np.unique(list(strangers)) if len(strangers) else names
    if len(names) < 2:
        raise InputError("candidates need two artists or more: with one of them nobody could be mistaken")
    if len(missing := np.setdiff1d(chosen, names)):
        raise InputError(f"strangers: no work by {', '.join(missing)}")
    if len(chosen) < 2:
        raise InputError("strangers must be two artists or more: each is held out while the others set the threshold")
    mine, stranger = _own_and_likest_other(vectors, np.searchsorted(names, artists), means, counts)
    calibrating = np.isin(artists, chosen)
    threshold = float(np.quantile(stranger[calibrating], 1 - wrong))
    named = _named_when_held_out(stranger[calibrating], artists[calibrating], wrong)
    found = ((mine > stranger) & (mine >= threshold)).astype(float)
    measured = bootstrap(named, groups=artists[calibrating]), bootstrap(found, groups=artists)
    likest = pd.Series(stranger[calibrating], index=artists[calibrating])
    by_stranger = pd.Series(named).groupby(artists[calibrating]).mean()
    return Candidates(names, means, counts, threshold, wrong, *measured, by_stranger, likest, works.fingerprint)


def _own_and_likest_other(
    vectors: np.ndarray, own: np.ndarray, means: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of every work the cosine with its own artist's prototype, made without it, and with the likest other one."""
    scores, rows = vectors @ means.T, np.arange(len(vectors))
    sums = np.zeros(means.shape)
    np.add.at(sums, own, vectors)
    without = sums[own] - vectors
    norms = np.linalg.norm(without, axis=1)
    # An artist with a single work has no prototype without it, and cannot be found.
    mine = np.where(counts[own] > 1, (without * vectors).sum(axis=1) / np.maximum(norms, 1e-12), -np.inf)
    scores[rows, own] = -np.inf
    return mine, scores.max(axis=1)


def _named_when_held_out(likest: np.ndarray, artists: np.ndarray, wrong: float) -> np.ndarray:
    """Whether each work of a stranger would be given to somebody, by the threshold that the other strangers set."""
    named = np.zeros(len(likest))
    for artist in np.unique(artists):
        held = artists == artist
        named[held] = likest[held] >= np.quantile(likest[~held], 1 - wrong)
    return named
