"""Messages of checks: what an assertion of a student's copy says when it does not hold."""

import ast
from collections.abc import Iterator

_ALIKE = {"isclose", "allclose", "array_equal"}
_SIGNS: dict[type[ast.cmpop], str] = {ast.Eq: "", ast.NotEq: "!= ", ast.Lt: "< ", ast.LtE: "<= ", ast.Gt: "> "}
_SIGNS |= {ast.GtE: ">= ", ast.In: "in ", ast.NotIn: "not in "}


def with_messages(source: str) -> str:
    """Give each assertion without a message one that says what came out, and what should.

    Whoever has failed reads that first. Of other assertions than a comparison the message says what should hold. The
    layout of all that was there stays as it is.

    Example:
        >>> print(with_messages("assert abs(f(2) - 4) < 1e-9"))
        assert abs(f(2) - 4) < 1e-9, (
            f'f(2) is {f(2)}; it should be 4'
        )
    """
    lines = source.splitlines()
    # From the end, so that the numbers of the lines before stay right.
    for found in sorted(_silent(ast.parse(source)), key=lambda each: -each.lineno):
        message = _message(found.test)
        if message:
            indent = " " * found.col_offset
            lines[(found.end_lineno or found.lineno) - 1] += f", (\n{indent}    {message}\n{indent})"
    return "\n".join(lines)


def _silent(tree: ast.Module) -> Iterator[ast.Assert]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.msg is None:
            yield node


def _message(test: ast.expr) -> str:
    """An f-string, as source; empty where this version of Python cannot write it."""
    sides = _sides(test)
    words: list[ast.expr] = [ast.Constant(f"this should hold: {ast.unparse(test)}")]
    if sides:
        got, sign, wanted = sides
        words = [ast.Constant(f"{ast.unparse(got)} is "), _value(got), ast.Constant(f"; it should be {sign}")]
        words += [ast.Constant(ast.unparse(wanted))]
        words += [] if _is_literal(wanted) else [ast.Constant(", which is "), _value(wanted)]
    elif isinstance(test, ast.Compare):
        for each in (test.left, *test.comparators):
            words += [] if _is_literal(each) else [ast.Constant(f"; {ast.unparse(each)} is "), _value(each)]
    try:
        return ast.unparse(ast.fix_missing_locations(ast.Expression(ast.JoinedStr(words))))
    except ValueError:
        # Before Python 3.12 an f-string cannot hold every expression.
        return ""


def _sides(test: ast.expr) -> tuple[ast.expr, str, ast.expr] | None:
    """What was got, how it is compared, and with what: of ``abs(a - b) < c`` it is ``a`` with ``b``."""
    match test:
        case ast.Compare(ast.Call(ast.Name("abs"), [ast.BinOp(got, ast.Sub(), wanted)]), [ast.Lt() | ast.LtE()]):
            return got, "", wanted
        case ast.Compare(got, [sign], [wanted]) if type(sign) in _SIGNS:
            return got, _SIGNS[type(sign)], wanted
        case ast.Call(ast.Attribute(_, name), [got, wanted]) if name in _ALIKE:
            return got, "", wanted
    return None


def _value(node: ast.expr) -> ast.expr:
    return ast.FormattedValue(node, conversion=-1)


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True
