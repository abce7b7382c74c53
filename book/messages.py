"""Messages of checks: what an assertion of a student's copy says when it does not hold."""

import ast
import builtins
from collections.abc import Container, Iterator, Sequence
from itertools import accumulate

_ALIKE = {"isclose", "allclose", "array_equal"}
_SIGNS: dict[type[ast.cmpop], str] = {ast.Eq: "", ast.NotEq: "!= ", ast.Lt: "< ", ast.LtE: "<= ", ast.Gt: "> "}
_SIGNS |= {ast.GtE: ">= ", ast.In: "in ", ast.NotIn: "not in "}
# Of a value that the loop around an assertion goes through: so many characters, since it may be a table.
_SHORT = ast.JoinedStr([ast.Constant(".40")])


def with_messages(source: str) -> str:
    """Give each assertion a message that says what came out, and what should; its own one, if any, comes first.

    Whoever has failed reads that first. Of other assertions than a comparison the message says what should hold, in a
    loop it says for which turn, and of a name that holds what a function gave back, what that was. The layout of all
    that was there stays as it is.

    Example:
        >>> print(with_messages("assert abs(f(2) - 4) < 1e-9"))
        assert abs(f(2) - 4) < 1e-9, (
            f'f(2) is {f(2)}; it should be 4'
        )
        >>> print(with_messages("assert f(2) == 4, 'a square'"))
        assert f(2) == 4, (
            f'a square: f(2) is {f(2)}; it should be 4'
        )
    """
    text = source.encode()
    starts = list(accumulate(map(len, text.splitlines(keepends=True)), initial=0))
    # From the end, so that the places before stay right.
    tree = ast.parse(source)
    given = _given_back(tree)
    for found, turns in reversed(list(_assertions(tree.body, ()))):
        message = _message(found, turns, given)
        if message:
            ends = starts[(found.end_lineno or 1) - 1] + (found.end_col_offset or 0)
            tested = starts[(found.test.end_lineno or 1) - 1] + (found.test.end_col_offset or 0)
            said = ends if found.msg is None else text.index(b",", tested)
            indent = " " * found.col_offset
            text = text[:said] + f", (\n{indent}    {message}\n{indent})".encode() + text[ends:]
    return text.decode()


def _assertions(body: Sequence[ast.stmt], turns: tuple[str, ...]) -> Iterator[tuple[ast.Assert, tuple[str, ...]]]:
    """Assertions in their order, with the names that the loops around them give a value."""
    for node in body:
        if isinstance(node, ast.Assert):
            yield node, turns
        targets = ast.walk(node.target) if isinstance(node, ast.For) else ()
        names = [each.id for each in targets if isinstance(each, ast.Name) and each.id != "_"]
        for inner in ("body", "orelse"):
            yield from _assertions(getattr(node, inner, []), (*turns, *names))


def _given_back(tree: ast.AST) -> set[str]:
    """Names that get what a function gives back which the check did not make or import: so it may be a student's."""
    made = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.alias)}
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets, ast.Call(ast.Name(called))) if called not in {*made, *dir(builtins)}:
                stored = (each for target in targets for each in ast.walk(target))
                names |= {each.id for each in stored if isinstance(each, ast.Name)}
    return names


def _message(found: ast.Assert, turns: Sequence[str], given: Container[str]) -> str:
    """An f-string, as source; empty where this version of Python cannot write it."""
    words: list[ast.expr] = []
    if found.msg is not None:
        words = [found.msg if isinstance(found.msg, ast.Constant) else _value(found.msg), ast.Constant(": ")]
    words += _told(found.test)
    used = [node.id for node in ast.walk(found.test) if isinstance(node, ast.Name) and node.id in given]
    said = {ast.unparse(each.value) for each in words if isinstance(each, ast.FormattedValue)}
    for place, name in enumerate(dict.fromkeys([*turns, *(name for name in used if name not in said)])):
        shown = ast.FormattedValue(ast.Name(name), conversion=ord("s"), format_spec=_SHORT)
        words += [ast.Constant(f"{', ' if place else '; with '}{name} = "), shown]
    try:
        return ast.unparse(ast.fix_missing_locations(ast.Expression(ast.JoinedStr(words))))
    except ValueError:
        # Before Python 3.12 an f-string cannot hold every expression.
        return ""


def _told(test: ast.expr) -> list[ast.expr]:
    """What was got, and what it should be, or what should hold."""
    sides = _sides(test)
    if not sides:
        words: list[ast.expr] = [ast.Constant(f"this should hold: {ast.unparse(test)}")]
        for each in _compared(test):
            words += [] if _is_literal(each) else [ast.Constant(f"; {ast.unparse(each)} is "), _value(each)]
        return words
    got, sign, wanted = sides
    words = [ast.Constant(f"{ast.unparse(got)} is "), _value(got), ast.Constant(f"; it should be {sign}")]
    words += [ast.Constant(ast.unparse(wanted))]
    # What a value should be among is often long, and may hold the answer.
    told = _is_literal(wanted) or sign in (_SIGNS[ast.In], _SIGNS[ast.NotIn])
    return words + ([] if told else [ast.Constant(", which is "), _value(wanted)])


def _sides(test: ast.expr) -> tuple[ast.expr, str, ast.expr] | None:
    """What was got, how it is compared, and with what: of ``abs(a - b) < c`` it is ``a`` with ``b``."""
    match test:
        case ast.Compare(ast.Call(ast.Name("abs"), [ast.BinOp(got, ast.Sub(), wanted)]), [ast.Lt() | ast.LtE()]):
            return got, "", wanted
        case ast.Compare(got, [sign], [wanted]) if type(sign) in _SIGNS:
            return got, _SIGNS[type(sign)], wanted
        case ast.Call(ast.Attribute(_, name), [got, wanted, *_]) if name in _ALIKE:
            return got, "", wanted
    return None


def _compared(test: ast.expr) -> list[ast.expr]:
    """What a chain of comparisons compares, what each way of an ``or`` does, or what a function is asked about."""
    match test:
        case ast.Compare(left, _, others):
            return [left, *others]
        case ast.BoolOp(ast.Or(), ways):
            return [each for way in ways for each in _compared(way)]
        case ast.Call(_, asked) if not any(isinstance(each, ast.GeneratorExp) for each in asked):
            return asked
    return []


def _value(node: ast.expr) -> ast.expr:
    return ast.FormattedValue(node, conversion=-1)


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True
