"""Moods of drawn works by stated rules, and captions that say them with stated noise.

No picture is calm because somebody here finds it calm. A word holds where its row of ``MOODS`` says so: a sum of how
light, colours and place of the work are. What is learned from such words can be held against a truth.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from csdlib.errors import InputError
from csdlib.files import seeded
from csdlib.recipes.atelier_facets import Made
from csdlib.tables import ImageTable

Shown = Mapping[str, float]


@dataclass(frozen=True)
class Quantity:
    """Something that moods hang on, counted in spreads from a middle.

    Attributes:
        group: light, palette or place.
        meaning: what it says.
        read: its value, from how a work was made and what shows in it (``measure_picture``).
        middle: what counts as 0.
        spread: what counts as 1. Both are those of works by invented painters; 0 and 1 of what is there or not.
    """

    group: str
    meaning: str
    read: Callable[[Made, Shown], float]
    middle: float = 0.0
    spread: float = 1.0


def _place(meaning: str, *places: str) -> Quantity:
    return Quantity("place", meaning, lambda made, _: float(made.scene.place in places))


def _side(made: Made) -> float:
    return {"left": -1.0, "right": 1.0}.get(made.painter.light.side, 0.0)


#: What moods hang on. Of light and palette the first show in the picture; ``key``, ``spot`` and ``side`` are what the
#: painter meant that day, whether it shows or not.
QUANTITIES: MappingProxyType[str, Quantity] = MappingProxyType(
    {
        "lightness": Quantity("light", "mean L* of the picture", lambda _, shown: shown["lightness"], 56, 17.5),
        "contrast": Quantity("light", "deviation of its L*", lambda _, shown: shown["contrast"], 18, 6.5),
        "pool": Quantity("light", "L* of its middle less the rest", lambda _, shown: shown["pool"], -1.2, 11.4),
        "chroma": Quantity("palette", "mean C* of the picture", lambda _, shown: shown["chroma"], 20, 12),
        "warmth": Quantity(
            "palette", "mean of a* and b*", lambda _, shown: (shown["redness"] + shown["yellowness"]) / 2, 2.5, 7.3
        ),
        "one hue": Quantity(
            "palette", "1 of a monochrome painter", lambda made, _: float(made.painter.colours.harmony == "monochrome")
        ),
        "key": Quantity("light", "meant: added to all tones", lambda made, _: made.painter.light.key, 0.05, 0.12),
        "spot": Quantity("light", "meant: light on the figure", lambda made, _: made.painter.light.spot, 0.18, 0.2),
        "side": Quantity("light", "meant: -1 from the left, 1 from the right", lambda made, _: _side(made)),
        "water": _place("1 at the water", "water", "shore", "river"),
        "dusk": _place("1 at dusk", "dusk"),
        "indoors": _place("1 in a room", "room", "table", "studio"),
    }
)


@dataclass(frozen=True)
class Mood:
    """The rule of a word: it holds where the weighted sum of quantities is above a threshold."""

    weights: Mapping[str, float]
    above: float


#: The rules. Thresholds were set so that each word holds for about a fifth of works by invented painters.
MOODS: MappingProxyType[str, Mood] = MappingProxyType(
    {
        "calm": Mood({"contrast": -1, "chroma": -0.5, "water": 0.8}, 1.2),
        "ominous": Mood({"lightness": -1, "contrast": 0.5, "warmth": -0.5}, 1.0),
        "festive": Mood({"chroma": 1, "warmth": 0.5, "lightness": 0.5}, 1.0),
        "melancholy": Mood({"chroma": -1, "warmth": -0.5, "dusk": 0.8}, 1.1),
        "austere": Mood({"chroma": -1, "contrast": 1, "one hue": 0.5}, 1.2),
        "dreamy": Mood({"contrast": -1, "lightness": 0.7, "warmth": 0.3}, 0.9),
        "intimate": Mood({"pool": 1, "warmth": 0.5}, 0.9),
        "homely": Mood({"indoors": 1}, 0.5),
        # Twins: each pair differs by what the painter meant, and hardly by what shows.
        "dramatic": Mood({"lightness": -1, "spot": 1}, 1.4),
        "sombre": Mood({"lightness": -1, "spot": -1}, 1.0),
        "hopeful": Mood({"warmth": 1, "side": -1}, 1.0),
        "wistful": Mood({"warmth": 1, "side": 1}, 1.0),
        # Meant only.
        "confident": Mood({"key": 1}, 0.8),
    }
)

#: Words that no caption says, and the word whose pictures they mean.
SYNONYMS = MappingProxyType(
    {
        "serene": "calm",
        "sinister": "ominous",
        "merry": "festive",
        "gloomy": "melancholy",
        "stark": "austere",
        "hazy": "dreamy",
        "cosy": "homely",
    }
)

#: Moods that differ by one quantity only, and that quantity.
TWINS = MappingProxyType({("dramatic", "sombre"): "spot", ("hopeful", "wistful"): "side"})

#: How often a word that holds is left out, and how often one that does not hold is said; a caption says ``MOST`` words.
MISSED, WRONG, MOST = 0.25, 0.03, 3

_PHRASES = ("a {words} picture of a {subject}", "{subject}, {words}", "{words} {subject}", "a {subject} ({words})")
_PLAIN = ("a picture of a {subject}", "{subject}", "a {subject}")


def quantities_of(made: Sequence[Made], measured: pd.DataFrame) -> pd.DataFrame:
    """All ``QUANTITIES`` of n works, (n, q), in spreads from their middles.

    Args:
        made: how each was made, see ``made_works``.
        measured: ``measure_picture`` of each, a row each.

    Raises:
        InputError: another number of rows than of works, or a measure is missing.
    """
    if len(made) != len(measured):
        raise InputError(f"{len(made)} works, but {len(measured)} rows of measures: need one for each")
    if missing := {"lightness", "contrast", "pool", "chroma", "redness", "yellowness"} - set(measured.columns):
        raise InputError(f"measured lacks {sorted(missing)}: make it with measure_picture")
    shown = [{str(name): float(value) for name, value in row.items()} for row in measured.to_dict("records")]
    rows = list(zip(made, shown, strict=True))
    return pd.DataFrame(
        {name: [(q.read(*row) - q.middle) / q.spread for row in rows] for name, q in QUANTITIES.items()}, dtype=float
    )


def mood_scores(quantities: pd.DataFrame) -> pd.DataFrame:
    """How far above its threshold each word is, (n, words): it holds where this is above 0.

    Args:
        quantities: (n, q), see ``quantities_of``.

    Example:
        >>> night = pd.DataFrame([dict.fromkeys(QUANTITIES, 0.0) | {"lightness": -2.0, "warmth": -1.0}])
        >>> scores = mood_scores(night)
        >>> [word for word in scores if scores[word][0] > 0]
        ['ominous', 'dramatic', 'sombre']
    """
    return pd.DataFrame(
        {
            word: sum(weight * quantities[name] for name, weight in mood.weights.items()) - mood.above
            for word, mood in MOODS.items()
        }
    )


def with_moods(table: ImageTable, made: Sequence[Made], measured: pd.DataFrame, *, seed: int = 0) -> ImageTable:
    """The same works with their moods, and captions that say them; pictures and captions stay as they are.

    Args:
        table: works of the atelier.
        made: how each was made, see ``made_works``.
        measured: ``measure_picture`` of each, a row each.
        seed: of the noise; a work's caption does not depend on which other works there are.

    Returns:
        the table with three more columns: ``true_mood``, the words that hold by rule; ``said_mood``, those that the
        caption says (both joined by ``", "``, may be empty); and ``mood_caption``, a text with the subject.

    Raises:
        InputError: another number of works than of rows.
    """
    if len(table) != len(made):
        raise InputError(f"{len(made)} works were made, the table has {len(table)}: need one for each")
    holds = mood_scores(quantities_of(made, measured)).to_numpy() > 0
    works = list(zip(table.column("image_id"), made, holds, strict=True))
    said = [_said(holding, seeded("mood", seed, work)) for work, _, holding in works]
    texts = [
        mood_caption(words, work.scene.subject, seeded("mood caption", seed, image))
        for words, (image, work, _) in zip(said, works, strict=True)
    ]
    true = [", ".join(np.array(list(MOODS))[holding]) for holding in holds]
    named = table.with_column("true_mood", true).with_column("said_mood", [", ".join(words) for words in said])
    return named.with_column("mood_caption", texts)


def _said(holds: np.ndarray, rng: np.random.Generator) -> list[str]:
    """The words that a caption says, in any order, of the words that hold."""
    heard = np.where(holds, rng.random(len(holds)) >= MISSED, rng.random(len(holds)) < WRONG)
    return [str(word) for word in rng.permutation(np.array(list(MOODS))[heard])[:MOST]]


def mood_caption(words: Sequence[str], subject: str, rng: np.random.Generator) -> str:
    """A caption that says moods and a subject, in one of a few phrasings.

    Example:
        >>> mood_caption(["calm", "homely"], "dog", np.random.default_rng(1))
        'dog, calm, homely'
        >>> mood_caption([], "dog", np.random.default_rng(1))
        'dog'
    """
    phrases = _PHRASES if words else _PLAIN
    return phrases[int(rng.integers(len(phrases)))].format(words=", ".join(words), subject=subject)


def words_of(column: Sequence[str] | np.ndarray) -> np.ndarray:
    """Which of ``MOODS`` stand in each entry of ``true_mood`` or ``said_mood``, (n, words) bool.

    Example:
        >>> words_of(["", "calm, festive"]).sum(axis=1).tolist()
        [0, 2]
    """
    return np.array([[word in entry.split(", ") for word in MOODS] for entry in column], dtype=bool)
