"""Any folder of images: one subfolder an artist."""

from pathlib import Path

import pandas as pd

from csdlib.datasets.listing import listing
from csdlib.datasets.splits import uniform
from csdlib.errors import InputError, no_such
from csdlib.files import AnyPath
from csdlib.tables import ImageTable


def folder(root: AnyPath, *, query_share: float = 0.2) -> ImageTable:
    """The images below a folder; the name of the first subfolder is the artist.

    Images that lie in ``root`` itself have no artist and no style tags. Which images become queries is decided by a
    hash of their paths, so that adding an image moves no other. Links are followed; what is no picture is counted in
    the manifest under ``left_out``, by the reason.

    Args:
        root: the folder.
        query_share: share of the images in the query split, in [0, 1]; the rest is the database.

    Raises:
        InputError: no such folder, no image in it, or a share outside [0, 1].
    """
    root = Path(root)
    if not root.is_dir():
        raise InputError(f"root {str(root)!r}: {no_such('folder', root)}")
    if not 0 <= query_share <= 1:
        raise InputError(f"query_share must be in [0, 1], got {query_share}")
    found = listing(root)
    if not found.pictures:
        raise InputError(f"{root}: no picture below this folder (left out: {found.counted or 'nothing'})")
    rows = [_row(path, query_share) for path in found.pictures]
    manifest = {"dataset": "folder", "query_share": query_share, "left_out": found.counted}
    return ImageTable(pd.DataFrame(rows), root, manifest)


def _row(path: Path, query_share: float) -> dict[str, object]:
    name = path.as_posix()
    artist = path.parts[0] if len(path.parts) > 1 else ""
    return {
        "image_id": name,
        "path": name,
        "split": "query" if uniform(name) < query_share else "database",
        "artist": artist,
        "styles": [artist] if artist else [],
        "source": "painting",
    }
