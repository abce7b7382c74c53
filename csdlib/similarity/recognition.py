"""Which artist's name was in the prompt: what a picture scores for every artist, by works, prototypes, a classifier."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.artists import prototypes, require_pair


@dataclass(frozen=True)
class NameScores:
    """What every picture scores for every artist.

    Attributes:
        ids: (n,) the pictures.
        names: (a,) the artists, sorted.
        scores: (n, a) float64, higher is likelier; of one method and comparable within it only.
    """

    ids: np.ndarray
    names: np.ndarray
    scores: np.ndarray

    def predictions(self, k: int = 3) -> pd.DataFrame:
        """The best artists of every picture, as ``csdlib recognise`` reads them.

        Args:
            k: artists a picture.

        Returns:
            ``id, artist, confidence``, best first; with equal scores the artist who comes first in the alphabet.

        Example:
            >>> NameScores(np.array(["x"]), np.array(["a", "b"]), np.array([[0.1, 0.3]])).predictions(1).values.tolist()
            [['x', 'b', 0.3]]
        """
        order = np.argsort(-self.scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(self.scores, order, axis=1)
        ids = np.repeat(self.ids, order.shape[1])
        return pd.DataFrame({"id": ids, "artist": self.names[order].ravel(), "confidence": best.ravel()})


def by_nearest_work(pictures: Embeddings, works: Embeddings, artists: np.ndarray) -> NameScores:
    """The cosine with the likest work of each artist: the paper's retrieval, as recognition.

    Args:
        pictures: whose prompt is asked for, by the descriptor of the works.
        works: pictures by the artists.
        artists: (m,) whose each is.

    Raises:
        InputError: two descriptors, or no cosine.
    """
    require_pair(pictures, works)
    names = np.unique(artists)
    cosines = pictures.vectors.astype(float) @ works.vectors.T.astype(float)
    best = np.stack([cosines[:, artists == name].max(axis=1) for name in names], axis=1)
    return NameScores(pictures.ids, names, best)


def by_prototype(pictures: Embeddings, shown: Embeddings, artists: np.ndarray) -> NameScores:
    """The cosine with the prototype of each artist, of works or of pictures made in the artist's name.

    Args:
        pictures: whose prompt is asked for.
        shown: pictures that stand for the artists, by the same descriptor.
        artists: (m,) whose each is, or in whose name it was made.

    Raises:
        InputError: two descriptors, or no cosine.
    """
    require_pair(pictures, shown)
    names, vectors, _ = prototypes(shown.vectors, artists)
    return NameScores(pictures.ids, names, pictures.vectors.astype(float) @ vectors.T.astype(float))


def by_linear_classifier(
    pictures: Embeddings, shown: Embeddings, artists: np.ndarray, *, strength: float = 100.0
) -> NameScores:
    """The probability of each artist by a logistic regression on descriptors, learned from the pictures shown.

    Args:
        pictures: whose prompt is asked for.
        shown: what it learns from, by the same descriptor.
        artists: (m,) in whose name each was made.
        strength: inverse of the penalty (``C`` of scikit-learn). Set once for descriptors of unit norm, not chosen on
            what is tested.

    Raises:
        InputError: two descriptors, no cosine, or fewer than two artists.
    """
    from sklearn.linear_model import LogisticRegression

    require_pair(pictures, shown)
    if len(np.unique(artists)) < 2:
        raise InputError("a classifier needs two artists or more")
    model = LogisticRegression(C=strength, max_iter=2000).fit(shown.vectors, artists)
    return NameScores(pictures.ids, model.classes_, model.predict_proba(pictures.vectors))
