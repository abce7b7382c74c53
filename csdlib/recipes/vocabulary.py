"""Words that hold of drawn works by stated rules, and captions that say them with stated noise.

No picture is calm because somebody here finds it calm. A word holds where its rule says so: a sum of how light,
colours, place or subject of the work are. What is learned from such words can be held against a truth.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from csdlib.errors import InputError
from csdlib.files import seeded
from csdlib.recipes.atelier_facets import Made
from csdlib.tables import ImageTable

Shown = Mapping[str, float]

#: How often a word that holds is left out, and how often one that does not hold is said; a caption says ``MOST`` words.
MISSED, WRONG, MOST = 0.25, 0.03, 3

_PLAIN = ("a picture of a {subject}", "{subject}", "a {subject}")

#: What ``Quantity.read`` may ask of ``measure_picture``.
_SHOWN = {"lightness", "contrast", "pool", "chroma", "redness", "yellowness"}


@dataclass(frozen=True)
class Quantity:
    """Something that words hang on, counted in spreads from a middle.

    Attributes:
        group: light, palette, place, subject or convention.
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


@dataclass(frozen=True)
class Rule:
    """The rule of a word: it holds where the weighted sum of quantities is above a threshold."""

    weights: Mapping[str, float]
    above: float


@dataclass(frozen=True)
class Vocabulary:
    """Words of one kind, and what each hangs on.

    Attributes:
        name: what they are: mood, symbol.
        words: word -> its rule.
        quantities: what rules sum up.
        phrases: captions with ``{words}`` and ``{subject}``.
        prompt: a text that asks for one ``{word}`` in a picture of a ``{subject}``.
        synonyms: words that no caption says -> the word whose pictures they mean.
        twins: pairs of words that differ by one quantity only -> that quantity.
    """

    name: str
    words: Mapping[str, Rule]
    quantities: Mapping[str, Quantity]
    phrases: tuple[str, ...]
    prompt: str
    synonyms: Mapping[str, str] = field(default_factory=dict)
    twins: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def quantities_of(self, made: Sequence[Made], measured: pd.DataFrame) -> pd.DataFrame:
        """All quantities of n works, (n, q), in spreads from their middles.

        Args:
            made: how each was made, see ``made_works``.
            measured: ``measure_picture`` of each, a row each.

        Raises:
            InputError: another number of rows than of works, or a measure is missing.
        """
        if len(made) != len(measured):
            raise InputError(f"{len(made)} works, but {len(measured)} rows of measures: need one for each")
        if missing := _SHOWN - set(measured.columns):
            raise InputError(f"measured lacks {sorted(missing)}: make it with measure_picture")
        shown = [{str(name): float(value) for name, value in row.items()} for row in measured.to_dict("records")]
        rows = list(zip(made, shown, strict=True))
        return pd.DataFrame(
            {name: [(q.read(*row) - q.middle) / q.spread for row in rows] for name, q in self.quantities.items()},
            dtype=float,
        )

    def scores(self, quantities: pd.DataFrame) -> pd.DataFrame:
        """How far above its threshold each word is, (n, words): it holds where this is above 0.

        Args:
            quantities: (n, q), see ``quantities_of``.

        Example:
            >>> from csdlib.recipes import MOODS
            >>> night = pd.DataFrame([dict.fromkeys(MOODS.quantities, 0.0) | {"lightness": -2.0, "warmth": -1.0}])
            >>> scores = MOODS.scores(night)
            >>> [word for word in scores if scores[word][0] > 0]
            ['ominous', 'dramatic', 'sombre']
        """
        return pd.DataFrame(
            {
                word: sum(weight * quantities[name] for name, weight in rule.weights.items()) - rule.above
                for word, rule in self.words.items()
            }
        )

    def prompts(self, word: str, subjects: Sequence[str]) -> list[str]:
        """A text for each subject, with a word, or where it is empty without one.

        Example:
            >>> from csdlib.recipes import MOODS
            >>> MOODS.prompts("calm", ["dog"]), MOODS.prompts("", ["dog"])
            (['a calm picture of a dog'], ['a picture of a dog'])
        """
        return [(self.prompt if word else _PLAIN[0]).format(word=word, subject=subject) for subject in subjects]

    def caption(self, words: Sequence[str], subject: str, rng: np.random.Generator) -> str:
        """A caption that says words and a subject, in one of a few phrasings.

        Example:
            >>> from csdlib.recipes import MOODS
            >>> MOODS.caption(["calm", "homely"], "dog", np.random.default_rng(1))
            'dog, calm, homely'
            >>> MOODS.caption([], "dog", np.random.default_rng(1))
            'dog'
        """
        phrases = self.phrases if words else _PLAIN
        return phrases[int(rng.integers(len(phrases)))].format(words=", ".join(words), subject=subject)

    def said_in(self, column: Sequence[str] | np.ndarray) -> np.ndarray:
        """Which words stand in each entry of a column like ``true_mood``, (n, words) bool.

        Example:
            >>> from csdlib.recipes import MOODS
            >>> MOODS.said_in(["", "calm, festive"]).sum(axis=1).tolist()
            [0, 2]
        """
        return np.array([[word in entry.split(", ") for word in self.words] for entry in column], dtype=bool)

    def heard(self, holds: np.ndarray, rng: np.random.Generator) -> list[str]:
        """The words that a caption says, in any order, of the words that hold, with the noise of this file."""
        said = np.where(holds, rng.random(len(holds)) >= MISSED, rng.random(len(holds)) < WRONG)
        return [str(word) for word in rng.permutation(np.array(list(self.words))[said])[:MOST]]


def with_words(
    table: ImageTable, made: Sequence[Made], measured: pd.DataFrame, vocabulary: Vocabulary, *, seed: int = 0
) -> ImageTable:
    """The same works with words, and captions that say them; pictures and captions stay as they are.

    Args:
        table: works of the atelier.
        made: how each was made, see ``made_works``.
        measured: ``measure_picture`` of each, a row each.
        vocabulary: the words, for example ``MOODS``.
        seed: of the noise; a work's caption does not depend on which other works there are.

    Returns:
        the table with three more columns, here of moods: ``true_mood``, the words that hold by rule; ``said_mood``,
        those that the caption says (both joined by ``", "``, may be empty); and ``mood_caption``, a text with the
        subject.

    Raises:
        InputError: another number of works than of rows.
    """
    if len(table) != len(made):
        raise InputError(f"{len(made)} works were made, the table has {len(table)}: need one for each")
    name, words = vocabulary.name, np.array(list(vocabulary.words))
    holds = vocabulary.scores(vocabulary.quantities_of(made, measured)).to_numpy() > 0
    works = list(zip(table.column("image_id"), made, holds, strict=True))
    said = [vocabulary.heard(holding, seeded(name, seed, work)) for work, _, holding in works]
    texts = [
        vocabulary.caption(heard, work.scene.subject, seeded(f"{name} caption", seed, image))
        for heard, (image, work, _) in zip(said, works, strict=True)
    ]
    true = [", ".join(words[holding]) for holding in holds]
    named = table.with_column(f"true_{name}", true).with_column(f"said_{name}", [", ".join(each) for each in said])
    return named.with_column(f"{name}_caption", texts)
