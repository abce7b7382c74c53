"""The one exception that a user can cause and mend."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

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


def require_range(name: str, value: float, low: float, high: float) -> None:
    """Refuses a number outside [low, high].

    Example:
        >>> require_range("size", 8, 32, 1024)
        Traceback (most recent call last):
        csdlib.errors.InputError: size must be between 32 and 1024, got 8
    """
    if not low <= value <= high:
        raise InputError(f"{name} must be between {low} and {high}, got {value}")


def require_names(name: str, given: Sequence[Any] | None, known: Mapping[str, object]) -> list[Any]:
    """The given list of names, or all known ones if none is given.

    Raises:
        InputError: the list is empty, holds a name twice, or is one text instead of a list.
    """
    if given is None:
        return list(known)
    if isinstance(given, str) or not given or len(set(given)) < len(given):
        raise InputError(f"{name} must be a list of different names, got {given!r}: choose from {', '.join(known)}")
    return list(given)


def no_such(what: str, name: object) -> str:
    """What is said of a name under which there is no file or folder; of an address, what to do with it.

    Example:
        >>> no_such("image", "a.png"), no_such("folder", "https://example.org/a")
        ('there is no such image', 'an address, and no folder of this machine: download it first')
    """
    # A path has lost one of the slashes.
    address = re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(name))
    return f"an address, and no {what} of this machine: download it first" if address else f"there is no such {what}"


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Inside, or in a function that wears it, a missing package is one sentence: which extra of csdlib installs it.

    Of several around each other the outermost speaks: it knows what was asked for.

    Args:
        extra: its name in ``pyproject.toml``.

    Raises:
        InputError: a package is not installed.

    Example:
        >>> with needs_extra("maps"):
        ...     import no_such_package
        Traceback (most recent call last):
        csdlib.errors.InputError: no_such_package is not installed: pip install 'csdlib[maps]'
    """
    try:
        yield
    except (ModuleNotFoundError, InputError) as error:
        missing = error.__cause__ if isinstance(error, InputError) else error
        if not isinstance(missing, ModuleNotFoundError):
            raise
        raise InputError(f"{missing.name} is not installed: pip install 'csdlib[{extra}]'") from missing


def reason(error: BaseException) -> str:
    r"""What went wrong outside, in one line: the kind of the error and the first line of what it says.

    A missing package is such an error, too: a proxy may need one.

    Example:
        >>> reason(TimeoutError()), reason(ValueError("no\nwhole"))
        ('TimeoutError', 'ValueError: no')
    """
    first = str(error).strip().splitlines()[:1]
    return ": ".join([type(error).__name__, *(line[:200] for line in first)])
