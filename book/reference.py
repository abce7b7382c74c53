"""The reference: a page for each room of csdlib, which Sphinx fills from docstrings, and links to and from chapters."""

import ast
from collections.abc import Iterator, Sequence
from itertools import groupby

from nbformat import NotebookNode
from sphinx.pycode import ModuleAnalyzer

from book.chapters import Chapter
from book.notebooks import markdown
from book.public import Name, Public

#: The page of csdlib itself; those of its rooms are called ``api-metrics`` and so on.
FIRST = "api"
# Of a longer value the docstring says what matters.
_LONGEST_VALUE = 60


def page_of(room: str) -> str:
    """The page of a room.

    Example:
        >>> page_of("csdlib"), page_of("csdlib.metrics")
        ('api', 'api-metrics')
    """
    return "-".join([FIRST, *room.split(".")[1:]])


def reference_pages(public: Public, chapters: Sequence[tuple[Chapter, Sequence[Name]]]) -> Iterator[tuple[str, str]]:
    """The pages of the reference.

    Args:
        public: what they explain.
        chapters: where they lead to, and which names each of them uses.

    Yields:
        name of a page, and its source in reStructuredText.

    Raises:
        BookError: a stub lists what nothing defines.
    """
    links: dict[Name, list[str]] = {}
    for chapter, names in chapters:
        for name in names:
            links.setdefault(name, []).append(f":doc:`{chapter.title} <{chapter.slug}>`")
    for room in public.rooms:
        parts = _first_head(public) if page_of(room) == FIRST else _head(public, room)
        for module, defined in groupby(public.at_home(room), key=lambda name: name.module):
            parts += [_title(module.removeprefix(f"{room}."), "-"), f".. automodule:: {module}\n   :no-index:"]
            parts += [_entry(public, name, links.get(name, [])) for name in defined]
        yield page_of(room), "\n\n".join(parts) + "\n"


def with_names(notebook: NotebookNode, names: Sequence[Name]) -> NotebookNode:
    """A chapter's page with what it uses of the module, room by room, as its last cell."""
    rooms = groupby(names, key=lambda name: name.room)
    lines = [f"- [{room}]({page_of(room)}): {', '.join(map(_role, each))}" for room, each in rooms]
    if lines:
        text = "\n".join([":::{div} csd-names", "In the module:", "", *lines, ":::"])
        notebook.cells.append(markdown(text, name="in-the-module"))
    return notebook


def _role(name: Name) -> str:
    return f"{{py:obj}}`~{name.path}`"


def _first_head(public: Public) -> list[str]:
    package, *rooms = public.rooms
    lent = public.lent()
    return [
        _title("API reference", "="),
        f".. automodule:: {package}",
        _title("The rooms", "-"),
        _table(package, rooms),
        _title("Also under csdlib itself", "-"),
        f"What most scripts use needs no room: ``{package}.{lent[0].name}`` is ``{lent[0].path}``, and likewise:",
        _table(package, [_target(public, name) for name in lent]),
    ]


def _head(public: Public, room: str) -> list[str]:
    targets = [_target(public, name) for name in public.at_home(room)]
    return [_title(room, "="), f".. automodule:: {room}", _table(room, targets)]


def _title(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}"


def _table(room: str, targets: Sequence[str]) -> str:
    lines = [f"   ~{target.removeprefix(f'{room}.')}" for target in targets]
    return "\n".join([".. autosummary::", "   :nosignatures:", "", *lines])


def _target(public: Public, name: Name) -> str:
    """Where Sphinx finds a docstring: that of a value is a comment beside it."""
    is_value = isinstance(public.statement(name), ast.Assign | ast.AnnAssign)
    return name.defined if is_value else name.path


def _entry(public: Public, name: Name, links: Sequence[str]) -> str:
    match public.statement(name):
        case ast.FunctionDef():
            lines = [f".. autofunction:: {name.path}"]
        case ast.ClassDef(bases=bases):
            # A protocol is not called.
            signature = "()" if "Protocol" in map(ast.unparse, bases) else ""
            lines = [f".. autoclass:: {name.path}{signature}", "   :members:", "   :special-members: __call__"]
        case ast.Assign(value=value) | ast.AnnAssign(value=value) as statement:
            lines = _value(public, name, statement, value)
    if name in public.lent():
        lines += ["", f"   Also ``{public.package.name}.{name.name}``."]
    if links:
        lines += ["", "   .. rst-class:: csd-chapters", "", f"   In the book: {', '.join(links)}"]
    return "\n".join(lines)


def _value(public: Public, name: Name, statement: ast.stmt, value: ast.expr | None) -> list[str]:
    """The entry of a constant or of a type: autodoc finds its comment only where it is defined."""
    lines = [f".. py:data:: {name.name}", f"   :module: {name.room}", f"   :canonical: {name.defined}"]
    if isinstance(statement, ast.AnnAssign):
        lines += [f"   :type: {ast.unparse(statement.annotation)}"]
    if value and len(said := ast.unparse(value)) <= _LONGEST_VALUE:
        lines += [f"   :value: {said}"]
    comments = ModuleAnalyzer.for_file(str(public.file(name.module)), name.module).find_attr_docs()
    return [*lines, "", *(f"   {line}" for line in comments.get(("", name.name), []))]
