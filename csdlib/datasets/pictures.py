"""Whatever somebody points at: a picture, a folder of any depth, a list of paths, or a table of paths and groups."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from csdlib.datasets.folder import folder
from csdlib.datasets.listing import fits_a_table
from csdlib.errors import InputError, no_such
from csdlib.files import AnyPath, at_home
from csdlib.tables import ImageTable
from csdlib.texts import as_on_disk, read_table

#: Suffixes of tables.
TABLES = (".csv", ".parquet")


def pictures(source: AnyPath | Iterable[AnyPath]) -> ImageTable:
    """The pictures that somebody points at; the group of each, a style for example, stands as its artist.

    Args:
        source: a picture; a folder, where the name of the first subfolder is the group; paths, each once; or a csv or
            parquet file with the column ``path`` (relative to the file's folder) and, if there are groups, ``group``.
            A ``~`` stands for the home folder.

    Returns:
        one row a picture, whether it can be read or not; all are of the split ``database``. What lies in a folder and
        is no picture is counted in the manifest under ``left_out``.

    Raises:
        InputError: there is no such file or folder, no picture in it, a table without the column, a path that leaves
            the table's folder or stands twice, or a name that no table can hold.
    """
    if not isinstance(source, str | os.PathLike):
        return _listed([at_home(path) for path in source])
    path = at_home(source)
    if path.is_dir():
        return folder(path, query_share=0)
    if not path.is_file():
        raise InputError(f"{source}: {no_such('picture, folder or table', source)}")
    return _of_table(path) if path.suffix.lower() in TABLES else _table(path.parent, [path.name])


def _listed(paths: list[Path]) -> ImageTable:
    if not paths:
        raise InputError("an empty list of pictures")
    whole = [_without_dots(path) for path in paths]
    try:
        root = Path(os.path.commonpath([path.parent for path in whole]))
    except ValueError as error:
        raise InputError(
            "the pictures of a list must lie on one drive: copy them, or score each drive by itself"
        ) from error
    return _table(root, [path.relative_to(root).as_posix() for path in whole])


def _without_dots(path: Path) -> Path:
    """The whole path. Where ``..`` follows a link, the disk knows where it leads, and the text does not."""
    return path.absolute() if ".." not in path.parts else Path(os.path.realpath(path.parent), path.name)


def _of_table(path: Path) -> ImageTable:
    """The rows of a table of paths; an error names the file."""
    rows = read_table(path, columns=["path"])
    if rows.empty:
        raise InputError(f"{path}: the table has no row")
    groups = _texts(rows["group"]) if "group" in rows else [""] * len(rows)
    try:
        return _table(path.parent, as_on_disk(path.parent, _texts(rows["path"])), groups)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _texts(column: "pd.Series[Any]") -> list[str]:
    """What a csv would hold: nothing for a missing value, and whole numbers without a point, also beside missing ones.

    Example:
        >>> _texts(pd.Series([1.0, None])), _texts(pd.Series(["1.0", None]))
        (['1', ''], ['1.0', ''])
    """
    values = column.convert_dtypes()
    return list(map(str, values.astype(object).where(values.notna(), "")))


def _table(root: Path, paths: Sequence[str], groups: Sequence[str] | None = None) -> ImageTable:
    strange = next((path for path in paths if not fits_a_table(path)), None)
    if strange is not None:
        raise InputError(f"{strange!r}: a name that is not UTF-8, or has a backslash, stands in no table: rename it")
    frame = pd.DataFrame({"image_id": list(paths), "path": list(paths), "split": "database", "source": "painting"})
    artists = list(groups) if groups is not None else [""] * len(frame)
    styles = pd.Series([[artist] if artist else [] for artist in artists], dtype=object)
    return ImageTable(frame.assign(artist=artists, styles=styles), root, {"dataset": "pictures"})
