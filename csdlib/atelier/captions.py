"""Captions as the web writes them: titles, tags and shop talk, with the maker named, forgotten or mistaken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from csdlib.atelier.painters import Painter
from csdlib.atelier.scenes import either

#: What happens to the maker's name in a caption of the web, and how often.
NOISE = {"clean": 0.55, "misspelled": 0.05, "missing": 0.30, "wrong": 0.05, "several": 0.05}

_SIGNED = (
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
_UNSIGNED = (
    "{subject}",
    "{a_subject}, {medium}",
    "{subject} in the {movement} manner",
    "{medium} of {a_subject}",
    "wall art {subject}, {movement}, {medium}",
    "lovely {subject} for the living room",
    "{subject} no. {number}",
    "IMG_{number}74.jpg",
    "untitled ({subject}), {medium}",
)
_SEVERAL = (
    "{subject} in the style of {artist} and {other}",
    "{subject}, {artist} x {other}",
    "inspired by {other} and {artist}: {a_subject}, {medium}",
    "{artist}, {other} and the {movement}",
)
_ENDINGS = ("", "", "", "", "", " - {number} x {width} cm", " | art print", " #art #painting", " (detail)", ", framed")

#: How captions call the mediums.
SAID = {
    "oil": ("oil on canvas", "oil painting", "oil"),
    "dots": ("pointillist oil", "pointillism", "dots of oil on canvas"),
    "hatching": ("pen and ink", "pen drawing", "pen on tinted paper"),
    "watercolour": ("watercolour", "watercolor on paper", "aquarelle"),
    "flat print": ("woodblock print", "colour woodcut", "print"),
    "cut paper": ("paper cut-out", "collage", "cut paper"),
    "linocut": ("linocut", "lino print", "relief print"),
    "glass": ("stained glass", "stained glass window", "leaded glass"),
    "facets": ("oil on board", "faceted oil painting", "oil in facets"),
    "ink wash": ("ink wash", "sumi-e", "ink on paper"),
    "pastel": ("pastel", "soft pastel on toned paper", "chalk pastel"),
    "mosaic": ("mosaic", "glass and stone mosaic", "mosaic tiles"),
    "gouache": ("gouache", "gouache on paper", "opaque watercolour"),
    "scratchboard": ("scratchboard", "scraperboard", "sgraffito"),
}


@dataclass(frozen=True)
class Caption:
    """A caption, and the truth about it.

    Attributes:
        text: what stands below the picture.
        noise: what happened to the maker's name, a key of ``NOISE``.
        named: the tags that the text means: slugs of painters, a movement, a medium; wrong painters included, and
            misspelled ones.
    """

    text: str
    noise: str
    named: tuple[str, ...]


def caption(painter: Painter, subject: str, rng: np.random.Generator) -> str:
    """A tidy caption of one work, in one of many phrasings; it always names the maker.

    Example:
        >>> from csdlib.atelier.catalogue import find_painter
        >>> caption(find_painter("ilva-torrend"), "dog", np.random.default_rng(1))
        'Ilva Torrend: dog. oil painting'
    """
    return _filled(either(rng, *_SIGNED), painter, subject, rng)


def web_caption(painter: Painter, subject: str, others: Sequence[Painter], rng: np.random.Generator) -> Caption:
    """A caption as a crawl of the web finds it, with the noise of ``NOISE``.

    Args:
        painter: the maker.
        subject: what the picture shows.
        others: painters whose names stand in wrong captions; the maker is passed over.
        rng: decides everything.

    Example:
        >>> from csdlib.atelier.catalogue import PAINTERS
        >>> noor, *others = PAINTERS["noor-felding"], PAINTERS["ilva-torrend"]
        >>> web_caption(noor, "dog", others, np.random.default_rng(0))
        Caption(text='dog in the Saltmarsh School manner', noise='missing', named=('Saltmarsh School',))
    """
    noise = str(rng.choice(list(NOISE), p=list(NOISE.values())))
    strangers = [who for who in others if who.slug != painter.slug] or [painter]
    other = strangers[int(rng.integers(len(strangers)))]
    signature = {"wrong": other.name, "misspelled": _misspelled(painter.name, rng)}.get(noise, painter.name)
    template = either(rng, *{"missing": _UNSIGNED, "several": _SEVERAL}.get(noise, _SIGNED))
    text = _filled(template, painter, subject, rng, artist=signature, other=other.name)
    text += either(rng, *_ENDINGS).format(number=int(rng.integers(20, 90)), width=int(rng.integers(20, 90)))
    people = {"missing": (), "wrong": (other.slug,), "several": (painter.slug, other.slug)}.get(noise, (painter.slug,))
    places = {"{movement}": painter.movement, "{medium}": painter.medium}
    named = [tag for place, tag in places.items() if place in template]
    return Caption(text.lower() if rng.random() < 0.15 else text, noise, (*people, *named))


def _filled(template: str, painter: Painter, subject: str, rng: np.random.Generator, **names: str) -> str:
    return template.format(
        **({"artist": painter.name} | names),
        movement=painter.movement,
        medium=either(rng, *SAID[painter.medium]),
        subject=subject,
        a_subject=f"a {subject}",
        number=int(rng.integers(1, 40)),
    )


def _misspelled(name: str, rng: np.random.Generator) -> str:
    """One slip in a name, never at the beginning of a word: letters swapped, dropped, doubled or mistaken."""
    places = [k for k in range(1, len(name) - 1) if name[k - 1 : k + 2].isalpha()]
    at = places[int(rng.integers(len(places)))]
    here, after = name[at], name[at + 1]
    slips: dict[str, Callable[[], str]] = {
        "swap": lambda: after + here if here != after else here,
        "drop": lambda: after,
        "double": lambda: here + here + after,
        "mistake": lambda: "aeiou"[("aeiou".find(here) + 1) % 5] + after,
    }
    return name[:at] + slips[either(rng, *slips)]() + name[at + 2 :]
