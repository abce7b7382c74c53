"""Prompts: what a generator is asked for, in the three ways of the paper (arXiv:2404.01292, Section 6).

A set of prompts is a table with one row a picture: whose style is asked for (``artist``, and ``others`` who are named
beside), what is to be seen (``content``, may be empty), the text (``prompt``), where it is from (``prompt_set``), and
the ``seed``. The seeds of an artist are the same in every set, so that two sets can be compared picture by picture.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.errors import InputError
from csdlib.files import AnyPath, seeded
from csdlib.texts import one_form, read_text

#: Artists by what stands in the tables, and how their names are written in prompts; or names alone.
Artists = Mapping[str, str] | Sequence[str]

#: The paper's simple prompt.
SIMPLE = "A painting in the style of {artist}"

#: The paper's content-constrained prompt.
CONTENT = "A painting of {a_subject} in the style of {artist}"

#: The content-constrained prompt with its halves exchanged.
NAME_FIRST = "In the style of {artist}: a painting of {a_subject}"

#: The share of user prompts that name a second artist.
SEVERAL = 0.3

#: How people put the pieces of a prompt together. Short, because a text encoder reads no more than its limit.
_TEMPLATES = (
    "{subject} by {who}{modifiers}",
    "{a_subject} in the style of {who}{modifiers}",
    "{who}, {subject}{modifiers}",
    "painting of {a_subject}, {who}{modifiers}",
    "{subject}, art by {who}{modifiers}",
    "{subject} inspired by {who}{modifiers}",
)

#: What people add in the hope of a better picture.
_MODIFIERS = (
    "highly detailed",
    "masterpiece",
    "8k",
    "sharp focus",
    "trending",
    "beautiful",
    "art print",
    "framed",
    "detail",
    "dramatic light",
    "soft light",
    "vivid colours",
)


def simple_prompts(artists: Artists, images: int = 4, *, seed: int = 0) -> pd.DataFrame:
    """The paper's simple prompt, ``A painting in the style of {artist}``, several times an artist.

    Args:
        artists: who is asked for.
        images: pictures of each; the paper made 10 for each of 400 artists.
        seed: of the first picture of each artist; the next has the next one.

    Raises:
        InputError: no artist, an empty name, no picture, or a negative seed.

    Example:
        >>> simple_prompts(["Ilva Torrend"], 2)[["prompt", "seed"]].to_numpy().tolist()
        [['A painting in the style of Ilva Torrend', 0], ['A painting in the style of Ilva Torrend', 1]]
    """
    return _table("simple", artists, lambda _: [""] * images, seed, _plain(SIMPLE))


def content_prompts(
    artists: Artists, subjects: Sequence[str], images: int = 1, *, name_first: bool = False, seed: int = 0
) -> pd.DataFrame:
    """The paper's content-constrained prompt, ``A painting of a {subject} in the style of {artist}``.

    Args:
        artists: who is asked for.
        subjects: what is to be seen; the paper's are dog, house and woman.
        images: pictures of each artist and subject.
        name_first: say ``In the style of {artist}: a painting of a {subject}`` instead. A text encoder reads from left
            to right: what it makes of a name that comes first does not depend on the subject.
        seed: of the first picture of each artist; the next has the next one.

    Raises:
        InputError: no artist or subject, an empty name, no picture, or a negative seed.

    Example:
        >>> content_prompts(["Ilva Torrend"], ["house", "owl"])["prompt"].tolist()[1]
        'A painting of an owl in the style of Ilva Torrend'
    """
    _require("subjects", subjects)
    kind, form = ("content, name first", NAME_FIRST) if name_first else ("content", CONTENT)
    return _table(kind, artists, lambda _: [*subjects] * images, seed, _plain(form))


def user_prompts(artists: Artists, subjects: Sequence[str], images: int = 4, *, seed: int = 0) -> pd.DataFrame:
    """Prompts as people write them: a subject, an artist or two, and words that promise quality.

    Args:
        artists: who is asked for; a share ``SEVERAL`` of the prompts names a second one, in ``others``.
        subjects: what people want to see; every artist meets them in an order of its own.
        images: pictures of each artist.
        seed: of the first picture of each artist, and of what the prompts say.

    Raises:
        InputError: no artist or subject, an empty name, no picture, or a negative seed.
    """
    _require("subjects", subjects)

    def contents(artist: str) -> list[str]:
        order = seeded("user subjects", artist, "", seed).permutation(len(subjects)).tolist()
        return [subjects[order[number % len(subjects)]] for number in range(images)]

    # Two names leave no room for more words: clip-tiny reads forty tokens, and spells rare names letter by letter.
    def wish(written: Mapping[str, str], artist: str, content: str, number: int) -> tuple[str, list[str]]:
        rng = seeded("user prompt", artist, content, seed + number)
        strangers = [other for other in written if other != artist]
        others = [_either(rng, strangers)] if strangers and rng.random() < SEVERAL else []
        added = rng.choice(_MODIFIERS, size=0 if others else int(rng.integers(0, 3)), replace=False).tolist()
        text = _either(rng, _TEMPLATES).format(
            subject=content,
            a_subject=with_article(content),
            who=" and ".join(written[each] for each in (artist, *others)),
            modifiers="".join(f", {words}" for words in added),
        )
        return text, others

    return _table("user", artists, contents, seed, wish)


def listed_artists(path: AnyPath) -> list[str]:
    """The artists of a file with one name a line, as prompts write them.

    Raises:
        InputError: there is no such file, or it names nobody.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"artists {str(path)!r}: there is no such file; it has one name a line")
    names = [one_form(line.strip()) for line in read_text(path).splitlines() if line.strip()]
    if not names:
        raise InputError(f"artists {str(path)!r}: the file names nobody")
    return names


def _table(
    kind: str,
    artists: Artists,
    contents: Callable[[str], Sequence[str]],
    seed: int,
    text: Callable[[Mapping[str, str], str, str, int], tuple[str, list[str]]],
) -> pd.DataFrame:
    """One row for each artist and each of the contents that an artist is asked for."""
    _require("artists", list(artists))
    written = artists if isinstance(artists, Mapping) else {name: name for name in artists}
    if seed < 0:
        raise InputError(f"seed must be at least 0, got {seed}")
    rows = []
    for artist in written:
        for number, content in enumerate(contents(artist)):
            prompt, others = text(written, artist, content, number)
            asked = {"artist": artist, "others": others, "content": content, "prompt": prompt}
            rows.append(asked | {"prompt_set": kind, "seed": seed + number})
    if not rows:
        raise InputError("images must be at least 1: there would be no picture")
    return pd.DataFrame(rows)


def _either(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]


def _plain(form: str) -> Callable[[Mapping[str, str], str, str, int], tuple[str, list[str]]]:
    def text(written: Mapping[str, str], artist: str, content: str, _: int) -> tuple[str, list[str]]:
        return form.format(artist=written[artist], a_subject=with_article(content)), []

    return text


def _require(what: str, names: Sequence[str]) -> None:
    if isinstance(names, str) or not len(names):
        raise InputError(f"{what} must be a list of at least one name, got {names!r}")
    empty = [number for number, name in enumerate(names) if not str(name).strip()]
    if empty:
        raise InputError(f"{what}: number {empty[0]} is empty")


def with_article(noun: str) -> str:
    """A noun with its article.

    Example:
        >>> with_article("owl")
        'an owl'
    """
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
