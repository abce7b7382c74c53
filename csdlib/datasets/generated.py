"""Generated images with what was asked for: a folder of images and one table of prompts.

The table has the columns ``path, artist, content, model, prompt``; ``artist`` is whose style was asked for.
"""

from pathlib import Path

import pandas as pd

from csdlib.errors import InputError
from csdlib.tables import ImageTable

COLUMNS = ("path", "artist", "content", "model", "prompt")
#: Columns that are kept where the table has them.
ALSO_KEPT = ("revision", "negative_prompt", "seed", "guidance", "steps")


def generated(root: Path, *, csv: str = "generated.csv") -> ImageTable:
    """Generated images; the artist whose style was asked for is the style tag, and all are queries.

    Args:
        root: the folder of ``csv``; paths in it are relative to that folder.
        csv: name of the table in ``root``.

    Raises:
        InputError: the table or one of its columns is missing, a path is empty, or it has no row.
    """
    path = Path(root) / csv
    if not path.is_file():
        raise InputError(f"{path}: there is no such table; the layout is {csv} beside the images")
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in COLUMNS:
        if column not in rows:
            raise InputError(f"{path}: column {column!r} is missing; it needs {', '.join(COLUMNS)}")
    if rows.empty:
        raise InputError(f"{path}: the table has no row")
    kept = rows[[*COLUMNS, *(column for column in ALSO_KEPT if column in rows)]]
    styles = pd.Series([[artist] if artist else [] for artist in rows["artist"]], index=rows.index, dtype=object)
    frame = kept.assign(image_id=rows["path"], split="query", styles=styles, source="generated")
    return ImageTable(frame, Path(root), {"dataset": "generated", "csv": csv})
