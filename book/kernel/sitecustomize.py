"""Runs when a chapter's kernel starts, and each process that it starts: notes which modules of csdlib are imported."""

import os
import sys
from pathlib import Path


class Notes:
    """A finder that finds nothing, and writes down what it was asked for."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Part of Python's protocol for finders of modules."""
        if name.partition(".")[0] == "csdlib":
            with Path(os.environ["CSD_BOOK_IMPORTS"]).open("a", encoding="utf-8") as file:
                file.write(f"{name}\n")


if "CSD_BOOK_IMPORTS" in os.environ:
    sys.meta_path.insert(0, Notes)
