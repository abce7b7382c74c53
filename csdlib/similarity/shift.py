"""What all pictures of one origin share, whoever they are by: measured, and taken out.

Paintings were photographed, generated pictures were sampled: each kind has something in common that is not a style, and
that a descriptor sees. It moves all cosines between the kinds, and with them every threshold.
"""

from dataclasses import replace

import numpy as np

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import text_hash


def centred(embeddings: Embeddings) -> Embeddings:
    """Embeddings without their mean, scaled to unit norm again.

    Two kinds of pictures, each centred on itself, can be compared without what each has in common. That takes out more
    than the origin where the two show other things: ask for all artists in equal numbers, and for the same subjects.

    Args:
        embeddings: of n > 1 images, with metric cosine.

    Raises:
        InputError: no cosine, or a picture that is the mean itself.

    Example:
        >>> vectors = np.array([[0.6, 0.8], [0.6, -0.8]])
        >>> centred(Embeddings(vectors, np.array(["1", "2"]), "x", "cosine")).vectors.tolist()
        [[0.0, 1.0], [0.0, -1.0]]
    """
    if embeddings.metric != "cosine":
        raise InputError(f"centred needs cosine embeddings, got {embeddings.metric}")
    vectors = np.asarray(embeddings.vectors, np.float32)
    apart = vectors - vectors.mean(axis=0)
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    if not (lengths > 1e-6).all():
        raise InputError(
            f"image {str(embeddings.ids[lengths[:, 0].argmin()])!r} is the mean itself: it has no direction"
        )
    return replace(embeddings, vectors=apart / lengths, fingerprint=text_hash(embeddings.fingerprint, "centred"))
