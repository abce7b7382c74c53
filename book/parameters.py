"""Parameters: what a chapter's cell tagged ``parameters`` assigns, and what the names mean in the whole book."""

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from tokenize import COMMENT, generate_tokens

import yaml

from book.project import BookError, Project

Scalar = bool | int | float | str

_TYPES = ("bool", "int", "float", "str")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Entry:
    """What a name stands for, in every chapter that uses it.

    Attributes:
        type: ``bool``, ``int``, ``float`` or ``str``.
        meaning: a few words.
    """

    type: str
    meaning: str


@dataclass(frozen=True)
class Parameter:
    """One assignment of the cell tagged ``parameters``.

    Attributes:
        name: of the variable.
        default: value in the source; its type is the parameter's type.
        meaning: the comment on its lines: the registry's meaning, and what is particular to the chapter.
    """

    name: str
    default: Scalar
    meaning: str

    def check(self, value: object) -> Scalar:
        """The value as this parameter's type; an integer serves as a float, nothing else is converted.

        Raises:
            TypeError: the value has another type.
        """
        kind = type(self.default)
        if type(value) is kind:
            return value
        if kind is float and type(value) is int:
            return float(value)
        raise TypeError(f"{self.name} must be {kind.__name__}, not {type(value).__name__} ({value!r})")

    def parse(self, text: str) -> Scalar:
        """The value that a command line's text stands for.

        Raises:
            TypeError: the text cannot be read as this parameter's type.
        """
        kind = type(self.default)
        if kind is str:
            # Nobody means the blanks behind a comma, or around a name.
            parts = text.split(",") if "separated by commas" in self.meaning else [text]
            return ",".join(part.strip() for part in parts)
        try:
            value = _TRUTH[text.lower()] if kind is bool else kind(text)
        except (KeyError, ValueError) as error:
            raise TypeError(f"{self.name} must be {kind.__name__}, not {text!r}") from error
        if isinstance(value, float) and not math.isfinite(value):
            raise TypeError(f"{self.name} must be a finite number, not {text!r}")
        return value


def read_registry(project: Project) -> dict[str, Entry]:
    """The names that parameters may have: ``book/parameters.yml``.

    Raises:
        BookError: an entry is malformed.
    """
    listing = yaml.safe_load((project.book / "parameters.yml").read_text(encoding="utf-8"))
    for name, entry in listing.items():
        if set(entry) != {"type", "meaning"} or entry["type"] not in _TYPES or not entry["meaning"]:
            raise BookError(f"book/parameters.yml: {name} must have type ({', '.join(_TYPES)}) and meaning")
    return {name: Entry(**entry) for name, entry in listing.items()}


def read_parameters(slug: str, source: str, registry: Mapping[str, Entry]) -> tuple[Parameter, ...]:
    """The parameters of a cell, in its order.

    Args:
        slug: of the chapter, for messages.
        source: of the cell.
        registry: what ``read_registry`` gives.

    Raises:
        BookError: the cell holds something else than ``name = value  # meaning``, or the registry says otherwise.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise BookError(f"chapter {slug}: the parameters cell is not Python: {error}") from error
    tokens = generate_tokens(StringIO(source).readline)
    comments = {token.start[0]: token.string.strip("# ") for token in tokens if token.type == COMMENT}
    parameters = tuple(_parameter(slug, statement, comments) for statement in body)
    for parameter in parameters:
        _check_registered(slug, parameter, registry)
    return parameters


def _parameter(slug: str, statement: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    problem = BookError(
        f"chapter {slug}: the parameters cell may hold only lines `name = value` with a bool, int, float or str, "
        f"not {ast.unparse(statement)!r}"
    )
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        raise problem
    target = statement.targets[0]
    try:
        default = ast.literal_eval(statement.value)
    except ValueError as error:
        raise problem from error
    if not isinstance(target, ast.Name) or not isinstance(default, bool | int | float | str):
        raise problem
    # A formatter may put a long line's value, with its comment, between brackets on lines of their own.
    lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    return Parameter(target.id, default, " ".join(comments[line] for line in lines if line in comments))


def _check_registered(slug: str, parameter: Parameter, registry: Mapping[str, Entry]) -> None:
    """One name has one type and one meaning in the whole book."""
    name, kind = parameter.name, type(parameter.default).__name__
    if name not in registry:
        raise BookError(f"chapter {slug}: the parameter {name} is not in book/parameters.yml: add its type and meaning")
    entry = registry[name]
    if kind != entry.type:
        raise BookError(f"chapter {slug}: the parameter {name} is {kind}, but {entry.type} in book/parameters.yml")
    if not re.match(rf"{re.escape(entry.meaning)}\b", parameter.meaning):
        raise BookError(
            f"chapter {slug}: the comment of the parameter {name} must begin with its meaning in book/parameters.yml, "
            f"{entry.meaning!r}"
        )
