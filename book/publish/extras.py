"""The extras of csdlib that a chapter needs: found in its imports, and in those of the modules that ran with it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

#: What only those need who build the book or change csdlib.
_OURS = {"book", "test"}


def needed_extras(root: Path, chapter: str, modules: Iterable[str]) -> list[str]:
    """The extras of csdlib that a chapter needs, sorted; one that another one includes is left out.

    A module's imports count even where they stand in a function that the chapter does not call: rather one package too
    many than a cell that fails.

    Args:
        root: of the repository.
        chapter: source of the chapter.
        modules: of csdlib that were imported while it ran.
    """
    sources = [chapter, *(_source(root, name) for name in modules)]
    foreign = {name for source in sources for name in _imported(source)} - sys.stdlib_module_names - {"csdlib"}
    core, extras = read_extras(root)
    provided_by = _installed()
    needed = {_canonical(package) for name in foreign for package in provided_by.get(name, ())} - core
    chosen = set()
    for package in needed:
        having = [extra for extra, names in extras.items() if package in names and extra not in _OURS]
        if having:
            chosen.add(min(having, key=lambda extra: (len(extras[extra]), extra)))
    return sorted(each for each in chosen if not any(extras[each] < extras[other] for other in chosen))


def read_extras(root: Path) -> tuple[set[str], dict[str, set[str]]]:
    """The packages of the core, and of each extra together with those of the extras that it includes."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed: dict[str, list[str]] = project["optional-dependencies"]

    def names(requirements: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for text in requirements:
            if included := re.match(r"csdlib\[([\w,-]+)\]", text):
                found |= names(each for extra in included[1].split(",") for each in listed[extra])
            else:
                found.add(_canonical(re.split(r"[^\w.-]", text)[0]))
        return found

    return names(project["dependencies"]), {extra: names(requirements) for extra, requirements in listed.items()}


def _source(root: Path, module: str) -> str:
    path = root.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return file.read_text(encoding="utf-8")


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


@cache
def _installed() -> dict[str, list[str]]:
    return dict(packages_distributions())


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
