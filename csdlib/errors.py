"""The one exception that a user can cause and mend."""

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


class InputError(ValueError):
    """Something that the caller gave is wrong: the message names it and says what to do.

    The command line prints the message without a traceback.
    """


def unknown(kind: str, name: object, known: list[str]) -> InputError:
    """The error for a name that is not in a list of known names.

    Args:
        kind: what is named, for example ``"descriptor"``.
        name: the name that was given.
        known: the names that would have been right.

    Example:
        >>> print(unknown("dataset", "wikiard", ["atelier", "wikiart"]))
        unknown dataset 'wikiard': choose one of atelier, wikiart
    """
    return InputError(f"unknown {kind} {name!r}: choose one of {', '.join(sorted(known))}")


def lookup(kind: str, name: str, known: Mapping[str, Value]) -> Value:
    """What a table holds under a name.

    Raises:
        InputError: the table does not know the name; the message lists those that it knows.

    Example:
        >>> lookup("side", "left", {"left": 0, "right": 1})
        0
    """
    if name not in known:
        raise unknown(kind, name, list(known))
    return known[name]
