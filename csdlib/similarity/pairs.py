"""What scores two pictures get that are by one artist, and two that are not: the scale on which a score is read."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError

#: Shares of the pairs that lie below a quantile.
PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)

#: Rows of the similarity matrix that exist at a time: of ten thousand images there are fifty million pairs.
ROWS = 256


def pair_quantiles(
    embeddings: Embeddings, artists: np.ndarray, probabilities: Sequence[float] = PROBABILITIES
) -> pd.DataFrame:
    """Quantiles of the cosine of two pictures, where their makers are known.

    Where the artists are such as the descriptor has not been trained on, a score of pictures by strangers can be read
    on this scale: is it higher than nearly all of two artists, or as low as most?

    Args:
        embeddings: of n images, with metric cosine.
        artists: (n,) whose work each is; an image whose artist is unknown (empty) is left out.
        probabilities: in [0, 1].

    Returns:
        a row a probability: ``share`` of the pairs that score lower, and the score in [-1, 1] of pairs by the
        ``same_artist`` and by ``other_artists``; every pair counts once.

    Raises:
        InputError: no cosine, another number of names than of images, or no pair of one of the two kinds.

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
        >>> three = Embeddings(vectors, np.array(["1", "2", "3"]), "x", "cosine")
        >>> pair_quantiles(three, np.array(["a", "a", "b"]), [0.5]).round(2).to_dict("records")
        [{'share': 0.5, 'same_artist': 0.6, 'other_artists': 0.4}]
    """
    ours, others = pair_cosines(embeddings, artists)
    if not (len(ours) and len(others)):
        raise InputError("need two pictures by one artist, and two by different artists")
    return pd.DataFrame(
        {
            "share": list(probabilities),
            "same_artist": np.quantile(ours, probabilities),
            "other_artists": np.quantile(others, probabilities),
        }
    )


def pair_cosines(embeddings: Embeddings, artists: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cosines of all pairs by one artist, and of all pairs by two; every pair once.

    Args:
        embeddings: see ``pair_quantiles``.
        artists: likewise.

    Raises:
        InputError: no cosine, or another number of names than of images.

    Example:
        >>> vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
        >>> three = Embeddings(vectors, np.array(["1", "2", "3"]), "x", "cosine")
        >>> [each.astype(float).round(1).tolist() for each in pair_cosines(three, np.array(["a", "a", "b"]))]
        [[0.6], [0.0, 0.8]]
    """
    if embeddings.metric != "cosine" or len(artists) != len(embeddings):
        raise InputError(f"need cosine embeddings and a name each, got {embeddings.metric} and {len(artists)} names")
    known = np.flatnonzero(np.asarray(artists) != "")
    vectors, names = embeddings.take(known).vectors, np.asarray(artists)[known]
    found: dict[bool, list[np.ndarray]] = {True: [], False: []}
    for start in range(0, len(known), ROWS):
        cosines = vectors[start : start + ROWS] @ vectors.T
        same = names[start : start + ROWS, None] == names
        # Every pair once, and no picture with itself.
        later = np.triu(np.ones(cosines.shape, bool), k=start + 1)
        for kind, kept in ((True, later & same), (False, later & ~same)):
            found[kind].append(cosines[kept])
    ours, others = (np.concatenate(found[kind]) if found[kind] else np.empty(0) for kind in (True, False))
    return ours, others
