"""Several runs at a time: each in a process of its own, the longest ones first."""

import logging
import os
import shutil
import signal
import sys
import time
from contextlib import nullcontext, suppress
from multiprocessing import connection

from book.execute import UNFINISHED, Failure, execute
from book.kernels import CAN_FORK, SLOW, end_with_the_parent, forked_kernel, processes
from book.project import Project, log
from book.runs import Run

#: So many runs share enough to prepare it before the first of them.
MANY = 5


def execute_all(project: Project, runs: list[Run], *, workers: int = 2, revision: str = "") -> list[Failure]:
    """Execute the runs that have no result yet, the longest ones first.

    Args:
        project: the book, which no other process may build at the same time.
        runs: any runs; those that are done are passed over.
        workers: chapters at a time. Several get one thread each; a single one gets all cores, and its cells' progress
            bars go to the terminal.
        revision: of the repository, for the record.

    Returns:
        the failures; an empty list if all is well.
    """
    for path in (project.output / "runs").glob(f"*/*/{UNFINISHED}*"):
        # A driver that was killed has left it.
        shutil.rmtree(path)
    waiting = []
    for run in runs:
        if run.done:
            log.info("kept     %s", run.title)
        else:
            waiting.append(run)
    waiting.sort(key=lambda run: run.expected_seconds)
    alone = len(waiting) == 1 or workers == 1
    # For a few chapters, importing what they need is quicker than importing all that chapters need.
    forked = CAN_FORK and not alone and len(waiting) >= MANY
    processes.set_forkserver_preload([*(SLOW if forked else []), __name__])
    running: dict[object, _Job] = {}
    failures = []
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                job = _Job(project, waiting.pop(), revision, alone=alone, forked=forked)
                running[job.process.sentinel] = job
            for sentinel in connection.wait(list(running)):  # type: ignore[arg-type]
                failures += running.pop(sentinel).failures()
    finally:
        # There are any only after an interrupt.
        for job in running.values():
            job.process.terminate()
        for job in running.values():
            job.process.join()
    return failures


class _Job:
    """A run in a process of its own, whose working directory papermill changes."""

    def __init__(self, project: Project, run: Run, revision: str, *, alone: bool, forked: bool) -> None:
        log.info("running  %s (about %.0f s)", run.title, run.expected_seconds)
        self._run, self._started = run, time.perf_counter()
        self._end, end = processes.Pipe(duplex=False)
        self.process = processes.Process(target=_work, args=(end, project, run, revision, alone, forked))
        self.process.start()
        end.close()

    def failures(self) -> list[Failure]:
        """What went wrong in a process that has ended; an empty list if all is well."""
        self.process.join()
        try:
            failure = self._end.recv()
        except EOFError:
            failure = Failure(self._run.title, f"its process was stopped (exit code {self.process.exitcode})")
        if failure is None:
            log.info("done     %s in %.1f s", self._run.title, time.perf_counter() - self._started)
            return []
        log.info("failed   %s", self._run.title)
        return [failure]


def _work(
    end: "connection.Connection[Failure | None]", project: Project, run: Run, revision: str, alone: bool, forked: bool
) -> None:
    """What the process of a run does."""
    # Of Ctrl-C it hears once, and from the driver: by SIGTERM.
    os.setsid()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # It would complain of a kernel that was stopped; a chapter's own failure is reported by papermill.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    os.environ.update({"CSDLIB_BOOK": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"})
    if not alone:
        from book.kernel import one_thread  # noqa: F401
    with forked_kernel() if forked else nullcontext(), suppress(KeyboardInterrupt):
        end_with_the_parent(signal.SIGTERM)
        end.send(execute(project, run, revision=revision, stderr=sys.stderr if alone else None))
