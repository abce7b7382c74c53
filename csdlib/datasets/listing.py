"""What lies below a folder: its pictures, its other files, and what cannot be listed, counted by the reason."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePath

from csdlib.files import AnyPath
from csdlib.images import looks_like_an_image

#: Suffixes of pictures. Whether Pillow reads one is seen when it is opened, and said of each that it does not read.
SUFFIXES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"),
    *(".avif", ".heic", ".heif", ".jp2", ".j2k", ".jxl"),
}

#: Suffixes of files that often lie beside pictures by the million, and are not worth opening.
_OTHERS = {".txt", ".json", ".jsonl", ".csv", ".tsv", ".parquet", ".tar", ".zip", ".md", ".npy", ".npz", ".html"}


@dataclass(frozen=True)
class Listing:
    """What lies below a folder, as paths relative to it, sorted.

    Attributes:
        pictures: by their suffix, or by what they begin with where the suffix says nothing (``.jpg_large``, or none).
        others: the other files, hidden ones aside.
        left_out: what cannot be listed: reason -> count.
    """

    pictures: list[Path]
    others: list[Path]
    left_out: Counter[str]

    @property
    def counted(self) -> dict[str, int]:
        """All that is no picture, by the reason; what a manifest calls ``left_out``."""
        suffixes = Counter(path.suffix.lower() or "without suffix" for path in self.others)
        rest = {f"files that are no pictures ({suffix})": count for suffix, count in sorted(suffixes.items())}
        return dict(sorted(self.left_out.items())) | rest


def listing(root: AnyPath) -> Listing:
    """Lists a folder and all folders in it.

    Links are followed, for whoever keeps the folder has made them: each folder once, so that no loop of links matters.
    Hidden files and folders, such as a file manager's previews, are nobody's.

    Args:
        root: the folder.
    """
    root = Path(root)
    found = Listing([], [], Counter())
    begun: set[tuple[int, int]] = set()
    # Links wait: where a folder is reached by its own name and by a link, the name counts.
    waiting = [root]
    while waiting:
        waiting += _walk(waiting.pop(0), root, begun, found)
    found.pictures.sort()
    found.others.sort()
    return found


def fits_a_table(path: str) -> bool:
    """A table's text is UTF-8, and its paths hold no backslash, which elsewhere separates folders.

    Example:
        >>> fits_a_table("ann/a.png"), fits_a_table("ann/a" + chr(92) + "b.png"), fits_a_table("a" + chr(0xDCFF))
        (True, False, False)
    """
    return chr(92) not in path and path == path.encode(errors="ignore").decode()


def _walk(start: Path, root: Path, begun: set[tuple[int, int]], found: Listing) -> list[Path]:
    """Lists the folders below one without following links; returns the links to other folders."""
    links: list[Path] = []

    def unreadable(_: OSError) -> None:
        found.left_out["folders that cannot be read"] += 1

    for folder, inside, files in os.walk(start, onerror=unreadable):
        if not _first_visit(folder, begun):
            inside.clear()
            found.left_out["folders that are listed under another name already"] += 1
            continue
        inside[:] = sorted(name for name in inside if not name.startswith("."))
        links += [Path(folder, name) for name in inside if Path(folder, name).is_symlink()]
        for name in files:
            if not name.startswith("."):
                _place(Path(folder, name), root, found)
    return links


def _first_visit(folder: str | PurePath, begun: set[tuple[int, int]]) -> bool:
    status = Path(folder).stat()
    new = (status.st_dev, status.st_ino) not in begun
    begun.add((status.st_dev, status.st_ino))
    return new


def _place(path: Path, root: Path, found: Listing) -> None:
    name = path.relative_to(root)
    if not fits_a_table(name.as_posix()):
        found.left_out["names that a table cannot hold: they are not UTF-8, or hold a backslash"] += 1
    elif not path.is_file():
        found.left_out["links that lead nowhere, and files that are none"] += 1
    elif _is_picture(path):
        found.pictures.append(name)
    else:
        found.others.append(name)


def _is_picture(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in SUFFIXES or (suffix not in _OTHERS and looks_like_an_image(path))
