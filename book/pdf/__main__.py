"""``make pdf``: the built book as one PDF."""

import sys
import time
from pathlib import Path

from book.pdf.press import browser
from book.pdf.volume import make_pdf
from book.project import BookError, Project, log, set_up_log


def main() -> int:
    """The command line; returns the exit code."""
    set_up_log()
    root = Path(__file__).resolve().parents[2]
    started = time.perf_counter()
    try:
        with browser() as chromium:
            path = make_pdf(Project(root, root / "build"), chromium)
    except BookError as error:
        log.error("error: %s", error)
        return 1
    log.info("ready in %.1f s: %s (%.0f MB)", time.perf_counter() - started, path, path.stat().st_size / 1e6)
    return 0


if __name__ == "__main__":
    sys.exit(main())
