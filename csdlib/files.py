"""Where files are found, and how they are written so that a kill leaves nothing half done."""

import ast
import errno
import hashlib
import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from csdlib.errors import InputError

#: A path as Python's own functions take it.
AnyPath = str | os.PathLike[str]

Job = TypeVar("Job")

#: How files begin that are being written on this machine; a folder may be shared with others.
_HERE = f".partial-{hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]}-"


def at_home(path: AnyPath) -> Path:
    """A path in which a ``~`` at the beginning stands for the home folder.

    Raises:
        InputError: nobody knows where that is.

    Example:
        >>> at_home("a/b.png").as_posix(), at_home("~/b.png") == Path.home() / "b.png"
        ('a/b.png', True)
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InputError(f"{path}: no home folder is known; write the path in full") from error


def cache_folder() -> Path:
    """The folder for what can be made again: ``$CSDLIB_CACHE``, or ``~/.cache/csdlib``.

    Raises:
        InputError: there is no such variable and no home, as for the user of a container.
    """
    try:
        return Path(os.environ.get("CSDLIB_CACHE") or "~/.cache/csdlib").expanduser()
    except RuntimeError as error:
        raise InputError("no home directory is known: set CSDLIB_CACHE to a folder for what is kept") from error


def shared_cache() -> Path | None:
    """A second cache that is only read: ``$CSDLIB_SHARED_CACHE``, which somebody has filled for a class; None without.

    What lies there is taken from there, and everything else is made in ``cache_folder``.
    """
    named = os.environ.get("CSDLIB_SHARED_CACHE")
    return at_home(named) if named else None


def data_path(name: str) -> Path:
    """The path of a file or folder that the project ships in ``data/``.

    Args:
        name: path below ``data/``, for example ``"published/retrieval.csv"``.

    Raises:
        InputError: nothing of that name is shipped.
    """
    package = Path(__file__).parent
    for data in (package.parent / "data", package / "data"):
        if (data / name).exists():
            return data / name
    raise InputError(f"data/{name} is not here: csdlib ships nothing of that name")


@contextmanager
def atomic_path(path: AnyPath) -> Iterator[Path]:
    """A temporary path beside ``path`` that replaces it only when the block ends without an error.

    Args:
        path: the final path; its folder is made if needed.

    Yields:
        the path to write to, with the same suffix.
    """
    path = Path(path)
    with _told_of(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        handle, name = tempfile.mkstemp(prefix=f"{_HERE}{os.getpid()}-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """An error of the disk names what was to be written: a full disk names nothing, and a right a temporary file."""
    try:
        yield
    except OSError as error:
        if error.errno and (error.filename is None or _HERE in str(error.filename)):
            error.filename = str(path)
        raise


@lru_cache
def _sweep(folder: Path) -> None:
    """Removes what processes of this machine that were killed have left half-written in a folder."""
    for path in folder.glob(f"{_HERE}*"):
        process = path.name.removeprefix(_HERE).partition("-")[0]
        if process.isdecimal() and not _runs(int(process)):
            # Of two processes that sweep the other one may be quicker, and what is another user's stays.
            with suppress(OSError):
                path.unlink()


def _runs(process: int) -> bool:
    """Whether there is such a process; where nobody can ask without a signal, it is taken to be there."""
    try:
        if os.name == "posix":
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def file_hash(path: AnyPath) -> str:
    """The SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    path = Path(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text_hash(*parts: object) -> str:
    """A SHA-256 over the texts of several values, as 64 hexadecimal digits.

    Example:
        >>> text_hash("a", 1)[:8] == text_hash("a", 1)[:8], text_hash("a", 1) == text_hash("a1")
        (True, False)
    """
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode(errors="surrogateescape")).hexdigest()


def code_of(source: str) -> ast.Module:
    """What a Python source does: its syntax tree, without docstrings; comments are in no tree anyway.

    Example:
        >>> ast.unparse(code_of("'What a module says of itself.'; one = 1  # and of a line"))
        'one = 1'
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = node.body[ast.get_docstring(node) is not None :] or [ast.Pass()]
    return tree


def stored_arrays(path: AnyPath) -> dict[str, np.ndarray] | None:
    """The arrays of an ``.npz`` file; None where there is none, or where it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(stored)
    # A few flipped bits can make the readers of archives raise almost anything.
    except Exception:  # noqa: BLE001
        return None


def of_the_disk(error: Exception) -> bool:
    """Whether the next file would meet this error as well: no room, or a disk that fails or may not be used.

    Example:
        >>> of_the_disk(OSError(errno.ENOSPC, "no space left")), of_the_disk(OSError("truncated file"))
        (True, False)
    """
    lasting = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
    return isinstance(error, OSError) and error.errno in lasting


def process_share(jobs: Sequence[Job]) -> Sequence[Job]:
    """The jobs of this process: all of them, or every n-th where n processes were launched together.

    ``accelerate launch`` and ``torchrun`` say so by the environment variables ``RANK`` and ``WORLD_SIZE``. The
    processes do not talk to each other, so one that is killed leaves only its own jobs undone.

    Example:
        >>> process_share(["a", "b"])
        ['a', 'b']
    """
    if not launched_with_others():
        return jobs
    return jobs[_launched("RANK") :: _launched("WORLD_SIZE")]


def launched_with_others() -> bool:
    """Whether this process is one of several that were launched together.

    Raises:
        InputError: the environment says how many there are, and not which of them this is, or says no number.
    """
    together = _launched("WORLD_SIZE") > 1
    if together and not os.environ.get("RANK"):
        raise InputError(
            f"WORLD_SIZE is {os.environ['WORLD_SIZE']} and RANK is not set: start with accelerate or torchrun, which "
            "set both, or unset WORLD_SIZE"
        )
    return together


def _launched(name: str) -> int:
    """A number that a launcher has left in the environment; an empty text is none."""
    text = os.environ.get(name) or "1"
    if not text.isdecimal():
        raise InputError(f"the environment variable {name} is no number: {text!r}; unset it")
    return int(text)


def seeded(*parts: object) -> np.random.Generator:
    """A generator that the parts decide alone: the same in every process.

    Example:
        >>> int(seeded("hand", "dog", 3).integers(100))
        64
    """
    return np.random.default_rng(int(text_hash(*parts)[:16], 16))
