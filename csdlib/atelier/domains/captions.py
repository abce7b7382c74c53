"""What stands on the web below a picture of a domain."""

import numpy as np

from csdlib.atelier.scenes import either

_PHRASES = {
    "real": (
        "photo of {a_subject}", "{subject}, stock photo", "IMG_{number}74.jpg {subject}", "{a_subject} in daylight",
        "{subject} photograph, high resolution", "my {subject} this morning", "close up of {a_subject}",
    ),
    "painting": (
        "painting of {a_subject}", "{subject}, original painting", "{subject} art print, framed",
        "hand painted {subject} for sale", "{a_subject}, canvas no. {number}",
    ),
    "clipart": (
        "vector clip art of {a_subject}", "{subject} clipart, transparent background", "cartoon {subject} icon png",
        "free {subject} clip art", "cute {subject} sticker", "{subject} vector illustration, set of {number}",
    ),
    "sketch": (
        "pencil sketch of {a_subject}, free download", "how to draw {a_subject}", "{subject} drawing, black and white",
        "charcoal study of {a_subject}", "{subject} sketch no. {number}", "quick drawing of {a_subject}",
    ),
    "infograph": (
        "{subject} infographic", "{number} facts about the {subject}", "the {subject} in numbers, infographic",
        "anatomy of {a_subject}, chart", "guide to the {subject}: data and statistics",
    ),
    "quickdraw": (
        "doodle of {a_subject}", "{subject}, quick draw", "can you draw {a_subject} in twenty seconds?",
        "{subject} scribble no. {number}",
    ),
}  # fmt: skip


def domain_caption(domain: str, subject: str, rng: np.random.Generator) -> str:
    """A typical phrase of a domain.

    Example:
        >>> domain_caption("quickdraw", "dog", np.random.default_rng(0))
        'dog scribble no. 63'
    """
    phrase = either(rng, *_PHRASES[domain])
    article = "an" if subject[0] in "aeiou" else "a"
    return phrase.format(subject=subject, a_subject=f"{article} {subject}", number=int(rng.integers(2, 99)))
