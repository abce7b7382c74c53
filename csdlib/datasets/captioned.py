"""Folders of captioned images, in the two layouts that training scripts read.

- ``metadata.csv``, ``metadata.jsonl`` or ``metadata.parquet`` with ``file_name`` and a column of captions (ImageFolder
  of the library datasets: huggingface.co/docs/datasets/image_dataset).
- a ``.txt`` beside each image, with the same stem (img2dataset's ``files``, kohya's scripts).
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pandas as pd

from csdlib.datasets.listing import SUFFIXES, Listing, listing
from csdlib.errors import InputError, no_such
from csdlib.files import AnyPath
from csdlib.tables import ImageTable
from csdlib.texts import as_on_disk, read_csv, stays_inside

TABLES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
CAPTIONS = ("text", "caption", "TEXT")


def captioned(root: AnyPath, *, table: str = "") -> ImageTable:
    """The captioned images below a folder, without labels: what curation makes tags of.

    What does not become a row is counted in the manifest under ``left_out``, by its reason. Images whose caption is
    empty stay, without one, and are counted under ``empty_captions``. Bytes that are not UTF-8 are replaced; the files
    that had them are counted under ``not_utf8``. Links are followed, but for texts that lead out of the folder: what
    stands there may not be meant for others.

    Args:
        root: the folder.
        table: path in ``root`` of the table of captions; file names in it are relative to its own folder. By default
            the one named ``metadata`` in ``root``, and where there is none, the text files beside the images.

    Raises:
        InputError: no captioned image, or a table that is missing, cannot be read or lacks a column; the message names
            file, line and column.
    """
    root = Path(root)
    if not root.is_dir():
        raise InputError(f"root {str(root)!r}: {no_such('folder', root)}")
    listed = _table_of(root, table)
    counts: Counter[str] = Counter()
    there = listing(root)
    counts.update(there.left_out)
    found = _of_table(root, listed, there, counts) if listed else _of_texts(root, there, counts)
    if not found:
        raise InputError(
            f"{root}: no captioned image; put a .txt beside each image, or a {TABLES[0]} with file_name and text"
            f" (left out: {dict(+counts)})"
        )
    manifest = {
        "dataset": "captioned",
        "table": listed.relative_to(root).as_posix() if listed else "",
        "not_utf8": counts.pop("not_utf8", 0),
        "left_out": dict(sorted((+counts).items())),
    }
    return captioned_table(found, root, manifest)


def captioned_table(
    captions: dict[str, str], root: AnyPath, manifest: dict[str, object], ids: Sequence[str] | None = None
) -> ImageTable:
    """A table of unlabelled images from paths and their captions; empty captions become null, and are counted.

    Args:
        captions: the caption of each path.
        root: the folder that the paths are relative to.
        manifest: how the table was made.
        ids: an id for each path; by default the paths are the ids.
    """
    root = Path(root)
    texts = [text.strip() or None for text in captions.values()]
    frame = pd.DataFrame(
        {
            "image_id": list(captions if ids is None else ids),
            "path": list(captions),
            "split": "train",
            "artist": "",
            "styles": [[] for _ in captions],
            "source": "painting",
            "caption": pd.Series(texts, dtype=object),
        }
    )
    return ImageTable(frame, root, manifest | {"empty_captions": texts.count(None)})


def decoded(data: bytes) -> tuple[str, bool]:
    r"""Bytes as text, and whether they were UTF-8; what is not becomes U+FFFD.

    Example:
        >>> decoded("café".encode()), decoded(b"caf\xe9")
        (('café', True), ('caf\ufffd', False))
    """
    try:
        return data.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return data.decode("utf-8-sig", errors="replace"), False


def _table_of(root: Path, name: str) -> Path | None:
    if not name:
        return next((root / known for known in TABLES if (root / known).is_file()), None)
    suffixes = {Path(known).suffix for known in TABLES}
    if not stays_inside(name) or PurePosixPath(name).suffix not in suffixes:
        raise InputError(f"table must be a path in root that ends in {', '.join(sorted(suffixes))}, got {name!r}")
    if not (root / name).is_file():
        raise InputError(f"{root / name}: there is no such table")
    return root / name


def _of_texts(root: Path, there: Listing, counts: Counter[str]) -> dict[str, str]:
    captions: dict[str, str] = {}
    texts = {path for path in there.others if path.suffix == ".txt"}
    for path in there.pictures:
        text = path.with_suffix(".txt")
        if text in texts and not (root / text).resolve().is_relative_to(root.resolve()):
            # A picture that is none shows nothing; a text would show whatever the link leads to.
            counts["texts that are links out of the folder"] += 1
        elif text in texts:
            captions[path.as_posix()] = _counted((root / text).read_bytes(), counts)
        else:
            counts["images without a text"] += 1
    counts["texts without an image"] += len(texts - {path.with_suffix(".txt") for path in there.pictures})
    return captions


def _of_table(root: Path, table: Path, there: Listing, counts: Counter[str]) -> dict[str, str]:
    rows = _read(table, counts)
    if "file_name" not in rows:
        raise InputError(f"{table}: column 'file_name' is missing; it has {', '.join(map(str, rows.columns))}")
    column = next((name for name in CAPTIONS if name in rows), None)
    if column is None:
        raise InputError(f"{table}: no column of captions ({', '.join(CAPTIONS)}); it has {', '.join(rows.columns)}")
    captions: dict[str, str] = {}
    folder = table.parent.relative_to(root)
    inside = rows["file_name"].map(stays_inside).astype(bool)
    counts["paths that are empty or leave the folder"] += int((~inside).sum())
    pictures = {path.as_posix() for path in there.pictures if path.is_relative_to(folder)}
    # One file has one name: "./a.png" and "a.png" are the same.
    names = [(PurePosixPath(folder.as_posix()) / name).as_posix() for name in rows.loc[inside, "file_name"]]
    for path, text in zip(as_on_disk(root, names), rows.loc[inside, column], strict=True):
        if path not in pictures and not _is_picture(root / path):
            counts["rows without an image"] += 1
        elif path in captions:
            counts["rows whose file has a row already"] += 1
        else:
            captions[path] = _counted(text.encode(errors="surrogatepass"), counts) if isinstance(text, str) else ""
    counts["images without a row"] += len(pictures - captions.keys())
    return captions


def _is_picture(path: Path) -> bool:
    """Whether a path that the listing does not have is a picture: in a hidden folder, or by way of a link."""
    try:
        return path.suffix.lower() in SUFFIXES and path.is_file()
    except OSError:  # A name that no file system would take, such as a caption in the column of names.
        return False


def _read(table: Path, counts: Counter[str]) -> pd.DataFrame:
    try:
        if table.suffix == ".parquet":
            return pd.read_parquet(table)
        text = _counted(table.read_bytes(), counts)
        if table.suffix == ".jsonl":
            lines = enumerate(text.split("\n"), start=1)
            rows = [_json_row(table, number, line) for number, line in lines if line.strip()]
            # A column of type str takes no halves of characters; JSON can hold them.
            return pd.DataFrame(rows, dtype=object)
        return read_csv(table, text=text)
    except InputError:
        raise
    except (ValueError, OSError) as error:
        raise InputError(f"{table}: cannot be read ({error})") from error


def _json_row(table: Path, number: int, line: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{table}: line {number} is not JSON ({error})") from error
    if not isinstance(row, dict):
        raise InputError(f"{table}: line {number} is not an object with file_name and text")
    return row


def _counted(data: bytes, counts: Counter[str]) -> str:
    text, utf8 = decoded(data)
    counts["not_utf8"] += not utf8
    return text
