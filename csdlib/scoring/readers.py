"""What readers answered in the book's test: files from their browsers, read as from strangers, and how they agree."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csdlib.errors import InputError, needs_extra, no_such, reason
from csdlib.files import AnyPath, at_home
from csdlib.metrics.estimate import FEWEST, Estimate, few
from csdlib.metrics.intervals import SIGNED, around
from csdlib.metrics.jackknifed import half_width
from csdlib.similarity.choices import Choices
from csdlib.texts import one_form, read_text

#: What an exported file says it is.
KIND = "csdlib: answers to the style test"
#: A whole file has about two thousand bytes; a larger one is no such file.
MOST_BYTES = 100_000
#: Letters of a name that are kept.
LONGEST_NAME = 40


@dataclass(frozen=True)
class Readers:
    """Readers who answered every trial of one test.

    Attributes:
        choices: (r, n) the place of the candidate that each reader chose in each trial, from 0.
        order: (r, n) which trial each reader met first, second ...; every reader has an order of their own.
        names: (r,) as they were typed; empty where nothing was.
        files: (r,) where the answers come from.
        problems: file -> why it was left out.
    """

    choices: np.ndarray
    order: np.ndarray
    names: np.ndarray
    files: np.ndarray
    problems: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.choices)

    def frame(self, test: Choices) -> pd.DataFrame:
        """A row an answer: ``file``, ``reader``, ``position`` (from 1), ``trial``, ``choice`` (from 1), ``right``."""
        readers, trials = self.choices.shape
        reader, position = (each.ravel() for each in np.indices((readers, trials)))
        trial = self.order.ravel()
        choice = self.choices[reader, trial]
        return pd.DataFrame(
            {
                "file": self.files[reader],
                "reader": self.names[reader],
                "position": position + 1,
                "trial": trial,
                "choice": choice + 1,
                "right": choice == test.answer[trial],
            }
        )


def read_readers(folder: AnyPath, test: Choices) -> Readers:
    """The answers in a folder of files that the book's page has exported (``*.json``).

    Files are what strangers send. What is no whole set of answers, belongs to another edition of the test, holds the
    same answers in the same order as another file, or is a further attempt of a reader who has seen the answers, is
    left out, with one reason a file.

    Args:
        folder: with one file a reader; names, where there are any, are text and nothing else.
        test: which test they should have taken; its ``edition`` is compared.

    Returns:
        the readers, in the order of the files' names, and what was left out.

    Raises:
        InputError: no such folder, or no file of it can be used; the message counts why.
    """
    root = at_home(folder)
    if not root.is_dir():
        raise InputError(f"{root}: {no_such('folder', root)}")
    kept: dict[str, tuple[str, np.ndarray, np.ndarray]] = {}
    problems: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for path in sorted(root.glob("*.json")):
        try:
            name, order, choices = _answers(path, test)
        except InputError as error:
            problems[path.name] = str(error)
            continue
        # Everyone meets the trials in an order of their own: the same order and answers are the same sitting.
        first = seen.setdefault(order.tobytes() + choices.tobytes(), path.name)
        if first == path.name:
            kept[path.name] = name, order, choices
        else:
            problems[path.name] = f"the same answers as in {first}"
    if not kept:
        raise InputError(f"{root}: no file of answers to this test ({_counted(problems)})")
    names, orders, chosen = zip(*kept.values(), strict=True)
    return Readers(np.stack(chosen), np.stack(orders), np.array(names), np.array(list(kept)), problems)


def _counted(problems: dict[str, str]) -> str:
    if not problems:
        return "it holds no .json file"
    first, said = next(iter(problems.items()))
    return f"{len(problems)} left out, the first, {first}: {said}"


def _answers(path: Path, test: Choices) -> tuple[str, np.ndarray, np.ndarray]:
    """Name, order and choices of a file."""
    if not path.is_file():
        raise InputError("not a file")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"more than {MOST_BYTES:,} bytes: no file of answers")
    data = _parsed(path)
    if data.get("kind") != KIND or data.get("version") != 1:
        raise InputError("not exported by the page of the test")
    if data.get("edition") != test.edition:
        raise InputError(f"another edition of the test ({str(data.get('edition'))[:12]!r}, not {test.edition!r})")
    if data.get("attempt") != 1:
        raise InputError("a further attempt: this reader had seen the answers")
    order, choices = _trials(data.get("answers"), len(test), test.candidates)
    return _name(data.get("reader", "")), order, choices


def _parsed(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_text(path))
    # Deeply nested lists exhaust the parser.
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise InputError(str(error).removeprefix(f"{path}: ")) from error
        raise InputError(f"no whole json ({reason(error)})") from error
    if not isinstance(data, dict):
        raise InputError("not exported by the page of the test")
    return data


def _trials(answers: Any, trials: int, candidates: int) -> tuple[np.ndarray, np.ndarray]:
    """The order of the trials, and the choice in each trial by its number."""
    if not isinstance(answers, list) or len(answers) != trials:
        raise InputError(f"not {trials} answers")
    pairs = [(_whole(each, "trial"), _whole(each, "choice")) for each in answers]
    order, chosen = np.array(pairs).T
    if not np.array_equal(np.sort(order), np.arange(trials)):
        raise InputError(f"the trials are not 0 to {trials - 1}, each once")
    if chosen.min() < 1 or chosen.max() > candidates:
        raise InputError(f"a choice is not 1 to {candidates}")
    choices = np.empty(trials, np.int64)
    choices[order] = chosen - 1
    return order.astype(np.int64), choices


def _whole(answer: Any, key: str) -> int:
    value = answer.get(key) if isinstance(answer, dict) else None
    # True is an int of Python's, and a number may have a thousand digits.
    if type(value) is not int or not 0 <= value < 1000:
        raise InputError(f"an answer has no {key}, or one that is no whole number")
    return value


def _name(given: Any) -> str:
    """A nickname as one line of text that can be shown."""
    if not isinstance(given, str):
        raise InputError("the reader's name is no text")
    # Half of a pair of surrogates is no letter, and cannot be written.
    shown = "".join(letter if letter.isprintable() else " " for letter in given[: 4 * LONGEST_NAME])
    return one_form(" ".join(shown.split()))[:LONGEST_NAME]


def agreement(choices: np.ndarray, *, level: float = 0.95) -> Estimate:
    """How far readers agree beyond chance, whether they are right or not: Fleiss' kappa (Fleiss 1971).

    Each of n trials has candidates of its own, so "the second candidate" is no opinion that one could hold in general.
    Kappa then compares with the shares of the places; with right answers equally often at every place, chance is near
    one over the number of candidates.

    The interval is over readers *and* trials. A bootstrap would draw a reader twice, who then agrees with himself; so
    each reader, and each trial, is left out in turn, and the two variances are added, which is a little too wide: what
    both share counts twice.

    Args:
        choices: (r, n) the place that each reader chose in each trial, from 0; all readers met all trials.
        level: of confidence, in (0, 1).

    Returns:
        at most 1, for readers who all chose the same; 0 is chance. ``n`` counts readers; below 4 readers or trials
        there is no interval, nor where one of them is all that varies.

    Raises:
        InputError: fewer than two readers or trials, or all chose one place throughout.

    Example:
        >>> agreement(np.tile(np.arange(8) % 4, (5, 1))).value
        1.0
    """
    choices = np.asarray(choices)
    if choices.ndim != 2 or min(choices.shape) < 2:
        raise InputError(f"agreement needs two readers and two trials or more, got the shape {choices.shape}")
    counts = _votes(choices, int(choices.max()) + 1)
    value, readers, trials = _kappa(counts), *choices.shape
    if np.isnan(value):
        raise InputError("all readers chose one place in every trial: there is no agreement beyond that chance")
    note = "; ".join(filter(None, (few(readers, "reader"), few(trials, "trial"))))
    if min(readers, trials) < FEWEST:
        return Estimate(value, np.nan, np.nan, readers, "reader", note)
    without = [list(_without_readers(choices, counts)), [_kappa(np.delete(counts, t, axis=0)) for t in range(trials)]]
    parts = [((len(each) - 1) * float(np.var(each)), len(each) - 1) for each in without]
    reach = half_width(parts, level)
    if np.isnan(reach):
        alone = "without one reader or trial all chose one place: no interval"
        return Estimate(value, np.nan, np.nan, readers, "reader", alone)
    return Estimate(value, *around(value, reach, SIGNED), readers, "reader", note)


def _votes(choices: np.ndarray, places: int) -> np.ndarray:
    """How many readers chose each place in each trial, (n, places)."""
    votes: np.ndarray = (np.asarray(choices)[:, :, None] == np.arange(places)).sum(axis=0)
    return votes


def _without_readers(choices: np.ndarray, counts: np.ndarray) -> Iterator[float]:
    """Kappa without each reader in turn."""
    for own in choices:
        yield _kappa(counts - (own[:, None] == np.arange(counts.shape[1])))


@needs_extra("readers")
def _kappa(counts: np.ndarray) -> float:
    """Fleiss' kappa of (n, k) counts of readers; not a number where nobody varies."""
    from statsmodels.stats.inter_rater import fleiss_kappa

    return float(fleiss_kappa(counts)) if (counts.sum(axis=0) > 0).sum() > 1 else float("nan")


def majority(choices: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """How right the vote of all readers is in each trial, (n,) in [0, 1]; with a tie, as right as drawing lots.

    Args:
        choices: (r, n) the place that each reader chose in each trial, from 0.
        answer: (n,) the right places.

    Example:
        >>> majority(np.array([[0, 1], [0, 2], [3, 3]]), np.array([0, 1])).round(2).tolist()
        [1.0, 0.33]
    """
    votes = _votes(choices, int(max(np.max(choices), np.max(answer))) + 1)
    first = votes == votes.max(axis=1, keepdims=True)
    found: np.ndarray = first[np.arange(len(answer)), answer] / first.sum(axis=1)
    return found


def crowd_shares(
    choices: np.ndarray, answer: np.ndarray, sizes: list[int], *, draws: int = 200, seed: int = 0
) -> pd.DataFrame:
    """How right the vote of a crowd is, by its size: the mean over crowds drawn from the readers, without replacement.

    Args:
        choices: (r, n) the place that each reader chose in each trial, from 0.
        answer: (n,) the right places.
        sizes: of crowds, 1 to r.
        draws: crowds of each size.
        seed: of the draws.

    Returns:
        a row a size: ``readers``, and ``share`` of the trials in which the vote is right.

    Raises:
        InputError: a crowd larger than all readers.
    """
    if max(sizes) > len(choices) or min(sizes) < 1:
        raise InputError(f"crowds of {min(sizes)} to {max(sizes)} from {len(choices)} readers")
    random = np.random.default_rng(seed)
    rows = []
    for size in sizes:
        crowds = (random.permutation(len(choices))[:size] for _ in range(draws))
        rows.append({"readers": size, "share": np.mean([majority(choices[who], answer) for who in crowds])})
    return pd.DataFrame(rows)
