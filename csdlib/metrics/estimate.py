"""A number and how sure it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

#: Below so many units there is no interval: nothing is known of how much others would differ.
FEWEST = 4

#: Below so many the interval is rough, and says so.
FEW = 6


def few(n: int, unit: str) -> str:
    """What is to be said of a number that stands on so few units; nothing, where there are enough.

    Example:
        >>> few(3, "group"), few(5, "group"), few(16, "group")
        ('3 groups: no interval', '5 groups only', '')
    """
    units = f"{n} {unit}" if n == 1 else f"{n} queries" if unit == "query" else f"{n} {unit}s"
    return f"{units}: no interval" if n < FEWEST else f"{units} only" if n < FEW else ""


@dataclass(frozen=True)
class Estimate:
    """A number and how sure it is.

    Attributes:
        value: the estimate.
        low: lower end of the interval; not a number where there is none, and then ``note`` says why.
        high: upper end of the interval.
        n: how many units were resampled.
        unit: what they are: ``"query"``, ``"group"`` or ``"image"``.
        note: what the reader has to know about the interval; empty where it can be taken at its word.
    """

    value: float
    low: float
    high: float
    n: int
    unit: str
    note: str = ""

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return self._text(1, 3)

    def percent(self) -> str:
        """The estimate as text in percent.

        Example:
            >>> Estimate(0.5, 0.41, 0.6, 10, "query").percent()
            '50.0 [41.0, 60.0]'
            >>> Estimate(0.1, -0.0002, 0.2, 10, "query").percent()
            '10.0 [0.0, 20.0]'
        """
        return self._text(100, 1)

    def row(self) -> dict[str, Any]:
        """The estimate as a row of a table or of a json file, by the names of the attributes; a missing end is None."""
        return vars(self) | {
            end: None if np.isnan(getattr(self, end)) else getattr(self, end) for end in ("low", "high")
        }

    def columns(self, name: str) -> dict[str, float]:
        """The number and its ends as three columns of a row that has numbers of its own.

        Example:
            >>> Estimate(0.5, 0.4, 0.6, 10, "query").columns("above")
            {'above': 0.5, 'above_low': 0.4, 'above_high': 0.6}
        """
        return {name: self.value, f"{name}_low": self.low, f"{name}_high": self.high}

    @classmethod
    def from_row(cls, row: "Mapping[str, Any] | pd.Series") -> "Estimate":
        """The estimate in a row that ``row`` made; what else stands in the row is left.

        Example:
            >>> Estimate.from_row({"metric": "recall"} | Estimate(0.5, 0.4, 0.6, 10, "query").row()).percent()
            '50.0 [40.0, 60.0]'
        """
        low, high = (np.nan if pd.isna(row[end]) else float(row[end]) for end in ("low", "high"))
        note = row.get("note", "")
        return cls(float(row["value"]), low, high, int(row["n"]), str(row["unit"]), "" if pd.isna(note) else str(note))

    def _text(self, scale: int, digits: int) -> str:
        # Zero has no sign.
        value, low, high = (f"{scale * number:z.{digits}f}" for number in (self.value, self.low, self.high))
        ends = "" if np.isnan(self.low) else f" [{low}, {high}]"
        return f"{value}{ends}" + (f" ({self.note})" if self.note else "")
