"""Does a style descriptor still look at content?

Among the works of one artist, where style cannot help, a descriptor that pairs pictures by subject looks at content.
"""

import numpy as np
from scipy.spatial.distance import cdist

from csdlib.embeddings.arrays import Embedded
from csdlib.errors import InputError


def content_leakage(found: Embedded) -> np.ndarray:
    """Whether the most similar other work of the same artist shows the same content.

    Style is held fixed, so a pure style descriptor would find the same content as often as chance; more is leakage.

    Args:
        found: embeddings of images with ``artist`` and ``content``.

    Returns:
        (n,) float64 in {0, 1}, in the order of the embeddings; the mean is a share, lower is better.

    Raises:
        InputError: an artist with a single image.
    """
    content = found.table.column("content")
    same = np.zeros(len(found))
    for artist, works in found.table.frame.groupby("artist").indices.items():
        if len(works) < 2:
            raise InputError(f"artist {artist!r} has a single image: there is no other work to look for")
        vectors = found.vectors[works]
        nearness = vectors @ vectors.T if found.metric == "cosine" else -cdist(vectors, vectors)
        np.fill_diagonal(nearness, -np.inf)
        same[works] = content[works] == content[works][nearness.argmax(axis=1)]
    return same
