"""Generated images with what was asked for: a folder of images and one table of prompts, or a folder for each artist.

The table has the columns ``path, artist, content, model, prompt``; ``artist`` is whose style was asked for.
"""

from pathlib import Path

import pandas as pd

from csdlib.datasets.folder import folder
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.tables import ImageTable
from csdlib.texts import as_on_disk, read_csv

COLUMNS = ("path", "artist", "content", "model", "prompt")
#: Columns that are kept where the table has them.
ALSO_KEPT = ("revision", "negative_prompt", "seed", "guidance", "steps", "prompt_set", "others")
#: Those of them that are numbers.
_NUMBERS = ("seed", "guidance", "steps")


def generated(root: AnyPath, *, csv: str = "generated.csv", model: str = "") -> ImageTable:
    """Generated images; the artist whose style was asked for is the style tag, and all are queries.

    Args:
        root: the folder of ``csv``; paths in it are relative to that folder.
        csv: name of the table in ``root``.
        model: what made the images of a folder without a table, for example ``"Midjourney 5"``; each of its subfolders
            then holds the images that were asked for in the style of the artist whose name it bears.

    Raises:
        InputError: the table or one of its columns is missing, a path is empty, it has no row, or a folder has a table
            and a model is declared as well.
    """
    path = Path(root) / csv
    if model:
        return _declared(path, model)
    if not path.is_file():
        raise InputError(
            f"{path}: there is no such table; the layout is {csv} beside the images, or one folder for each artist and "
            "the parameter model, which says what made them"
        )
    rows = read_csv(path, columns=COLUMNS)
    if rows.empty:
        raise InputError(f"{path}: the table has no row")
    rows["path"] = as_on_disk(path.parent, rows["path"])
    kept = rows[[*COLUMNS, *(column for column in ALSO_KEPT if column in rows)]]
    numbers = {column: pd.to_numeric(kept[column], errors="coerce") for column in _NUMBERS if column in kept}
    styles = pd.Series([[artist] if artist else [] for artist in rows["artist"]], index=rows.index, dtype=object)
    frame = kept.assign(image_id=rows["path"], split="query", styles=styles, source="generated", **numbers)
    return ImageTable(frame, Path(root), {"dataset": "generated", "csv": csv})


def _declared(table: Path, model: str) -> ImageTable:
    """The images of a folder without a table of prompts, all made by the declared model."""
    if table.is_file():
        raise InputError(f"{table}: says itself what made the images; leave the parameter model out")
    found = folder(table.parent)
    frame = found.frame.assign(split="query", source="generated", model=model, prompt=None)
    return ImageTable(frame, table.parent, {"dataset": "generated", "model": model})
