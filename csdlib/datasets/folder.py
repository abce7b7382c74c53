"""Any folder of images: one subfolder an artist."""

from pathlib import Path

import pandas as pd

from csdlib.datasets.splits import uniform
from csdlib.errors import InputError
from csdlib.tables import ImageTable

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def folder(root: Path, *, query_share: float = 0.2) -> ImageTable:
    """The images below a folder; the name of the first subfolder is the artist.

    Images that lie in ``root`` itself have no artist and no style tags. Which images become queries is decided by a
    hash of their paths, so that adding an image moves no other.

    Args:
        root: the folder.
        query_share: share of the images in the query split, in [0, 1]; the rest is the database.

    Raises:
        InputError: no such folder, no image in it, or a share outside [0, 1].
    """
    root = Path(root)
    if not root.is_dir():
        raise InputError(f"root {str(root)!r} is not a folder")
    if not 0 <= query_share <= 1:
        raise InputError(f"query_share must be in [0, 1], got {query_share}")
    paths = image_paths(root)
    usable = [path for path in paths if fits_a_table(path.as_posix())]
    if not usable:
        raise InputError(f"{root}: no image below this folder (looked for {', '.join(sorted(SUFFIXES))})")
    rows = [_row(path, query_share) for path in usable]
    manifest = {"dataset": "folder", "query_share": query_share, "left_out_for_their_names": len(paths) - len(usable)}
    return ImageTable(pd.DataFrame(rows), root, manifest)


def image_paths(root: Path) -> list[Path]:
    """The images below a folder, relative to it, sorted."""
    return sorted(path.relative_to(root) for path in root.rglob("*") if _is_image(path, root))


def _is_image(path: Path, root: Path) -> bool:
    """By its name: hidden files, such as a file manager's previews, are nobody's pictures."""
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


def fits_a_table(path: str) -> bool:
    """A table's text is UTF-8, and its paths hold no backslash, which elsewhere separates folders.

    Example:
        >>> fits_a_table("ann/a.png"), fits_a_table("ann/a" + chr(92) + "b.png"), fits_a_table("a" + chr(0xDCFF))
        (True, False, False)
    """
    return chr(92) not in path and path == path.encode(errors="ignore").decode()


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
