"""Parameters: the assignments of a chapter's cell tagged ``parameters``, each with a type and a meaning."""

import ast
from dataclasses import dataclass
from io import StringIO
from tokenize import COMMENT, generate_tokens

from book.project import BookError

Scalar = bool | int | float | str

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """One assignment of the cell tagged ``parameters``.

    Attributes:
        name: of the variable.
        default: value in the source; its type is the parameter's type.
        meaning: the comment on its lines.
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
        try:
            return _TRUTH[text.lower()] if kind is bool else kind(text)
        except (KeyError, ValueError) as error:
            raise TypeError(f"{self.name} must be {kind.__name__}, not {text!r}") from error


def read_parameters(slug: str, source: str) -> tuple[Parameter, ...]:
    """The parameters of a cell, in its order.

    Args:
        slug: of the chapter, for messages.
        source: of the cell.

    Raises:
        BookError: the cell holds something else than ``name = value``, or a parameter has no meaning.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise BookError(f"chapter {slug}: the parameters cell is not Python: {error}") from error
    tokens = generate_tokens(StringIO(source).readline)
    comments = {token.start[0]: token.string.strip("# ") for token in tokens if token.type == COMMENT}
    return tuple(_parameter(slug, statement, comments) for statement in body)


def _parameter(slug: str, statement: ast.stmt, comments: dict[int, str]) -> Parameter:
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
    meaning = " ".join(comments[line] for line in lines if line in comments)
    if not meaning:
        raise BookError(f"chapter {slug}: the parameter {target.id} has no meaning: say it in a comment on its line")
    return Parameter(target.id, default, meaning)
