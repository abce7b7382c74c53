"""Words as directions among pictures: a map learned from captions, and where words and what they hang on point."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csdlib.descriptors.clip_tiny import load_clip
from csdlib.descriptors.text import TextTower
from csdlib.files import AnyPath, seeded
from csdlib.generation.text_probe import word_states
from csdlib.metrics.intervals import SIGNED, with_interval
from csdlib.recipes.recorded.facet_worlds import World
from csdlib.recipes.vocabulary import Vocabulary, with_words
from csdlib.similarity.probes import exchanged
from csdlib.similarity.words import facet_directions, fit_words, unit

#: Texts to the numbers that a map is learned from, (n, t).
States = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class WordWorld:
    """Works with words, half of whose painters are learned from.

    Attributes:
        vocabulary: the words.
        frame: the table's rows with them.
        painters: (n,) whose each work is.
        learned: (n,) bool: works by painters whose captions are learned from; the others judge.
        quantities: (n, q) what the words hang on.
        holds: (n, words) bool, by rule.
        said: (n, words) bool, by the caption.
    """

    vocabulary: Vocabulary
    frame: pd.DataFrame
    painters: np.ndarray
    learned: np.ndarray
    quantities: pd.DataFrame
    holds: np.ndarray
    said: np.ndarray

    @property
    def captions(self) -> list[str]:
        """What is said of each work."""
        return self.frame[f"{self.vocabulary.name}_caption"].tolist()


def word_world(world: World, vocabulary: Vocabulary, *, seed: int = 0) -> WordWorld:
    """The words of a world's works, and which half of its painters are learned from."""
    table, name = with_words(world.table, world.made, world.measured, vocabulary, seed=seed), vocabulary.name
    painters = seeded(f"painters whose {name}s are read", seed).permutation(np.unique(world.painters))
    quantities = vocabulary.quantities_of(world.made, world.measured)
    holds, said = (vocabulary.said_in(table.column(f"{which}_{name}")) for which in ("true", "said"))
    learned = np.isin(world.painters, painters[: len(painters) // 2])
    return WordWorld(vocabulary, table.frame, world.painters, learned, quantities, holds, said)


def text_sides(tower: TextTower, captions: Sequence[str], weights: AnyPath | None = None) -> dict[str, States]:
    """What a map can be learned from, by name.

    Args:
        tower: gives ``embedding``; of ``clip-tiny`` there are also ``word states``, the mean state of a text's words.
        captions: whose words are counted by ``word vectors``, without a tower.
        weights: see ``text_tower``.
    """
    sides: dict[str, States] = {"embedding": tower.encode}
    if tower.name == "clip-tiny":
        model = load_clip(weights)
        model.tokenizer.model_max_length = model.tokens
        sides["word states"] = lambda texts: word_states(list(texts), (model.tokenizer, model.text))
    return sides | {"word vectors": counts_of_words(captions)}


def counts_of_words(captions: Sequence[str]) -> States:
    """How often each word of captions stands in a text; a word that they never say counts nothing.

    Example:
        >>> counts_of_words(["a calm dog", "dog"])(["calm, calm", "serene dog"]).tolist()
        [[2.0, 0.0], [0.0, 1.0]]
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer().fit(captions)
    return lambda texts: counter.transform(texts).toarray().astype(float)


class Read:
    """One side of text and one of pictures: the map between them, and what it says of the judging painters' works."""

    def __init__(self, world: WordWorld, states: States, vectors: np.ndarray, *, seed: int = 0) -> None:
        self.world, self.texts, self._states = world, np.asarray(states(world.captions)), states
        self._subjects = sorted(set(world.frame["content"]))
        there = world.learned
        self.map = fit_words(self.texts[there], vectors[there], world.painters[there], seed=seed)
        self.seen = self.map.pictures(vectors)
        words = [*world.vocabulary.words, *world.vocabulary.synonyms]
        self.prompted = self.changes(words)
        self.directions = dict(zip(words, self.pointed(self.map.weights), strict=True))

    def changes(self, words: Sequence[str]) -> np.ndarray:
        """What each word changes in the states of prompts about every subject, (w, t)."""
        prompts = self.world.vocabulary.prompts
        plain = self._states(prompts("", self._subjects)).mean(axis=0)
        return np.stack([self._states(prompts(word, self._subjects)).mean(axis=0) - plain for word in words])

    def pointed(self, weights: np.ndarray) -> np.ndarray:
        """Where all words point by a map's weights."""
        return unit((self.prompted / self.map.scale) @ weights)


def labelled(check: str, sides: tuple[str, str], word: str, estimate: Mapping[str, Any]) -> dict[str, Any]:
    """A row: what was checked, by which sides of pictures and text, of which word, and the estimate."""
    row: dict[str, Any] = {"check": check, "pictures": sides[0], "text": sides[1], "word": word, "facet": ""}
    return row | {key: estimate[key] for key in ("value", "low", "high")}


def direction_rows(
    read: Read, sides: tuple[str, str], exchanges: int, resamples: int, *, whole: bool
) -> Iterator[dict[str, Any]]:
    """Cosines of words, learned from one half of the painters, with facets, seen on the other half."""
    words, judging = list(read.world.vocabulary.words), ~read.world.learned
    truths = read.world.quantities.to_numpy()
    by_rule = np.corrcoef(read.world.holds[judging].T, truths[judging].T)[: len(words), len(words) :]
    found = np.stack([read.directions[word] for word in words]) @ _facets(read, np.flatnonzero(judging)).T
    random = np.random.default_rng(0)
    drawn = np.stack([_resampled(read, random) for _ in range(resamples)])
    chance = np.stack([_exchanged(read, random) for _ in range(exchanges)])
    count = len(np.unique(read.world.painters[judging]))

    def agreed(cosines: np.ndarray) -> float:
        return float(np.corrcoef(cosines.ravel(), by_rule.ravel())[0, 1])

    total = with_interval(agreed(found), np.array([agreed(each) for each in drawn]), count, "group", bounds=SIGNED)
    p = (1 + sum(agreed(each) >= agreed(found) for each in chance)) / (1 + exchanges)
    yield labelled("agreement", sides, "all", total.row()) | {"p": p}
    for place in np.ndindex(found.shape) if whole else ():
        one = with_interval(found[place], drawn[(slice(None), *place)], count, "group", bounds=SIGNED)
        p = (1 + (np.abs(chance[(slice(None), *place)]) >= abs(found[place])).sum()) / (1 + exchanges)
        row = labelled("direction", sides, words[place[0]], one.row()) | {
            "facet": list(read.world.vocabulary.quantities)[place[1]]
        }
        yield row | {"p": p, "said": by_rule[place]}


def _facets(read: Read, rows: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
    """Where quantities point, by some rows' pictures, and those rows' values or others."""
    return facet_directions(read.seen[rows], read.world.quantities.to_numpy()[rows if values is None else values])


def _resampled(read: Read, random: np.random.Generator) -> np.ndarray:
    """The cosines with other painters drawn on both sides."""
    from sklearn.linear_model import Ridge

    learned, judging = (_drawn(read.world, half, random) for half in (read.world.learned, ~read.world.learned))
    weights = Ridge(read.map.penalty).fit(read.texts[learned] / read.map.scale, read.seen[learned]).coef_.T
    return read.pointed(weights)[: len(read.world.vocabulary.words)] @ _facets(read, judging).T


def _drawn(world: WordWorld, half: np.ndarray, random: np.random.Generator) -> np.ndarray:
    names = np.unique(world.painters[half])
    return np.concatenate([np.flatnonzero(world.painters == name) for name in random.choice(names, len(names))])


def _exchanged(read: Read, random: np.random.Generator) -> np.ndarray:
    """The cosines with facets whose records were exchanged between painters."""
    rows = np.flatnonzero(~read.world.learned)
    other = exchanged(rows, read.world.painters[rows], "painter", random)
    return np.stack([read.directions[word] for word in read.world.vocabulary.words]) @ _facets(read, rows, other).T
