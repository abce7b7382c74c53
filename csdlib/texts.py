"""Text from outside: read as UTF-8, parsed without a guess, and compared in one form."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import pandas as pd

from csdlib.errors import InputError, reason
from csdlib.files import AnyPath

#: Names that a slug of WikiArt does not tell: accents, and capitals within.
WRITTEN = {
    "adriaen-van-de-velde": "Adriaen van de Velde",
    "anna-ostroumova-lebedeva": "Anna Ostroumova-Lebedeva",
    "arnold-bcklin": "Arnold Böcklin",
    "bartolome-esteban-murillo": "Bartolomé Esteban Murillo",
    "david-teniers-the-younger": "David Teniers the Younger",
    "diego-velazquez": "Diego Velázquez",
    "edouard-manet": "Édouard Manet",
    "edouard-vuillard": "Édouard Vuillard",
    "edward-burne-jones": "Edward Burne-Jones",
    "eugene-delacroix": "Eugène Delacroix",
    "felicien-rops": "Félicien Rops",
    "felix-vallotton": "Félix Vallotton",
    "gustave-dore": "Gustave Doré",
    "james-mcneill-whistler": "James McNeill Whistler",
    "jules-cheret": "Jules Chéret",
    "le-nain-brothers": "Le Nain brothers",
    "pierre-paul-prud-hon": "Pierre-Paul Prud'hon",
    "sir-lawrence-alma-tadema": "Sir Lawrence Alma-Tadema",
    "theodore-gericault": "Théodore Géricault",
}

#: Parts of names that keep their small letters.
_PARTICLES = {"da", "de", "del", "della", "den", "der", "di", "du", "of", "the", "van", "von"}


def one_form(text: str) -> str:
    r"""The one of its Unicode forms in which names are compared (NFC): an accent may be part of a letter, or follow it.

    Example:
        >>> one_form("Ce\u0301zanne") == one_form("C\u00e9zanne")
        True
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def split_names(text: str) -> list[str]:
    """The names of a list that is separated by commas; blanks around them, and empty ones, are nobody's.

    Example:
        >>> split_names("colour, gram,"), split_names("")
        (['colour', 'gram'], [])
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def artist_name(slug: str) -> str:
    """How an artist's name is written whom a data set knows by a slug only.

    Accents and further capitals are those of ``WRITTEN``.

    Example:
        >>> artist_name("anthony-van-dyck"), artist_name("arnold-bcklin"), artist_name("me, myself")
        ('Anthony van Dyck', 'Arnold Böcklin', 'me, myself')
    """
    if (written := WRITTEN.get(slug)) or not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", slug):
        return written or slug
    return " ".join(word if word in _PARTICLES else word.capitalize() for word in slug.split("-"))


def read_text(path: AnyPath) -> str:
    """The text of a UTF-8 file, without a byte-order mark.

    Raises:
        InputError: the file cannot be read, or is not UTF-8; the message names the line.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {line}: not UTF-8 (byte {data[error.start]:#x}); save it as UTF-8") from error


def read_csv(path: AnyPath, *, columns: Sequence[str] = (), text: str | None = None) -> pd.DataFrame:
    """The rows of a csv file as text: nothing becomes a number, and nothing is missing.

    Args:
        path: the file.
        columns: those that it must have.
        text: its content, where it was read already.

    Returns:
        one string a cell; the index is the line that a row begins on, from 2. Empty lines are passed over.

    Raises:
        InputError: the file cannot be read, is empty or not UTF-8; a column is missing or stands twice; a row has more
            or fewer fields than the header, or a quote does not end. The message names the line.
    """
    reader = csv.reader(io.StringIO(read_text(path) if text is None else text, newline=""), strict=True)
    header: list[str] = []
    rows: dict[int, list[str]] = {}
    start = 1
    try:
        for row in reader:
            if not header:
                header = row
            elif row and len(row) != len(header):
                raise InputError(
                    f"{path}: line {start}: {len(row)} fields, and the header has {len(header)}; a text with a comma "
                    "stands between double quotes"
                )
            elif row:
                rows[start] = row
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}: line {start}: a quote that is opened here does not end well ({error})") from error
    if not header:
        raise InputError(f"{path}: the file is empty")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path}: the column {twice!r} stands twice")
    for column in columns:
        if column not in header:
            needed, there = ", ".join(columns), ", ".join(header)
            raise InputError(f"{path}: column {column!r} is missing; it needs {needed}, and has {there}")
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=header, dtype=str)


def read_table(path: AnyPath, *, columns: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of a csv or parquet file, by its suffix; of a csv all cells are text.

    Args:
        path: the file.
        columns: those that it must have.

    Raises:
        InputError: as ``read_csv``, or a parquet file that is damaged or lacks a column.
    """
    if Path(path).suffix.lower() != ".parquet":
        return read_csv(path, columns=columns)
    try:
        rows = pd.read_parquet(path)
    # On a damaged file the reader raises almost anything.
    except Exception as error:
        raise InputError(f"{path}: no whole parquet file ({reason(error)})") from error
    for column in columns:
        if column not in rows:
            raise InputError(f"{path}: column {column!r} is missing; it has {', '.join(map(str, rows.columns))}")
    return rows


def stays_inside(path: object) -> bool:
    """Whether a path is relative and stays below its root, on every system.

    Example:
        >>> stays_inside("ann/1.png"), stays_inside("../1.png"), stays_inside("/1.png"), stays_inside("")
        (True, False, False, False)
    """
    if not isinstance(path, str) or not path or "\\" in path or "\0" in path:
        return False
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts


def as_on_disk(root: AnyPath, paths: Iterable[str]) -> list[str]:
    """Paths of a list, each written as the disk writes it, where the two differ by the form of a letter alone.

    Args:
        root: the folder that the paths are relative to.
        paths: with forward slashes; what is not there stays as it is.
    """
    root = Path(root)
    names: dict[Path, dict[str, str]] = {}

    def found(path: str) -> str:
        # An ASCII letter has one form; of the others, most are as they should be.
        if path.isascii() or not stays_inside(path) or (root / path).exists():
            return path
        folder = root
        for part in PurePosixPath(path).parts:
            if folder not in names:
                there = folder.iterdir() if folder.is_dir() else ()
                names[folder] = {one_form(each.name): each.name for each in there}
            folder = folder / names[folder].get(one_form(part), part)
        return folder.relative_to(root).as_posix()

    def asked(path: str) -> str:
        try:
            return found(path)
        except OSError:  # A name that no file system would take, or a folder that may not be read.
            return path

    return list(map(asked, paths))


def two_digits(number: float) -> str:
    """A number as text, with the two digits that are worth reading, and no power of ten from 0.0001 to a million.

    Example:
        >>> [two_digits(number) for number in (0.0312, 7.14, 163.0)]
        ['0.031', '7.1', '160']
    """
    return f"{float(f'{number:.2g}'):g}"
