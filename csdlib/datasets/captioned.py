"""Folders of captioned images, in the two layouts that training scripts read.

- ``metadata.csv``, ``metadata.jsonl`` or ``metadata.parquet`` with ``file_name`` and a column of captions (ImageFolder
  of the library datasets: huggingface.co/docs/datasets/image_dataset).
- a ``.txt`` beside each image, with the same stem (img2dataset's ``files``, kohya's scripts).
"""

import json
from collections import Counter
from pathlib import Path, PurePosixPath

import pandas as pd

from csdlib.datasets.folder import SUFFIXES, fits_a_table, image_paths
from csdlib.errors import InputError
from csdlib.tables import ImageTable, stays_inside

TABLES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
CAPTIONS = ("text", "caption", "TEXT")


def captioned(root: Path) -> ImageTable:
    """The captioned images below a folder, without labels: what curation makes tags of.

    What does not become a row is counted in the manifest under ``left_out``, by its reason. Images whose caption is
    empty stay, without one. Bytes that are not UTF-8 are replaced, and counted under ``not_utf8``.

    Args:
        root: the folder; a table named ``metadata`` in it counts, otherwise the text files beside the images.

    Raises:
        InputError: no captioned image, or a table that cannot be read or lacks a column; file and column are named.
    """
    root = Path(root)
    if not root.is_dir():
        raise InputError(f"root {str(root)!r} is not a folder")
    table = next((root / name for name in TABLES if (root / name).is_file()), None)
    counts: Counter[str] = Counter()
    found = _of_table(root, table, counts) if table else _of_texts(root, counts)
    if not found:
        raise InputError(
            f"{root}: no captioned image; put a .txt beside each image, or a {TABLES[0]} with file_name and text"
        )
    not_utf8 = counts.pop("not_utf8", 0)
    manifest = {"dataset": "captioned", "not_utf8": not_utf8, "left_out": dict(sorted(counts.items()))}
    return captioned_table(found, root, manifest)


def captioned_table(captions: dict[str, str], root: Path, manifest: dict[str, object]) -> ImageTable:
    """A table of unlabelled images from paths below a root and their captions; an empty caption becomes null."""
    frame = pd.DataFrame(
        {
            "image_id": list(captions),
            "path": list(captions),
            "split": "train",
            "artist": "",
            "styles": [[] for _ in captions],
            "source": "painting",
            "caption": pd.Series([text.strip() or None for text in captions.values()], dtype=object),
        }
    )
    return ImageTable(frame, root, manifest)


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


def _of_texts(root: Path, counts: Counter[str]) -> dict[str, str]:
    captions = {}
    for path in image_paths(root):
        text = (root / path).with_suffix(".txt")
        if not fits_a_table(path.as_posix()):
            counts["names that a table cannot hold"] += 1
        elif not text.is_file():
            counts["images without a text"] += 1
        else:
            captions[path.as_posix()] = _counted(text.read_bytes(), counts)
    return captions


def _of_table(root: Path, table: Path, counts: Counter[str]) -> dict[str, str]:
    rows = _read(table, counts)
    if "file_name" not in rows:
        raise InputError(f"{table}: column 'file_name' is missing; it has {', '.join(map(str, rows.columns))}")
    column = next((name for name in CAPTIONS if name in rows), None)
    if column is None:
        raise InputError(f"{table}: no column of captions ({', '.join(CAPTIONS)}); it has {', '.join(rows.columns)}")
    captions: dict[str, str] = {}
    for name, text in zip(rows["file_name"], rows[column], strict=True):
        if not stays_inside(name):
            counts["paths that are empty or leave the folder"] += 1
        elif PurePosixPath(name).suffix.lower() not in SUFFIXES or not (root / name).is_file():
            counts["rows without an image"] += 1
        elif name in captions:
            counts["rows whose file has a row already"] += 1
        else:
            captions[name] = text if isinstance(text, str) else ""
    return captions


def _read(table: Path, counts: Counter[str]) -> pd.DataFrame:
    try:
        if table.suffix == ".parquet":
            return pd.read_parquet(table)
        text = _counted(table.read_bytes(), counts)
        if table.suffix == ".jsonl":
            return pd.DataFrame([json.loads(line) for line in text.split("\n") if line.strip()])
        with table.open(encoding="utf-8-sig", errors="replace") as stream:
            return pd.read_csv(stream, dtype=str, keep_default_na=False)
    except (ValueError, OSError) as error:
        raise InputError(f"{table}: cannot be read ({error})") from error


def _counted(data: bytes, counts: Counter[str]) -> str:
    text, utf8 = decoded(data)
    counts["not_utf8"] += not utf8
    return text
