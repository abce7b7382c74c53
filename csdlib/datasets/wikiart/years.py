"""When a painting was made, as far as its file's name says so."""

import re

_YEAR = re.compile(r"-(1[1-9]\d\d|20[0-2]\d)(?:-\d+)*$")


def year_of(path: str) -> int | None:
    """The year at the end of a WikiArt file's name; None where there is none, as in about half of them.

    Example:
        >>> year_of("Baroque/guido-reni_charity-1607.jpg"), year_of("Rococo/a_b-1768-1.jpg"), year_of("a_b-17.jpg")
        (1607, 1768, None)
    """
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    found = _YEAR.search(stem)
    return int(found.group(1)) if found else None
