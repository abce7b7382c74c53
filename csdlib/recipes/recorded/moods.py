"""What words of mood mean among pictures: a text tower that has not read them, and a map learned from captions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csdlib.descriptors.clip_tiny import load_clip
from csdlib.descriptors.registry import load
from csdlib.descriptors.text import TextTower, text_tower
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder, seeded
from csdlib.generation.text_probe import word_states
from csdlib.metrics.intervals import SIGNED, with_interval
from csdlib.recipes.moods import (
    MISSED,
    MOODS,
    MOST,
    QUANTITIES,
    SYNONYMS,
    TWINS,
    WRONG,
    mood_scores,
    quantities_of,
    with_moods,
    words_of,
)
from csdlib.recipes.recorded.facet_worlds import World, invented_world
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.similarity.probes import exchanged
from csdlib.similarity.words import Told, facet_directions, fit_words, mean_told, told_words, unit

#: Texts to the numbers that a map is learned from, (n, t).
States = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class MoodWorld:
    """Works with moods, half of whose painters are learned from.

    Attributes:
        frame: the table's rows with moods.
        painters: (n,) whose each work is.
        learned: (n,) bool: works by painters whose captions are learned from; the others judge.
        quantities: (n, q) what the moods hang on.
        holds: (n, words) bool, by rule.
        said: (n, words) bool, by the caption.
    """

    frame: pd.DataFrame
    painters: np.ndarray
    learned: np.ndarray
    quantities: pd.DataFrame
    holds: np.ndarray
    said: np.ndarray

    @property
    def captions(self) -> list[str]:
        """What is said of each work."""
        return self.frame["mood_caption"].tolist()


def mood_world(world: World, *, seed: int = 0) -> MoodWorld:
    """The moods of a world's works, and which half of its painters are learned from."""
    table = with_moods(world.table, world.made, world.measured, seed=seed)
    names = seeded("painters whose moods are read", seed).permutation(np.unique(world.painters))
    quantities = quantities_of(world.made, world.measured)
    said = words_of(table.column("said_mood"))
    learned = np.isin(world.painters, names[: len(names) // 2])
    holds = words_of(table.column("true_mood"))
    return MoodWorld(table.frame, world.painters, learned, quantities, holds, said)


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


def prompts(word: str, subjects: Sequence[str]) -> list[str]:
    """A text for each subject, with a word, or where it is empty without one.

    Example:
        >>> prompts("calm", ["dog"]), prompts("", ["dog"])
        (['a calm picture of a dog'], ['a picture of a dog'])
    """
    return [f"a {word} picture of a {subject}".replace("  ", " ") for subject in subjects]


class Read:
    """One side of text and one of pictures: the map between them, and what it says of the judging painters' works."""

    def __init__(self, world: MoodWorld, states: States, vectors: np.ndarray, *, seed: int = 0) -> None:
        self.world, self.texts, self._states = world, np.asarray(states(world.captions)), states
        self._subjects = sorted(set(world.frame["content"]))
        there = world.learned
        self.map = fit_words(self.texts[there], vectors[there], world.painters[there], seed=seed)
        self.seen = self.map.pictures(vectors)
        self.prompted = self.changes([*MOODS, *SYNONYMS])
        self.directions = dict(zip([*MOODS, *SYNONYMS], self.pointed(self.map.weights), strict=True))

    def changes(self, words: Sequence[str]) -> np.ndarray:
        """What each word changes in the states of prompts about every subject, (w, t)."""
        plain = self._states(prompts("", self._subjects)).mean(axis=0)
        return np.stack([self._states(prompts(word, self._subjects)).mean(axis=0) - plain for word in words])

    def pointed(self, weights: np.ndarray) -> np.ndarray:
        """Where all words point by a map's weights."""
        return unit((self.prompted / self.map.scale) @ weights)


def record_moods(
    output: AnyPath,
    *,
    world: World | None = None,
    tower: str = "clip-tiny",
    weights: AnyPath | None = None,
    descriptors: Sequence[str] = ("clip-tiny", "csd-tiny", "colour"),
    exchanges: int = 99,
    resamples: int = 200,
    command: str = "",
) -> Recorded:
    """Records how far words of mood and pictures agree, by painters whose captions were not learned from.

    Args:
        output: a csv file. Rows with ``check`` ``word``, ``synonym`` (never said in a caption) and ``twin`` (two moods
            that differ by one quantity; of the works with exactly one of them): the area under the ROC curve for the
            works where the word holds by rule, its interval over painters, p by exchanged records, and in ``said`` the
            area for the works whose captions say it. ``text`` is what the word was read by: ``zero-shot`` nothing
            learned (beside it the same with each word's ``letters shuffled``), a map from the tower's ``embedding`` or
            ``word states``, ``word vectors`` without a tower, ``facets`` the rule put together from what pictures tell
            of its quantities, without captions; ``rule`` the truth itself, whose ``said`` is the most that noise
            allows. Rows with ``direction``: cosines of a word and a ``facet``, with interval, p, and in ``said`` the
            correlation of the two by rule; with ``agreement``: the correlation of all these cosines with those by rule.
        world: works of which everything is known, by default those of the invented painters.
        tower: see ``text_tower``.
        weights: of the tower, and of the descriptor of that name.
        descriptors: pictures' sides; where the tower's own is missing, nothing is told zero-shot.
        exchanges: see ``told_words``.
        resamples: of painters, for the intervals of cosines.
        command: what makes it again.
    """
    world = world or invented_world(None)
    moods, texts = mood_world(world), text_tower(tower, weights)
    sides = text_sides(texts, np.array(moods.captions)[moods.learned].tolist(), weights)
    rows = list(_of_rule(moods, exchanges))
    for name in descriptors:
        vectors = _described(world, name, weights if name == tower else None)
        if name == tower:
            for text, spelled in (("zero-shot", str), ("letters shuffled", _shuffled)):
                rows += _told(moods, _zero_shot(texts, moods, vectors, spelled), (name, text), exchanges)
        for text, states in sides.items():
            read = Read(moods, states, vectors)
            told = {word: read.seen @ way for word, way in read.directions.items() if way.any()}
            rows += _told(moods, told, (name, text), exchanges)
            whole = name == tower and text == "word vectors"
            rows += _directions(read, (name, text), exchanges, resamples, whole=whole)
        rows += _told(moods, _by_facets(moods, vectors), (name, "facets"), exchanges)
    own = [name for name in descriptors if weights is None or name != tower]
    facts = _facts(moods, texts)
    return write_results(output, facts, pd.DataFrame(rows).round(3), command=command, descriptors=own)


def _described(world: World, name: str, weights: AnyPath | None) -> np.ndarray:
    descriptor = load(name) if weights is None else load(name, weights=weights)
    return np.asarray(embed(world.table, descriptor, cache=cache_folder() / "embeddings", progress=False).vectors)


def _zero_shot(
    tower: TextTower, moods: MoodWorld, vectors: np.ndarray, spelled: Callable[[str], str]
) -> dict[str, np.ndarray]:
    """The cosines of pictures with prompts of each word, averaged over the subjects."""
    subjects = sorted(set(moods.frame["content"]))
    words = [*MOODS, *SYNONYMS]
    return {word: vectors @ tower.encode(prompts(spelled(word), subjects)).mean(axis=0) for word in words}


def _shuffled(word: str) -> str:
    """The letters of a word in another order: something that nobody has read."""
    return "".join(seeded("letters", word).permutation(list(word)))


def _by_facets(moods: MoodWorld, vectors: np.ndarray) -> dict[str, np.ndarray]:
    """The rules, put together from regressions of their quantities on pictures of the painters who are learned from."""
    from sklearn.linear_model import RidgeCV
    from sklearn.preprocessing import StandardScaler

    seen = StandardScaler().fit(vectors[moods.learned]).transform(vectors)
    ridge = RidgeCV(np.geomspace(1, 1e4, 9)).fit(seen[moods.learned], moods.quantities[moods.learned])
    scores = mood_scores(pd.DataFrame(ridge.predict(seen), columns=moods.quantities.columns))
    return {word: scores[word].to_numpy() for word in MOODS}


def _of_rule(moods: MoodWorld, exchanges: int) -> Iterator[dict[str, Any]]:
    truth = {word: moods.holds[:, number].astype(float) for number, word in enumerate(MOODS)}
    yield from _told(moods, truth, ("", "rule"), exchanges)


def _told(
    moods: MoodWorld, scores: Mapping[str, np.ndarray], sides: tuple[str, str], exchanges: int
) -> Iterator[dict[str, Any]]:
    """The rows of words, synonyms and twins, of those that have scores."""
    for check, words in (("word", {word: word for word in MOODS}), ("synonym", dict(SYNONYMS))):
        known = {word: meant for word, meant in words.items() if word in scores}
        told = [_judged(moods, scores[word], moods.holds, meant, exchanges) for word, meant in known.items()]
        said = [_judged(moods, scores[word], moods.said, meant, 0).area for word, meant in known.items()]
        for word, one, heard in zip(known, told, said, strict=True):
            yield _row(check, sides, word, one.estimate().row()) | {"p": one.p, "said": heard}
        if told:
            yield _row(check, sides, "mean", mean_told(told).row()) | {"said": float(np.mean(said))}
    if sides[1] != "rule":
        yield from _twins(moods, scores, sides, exchanges)


def _judged(moods: MoodWorld, scores: np.ndarray, truth: np.ndarray, word: str, exchanges: int) -> Told:
    judging = ~moods.learned
    holds = truth[judging, list(MOODS).index(word)]
    return told_words(scores[judging], holds, moods.painters[judging], exchanges=exchanges)


def _twins(
    moods: MoodWorld, scores: Mapping[str, np.ndarray], sides: tuple[str, str], exchanges: int
) -> Iterator[dict[str, Any]]:
    for (one, other), quantity in TWINS.items():
        first, second = (moods.holds[:, list(MOODS).index(word)] for word in (one, other))
        either = ~moods.learned & (first != second)
        apart = (scores[one] - scores[other])[either]
        told = told_words(apart, first[either], moods.painters[either], exchanges=exchanges)
        yield _row("twin", sides, f"{one}/{other}", told.estimate().row()) | {"p": told.p, "facet": quantity}


def _row(check: str, sides: tuple[str, str], word: str, estimate: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"check": check, "pictures": sides[0], "text": sides[1], "word": word, "facet": ""}
    return row | {key: estimate[key] for key in ("value", "low", "high")}


def _directions(
    read: Read, sides: tuple[str, str], exchanges: int, resamples: int, *, whole: bool
) -> Iterator[dict[str, Any]]:
    """Cosines of words, learned from one half of the painters, with facets, seen on the other half."""
    words, judging = list(MOODS), ~read.world.learned
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
    yield _row("agreement", sides, "all", total.row()) | {"p": p}
    for place in np.ndindex(found.shape) if whole else ():
        one = with_interval(found[place], drawn[(slice(None), *place)], count, "group", bounds=SIGNED)
        p = (1 + (np.abs(chance[(slice(None), *place)]) >= abs(found[place])).sum()) / (1 + exchanges)
        row = _row("direction", sides, words[place[0]], one.row()) | {"facet": list(QUANTITIES)[place[1]]}
        yield row | {"p": p, "said": by_rule[place]}


def _facets(read: Read, rows: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
    """Where quantities point, by some rows' pictures, and those rows' values or others."""
    return facet_directions(read.seen[rows], read.world.quantities.to_numpy()[rows if values is None else values])


def _resampled(read: Read, random: np.random.Generator) -> np.ndarray:
    """The cosines with other painters drawn on both sides."""
    from sklearn.linear_model import Ridge

    learned, judging = (_drawn(read.world, half, random) for half in (read.world.learned, ~read.world.learned))
    weights = Ridge(read.map.penalty).fit(read.texts[learned] / read.map.scale, read.seen[learned]).coef_.T
    return read.pointed(weights)[: len(MOODS)] @ _facets(read, judging).T


def _drawn(world: MoodWorld, half: np.ndarray, random: np.random.Generator) -> np.ndarray:
    names = np.unique(world.painters[half])
    return np.concatenate([np.flatnonzero(world.painters == name) for name in random.choice(names, len(names))])


def _exchanged(read: Read, random: np.random.Generator) -> np.ndarray:
    """The cosines with facets whose records were exchanged between painters."""
    rows = np.flatnonzero(~read.world.learned)
    other = exchanged(rows, read.world.painters[rows], "painter", random)
    return np.stack([read.directions[word] for word in MOODS]) @ _facets(read, rows, other).T


def _facts(moods: MoodWorld, tower: TextTower) -> dict[str, Any]:
    words = {word: {"weights": dict(mood.weights), "above": mood.above} for word, mood in MOODS.items()}
    share = dict(zip(MOODS, moods.holds.mean(axis=0).round(3).tolist(), strict=True))
    halves = {name: len(np.unique(moods.painters[half])) for name, half in _halves(moods).items()}
    about = {name: {"group": one.group, "meaning": one.meaning, "middle": one.middle, "spread": one.spread}
             for name, one in QUANTITIES.items()}  # fmt: skip
    return {
        "painters": halves,
        "works": len(moods.painters),
        "moods": words,
        "holds": share,
        "quantities": about,
        "noise": {"missed": MISSED, "wrong": WRONG, "most": MOST},
        "synonyms": dict(SYNONYMS),
        "tower": {"name": tower.name, "fingerprint": tower.fingerprint},
        "pieces": {word: len(tower.pieces(word)) for word in [*MOODS, *SYNONYMS]},
    }


def _halves(moods: MoodWorld) -> dict[str, np.ndarray]:
    return {"learned from": moods.learned, "judged on": ~moods.learned}
