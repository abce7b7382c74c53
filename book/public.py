"""What of csdlib is public, and which of it a chapter names: read from the sources, nothing is imported."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from book.project import BookError

# A path as texts and comments write it.
_WRITTEN = re.compile(r"\bcsdlib(?:\.\w+)+")


@dataclass(frozen=True)
class Name:
    """A public name.

    Attributes:
        path: where users find it, for example ``csdlib.metrics.bootstrap``.
        defined: where it is defined, for example ``csdlib.metrics.intervals.bootstrap``.
    """

    path: str
    defined: str

    @property
    def name(self) -> str:
        """Its last part."""
        return self.path.rpartition(".")[2]

    @property
    def room(self) -> str:
        """The package in which users find it."""
        return self.path.rpartition(".")[0]

    @property
    def module(self) -> str:
        """The module that defines it."""
        return self.defined.rpartition(".")[0]


@dataclass(frozen=True)
class Public:
    """What the stubs of a package and of its rooms list.

    Attributes:
        package: folder of the package.
        rooms: ``csdlib`` and each room, such as ``csdlib.metrics`` -> its names.
    """

    package: Path
    rooms: dict[str, list[Name]]

    @cached_property
    def homes(self) -> dict[str, Name]:
        """Every path of a public name -> the name as its room has it; the package's own list only lends it."""
        listed = [name for names in self.rooms.values() for name in names]
        home = {name.defined: name for name in listed}
        return home | {name.path: home[name.defined] for name in listed}

    def at_home(self, room: str) -> list[Name]:
        """The names that are explained with a room."""
        return [name for name in self.rooms[room] if self.homes[name.path] == name]

    def lent(self) -> list[Name]:
        """The names that the package lists although they are a room's."""
        return [self.homes[name.path] for name in self.rooms[self.package.name] if self.homes[name.path] != name]

    def named_in(self, source: str, where: str) -> list[Name]:
        """The public names that a source imports, calls or mentions, room by room.

        What it imports from a file of a room, and no stub lists, is not public, and is left out.

        Args:
            source: Python.
            where: what an error calls it.

        Raises:
            BookError: it names what the room does not list.
        """
        found = {self._home(path, where) for path in _paths(source)}
        return [name for room in self.rooms for name in self.at_home(room) if name in found]

    def statement(self, name: Name) -> ast.stmt:
        """What defines a name.

        Raises:
            BookError: nothing does.
        """
        if name.defined not in self._statements:
            raise BookError(f"a stub lists {name.path}, and {name.module} does not define it")
        return self._statements[name.defined]

    def file(self, module: str) -> Path:
        """The file of a module."""
        place = self.package.parent.joinpath(*module.split("."))
        return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")

    @cached_property
    def _statements(self) -> dict[str, ast.stmt]:
        found: dict[str, ast.stmt] = {}
        for module in {name.module for names in self.rooms.values() for name in names}:
            for statement in ast.parse(self.file(module).read_text(encoding="utf-8")).body:
                found |= {f"{module}.{name}": statement for name in _defined_by(statement)}
        return found

    def _home(self, path: str, where: str) -> Name | None:
        parts = path.split(".")
        for end in range(1, len(parts)):
            before, path = ".".join(parts[:end]), ".".join(parts[: end + 1])
            if path in self.homes:
                return self.homes[path]
            if before in self.rooms and not parts[end].startswith("__") and not self.file(path).is_file():
                raise BookError(f"{where} names {path}, which is not public: the stub of {before} does not list it")
        return None


def read_public(package: Path) -> Public:
    """The public names of a package and of its rooms."""
    stubs = [package / "__init__.pyi", *sorted(package.glob("*/__init__.pyi"))]
    rooms = {".".join(stub.parent.relative_to(package.parent).parts): stub for stub in stubs}
    return Public(package, {room: list(_listed(room, stub)) for room, stub in rooms.items()})


def _listed(room: str, stub: Path) -> Iterator[Name]:
    for statement in ast.parse(stub.read_text(encoding="utf-8")).body:
        # Without a module it is a room that is imported.
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for each in statement.names:
                yield Name(f"{room}.{each.name}", f"{room}.{statement.module}.{each.name}")


def _defined_by(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


def _paths(source: str) -> Iterator[str]:
    """The paths below csdlib in a source: of imports, of attributes of what is imported, and in texts."""
    nodes = list(ast.walk(ast.parse(source)))
    called: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            called |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            called |= {each.asname: each.name for each in node.names if each.asname}
    attributes = [_path(node, called) for node in nodes if isinstance(node, ast.Attribute)]
    yield from (path for path in [*called.values(), *attributes] if path.startswith("csdlib."))
    yield from _WRITTEN.findall(source)


def _path(node: ast.expr, called: dict[str, str]) -> str:
    """``figures.table`` as ``csdlib.figures.table``; an attribute of anything but a name has no such path."""
    match node:
        case ast.Name(id=name):
            return called.get(name, name)
        case ast.Attribute(value=value, attr=name):
            return f"{_path(value, called)}.{name}"
    return ""
