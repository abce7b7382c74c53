"""A frame as an HTML table: all of it escaped, numbers to the right, words to the left, intervals below values."""

import re
from collections.abc import Mapping
from html import escape

import pandas as pd

#: What ``Estimate`` writes: a value, and its interval or why it has none. "0 (supervised only)" is a name.
_ESTIMATE = re.compile(r"(?!\d+ \()([+-]?\d[\d.,]*(?: ?%)?) (\[[^\]]*\]|\([^)]*\))(.*)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d|–|$")


def table_markup(frame: pd.DataFrame, formats: Mapping[str, str] | None = None) -> str:
    """A frame as an HTML table in a box that scrolls where the page is narrow.

    Args:
        frame: rows in the order shown; the index is left out. A missing value is a dash.
        formats: column -> format specification.
    """
    # By number, for two columns may have one name.
    names = [str(name) for name in frame.columns]
    columns = [
        [_text(value, (formats or {}).get(name, "")) for value in frame.iloc[:, number]]
        for number, name in enumerate(names)
    ]
    kinds = ["" if all(map(_NUMBER.match, each)) and any(each) else ' class="csd-words"' for each in columns]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(names, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{_cell(text)}</td>" for kind, text in zip(kinds, row, strict=True)) + "</tr>"
        for row in zip(*columns, strict=True)
    )
    found = f'<table class="csd-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="csd-scroll">{found}</div>'


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
