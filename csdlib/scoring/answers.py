"""Answers to triplets as a file, read as from strangers: which of two pictures is nearer to a third in style?"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path
from csdlib.metrics.shares import wilson
from csdlib.similarity.triplets import question
from csdlib.texts import read_csv

#: The columns of a file of triplets; ``seconds`` may follow.
COLUMNS = ("expert", "anchor", "first", "second", "nearer")
#: What ``nearer`` may say; empty where nobody has answered.
NEARER = ("first", "second", "skipped", "")


@dataclass(frozen=True)
class Answers:
    """What experts said of triplets.

    Attributes:
        triplets: (n, 3) rows of the pictures: anchor, first, second; of all questions that were answered.
        first_nearer: (n,) bool.
        experts: (n,) names; empty where none is given.
        skipped: questions that an expert did not want to answer.
        open: questions without an answer.
        repeated: answers that an expert gave a second time, in the same words; they count once.
        contradicted: pairs of an expert's answers to one question that say the opposite. Both are kept.
        unknown: pictures that are not there -> how many answers were left out for them.
    """

    triplets: np.ndarray
    first_nearer: np.ndarray
    experts: np.ndarray
    skipped: int = 0
    open: int = 0
    repeated: int = 0
    contradicted: int = 0
    unknown: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.triplets)

    def by(self, expert: str) -> "Answers":
        """The answers of one expert; the counts of what was left out stay those of all."""
        own = self.experts == expert
        parts = {"triplets": self.triplets[own], "first_nearer": self.first_nearer[own], "experts": self.experts[own]}
        return replace(self, **parts)

    def agreement(self) -> pd.DataFrame:
        """How often two experts give the same answer to the same question; half of the time is chance.

        Returns:
            a row for each two experts who met a question in common: ``expert``, ``other``, ``questions``, and the share
            that they answer alike with its interval (``value``, ``low``, ``high``, see ``wilson``). Whoever contradicts
            oneself agrees there with nobody.
        """
        said: dict[str, dict[tuple[int, ...], set[bool]]] = {}
        given = zip(self.experts.tolist(), map(tuple, self.triplets.tolist()), self.first_nearer.tolist(), strict=True)
        for expert, asked, nearer in given:
            said.setdefault(expert, {}).setdefault(asked, set()).add(nearer)
        rows = []
        for expert, other in combinations(sorted(said), 2):
            both = said[expert].keys() & said[other].keys()
            if both:
                alike = sum(said[expert][each] == said[other][each] and len(said[expert][each]) == 1 for each in both)
                found = wilson(alike, len(both))
                rows.append((expert, other, len(both), found.value, found.low, found.high))
        return pd.DataFrame(rows, columns=["expert", "other", "questions", "value", "low", "high"])

    def notes(self) -> list[str]:
        """What a reader of the result should know of the answers, a sentence each."""
        counts = {
            "skipped": self.skipped,
            "not answered yet": self.open,
            "given twice, and counted once": self.repeated,
            "contradicted by the same expert, and kept": self.contradicted,
        }
        said = [f"{count:,} {what}" for what, count in counts.items() if count]
        if self.unknown:
            said.append(
                f"{sum(self.unknown.values()):,} left out: {len(self.unknown):,} pictures are not there, "
                f"for example {next(iter(self.unknown))}"
            )
        return said


def read_answers(path: AnyPath, ids: Sequence[str] | np.ndarray) -> Answers:
    """The answers in a file of triplets, see ``COLUMNS``.

    Args:
        path: a csv file: ``expert`` (may be empty), ``anchor``, ``first`` and ``second`` (ids of pictures), ``nearer``
            (``first``, ``second``, ``skipped``, or empty: not answered yet).
        ids: (n,) of the pictures that there are.

    Raises:
        InputError: the file cannot be read, a column is missing, ``nearer`` says something else, or a question names
            one picture twice; the message names the line. Or none of the pictures is there.
    """
    table, place = read_csv(path, columns=COLUMNS), {str(name): row for row, name in enumerate(ids)}
    counts, unknown = dict.fromkeys(("skipped", "open", "repeated", "contradicted"), 0), dict[str, int]()
    said: dict[tuple[str, tuple[int, int, int]], set[int]] = {}
    for line, row in table.iterrows():
        names = [_plain(row[column]) for column in ("anchor", "first", "second")]
        _check(path, line, row["nearer"], names)
        lost = next((name for name in names if name not in place), None)
        if row["nearer"] in ("skipped", ""):
            counts["skipped" if row["nearer"] else "open"] += 1
        elif lost is not None:
            unknown[lost] = unknown.get(lost, 0) + 1
        else:
            anchor, first, second = (place[name] for name in names)
            chosen = first if row["nearer"] == "first" else second
            before = said.setdefault((_plain(row["expert"]), question(anchor, first, second)), set())
            counts["repeated"] += chosen in before
            counts["contradicted"] += bool(before - {chosen})
            before.add(chosen)
    if unknown and not said:
        raise InputError(f"{path}: none of its pictures is there, for example {next(iter(unknown))}")
    given = [(expert, asked, picture) for (expert, asked), both in said.items() for picture in sorted(both)]
    rows = np.array([asked for _, asked, _ in given], np.int64).reshape(-1, 3)
    first_nearer = np.array([picture == asked[1] for _, asked, picture in given], bool)
    return Answers(rows, first_nearer, np.array([expert for expert, *_ in given], str), unknown=unknown, **counts)


def _plain(text: str) -> str:
    """A text without the apostrophe that keeps a spreadsheet from taking it for a formula; the book's page sets it."""
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text


def _check(path: AnyPath, line: object, nearer: str, names: list[str]) -> None:
    if nearer not in NEARER:
        raise InputError(f"{path}: line {line}: nearer must be first, second, skipped or empty, got {nearer!r}")
    if len(set(names)) < 3:
        raise InputError(f"{path}: line {line}: a question needs three different pictures, got {', '.join(names)}")


def write_questions(
    path: AnyPath, triplets: Sequence[Sequence[int]] | np.ndarray, ids: Sequence[str] | np.ndarray, *, expert: str = ""
) -> None:
    """Writes questions without answers, in the form that ``read_answers`` reads.

    Args:
        path: the csv file; one that is there is not overwritten.
        triplets: (n, 3) rows of the pictures.
        ids: of the pictures.
        expert: who is asked.

    Raises:
        InputError: the file is there: it may hold answers.
    """
    if Path(path).exists():
        raise InputError(f"{path} is there already, and may hold answers: name another file")
    named = np.asarray(ids)[np.asarray(triplets)]
    frame = pd.DataFrame({"expert": expert, "anchor": named[:, 0], "first": named[:, 1], "second": named[:, 2]})
    with atomic_path(path) as temporary:
        frame.assign(nearer="").to_csv(temporary, index=False, lineterminator="\n")
