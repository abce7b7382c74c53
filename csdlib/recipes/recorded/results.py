"""A recorded result: a table, and how it was made. One function writes it, and one reads it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from csdlib import generation  # lazy: diffusers loads only where a generator is asked about
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, data_path
from csdlib.metrics.estimate import Estimate
from csdlib.tables import ImageTable

#: What stands for the revision and the precision of pictures from elsewhere.
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Recorded:
    """A result that the book shows and does not measure again.

    Attributes:
        frame: the numbers, one row each; empty where the facts are all there is.
        facts: how they were made: ``date``, ``command``, counts, in ``fingerprints`` the descriptors' weights, and in
            ``generators`` the revision and the precision of what made the pictures.
    """

    frame: pd.DataFrame
    facts: dict[str, Any]

    def outdated(self) -> list[str]:
        """The descriptors and the shipped generators whose weights have changed since."""
        marks: dict[str, str] = self.facts.get("fingerprints", {})
        older = [name for name, mark in marks.items() if load(name).fingerprint != mark]
        ours = [name for name in self._generators if generation.MODELS.get(name, "").startswith("models/")]
        return older + [name for name in ours if generation.revision(name) != self._generators[name]["revision"]]

    def sentence(self) -> str:
        """When it was recorded, by which command and with which weights; and whether these are still today's.

        Example:
            >>> Recorded(pd.DataFrame(), {"date": "2026-11-25", "command": "csdlib record content"}).sentence()
            'Recorded on 2026-11-25 by `csdlib record content`.'
        """
        marks = [f"{name} {mark[:8]}" for name, mark in self.facts.get("fingerprints", {}).items()]
        weights = f", with the weights {', '.join(marks)}" if marks else ""
        made = [f"{name} ({_described(each)})" for name, each in self._generators.items()]
        weights += f", on pictures by {', '.join(made)}" if made else ""
        older = self.outdated()
        note = f" Changed since, so that its numbers are of older weights: {', '.join(older)}." if older else ""
        return f"Recorded on {self.facts['date']} by `{self.facts['command']}`{weights}.{note}"

    @property
    def _generators(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = self.facts.get("generators", {})
        return found


def read_results(name: str) -> Recorded:
    """A result that the project ships.

    Args:
        name: of the files in ``data/results``, without suffix, for example ``"studies_atelier"``.

    Raises:
        InputError: nothing of that name is recorded here.
    """
    facts = json.loads(data_path(f"results/{name}.json").read_text())
    table = data_path("results") / f"{name}.csv"
    return Recorded(pd.read_csv(table) if table.is_file() else pd.DataFrame(), facts)


def write_results(
    output: AnyPath,
    facts: dict[str, Any],
    frame: pd.DataFrame | None = None,
    *,
    command: str = "",
    descriptors: Sequence[str] = (),
    generated: Iterable[ImageTable] = (),
) -> Recorded:
    """Writes a result: the table as csv, and how it was made as json beside it.

    Args:
        output: one of the two files; the other has the same name.
        facts: what else is to be known: settings, counts.
        frame: the numbers; by default the facts are all there is.
        command: what makes it again.
        descriptors: names of those that measured; the fingerprints of their weights are kept.
        generated: tables of generated pictures; revision and precision of what made them are kept, or that they are not
            stated.

    Raises:
        InputError: an output that ends in neither .csv nor .json.
    """
    output = Path(output)
    if output.suffix not in (".csv", ".json"):
        raise InputError(f"output {output} must be a file that ends in .csv or .json")
    made = {"date": date.today().isoformat(), "command": command} | facts
    made |= {"fingerprints": {name: load(name).fingerprint for name in descriptors}} if descriptors else {}
    made |= {"generators": found} if (found := _generators(generated)) else {}
    if frame is not None:
        write_table(output.with_suffix(".csv"), frame)
    with atomic_path(output.with_suffix(".json")) as path:
        path.write_text(json.dumps(made, indent=1) + "\n")
    return Recorded(pd.DataFrame() if frame is None else frame, made)


def _generators(tables: Iterable[ImageTable]) -> dict[str, dict[str, str]]:
    """Revision and precision of every model that made pictures of the tables."""
    found: dict[str, dict[str, str]] = {}
    for table in tables:
        for model in table.frame["model"].unique():
            found[str(model)] = {key: str(table.manifest.get(key, NOT_STATED)) for key in ("revision", "precision")}
    return found


def _described(generator: dict[str, str]) -> str:
    if generator["revision"] == NOT_STATED:
        return f"revision {NOT_STATED}"
    # A model's, and behind a plus its adapter's.
    marks = "+".join(mark[:8] for mark in generator["revision"].split("+"))
    return f"revision {marks}, {generator['precision']}"


def rounded(estimate: Estimate) -> dict[str, Any]:
    """An estimate as a record keeps it: its row with four decimals."""
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in estimate.row().items()}


def unfinished(output: AnyPath) -> Path:
    """The folder beside an output in which a run keeps what it has until it is done; made if it is missing."""
    output = Path(output)
    folder = output.with_name(f"{output.stem}.unfinished")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_table(output: AnyPath, frame: pd.DataFrame) -> None:
    """Writes a table as a csv file, atomically and without its index."""
    with atomic_path(output) as path:
        frame.to_csv(path, index=False)
