"""The driver: ``python -m book.build book`` makes the book, ``chapter NAME`` runs one, ``course`` writes a class's."""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from book.assemble import build_html, check_contents
from book.chapters import find_chapters, read_chapter
from book.course import write_course
from book.lab import write_lab
from book.notebooks import read
from book.project import BookError, Project, log, set_up_log, write_if_changed
from book.runs import SHARED, custom_run, kept_custom_runs, listed_runs, record_times
from book.schedule import MANY, execute_all
from book.slides import chapters_shown, decks, read_lectures


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
    with _only_build(project):
        runs = listed_runs(project, smoke=smoke)
        if not smoke and sum(not run.done for run in runs) >= MANY:
            _make_shared(project)
        failures = execute_all(project, runs, workers=workers, revision=_revision(project))
        if failures:
            text = "\n".join(str(failure) for failure in failures)
            raise BookError(f"{len(failures)} of {len(runs)} runs failed; the results of the others are kept.\n{text}")
        return build_html(project, runs if smoke else [*runs, *kept_custom_runs(project, runs)])


def make_chapter(project: Project, slug: str, pairs: Sequence[tuple[str, str]], *, notebook_only: bool = False) -> Path:
    """Run one chapter, and build the book with what has results by now.

    Args:
        project: the book.
        slug: of the chapter.
        pairs: parameters as (name, text).
        notebook_only: leave the book as it is.

    Returns:
        path of the run's page, or of its executed notebook.

    Raises:
        BookError: the chapter or a parameter is unknown, the run failed, or Sphinx warned of its page.
    """
    chapter = read_chapter(project, slug)
    given = chapter.parse(pairs)
    check_contents(project)
    with _only_build(project):
        listed = listed_runs(project)
        run = custom_run(project, chapter, given, listed)
        failures = execute_all(project, [run], revision=_revision(project))
        if failures:
            raise BookError(str(failures[0]))
        if notebook_only:
            return run.kept()[0] / "notebook.ipynb"
        others = [*listed, *kept_custom_runs(project, listed)]
        # The run itself is shown even where it has changed a file that it depends on, as one that records results does.
        build_html(project, [*(other for other in others if other.page != run.page), run], page=run.page)
    return project.html / f"{run.page}.html"


def make_slides(project: Project, *, workers: int = 2) -> Path:
    """Run what the slides show and has no result yet, and write a file for each lecture.

    Args:
        project: the book.
        workers: chapters at a time.

    Returns:
        the folder of the files, each of which is whole by itself.

    Raises:
        BookError: a chapter failed, or a lecture names what is not there.
    """
    wanted = {slug for lecture in read_lectures(project).values() for slug in chapters_shown(lecture)}
    with _only_build(project):
        runs = [run for run in listed_runs(project) if run.page in wanted]
        failures = execute_all(project, runs, workers=workers, revision=_revision(project))
        if failures:
            raise BookError("\n".join(str(failure) for failure in failures))
        shown = {run.page: read(run.kept()[0] / "notebook.ipynb") for run in runs}
        for name, html in decks(project, {run.page: run.chapter for run in runs}, shown):
            write_if_changed(project.output / "slides" / f"{name}.html", html.encode())
    return project.output / "slides"


def make_course(project: Project, slug: str = "", *, workers: int = 2) -> Path:
    """Run what has no result yet, and write the editions for students, for their teacher and for nbgrader.

    Args:
        project: the book.
        slug: of the only chapter wanted; all if empty.
        workers: chapters at a time.

    Returns:
        path of the folder.

    Raises:
        BookError: there is no such chapter, or one failed.
    """
    if slug:
        read_chapter(project, slug)
    with _only_build(project):
        firsts = {run.chapter.slug: run for run in reversed(listed_runs(project))}
        runs = [firsts[name] for name in ([slug] if slug else find_chapters(project))]
        failures = execute_all(project, runs, workers=workers, revision=_revision(project))
        if failures:
            raise BookError("\n".join(str(failure) for failure in failures))
        return write_course(project, runs)


def _make_shared(project: Project) -> None:
    """Has made, with all cores, what several chapters would else wait for while one of them makes it."""
    log.info("making   what several chapters look at")
    started = time.perf_counter()
    command = [sys.executable, "-m", "csdlib.recipes.shared"]
    # Its bars are for people, and not for a log.
    stderr = None if sys.stderr.isatty() else subprocess.PIPE
    done = subprocess.run(command, cwd=project.root, stderr=stderr, text=True, check=False)  # noqa: S603
    if done.returncode:
        # What is wrong with it is wrong with a chapter as well, which then says where.
        log.warning("failed   the chapters make it themselves: %s", (done.stderr or "").strip().splitlines()[-1:])
        return
    seconds = time.perf_counter() - started
    (project.output / SHARED).write_text(f"{seconds:.1f}", encoding="utf-8")
    log.info("made     in %.1f s", seconds)


@contextmanager
def _only_build(project: Project) -> Iterator[None]:
    """Of two builds at once the second one waits, and says for whom."""
    project.output.mkdir(parents=True, exist_ok=True)
    holder = project.output / ".holder"
    lock = FileLock(project.output / ".lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        log.info("waiting  for the build that holds %s: %s", project.output, holder.read_text(encoding="utf-8"))
        lock.acquire()
    try:
        holder.write_text(f"process {os.getpid()}, {shlex.join(sys.argv)}", encoding="utf-8")
        yield
    finally:
        lock.release()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    options = _parse(arguments)
    set_up_log()
    # Whoever ends the driver with SIGTERM, as a batch system does, means the same as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    root = Path(__file__).resolve().parent.parent
    started = time.perf_counter()
    project = Project(root, root / "build")
    try:
        if options.verb == "chapter":
            pairs = _pairs(options.parameters)
            page = make_chapter(project, options.name, pairs, notebook_only=options.notebook_only)
        elif options.verb == "slides":
            page = make_slides(project)
        elif options.verb == "course":
            page = make_course(project, options.name)
        elif options.verb == "lab":
            page = write_lab(project)
        elif options.verb == "times":
            page = record_times(project)
        else:
            output = root / "build" / "smoke" if options.smoke else root / "build"
            page = make_book(Project(root, output), smoke=options.smoke, workers=options.workers)
    except BookError as error:
        log.error("error: %s", error)
        return 1
    except KeyboardInterrupt:
        log.error("interrupted; the results of finished runs are kept")
        return 130
    log.info("ready in %.1f s: %s", time.perf_counter() - started, page)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m book.build", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("slides", help="run what the slides show, and write a file for each lecture")
    verbs.add_parser("lab", help="write each chapter as a notebook to work in")
    verbs.add_parser("times", help="write book/times.csv from the records of the last book")
    book = verbs.add_parser("book", help="run the chapters that have no result yet, and build the book")
    book.add_argument("--smoke", action="store_true", help="one cheap run for each chapter, in a folder of its own")
    book.add_argument("--workers", type=int, default=2, help="chapters at a time (default 2)")
    course = verbs.add_parser("course", help="write each chapter for students, for their teacher and for nbgrader")
    course.add_argument("name", nargs="?", default="", help="slug of the only chapter wanted")
    chapter = verbs.add_parser("chapter", help="run one chapter, and show its page in the book")
    chapter.add_argument(
        "--notebook-only", action="store_true", help="stop after the notebook; leave the book as it is"
    )
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
