"""What a chapter imported of csdlib, and what that code does: comments and docstrings do nothing.

The driver itself imports nothing of csdlib: kernels are forked from it, and must find the code as it is by then.
"""

import ast
import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

# Python looks for ``sitecustomize`` here, in the kernel and in every process that the kernel starts.
_NOTES = Path(__file__).parent / "kernel"


def environment(notes: Path) -> dict[str, str]:
    """The variables with which every Python process writes the modules of csdlib that it imports into ``notes``."""
    others = os.environ.get("PYTHONPATH")
    return {"CSD_BOOK_IMPORTS": str(notes), "PYTHONPATH": os.pathsep.join(filter(None, [str(_NOTES), others]))}


def read_notes(notes: Path) -> list[str]:
    """The modules that were written down, sorted."""
    return sorted(set(notes.read_text(encoding="utf-8").split())) if notes.exists() else []


def module_hashes(package: Path) -> dict[str, str]:
    """What each module of a package does, as a hash.

    Files that are no modules, such as stubs and scripts for the browser, count with the package whose folder they are
    in.

    Args:
        package: folder of the package.

    Returns:
        name of the module -> hash of its syntax tree without docstrings.
    """
    lines: dict[str, list[str]] = {}
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            state = path.stat()
            found = _file_hash(path, (state.st_mtime_ns, state.st_size))
            lines.setdefault(_module(package, path), []).append(found)
    return {name: _hash("\n".join(found).encode()) for name, found in lines.items()}


def joint_hash(hashes: Mapping[str, str], modules: Iterable[str]) -> str:
    """One hash of some modules; one that is no longer there changes it, too."""
    return _hash("\n".join(f"{name} {hashes.get(name, 'missing')}" for name in sorted(modules)).encode())


def code_of(source: str) -> str:
    r"""What a source does: its syntax tree without comments, docstrings and places, as text.

    Example:
        >>> code_of("def f():\n    'Nothing.'\n    return 1  # one") == code_of("def f(): return 1")
        True
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


@cache
def _file_hash(path: Path, _state: tuple[int, int]) -> str:
    """A file's hash, computed once in each of its states."""
    if path.suffix in (".py", ".pyi"):
        # What is no Python, for now, counts as it stands: the chapters that import it say so, and the others run.
        with suppress(SyntaxError):
            return _hash(code_of(path.read_text(encoding="utf-8")).encode())
    return _hash(path.read_bytes())


def _module(package: Path, path: Path) -> str:
    """The module that a file is, or the package that it counts with."""
    folder = path.parent
    if path.suffix == ".py" and path.name != "__init__.py":
        return ".".join([*folder.relative_to(package.parent).parts, path.stem])
    while not (folder / "__init__.py").exists() and folder != package:
        folder = folder.parent
    return ".".join(folder.relative_to(package.parent).parts)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
