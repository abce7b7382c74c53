"""Where things lie, and the one kind of error that the driver reports without a traceback."""

import logging
import sys
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("book")


def set_up_log() -> None:
    """Progress lines go to the standard output, without ornament."""
    logging.basicConfig(format="%(message)s", stream=sys.stdout)
    log.setLevel(logging.INFO)


class BookError(Exception):
    """Something that the caller can put right; its message says what and how."""


@dataclass(frozen=True)
class Project:
    """A book's folders.

    Attributes:
        root: the repository; chapters run with it as working directory.
        output: what the driver makes; may be deleted at any time.
    """

    root: Path
    output: Path

    @property
    def chapters(self) -> Path:
        """Folder of the chapters' sources."""
        return self.root / "chapters"

    @property
    def book(self) -> Path:
        """Folder of the pages around the chapters."""
        return self.root / "book"

    @property
    def site(self) -> Path:
        """Folder in which the sources that Sphinx reads are put together."""
        return self.output / "site"

    @property
    def html(self) -> Path:
        """Folder of the finished book."""
        return self.output / "_build" / "html"

    def run_folder(self, slug: str, run: str) -> Path:
        """Folder that holds one sub-folder for each key of a run."""
        return self.output / "runs" / slug / run


def write_if_changed(path: Path, content: bytes) -> None:
    """Write a file unless it has this content already: Sphinx reads again whatever is newer than its cache."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
