"""The driver: ``python -m book.build book`` makes the book, ``python -m book.build chapter NAME`` runs one chapter."""

import argparse
import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from book.assemble import build_html, check_contents
from book.chapters import read_chapter
from book.execute import execute_all
from book.project import BookError, Project, log, set_up_log
from book.runs import custom_run, kept_custom_runs, listed_runs


def make_book(project: Project, *, smoke: bool = False, workers: int = 2) -> Path:
    """Run what has no result yet, and build the book.

    Args:
        project: the book.
        smoke: one cheap run for each chapter instead of the listed runs.
        workers: chapters at a time.

    Returns:
        path of the first page.

    Raises:
        BookError: a chapter failed (the results of the others are kept), or Sphinx warned.
    """
    check_contents(project)
    runs = listed_runs(project, smoke=smoke)
    failures = execute_all(project, runs, workers=workers, revision=_revision(project))
    if failures:
        text = "\n".join(str(failure) for failure in failures)
        raise BookError(f"{len(failures)} of {len(runs)} runs failed; the results of the others are kept.\n{text}")
    return build_html(project, runs if smoke else [*runs, *kept_custom_runs(project, runs)])


def make_chapter(project: Project, slug: str, pairs: Sequence[tuple[str, str]]) -> Path:
    """Run one chapter, and build the book with what has results by now.

    Args:
        project: the book.
        slug: of the chapter.
        pairs: parameters as (name, text).

    Returns:
        path of the run's page.

    Raises:
        BookError: the chapter or a parameter is unknown, the run failed, or Sphinx warned.
    """
    chapter = read_chapter(project, slug)
    given = chapter.parse(pairs)
    check_contents(project)
    listed = listed_runs(project)
    run = custom_run(project, chapter, given, listed)
    failures = execute_all(project, [run], revision=_revision(project))
    if failures:
        raise BookError(str(failures[0]))
    others = [*listed, *kept_custom_runs(project, listed)]
    # The run itself is shown even where it has changed a file that it depends on, as one that records results does.
    build_html(project, [*(other for other in others if other.page != run.page), run])
    return project.html / f"{run.page}.html"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    options = _parse(arguments)
    set_up_log()
    root = Path(__file__).resolve().parent.parent
    started = time.perf_counter()
    try:
        if options.verb == "chapter":
            page = make_chapter(Project(root, root / "build"), options.name, _pairs(options.parameters))
        else:
            output = root / "build" / "smoke" if options.smoke else root / "build"
            page = make_book(Project(root, output), smoke=options.smoke, workers=options.workers)
    except BookError as error:
        log.error("error: %s", error)
        return 1
    except KeyboardInterrupt:
        log.error("interrupted; the results of finished runs are kept")
        # What asyncio says about a kernel that was stopped midway tells the user nothing.
        logging.disable()
        return 130
    log.info("ready in %.1f s: %s", time.perf_counter() - started, page)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m book.build", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    book = verbs.add_parser("book", help="run the chapters that have no result yet, and build the book")
    book.add_argument("--smoke", action="store_true", help="one cheap run for each chapter, in a folder of its own")
    book.add_argument("--workers", type=int, default=2, help="chapters at a time (default 2)")
    chapter = verbs.add_parser("chapter", help="run one chapter, and show its page in the book")
    chapter.add_argument("name", help="slug of the chapter")
    # Not an option of two values: argparse would take a value such as -1e-3 for another option.
    chapter.add_argument("parameters", nargs=argparse.REMAINDER, help="-p NAME VALUE, as often as needed")
    return parser.parse_args(arguments)


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    """The (name, text) pairs of ``-p name text -p name text ...``."""
    if len(words) % 3 or any(word != "-p" for word in words[::3]):
        raise BookError(f"parameters are given as -p NAME VALUE, not as {' '.join(words)!r}")
    return list(zip(words[1::3], words[2::3], strict=True))


def _revision(project: Project) -> str:
    """Short hash of the commit, with a sign for uncommitted changes; empty outside git."""
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "-C", str(project.root), "describe", "--always", "--dirty=+changes", "--exclude=*"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return result.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
