"""The image table: what every data set becomes, and what every step of the book reads."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from scipy.sparse import csr_array

from csdlib.errors import InputError, reason
from csdlib.files import AnyPath, atomic_path, file_hash, of_the_disk, text_hash
from csdlib.images import open_image
from csdlib.texts import artist_name, one_form, stays_inside

REQUIRED = ("image_id", "path", "split", "artist", "styles", "source")
OPTIONAL = ("content", "caption", "movement", "medium", "domain")
#: Columns of names by which images are grouped, and tables joined.
NAMES = ("artist", "content", "movement", "medium", "domain")
SPLITS = ("train", "query", "database")
SOURCES = ("painting", "generated")


@dataclass(frozen=True)
class ImageTable:
    """Images with their labels: one row an image, checked when made.

    Attributes:
        frame: the rows. Always there: ``image_id`` (unique string), ``path`` (relative to ``root``, never leaves it),
            ``split`` (train, query or database), ``artist`` (string, empty if unknown), ``styles`` (list of tags, of
            which the artist is one; empty if unlabelled) and ``source`` (painting or generated). ``content``,
            ``caption``, ``movement``, ``medium`` and ``domain`` may be null. Generated images add ``model``,
            ``prompt``, ``seed`` and more. Columns that begin with ``true_`` hold what only a made world knows.
        root: the folder that the paths are relative to.
        manifest: how the table was made.
        collection: a name for the pictures' origin, so that another folder's ``001.png`` is another picture: by default
            a hash of where ``root`` lies. Parts of a table, and what was saved of it, are of the same collection.

    Raises:
        InputError: a column is missing, a value is not allowed, an id stands twice, or a path leaves ``root``; the
            message names the column and the first row.
    """

    frame: pd.DataFrame
    root: Path
    manifest: dict[str, Any] = field(default_factory=dict)
    collection: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root))
        object.__setattr__(self, "collection", self.collection or collection_of(self.root))
        object.__setattr__(self, "frame", _validated(self.frame))

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def ids(self) -> np.ndarray:
        """The image ids, (n,) strings."""
        return self.column("image_id")

    def column(self, name: str) -> np.ndarray:
        """A column as (n,) strings; a null is the empty string, which for an artist means unknown.

        Raises:
            InputError: the column does not exist.
        """
        self._require([name])
        values = self.frame[name]
        return values.astype(object).where(values.notna(), "").to_numpy(dtype=str)

    def with_column(self, name: str, values: Iterable[object] | float | None) -> "ImageTable":
        """The same images with one column exchanged or added.

        Args:
            name: of the column.
            values: one for each image in the table's order, or a string or number for all.

        Raises:
            InputError: another number of values than of images, or a value that the column may not hold.
        """
        column: Any = values
        if isinstance(values, Iterable) and not isinstance(values, str):
            listed = list(values)
            if len(listed) != len(self):
                raise InputError(f"{len(listed)} values for the column {name!r} of {len(self)} images")
            column = pd.Series(listed, index=self.frame.index, dtype=None if listed else object)
        return replace(self, frame=self.frame.assign(**{name: column}))

    @cached_property
    def fingerprint(self) -> str:
        """A hash over ids, paths, and the size and time of change of every file; equal ones give equal embeddings."""
        files = [_size_and_time(self.path(row)) for row in range(len(self))]
        return text_hash(self.root.resolve(), self.ids.tolist(), self.frame["path"].tolist(), files)

    @cached_property
    def content_fingerprint(self) -> str:
        """A hash over ids, paths and the bytes of every file, which are all read."""
        files = [file_hash(path) if (path := self.path(row)).is_file() else "" for row in range(len(self))]
        return text_hash("content", self.ids.tolist(), self.frame["path"].tolist(), files)

    def path(self, row: int) -> Path:
        """The path of the image in row number ``row``."""
        return self.root / str(self.frame["path"].iloc[row])

    def open(self, row: int) -> Image.Image:
        """The image in row number ``row``, RGB, upright.

        Raises:
            InputError: the image is missing, broken, too small or too large, or no file.
        """
        path = self.path(row)
        # Who opens a named pipe waits for whoever writes into it.
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: not a file")
        return open_image(path)

    def where(self, **columns: object) -> "ImageTable":
        """The rows whose columns have the given value, or one of the given values.

        Args:
            columns: a value or a list of values for each named column, for example ``split="query"``. Of the tags in
                ``styles`` one is enough.

        Raises:
            InputError: a column does not exist, or no row is left.
        """
        self._require(columns)
        keep = np.ones(len(self), dtype=bool)
        for column, value in columns.items():
            values = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
            cells = self.frame[column]
            if column == "styles":
                keep &= cells.map(lambda tags: any(tag in values for tag in tags)).to_numpy(dtype=bool)  # noqa: B023
            else:
                keep &= cells.isin(values).to_numpy()
        if not keep.any():
            raise InputError(f"no image of the table has {columns}")
        return self.take(np.flatnonzero(keep))

    def name_of(self, artist: str) -> str:
        """How an artist's name is written: as the data set says (``manifest["names"]``), else as the slug tells."""
        names: dict[str, str] = self.manifest.get("names", {})
        return names.get(artist) or artist_name(artist)

    def take(self, rows: Sequence[int] | np.ndarray) -> "ImageTable":
        """The rows of the given numbers, in the given order."""
        return replace(self, frame=self.frame.iloc[np.asarray(rows, dtype=int)].reset_index(drop=True))

    def tagged(self, *columns: str) -> "ImageTable":
        """The same images with the values of the given columns as their style tags; null and empty values give none.

        Which tags a descriptor learns from decides what it takes for one style: a painter, or a whole movement.

        Raises:
            InputError: a column does not exist.
        """
        self._require(columns)
        values = self.frame[list(columns)].to_numpy(dtype=object).tolist()
        styles = [[str(value) for value in row if not pd.isna(value) and str(value)] for row in values]
        return self.with_column("styles", styles)

    def labels(self, tags: Sequence[str] | None = None) -> np.ndarray:
        """The style tags as a matrix, for the multi-label loss.

        Args:
            tags: the tags, one a column; by default all tags of the table, sorted.

        Returns:
            (n, a) float32 in {0, 1}: 1 where the image carries the tag.
        """
        return self.sparse_labels(tags).toarray()

    def sparse_labels(self, tags: Sequence[str] | None = None) -> csr_array:
        """The same matrix, without its zeros: for data sets of many images and thousands of tags."""
        columns = {tag: column for column, tag in enumerate(self.tags if tags is None else tags)}
        found = [[columns[tag] for tag in dict.fromkeys(styles) if tag in columns] for styles in self.frame["styles"]]
        ends = np.cumsum([0, *map(len, found)])
        ones = np.ones(ends[-1], dtype=np.float32)
        places = np.array([column for row in found for column in row], dtype=np.int64)
        return csr_array((ones, places, ends), shape=(len(self), len(columns)))

    @property
    def tags(self) -> list[str]:
        """All style tags of the table, sorted."""
        return sorted({tag for styles in self.frame["styles"] for tag in styles})

    def save(self, folder: AnyPath) -> None:
        """Writes ``table.parquet`` and ``manifest.json`` (rows, hash of every image, how it was made).

        Raises:
            InputError: an image is not there any more, or a column holds values of several kinds, which no file does.
        """
        folder = Path(folder)
        gone = next((self.path(row) for row in range(len(self)) if not self.path(row).is_file()), None)
        if gone is not None:
            raise InputError(f"{gone}: there is no such image any more; leave it out, or bring it back")
        for column in self.frame:
            if not _one_kind(self.frame[column]):
                kinds = sorted({type(value).__name__ for value in self.frame[column].dropna()})
                raise InputError(f"the column {column!r} holds {' and '.join(kinds)}: make it one of them")
        manifest = self.manifest | {
            "rows": len(self),
            "root": str(self.root.resolve()),
            "collection": self.collection,
            "sha256": {name: file_hash(self.path(row)) for row, name in enumerate(self.ids)},
        }
        with atomic_path(folder / "table.parquet") as path:
            self.frame.to_parquet(path, index=False)
        with atomic_path(folder / "manifest.json") as path:
            path.write_text(json.dumps(manifest, indent=1))

    @classmethod
    def load(cls, folder: AnyPath, *, root: AnyPath | None = None, check_hashes: bool = False) -> "ImageTable":
        """Reads a saved table.

        Args:
            folder: where ``save`` wrote it.
            root: the folder that the images lie in by now, if they were moved.
            check_hashes: also compare every image with its recorded hash (reads all files).

        Raises:
            InputError: a file is missing, or an image has changed since the table was saved.
        """
        folder = Path(folder)
        for name in ("table.parquet", "manifest.json"):
            if not (folder / name).is_file():
                raise InputError(f"{folder / name}: missing; {folder} is not a saved ImageTable")
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            frame = pd.read_parquet(folder / "table.parquet")
            # Parquet gives lists back as arrays.
            lists = frame.map(lambda value: value.tolist() if isinstance(value, np.ndarray) else value)
            place = Path(manifest["root"] if root is None else root)
            table = cls(lists, place, manifest, str(manifest.get("collection", "")))
        except InputError as error:
            raise InputError(f"{folder}: {error}") from error
        # A few flipped bits can make the readers of parquet and JSON raise almost anything.
        except Exception as error:
            if of_the_disk(error):
                raise
            raise InputError(f"{folder}: no whole saved table ({reason(error)}); make it again") from error
        if check_hashes:
            table._check_hashes()
        return table

    def _require(self, columns: Iterable[str]) -> None:
        for column in columns:
            if column not in self.frame:
                raise InputError(f"the table has no column {column!r}; it has {', '.join(self.frame.columns)}")

    def _check_hashes(self) -> None:
        for row, name in enumerate(self.ids):
            path = self.path(row)
            if not path.is_file() or file_hash(path) != self.manifest["sha256"][name]:
                raise InputError(f"{path}: missing, or changed since the table was saved")


def collection_of(root: AnyPath) -> str:
    """The name of the collection of a folder's pictures: 16 hexadecimal digits, which do not tell where it lies."""
    root = Path(root)
    return text_hash("collection", root.resolve())[:16]


def _size_and_time(path: Path) -> tuple[int, int]:
    """Of a file; zeros where it is missing, which is for whoever opens it to report."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _validated(frame: pd.DataFrame) -> pd.DataFrame:
    missing = [column for column in REQUIRED if column not in frame]
    if missing:
        raise InputError(f"the table lacks the column {missing[0]!r}; it needs {', '.join(REQUIRED)}")
    frame = frame.reset_index(drop=True)
    frame = frame.assign(**{column: None for column in OPTIONAL if column not in frame})
    _refuse(frame, "image_id", ~frame["image_id"].map(_is_name), "is not a string, or empty")
    _refuse(frame, "image_id", frame["image_id"].duplicated(), "stands twice")
    _refuse(
        frame,
        "path",
        ~frame["path"].map(stays_inside),
        "must be a relative path that stays in the root folder",
    )
    _refuse(frame, "split", ~frame["split"].isin(SPLITS), f"is not one of {', '.join(SPLITS)}")
    _refuse(frame, "source", ~frame["source"].isin(SOURCES), f"is not one of {', '.join(SOURCES)}")
    _refuse(frame, "artist", ~frame["artist"].map(lambda artist: isinstance(artist, str)), "is not a string")
    _refuse(frame, "styles", ~frame["styles"].map(_is_tag_list), "is not a list of strings")
    return _in_one_form(frame)


def _in_one_form(frame: pd.DataFrame) -> pd.DataFrame:
    """One name in two Unicode forms would be two artists, here or where two tables are joined."""
    for column in NAMES:
        names = [name for name in frame[column].unique() if isinstance(name, str)]
        other = {name: one_form(name) for name in names if one_form(name) != name}
        if other:
            frame = frame.assign(**{column: frame[column].replace(other)})
    if not all(tag.isascii() for tags in frame["styles"] for tag in tags):
        frame = frame.assign(styles=frame["styles"].map(lambda tags: [one_form(tag) for tag in tags]))
    return frame


def _refuse(frame: pd.DataFrame, column: str, wrong: pd.Series, reason: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(f"row {row}: {column} {frame[column].iloc[row]!r} {reason}")


def _one_kind(column: pd.Series) -> bool:
    """Whether a column can be written: numbers of any kind, or all of one type."""
    if column.dtype != object:
        return True
    kinds = {type(value) for value in column if not (value is None or value is pd.NA)}
    return len(kinds) < 2 or all(issubclass(kind, int | float | np.number) for kind in kinds)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_tag_list(styles: object) -> bool:
    return isinstance(styles, list) and all(isinstance(tag, str) for tag in styles)
