"""What words of mood and symbols mean among pictures: a text tower that has not read them, a map from captions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from csdlib.descriptors.registry import load
from csdlib.descriptors.text import TextTower, text_tower
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder, seeded
from csdlib.recipes.moods import MOODS
from csdlib.recipes.recorded.facet_worlds import World, invented_world
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.recorded.word_directions import (
    Read,
    WordWorld,
    counts_of_words,
    direction_rows,
    labelled,
    text_sides,
    word_world,
)
from csdlib.recipes.symbols import SYMBOLS
from csdlib.recipes.vocabulary import MISSED, MOST, WRONG, Vocabulary
from csdlib.similarity.words import Told, mean_told, told_words

#: Works of which it is recorded that they are the most calm, ominous ...
SHOWN = 10


def record_moods(
    output: AnyPath,
    *,
    world: World | None = None,
    tower: str = "clip-tiny",
    weights: AnyPath | None = None,
    descriptors: Sequence[str] = ("clip-tiny", "csd-tiny", "colour"),
    vocabularies: Sequence[Vocabulary] = (MOODS, SYMBOLS),
    exchanges: int = 99,
    resamples: int = 200,
    command: str = "",
) -> Recorded:
    """Records how far words and pictures agree, by painters whose captions were not learned from.

    Args:
        output: a csv file; ``vocabulary`` is the kind of the words. Rows with ``check`` ``word``, ``synonym`` (never
            said in a caption) and ``twin`` (two words that differ by one quantity; of the works with exactly one of
            them): the area under the ROC curve for the works where the word holds by rule, its interval over painters,
            p by exchanged records, and in ``said`` the area for the works whose captions say it. ``text`` is what the
            word was read by: ``zero-shot`` nothing learned (beside it the same with each word's ``letters shuffled``),
            a map from the tower's ``embedding`` or ``word states``, ``word vectors`` without a tower, ``facets`` the
            rule put together from what pictures tell of its quantities, without captions; ``rule`` the truth itself,
            whose ``said`` is the most that noise allows. Rows with ``direction``: cosines of a word and a ``facet``,
            with interval, p, and in ``said`` the correlation of the two by rule; with ``agreement``: the correlation
            of all these cosines with those by rule. The json has each rule, and ``most``: for each word
            the works that the first descriptor, by word counts, calls it most, and whether it holds of them.
        world: works of which everything is known, by default those of the invented painters.
        tower: see ``text_tower``.
        weights: of the tower, and of the descriptor of that name.
        descriptors: pictures' sides; where the tower's own is missing, nothing is told zero-shot.
        vocabularies: the words, by kind.
        exchanges: see ``told_words``.
        resamples: of painters, for the intervals of cosines.
        command: what makes it again.
    """
    world, texts = world or invented_world(None), text_tower(tower, weights)
    vectors = {name: _described(world, name, weights if name == tower else None) for name in descriptors}
    rows, facts = [], {"noise": {"missed": MISSED, "wrong": WRONG, "most": MOST}, "works": len(world.painters)}
    facts |= {"tower": {"name": texts.name, "fingerprint": texts.fingerprint}}
    for vocabulary in vocabularies:
        words = word_world(world, vocabulary)
        found = word_rows(words, texts, vectors, weights, exchanges=exchanges, resamples=resamples)
        rows += [{"vocabulary": vocabulary.name} | row for row in found]
        facts[vocabulary.name] = _facts(words, texts) | {"most": _most(words, vectors[descriptors[0]])}
    own = [name for name in descriptors if weights is None or name != tower]
    return write_results(output, facts, pd.DataFrame(rows).round(3), command=command, descriptors=own)


def _described(world: World, name: str, weights: AnyPath | None) -> np.ndarray:
    descriptor = load(name) if weights is None else load(name, weights=weights)
    return np.asarray(embed(world.table, descriptor, cache=cache_folder() / "embeddings", progress=False).vectors)


def word_rows(
    words: WordWorld,
    tower: TextTower,
    described: Mapping[str, np.ndarray],
    weights: AnyPath | None = None,
    *,
    exchanges: int = 99,
    resamples: int = 200,
) -> Iterator[dict[str, Any]]:
    """The rows of one vocabulary, see ``record_moods``; ``described`` has the vectors of the works by descriptor."""
    sides = text_sides(tower, np.array(words.captions)[words.learned].tolist(), weights)
    truth = {word: words.holds[:, number].astype(float) for number, word in enumerate(words.vocabulary.words)}
    yield from _told(words, truth, ("", "rule"), exchanges)
    for name, vectors in described.items():
        if name == tower.name:
            for text, spelled in (("zero-shot", str), ("letters shuffled", _shuffled)):
                yield from _told(words, _zero_shot(tower, words, vectors, spelled), (name, text), exchanges)
        for text, states in sides.items():
            read = Read(words, states, vectors)
            told = {word: read.seen @ way for word, way in read.directions.items() if way.any()}
            yield from _told(words, told, (name, text), exchanges)
            whole = name == tower.name and text == "word vectors"
            yield from direction_rows(read, (name, text), exchanges, resamples, whole=whole)
        yield from _told(words, _by_facets(words, vectors), (name, "facets"), exchanges)


def _zero_shot(
    tower: TextTower, words: WordWorld, vectors: np.ndarray, spelled: Callable[[str], str]
) -> dict[str, np.ndarray]:
    """The cosines of pictures with prompts of each word, averaged over the subjects."""
    subjects, vocabulary = sorted(set(words.frame["content"])), words.vocabulary
    return {
        word: vectors @ tower.encode(vocabulary.prompts(spelled(word), subjects)).mean(axis=0)
        for word in [*vocabulary.words, *vocabulary.synonyms]
    }


def _shuffled(word: str) -> str:
    """The letters of a word in another order: something that nobody has read."""
    return "".join(seeded("letters", word).permutation(list(word)))


def _by_facets(words: WordWorld, vectors: np.ndarray) -> dict[str, np.ndarray]:
    """The rules, put together from regressions of their quantities on pictures of the painters who are learned from."""
    from sklearn.linear_model import RidgeCV
    from sklearn.preprocessing import StandardScaler

    seen = StandardScaler().fit(vectors[words.learned]).transform(vectors)
    ridge = RidgeCV(np.geomspace(1, 1e4, 9)).fit(seen[words.learned], words.quantities[words.learned])
    scores = words.vocabulary.scores(pd.DataFrame(ridge.predict(seen), columns=words.quantities.columns))
    return {str(word): scores[word].to_numpy() for word in scores}


def _told(
    words: WordWorld, scores: Mapping[str, np.ndarray], sides: tuple[str, str], exchanges: int
) -> Iterator[dict[str, Any]]:
    """The rows of words, synonyms and twins, of those that have scores."""
    own = {word: word for word in words.vocabulary.words}
    for check, asked in (("word", own), ("synonym", words.vocabulary.synonyms)):
        known = {word: meant for word, meant in asked.items() if word in scores}
        told = [_judged(words, scores[word], words.holds, meant, exchanges) for word, meant in known.items()]
        said = [_judged(words, scores[word], words.said, meant, 0).area for word, meant in known.items()]
        for word, one, heard in zip(known, told, said, strict=True):
            yield labelled(check, sides, word, one.estimate().row()) | {"p": one.p, "said": heard}
        if told:
            yield labelled(check, sides, "mean", mean_told(told).row()) | {"said": float(np.mean(said))}
    if sides[1] != "rule":
        yield from _twins(words, scores, sides, exchanges)


def _judged(words: WordWorld, scores: np.ndarray, truth: np.ndarray, word: str, exchanges: int) -> Told:
    judging = ~words.learned
    holds = truth[judging, list(words.vocabulary.words).index(word)]
    return told_words(scores[judging], holds, words.painters[judging], exchanges=exchanges)


def _twins(
    words: WordWorld, scores: Mapping[str, np.ndarray], sides: tuple[str, str], exchanges: int
) -> Iterator[dict[str, Any]]:
    names = list(words.vocabulary.words)
    for (one, other), quantity in words.vocabulary.twins.items():
        first, second = (words.holds[:, names.index(word)] for word in (one, other))
        either = ~words.learned & (first != second)
        apart = (scores[one] - scores[other])[either]
        told = told_words(apart, first[either], words.painters[either], exchanges=exchanges)
        yield labelled("twin", sides, f"{one}/{other}", told.estimate().row()) | {"p": told.p, "facet": quantity}


def _most(words: WordWorld, vectors: np.ndarray) -> dict[str, list[dict[str, Any]]]:
    """The works by judging painters that a map from word counts calls each word, best first, ``SHOWN`` each."""
    read = Read(words, counts_of_words(np.array(words.captions)[words.learned].tolist()), vectors)
    judging, works = np.flatnonzero(~words.learned), words.frame[["artist", "content", "seed"]]
    most = {}
    for number, word in enumerate(words.vocabulary.words):
        rows = judging[np.argsort(-(read.seen[judging] @ read.directions[word]))[:SHOWN]]
        most[word] = [
            {"artist": artist, "content": content, "seed": int(seed), "holds": bool(words.holds[row, number])}
            for row, (artist, content, seed) in zip(rows, works.iloc[rows].to_numpy().tolist(), strict=True)
        ]
    return most


def _facts(words: WordWorld, tower: TextTower) -> dict[str, Any]:
    vocabulary = words.vocabulary
    rules = {word: {"weights": dict(rule.weights), "above": rule.above} for word, rule in vocabulary.words.items()}
    about = {name: {"group": one.group, "meaning": one.meaning, "middle": one.middle, "spread": one.spread}
             for name, one in vocabulary.quantities.items()}  # fmt: skip
    halves = {"learned from": words.learned, "judged on": ~words.learned}
    return {
        "words": rules,
        "holds": dict(zip(rules, words.holds.mean(axis=0).round(3).tolist(), strict=True)),
        "quantities": about,
        "synonyms": dict(vocabulary.synonyms),
        "painters": {name: len(np.unique(words.painters[half])) for name, half in halves.items()},
        "pieces": {word: len(tower.pieces(word)) for word in [*vocabulary.words, *vocabulary.synonyms]},
    }
