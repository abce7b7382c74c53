"""Lists of images as DomainNet and ArtGAN write them: a path and the number of a class on each line."""

from collections.abc import Iterator
from pathlib import Path

from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.texts import stays_inside


def listed(file: AnyPath, separator: str) -> Iterator[tuple[int, str, int]]:
    """The lines of a list: number of the line, path of the image, number of its class. Empty lines are passed over.

    Args:
        file: the list.
        separator: what stands between path and number.

    Raises:
        InputError: there is no list, a line does not end in a number, or its path leaves the folder; the message names
            file and line.
    """
    file = Path(file)
    try:
        lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"{file}: there is no such list") from error
    for line, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        path, _, number = text.strip().rpartition(separator)
        if not path or not number.isdecimal():
            raise InputError(f"{file}: line {line}: expected a path{separator}a number, got {text!r}")
        if not stays_inside(path):
            raise InputError(f"{file}: line {line}: the path {path!r} must be relative and stay in the folder")
        yield line, path, int(number)
