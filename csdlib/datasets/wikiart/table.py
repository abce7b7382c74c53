"""WikiArt in the layout of the paper's released code: images and one ``wikiart.csv``.

The table has the columns ``name, path, artist, style, split`` with the splits query and database
(github.com/learn2phoenix/CSD, data/wikiart.py). Names repeat in WikiArt; the path is what identifies an image. The
released code opens ``path`` as it is, from the folder where it runs; here it is relative to the folder of the table.
"""

from pathlib import Path

import pandas as pd

from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.tables import ImageTable
from csdlib.texts import as_on_disk, read_csv

COLUMNS = ("path", "artist", "style", "split")


def wikiart(root: AnyPath, *, csv: str = "wikiart.csv") -> ImageTable:
    """The paintings of a ``wikiart.csv``, artist as the style tag, as in the paper's benchmark.

    As the released code does, queries whose artist has no work in the database are left out; how many is written in
    the manifest. The column ``style`` (Baroque, Impressionism ...) becomes ``movement``.

    Args:
        root: the folder of ``csv``; paths in it are relative to that folder.
        csv: name of the table in ``root``.

    Raises:
        InputError: the table or one of its columns is missing, a cell is empty, or queries have no database.
    """
    path = Path(root) / csv
    if not path.is_file():
        raise InputError(f"{path}: there is no such table; the layout is {csv} beside the images")
    rows = read_csv(path, columns=COLUMNS)
    _check_cells(rows, path)
    rows["path"] = as_on_disk(path.parent, rows["path"])
    queries, in_database = rows["split"] == "query", rows["split"] == "database"
    if queries.all() or (queries.any() and not in_database.any()):
        raise InputError(f"{path}: no row has the split 'database'")
    kept = rows[~queries | rows["artist"].isin(rows.loc[in_database, "artist"])]
    manifest = {"dataset": "wikiart", "csv": csv, "queries_without_artist_in_database": len(rows) - len(kept)}
    return ImageTable(as_frame(kept), Path(root), manifest)


def _check_cells(rows: pd.DataFrame, path: Path) -> None:
    for column in COLUMNS:
        empty = rows[column] == ""
        if empty.any():
            raise InputError(f"{path}: line {rows.index[int(empty.to_numpy().argmax())]}: {column} is empty")


def as_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns of an image table from those of a ``wikiart.csv``; an empty artist is an unknown one.

    Args:
        rows: text in the columns ``path, artist, style, split``.
    """
    return pd.DataFrame(
        {
            "image_id": rows["path"],
            "path": rows["path"],
            "split": rows["split"],
            "artist": rows["artist"],
            "styles": [[artist] if artist else [] for artist in rows["artist"]],
            "source": "painting",
            "movement": rows["style"],
        }
    )
