"""What the atelier's painters are asked for: their names, their repertoires, and the pairs that no picture shows."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from csdlib.atelier import find_painter
from csdlib.atelier.catalogue import find_painters
from csdlib.errors import unknown
from csdlib.files import seeded

#: The share of the pairs that no picture shows, and that tiny-sd has not practised either.
KEPT = 0.25

Half = Literal["choose", "judge", "both"]


def atelier_artists(painters: Sequence[str] | None = None) -> dict[str, str]:
    """Painters of the atelier as prompts need them: slug to written name.

    Args:
        painters: slugs; by default all.

    Raises:
        InputError: an unknown painter.

    Example:
        >>> atelier_artists(["noor-felding"])
        {'noor-felding': 'Noor Felding'}
    """
    chosen = find_painters(None) if painters is None else [find_painter(name) for name in painters]
    return {painter.slug: painter.name for painter in chosen}


def never_painted(prompts: pd.DataFrame) -> np.ndarray:
    """Which prompts ask a painter of the atelier for a subject outside the painter's repertoire.

    A generator that learned from the crawl has seen neither such a picture nor such a caption.

    Args:
        prompts: with ``artist`` (slugs of the atelier) and ``content``.

    Returns:
        (n,) bool; False for prompts that ask for no subject.

    Raises:
        InputError: an unknown painter.

    Example:
        >>> from csdlib.generation.prompts import content_prompts
        >>> never_painted(content_prompts(atelier_artists(["juro-silvane"]), ["bird", "dog"])).tolist()
        [False, True]
    """
    repertoires = {slug: find_painter(slug).repertoire for slug in prompts["artist"].unique()}
    asked = zip(prompts["artist"], prompts["content"], strict=True)
    return np.array(
        [bool(content and repertoires[slug] and content not in repertoires[slug]) for slug, content in asked]
    )


def kept_from_transfers(prompts: pd.DataFrame, half: Half = "both") -> np.ndarray:
    """Which prompts ask for a pair of painter and subject that tiny-sd was never asked for while it learned.

    A quarter of the pairs that no picture shows, at random. The others it has practised without pictures, see
    ``csdlib.generation.new_pairs``. How much of a hand tiny-sd's practice carries, and its guidance, were chosen on all
    of them, and all of them judged it afterwards: that flatters it. What is trained next chooses on one half.

    Args:
        prompts: with ``artist`` (slugs of the atelier) and ``content``.
        half: ``"choose"``, the half on which settings may be chosen; ``"judge"``, the half for the last word; or
            ``"both"``.

    Returns:
        (n,) bool; the pairs are among those of ``never_painted``.

    Raises:
        InputError: an unknown painter, or another half.

    Example:
        >>> from csdlib.generation.prompts import content_prompts
        >>> kept_from_transfers(content_prompts(atelier_artists(["juro-silvane"]), ["bird", "dog", "tree"])).tolist()
        [False, False, True]
    """
    if half not in get_args(Half):
        raise unknown("half", half, list(get_args(Half)))
    kept = never_painted(prompts) & _drawn("kept from transfers", prompts, KEPT)
    if half == "both":
        return kept
    return kept & (_drawn("the last word", prompts, 0.5) == (half == "judge"))


def _drawn(lot: str, prompts: pd.DataFrame, share: float) -> np.ndarray:
    """Which pairs of painter and subject a lot draws, the same for every table that holds them."""
    pairs = zip(prompts["artist"], prompts["content"], strict=True)
    return np.array([seeded(lot, artist, content, 0).random() < share for artist, content in pairs])
