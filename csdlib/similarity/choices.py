"""Trials of a forced choice: which of four works is by the artist of another one?"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError, require_range
from csdlib.files import text_hash
from csdlib.tables import ImageTable


@dataclass(frozen=True)
class Choices:
    """A test of n trials with k candidates each, of which one is by the artist of the reference.

    Attributes:
        table: n (k + 1) works, trial after trial: the reference, then its candidates in the order in which they stand.
        answer: (n,) the place of the right candidate, from 0.
        related: (n,) bool, whether a candidate is by another artist of the reference's movement: the harder trials.
    """

    table: ImageTable
    answer: np.ndarray
    related: np.ndarray

    def __len__(self) -> int:
        return len(self.answer)

    @property
    def candidates(self) -> int:
        """How many candidates a trial has."""
        return len(self.table) // len(self) - 1

    @cached_property
    def edition(self) -> str:
        """A name of this very test, 12 hexadecimal digits; answers to another one say nothing about it."""
        return text_hash("choices", self.table.ids.tolist(), self.answer.tolist())[:12]

    def of(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """A column of the table as strings: (n,) of the references and (n, k) of the candidates."""
        values = self.table.column(column).reshape(len(self), -1)
        return values[:, 0], values[:, 1:]


@dataclass(frozen=True)
class Chosen:
    """How like the reference a descriptor finds every candidate.

    Attributes:
        similarities: (n, k) of the reference and each candidate; higher is more alike.
        answer: (n,) the place of the right candidate.
    """

    similarities: np.ndarray
    answer: np.ndarray

    @property
    def choice(self) -> np.ndarray:
        """The place of the most alike candidate, (n,)."""
        return self.similarities.argmax(axis=1)

    @property
    def right(self) -> np.ndarray:
        """Whether the most alike candidate is the right one, (n,) bool."""
        return self.choice == self.answer

    @property
    def margin(self) -> np.ndarray:
        """By how much the right candidate is more alike than the best wrong one, (n,); below 0 where it is not."""
        here = np.arange(self.similarities.shape[1]) == self.answer[:, None]
        wrong = np.where(here, -np.inf, self.similarities).max(axis=1)
        margin: np.ndarray = self.similarities[here] - wrong
        return margin


def choose(choices: Choices, embeddings: Embeddings) -> Chosen:
    """What a descriptor chooses.

    Args:
        choices: the trials.
        embeddings: of the works of ``choices.table``, in their order.

    Raises:
        InputError: embeddings of other works.
    """
    if not np.array_equal(embeddings.ids, choices.table.ids):
        raise InputError("the embeddings are of other works than the trials': embed the table of the choices")
    vectors = embeddings.vectors.reshape(len(choices), choices.candidates + 1, -1).astype(np.float64)
    reference, candidates = vectors[:, :1], vectors[:, 1:]
    if embeddings.metric == "cosine":
        return Chosen((reference * candidates).sum(axis=2), choices.answer)
    return Chosen(-np.square(reference - candidates).sum(axis=2), choices.answer)


def draw_choices(table: ImageTable, trials: int = 20, *, candidates: int = 4, seed: int = 0) -> Choices:
    """Draws trials in which neither subject nor place tells the answer.

    All candidates of a trial show *one* subject, and the reference another; each is by another artist. In half of the
    trials one is by another artist of the reference's movement, which is harder; in the other half none is.
    Every artist is asked for equally often, as far as the numbers allow, and the right candidate stands equally often
    at every place. No work is shown twice. Where a table knows no subjects, or no movements, this part is left out.

    Args:
        table: works whose artists are known.
        trials: how many, 2 to 1000.
        candidates: in a trial, 2 or more.
        seed: of the draw; with the table it decides everything.

    Raises:
        InputError: numbers out of range, or too few artists, or works of theirs, to draw so many trials.
    """
    require_range("trials", trials, 2, 1000)
    require_range("candidates", candidates, 2, 100)
    draw = _Draw(table, candidates, np.random.default_rng(seed))
    order = draw.random.permutation(trials)
    makers, related = (np.array(each)[order] for each in draw.asked(trials))
    answer = draw.random.permutation(np.resize(np.arange(candidates), trials))
    rows = [draw.trial(*each) for each in zip(makers, related, answer, strict=True)]
    return Choices(table.take(np.concatenate(rows)), answer, related)


class _Draw:
    """What is left of a table while trials are drawn from it."""

    def __init__(self, table: ImageTable, candidates: int, random: np.random.Generator) -> None:
        self.artist, self.subject = table.column("artist"), table.column("content")
        self.random, self.wrong = random, candidates - 1
        self.free = self.artist != ""
        self.artists = np.unique(self.artist[self.free])
        if len(self.artists) < candidates:
            raise InputError(f"{candidates} candidates need as many artists, and the table names {len(self.artists)}")
        movements = pd.Series(table.column("movement"))
        self.movement = {who: str(movements[self.artist == who].mode()[0]) for who in self.artists}

    def asked(self, trials: int) -> tuple[list[str], list[bool]]:
        """The artist of each reference, and whether a relative is among the candidates.

        Rounds through all artists; whoever had a relative in one round has none in the next.
        """
        order = self.random.permutation(self.artists)
        half = len(order) // 2
        # So that the first artists of a round, too, are half and half.
        places = np.argsort(np.concatenate([np.arange(half), np.arange(len(order) - half)]), kind="stable")
        makers, related = [], []
        for number in range(trials):
            turn, place = divmod(number, len(order))
            who = str(order[places[place]])
            makers.append(who)
            related.append(bool((places[place] < half) != turn % 2) and bool(self.relatives(who)))
        return makers, related

    def relatives(self, who: str) -> list[str]:
        """The other artists of somebody's movement."""
        return [other for other in self.artists if other != who and self.movement[other] == self.movement[who] != ""]

    def trial(self, who: str, related: bool, place: int) -> np.ndarray:
        """The rows of one trial: the reference, and the candidates with the right one at its place."""
        for shown, asked in self._subjects(who):
            wrong = self._wrong(who, related, asked)
            # Without subjects, the two works are drawn from the same ones.
            if wrong is None or sum(self._works(who, shown)) < 1 + (shown == asked):
                continue
            reference = self._take(who, shown)
            artists = [*wrong[:place], who, *wrong[place:]]
            return np.array([reference, *(self._take(artist, asked) for artist in artists)])
        raise InputError(
            f"too few works by {str(who)!r}, or by {self.wrong} artists beside (of other movements, in half of the "
            "trials), are left for another trial: ask for fewer trials, or bring more works"
        )

    def _subjects(self, who: str) -> Iterator[tuple[str, str]]:
        """What the reference shows and what the candidates show, in a random order."""
        own = np.unique(self.subject[self.free & (self.artist == who)])
        pairs = [(a, b) for a in own for b in own if a != b or a == ""]
        yield from (pairs[number] for number in self.random.permutation(len(pairs)))

    def _wrong(self, who: str, related: bool, subject: str) -> list[str] | None:
        """The artists of the wrong candidates in a random order; None where too few have painted the subject."""
        able = [each for each in self.artists if each != who and self._works(each, subject).any()]
        family = set(self.relatives(who))
        near, far = ([each for each in able if (each in family) == kind] for kind in (True, False))
        if len(far) < self.wrong - related or (related and not near):
            return None
        found = [*self.random.permutation(near)[: int(related)], *self.random.permutation(far)[: self.wrong - related]]
        return [str(each) for each in self.random.permutation(found)]

    def _works(self, who: str, subject: str) -> np.ndarray:
        works: np.ndarray = self.free & (self.artist == who) & (self.subject == subject)
        return works

    def _take(self, who: str, subject: str) -> int:
        row = int(self.random.choice(np.flatnonzero(self._works(who, subject))))
        self.free[row] = False
        return row
