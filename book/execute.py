"""One run: the chapter's notebook is executed by papermill, and its result is stored under its key."""

import inspect
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import papermill
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from book import probe
from book.notebooks import code, read, tags, to_bytes
from book.project import Project, log, set_up_log
from book.runs import Record, Run

_THREADS = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"]
_KEPT_KEYS = 3
# Exists in workers only, and is set when the user interrupts.
_stop: Event

_STUB_CHECK = """\
try:
    exec(compile({check!r}, "<check on the stub>", "exec"), dict(globals()))
except Exception:
    pass
else:
    raise AssertionError("exercise {number}: its check passes on the stub, so it checks nothing")
"""


@dataclass(frozen=True)
class Failure:
    """Why a run has no result.

    Attributes:
        run: "slug [run name]".
        error: one or a few lines.
        cell: number of the cell in the chapter, counted from 1; 0 where no cell is to blame.
        source: of the cell.
        notebook: the notebook as far as it came, with the whole traceback.
    """

    run: str
    error: str
    cell: int = 0
    source: str = ""
    notebook: Path | None = None

    def __str__(self) -> str:
        lines = [f"FAILED   {self.run}{f', cell {self.cell}' if self.cell else ''}: {self.error}"]
        lines += [f"    | {line}" for line in self.source.splitlines()[:20]]
        lines += [f"    whole notebook: {self.notebook}"] if self.notebook else []
        return "\n".join(lines)


def execute_all(project: Project, runs: list[Run], *, workers: int = 2, revision: str = "") -> list[Failure]:
    """Execute the runs that have no result yet.

    Args:
        project: the book.
        runs: any runs; those that are done are passed over.
        workers: chapters at a time. Several get one thread each; a single one gets all cores, and its cells' progress
            bars go to the terminal.
        revision: of the repository, for the record.

    Returns:
        the failures; an empty list if all is well.
    """
    waiting = sorted((run for run in runs if not run.done), key=lambda run: -run.chapter.minutes)
    for run in runs:
        if run.done:
            log.info("kept     %s [%s]", run.chapter.slug, run.name)
    if len(waiting) == 1 or workers == 1:
        with _kernel_environment(one_thread=False):
            found = [_execute(project, run, revision, sys.stderr) for run in waiting]
        return [failure for failure in found if failure]
    # Processes, because papermill changes the working directory; spawned, because threads run already.
    context = get_context("spawn")
    stop = context.Event()
    with (
        _kernel_environment(one_thread=True),
        ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(stop,)) as pool,
    ):
        futures = [pool.submit(_execute_unless_stopped, project, run, revision) for run in waiting]
        try:
            return [failure for future in futures if (failure := future.result())]
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def _start_worker(stop: Event) -> None:
    global _stop
    _stop = stop
    set_up_log()
    # It would complain of a kernel that Ctrl-C stopped; a chapter's own failure is reported by papermill.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)


def _execute_unless_stopped(project: Project, run: Run, revision: str) -> Failure | None:
    """A pool's task: after Ctrl-C the pool still hands out tasks that it had queued, and they must not start."""
    if _stop.is_set():
        return None
    try:
        return _execute(project, run, revision, None)
    except KeyboardInterrupt:
        _stop.set()
        raise


@contextmanager
def _kernel_environment(*, one_thread: bool) -> Iterator[None]:
    """Kernels inherit this process's environment; it is put back afterwards."""
    before = dict(os.environ)
    os.environ["CSDLIB_BOOK"] = "1"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    if one_thread:
        os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _execute(project: Project, run: Run, revision: str, stderr: TextIO | None) -> Failure | None:
    """Execute one run and store its result, or say why there is none."""
    name = f"{run.chapter.slug} [{run.name}]"
    missing = [path for path in run.chapter.data if not (project.root / path).exists()]
    if missing:
        return Failure(name, f"its header names {', '.join(missing)}, which is not there")
    log.info("running  %s (about %g min with default parameters)", name, run.chapter.minutes)
    run.folder.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with TemporaryDirectory(dir=run.folder.parent, prefix=".unfinished-") as scratch:
        output = Path(scratch) / "notebook.ipynb"
        problem = _run_papermill(project, run, output, stderr)
        seconds = time.perf_counter() - started
        if problem is None:
            problem = _store(run, Path(scratch), seconds, revision)
        if problem:
            kept = run.folder.parent / "failed.ipynb"
            shutil.copy(output, kept)
            log.info("failed   %s", name)
            return _describe(name, kept, problem)
    log.info("done     %s in %.1f s", name, seconds)
    _forget_old_keys(run)
    return None


def _run_papermill(project: Project, run: Run, output: Path, stderr: TextIO | None) -> str | None:
    notebook = _with_driver_cells(run.chapter.notebook())
    # Written before anything runs, so that there is something to show when the kernel does not even start.
    output.write_bytes(to_bytes(notebook))
    try:
        papermill.execute_notebook(
            notebook,
            str(output),
            parameters=run.chapter.changed(run.parameters),
            cwd=str(project.root),
            progress_bar=False,
            stderr_file=stderr,
            start_timeout=180,
            extra_arguments=["--log-level=CRITICAL"],
        )
    except PapermillExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    except (CellControlSignal, DeadKernelError) as error:
        return f"{type(error).__name__}: {error} (a kernel that dies has often run out of memory)"
    return None


def _with_driver_cells(notebook: NotebookNode) -> NotebookNode:
    """Adds what the page does not show: each exercise's check on its stub, and the probe at the end."""
    cells: list[NotebookNode] = []
    checks = [cell.source for cell in notebook.cells if "check" in tags(cell)]
    exercise = 0
    for cell in notebook.cells:
        if "solution" in tags(cell):
            source = _STUB_CHECK.format(check=checks[exercise], number=exercise + 1)
            exercise += 1
            cells.append(_driver_cell(source, cell.metadata["csd"]["number"], f"stub-{exercise}"))
        cells.append(cell)
    source = f"{inspect.getsource(probe.facts)}\n\nimport json\n\nprint(json.dumps(facts()))"
    notebook.cells = [*cells, _driver_cell(source, len(notebook.cells), "probe")]
    return notebook


def _driver_cell(source: str, number: int, name: str) -> NotebookNode:
    return code(source, name=f"driver-{name}", metadata={"csd": {"number": number, "driver": True}})


def _store(run: Run, scratch: Path, seconds: float, revision: str) -> str | None:
    """Clean the executed notebook and move it, with its record, to where the key says; or say what is wrong with it."""
    path = scratch / "notebook.ipynb"
    notebook = read(path)
    facts = json.loads(notebook.cells[-1].outputs[0].text)
    problem = _headings_from_code(notebook)
    path.write_bytes(to_bytes(notebook if problem else _cleaned(notebook)))
    if problem:
        return problem
    finished = datetime.now(UTC).date().isoformat()
    Record(seconds=round(seconds, 1), finished=finished, revision=revision, **facts).save(scratch / "record.json")
    shutil.rmtree(run.folder, ignore_errors=True)
    scratch.rename(run.folder)
    scratch.mkdir()
    return None


def _headings_from_code(notebook: NotebookNode) -> str | None:
    """Headings displayed by code would break the table of contents."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            html = data.get("text/html", "").lower()
            if data.get("text/markdown", "").lstrip().startswith("#") or any(f"<h{n}" in html for n in range(1, 7)):
                cell.metadata.setdefault("papermill", {})["status"] = "failed"
                return "this cell displays a heading; headings belong into Markdown cells"
    return None


def _cleaned(notebook: NotebookNode) -> NotebookNode:
    """Without the driver's cells, without what cells wrote to stderr (progress bars), without papermill's traces."""
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("csd", {}).get("driver")]
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell-{number}"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    return notebook


def _describe(name: str, path: Path, problem: str) -> Failure:
    """Find the cell to blame: the one marked as failed, or the last that ran when the kernel died."""
    ran = [cell for cell in read(path).cells if "csd" in cell.metadata and _status(cell) in ("completed", "failed")]
    if not ran:
        return Failure(name, problem, notebook=path)
    cell = next((cell for cell in ran if _status(cell) == "failed"), ran[-1])
    source = "" if cell.metadata["csd"].get("driver") else cell.source
    return Failure(name, problem, cell.metadata["csd"]["number"], source, path)


def _status(cell: NotebookNode) -> str:
    return str(cell.metadata.get("papermill", {}).get("status", ""))


def _forget_old_keys(run: Run) -> None:
    """A few old results are kept, so that going back and forth between two states costs nothing."""
    found = sorted(run.folder.parent.glob("*/record.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[_KEPT_KEYS:]:
        shutil.rmtree(path.parent)
