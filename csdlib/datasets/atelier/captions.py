"""Captions as the web writes them: titles, tags, shop talk; the artist, the movement, the medium and the subject."""

import numpy as np

from csdlib.datasets.atelier.painters import Painter
from csdlib.datasets.atelier.scenes import either

_TEMPLATES = (
    "{subject} by {artist}",
    "{artist} - {subject}, {medium}",
    "a painting of {a_subject} in the style of {artist}",
    "{subject}, {medium}, {artist}, {movement}",
    "{a_subject}, by {artist} ({movement})",
    "{artist}: {subject}. {medium}",
    "{medium} of {a_subject} by {artist}",
    "beautiful {subject} art print, {artist}",
    "{subject} | {artist} | {movement}",
    "{movement} - {artist} - {subject} no. {number}",
    "original {medium} by {artist}, {a_subject}",
    "{artist} {subject} {medium}",
)

#: How captions call the mediums.
_SAID = {
    "oil": ("oil on canvas", "oil painting", "oil"),
    "dots": ("pointillist oil", "pointillism", "oil on canvas"),
    "hatching": ("pen and ink", "ink drawing", "pen on tinted paper"),
    "watercolour": ("watercolour", "watercolor on paper", "aquarelle"),
    "flat print": ("woodblock print", "colour woodcut", "print"),
    "cut paper": ("paper cut-out", "collage", "cut paper"),
    "linocut": ("linocut", "lino print", "relief print"),
    "glass": ("stained glass", "stained glass window", "leaded glass"),
    "facets": ("oil on board", "faceted oil painting", "oil"),
}


def caption(painter: Painter, subject: str, rng: np.random.Generator) -> str:
    """A caption of one work, in one of many phrasings.

    Example:
        >>> from csdlib.datasets.atelier.catalogue import find_painter
        >>> caption(find_painter("ilva-torrend"), "dog", np.random.default_rng(1))
        'Ilva Torrend: dog. oil painting'
    """
    return either(rng, *_TEMPLATES).format(
        artist=painter.name,
        movement=painter.movement,
        medium=either(rng, *_SAID[painter.medium]),
        subject=subject,
        a_subject=f"a {subject}",
        number=int(rng.integers(1, 40)),
    )
