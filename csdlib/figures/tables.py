"""Tables of the book: every cell escaped, numbers to the right, words to the left, an interval below its value."""

import re
from collections.abc import Mapping
from html import escape

import pandas as pd
from IPython.display import HTML

from csdlib.figures.book import framed

#: What ``Estimate`` writes: a value, and its interval or why it has none. "0 (supervised only)" is a name.
_ESTIMATE = re.compile(r"(?!\d+ \()([+-]?\d[\d.,]*(?: ?%)?) (\[[^\]]*\]|\([^)]*\))(.*)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d|–|$")


def table(frame: pd.DataFrame, *, caption: str, formats: Mapping[str, str] | None = None) -> HTML:
    """A table as a figure of the book.

    An estimate as text, such as ``74.7 [68.9, 79.6]``, is set as its value with the interval below it: so a column is
    as wide as the longer of the two. A missing value is a dash.

    Args:
        frame: rows in the order shown; the index is left out.
        caption: what the table says.
        formats: column -> format specification, for example ``{"value": ".3f"}``.
    """
    texts = {
        column: [_text(value, (formats or {}).get(column, "")) for value in frame[column]] for column in frame.columns
    }
    kinds = {
        column: "" if all(_NUMBER.match(text) for text in each) and any(each) else ' class="csd-words"'
        for column, each in texts.items()
    }
    head = "".join(f"<th{kinds[column]}>{escape(str(column))}</th>" for column in texts)
    rows = zip(*texts.values(), strict=True)
    body = "".join(
        "<tr>"
        + "".join(f"<td{kinds[column]}>{_cell(text)}</td>" for column, text in zip(texts, row, strict=True))
        + "</tr>"
        for row in rows
    )
    found = f'<table class="csd-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return framed(f'<div class="csd-scroll">{found}</div>', caption)


def _text(value: object, specification: str) -> str:
    missing = value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NA
    return "–" if missing else format(value, specification)


def _cell(text: str) -> str:
    if not (found := _ESTIMATE.fullmatch(text)):
        return escape(text)
    value, interval, note = (escape(part.strip()) for part in found.groups())
    kind = "csd-interval" if interval.startswith("[") else "csd-note"
    return f'{value} <span class="{kind}">{interval}</span>' + (
        f' <span class="csd-note">{note}</span>' if note else ""
    )
