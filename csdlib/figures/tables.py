"""Tables of the book, as figures with a caption."""

from collections.abc import Mapping

import pandas as pd
from IPython.display import HTML

from csdlib.figures.book import framed
from csdlib.figures.markup import table_markup


def table(frame: pd.DataFrame, *, caption: str, formats: Mapping[str, str] | None = None) -> HTML:
    """A table as a figure of the book.

    An estimate as text, such as ``74.7 [68.9, 79.6]``, is set as its value with the interval below it: so a column is
    as wide as the longer of the two. A missing value is a dash.

    Args:
        frame: rows in the order shown; the index is left out.
        caption: what the table says.
        formats: column -> format specification, for example ``{"value": ".3f"}``.
    """
    return framed(table_markup(frame, formats), caption)
