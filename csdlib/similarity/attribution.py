"""Whose a picture's style is, if anybody's: candidates in order, and a threshold that keeps names from strangers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.artists import prototypes, require_pair


@dataclass(frozen=True)
class Candidates:
    """Artists whose a picture's style may be, and where a likeness begins to mean something.

    Attributes:
        names: (a,) the artists.
        vectors: (a, d) their prototypes.
        counts: (a,) images behind each.
        threshold: the cosine from which an artist is named.
        wrong: the share of works by artists who are not on the list that are given to one of it all the same.
        found: the share of works by artists on the list that are given to the right one.
        fingerprint: of the descriptor.
    """

    names: np.ndarray
    vectors: np.ndarray
    counts: np.ndarray
    threshold: float
    wrong: float
    found: float
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


def candidates(works: Embeddings, artists: np.ndarray, *, wrong: float = 0.05) -> Candidates:
    """Artists to be ranked, with a threshold that keeps names away from strangers.

    Every work is compared with the prototypes of all other artists, as if its own were not on the list: the threshold
    is what the likest of them reaches for a share ``wrong`` of the works. Then every work is compared with all, its own
    artist's prototype made without it, to see how often the right one is named.

    Args:
        works: the artists' images, with metric cosine; not the images that will be asked about.
        artists: (n,) names; an empty name stands for unknown, and is left out.
        wrong: the share of strangers' works that may be given to somebody, in (0, 1).

    Raises:
        InputError: fewer than two artists, no cosine, or a share outside (0, 1).
    """
    if not 0 < wrong < 1:
        raise InputError(f"wrong must be in (0, 1), got {wrong}")
    require_pair(works, works)
    known = artists != ""
    vectors, artists = np.asarray(works.vectors[known], dtype=np.float64), artists[known]
    names, means, counts = prototypes(vectors, artists)
    if len(names) < 2:
        raise InputError("candidates need two artists or more: with one of them nobody could be mistaken")
    own = np.searchsorted(names, artists)
    scores, rows = vectors @ means.T, np.arange(len(vectors))
    without = np.stack([vectors[artists == name].sum(axis=0) for name in names])[own] - vectors
    norms = np.linalg.norm(without, axis=1)
    # An artist with a single work has no prototype without it, and cannot be found.
    mine = np.where(counts[own] > 1, (without * vectors).sum(axis=1) / np.maximum(norms, 1e-12), -np.inf)
    scores[rows, own] = -np.inf
    stranger = scores.max(axis=1)
    threshold = float(np.quantile(stranger, 1 - wrong))
    found = float(((mine > stranger) & (mine >= threshold)).mean())
    return Candidates(names, means, counts, threshold, wrong, found, works.fingerprint)
