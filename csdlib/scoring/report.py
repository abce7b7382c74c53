"""A table of results that nobody can part from how it was made."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from csdlib.errors import InputError, lookup, reason
from csdlib.files import AnyPath, at_home, atomic_path
from csdlib.metrics.estimate import Estimate

#: The summary of a report that has none.
NO_SUMMARY = pd.DataFrame(columns=["measure", "value", "low", "high", "n", "unit", "note"])

_Read = tuple[pd.DataFrame, dict[str, Any]]


@dataclass(frozen=True)
class Report:
    """A table with its summary, and how both were made.

    Attributes:
        frame: the rows.
        summary: one row a ``measure``: ``value``, ``low`` and ``high`` of its 95 % interval, ``n`` units that were
            resampled, what ``unit`` they are, and a ``note``.
        how: how all was made, and what was left out of each side.
    """

    frame: pd.DataFrame
    summary: pd.DataFrame
    how: dict[str, Any]

    def __len__(self) -> int:
        return len(self.frame)

    def estimate(self, measure: str) -> Estimate:
        """A measure of the summary, with its interval.

        Raises:
            InputError: the summary has no such measure, or there is none.
        """
        if self.summary.empty:
            raise InputError("there is no summary: the notes of the rows say why no picture has a number")
        rows = {str(row["measure"]): row for _, row in self.summary.iterrows()}
        return Estimate.from_row(lookup("measure", measure, rows))

    @property
    def complete(self) -> bool:
        """Whether every picture has a number, and nothing that was pointed at was left out."""
        sides = [value for value in self.how.values() if isinstance(value, dict) and "left out" in value]
        return not self.how.get("without a number") and not any(side["left out"] for side in sides)

    def header(self) -> dict[str, Any]:
        """How it was made and the summary, as json holds them."""
        texts = [name for name in self.frame if not pd.api.types.is_numeric_dtype(self.frame[name])]
        return self.how | {"summary": records(self.summary), "text columns": texts}

    def save(self, path: AnyPath) -> None:
        """Writes the table with its header: lines that begin with ``#`` in csv, metadata in parquet, keys in json.

        A csv is read by ``pandas.read_csv(path, comment="#")`` as well.

        Raises:
            InputError: a suffix other than .csv, .parquet or .json.
        """
        require_table(path)
        path = at_home(path)
        write = {".csv": self._csv, ".parquet": self._parquet, ".json": self._json}[path.suffix.lower()]
        with atomic_path(path) as temporary:
            write(temporary)

    @classmethod
    def load(cls, path: AnyPath) -> Self:
        """Reads what ``save`` wrote.

        Raises:
            InputError: no such file, or none that ``save`` wrote.
        """
        path = at_home(path)
        read = lookup("suffix", path.suffix.lower(), _READERS)
        try:
            frame, header = read(path)
            header.pop("text columns")
            return cls(frame, pd.DataFrame(header.pop("summary"), columns=NO_SUMMARY.columns), header)
        # A file that was edited, or is another one, makes the readers raise almost anything.
        except Exception as error:
            raise InputError(f"{path}: no whole table that csdlib wrote ({reason(error)})") from error

    def _csv(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(f"# {key}: {json.dumps(value)}\n" for key, value in self.header().items())
            # Between quotes a "#" in a name begins no comment, and a carriage return ends no row.
            self.frame.to_csv(stream, index=False, quoting=csv.QUOTE_NONNUMERIC)

    def _parquet(self, path: Path) -> None:
        table = pa.Table.from_pandas(self.frame, preserve_index=False)
        kept = {**(table.schema.metadata or {}), b"csdlib": json.dumps(self.header()).encode()}
        pq.write_table(table.replace_schema_metadata(kept), path)

    def _json(self, path: Path) -> None:
        path.write_text(json.dumps(self.header() | {"rows": records(self.frame)}, indent=1), encoding="utf-8")


def require_table(path: AnyPath) -> None:
    """Refuses a path under which no report can be saved: better before the work than after it.

    Raises:
        InputError: a folder, or a suffix other than .csv, .parquet or .json.
    """
    path = at_home(path)
    if path.suffix.lower() not in _READERS or path.is_dir():
        raise InputError(f"{path}: must be a file that ends in .csv, .parquet or .json")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as json holds them; what is not a number is null.

    Example:
        >>> records(pd.DataFrame({"mean": [0.5, float("nan")]}))
        [{'mean': 0.5}, {'mean': None}]
    """
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return rows


def _from_csv(path: Path) -> _Read:
    header: dict[str, Any] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        while (line := stream.readline()).startswith("# "):
            key, _, value = line.removeprefix("# ").partition(": ")
            header[key] = json.loads(value)
        stream.seek(0)
        texts = dict.fromkeys(header["text columns"], str)
        # A folder may be called "NA".
        frame = pd.read_csv(stream, skiprows=len(header), dtype=texts, keep_default_na=False, na_values=[""])
    return frame.assign(**{name: frame[name].fillna("") for name in texts}), header


def _from_parquet(path: Path) -> _Read:
    table = pq.read_table(path)
    return table.to_pandas(), json.loads(table.schema.metadata[b"csdlib"])


def _from_json(path: Path) -> _Read:
    header = json.loads(path.read_text(encoding="utf-8"))
    # Of a column without any number json knows no kind.
    frame = pd.DataFrame(header.pop("rows"))
    return frame.assign(**{str(name): frame[name].astype(float) for name in frame if frame[name].isna().all()}), header


_READERS: dict[str, Callable[[Path], _Read]] = {".csv": _from_csv, ".parquet": _from_parquet, ".json": _from_json}
