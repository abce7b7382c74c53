"""SIGKILL at random moments: the next run ends with the result of one that nobody disturbed, and tidies up."""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.faults.jobs import INPUTS, JOBS

CONTEXT: Any = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.jobs"])


@dataclass(frozen=True)
class Killed:
    """What kills did to a job.

    Attributes:
        job: its name.
        seconds: that it takes undisturbed.
        kills: how many times it was killed and begun again.
        late: of them, those that came after it had ended.
        failures: number of the kill -> what was wrong.
    """

    job: str
    seconds: float
    kills: int
    late: int
    failures: dict[int, str]


def kill(job: str, kills: int, folder: Path, *, seed: int = 0) -> Killed:
    """Does a job undisturbed, and then again and again with a kill at a random moment."""
    expected, seconds = _undisturbed(job, folder / "whole")
    random = np.random.default_rng(seed)
    failures, late = {}, 0
    for number in range(kills):
        own = folder / str(number)
        own.mkdir(parents=True)
        JOBS[job].prepare(own)
        started = _start(job, own)
        time.sleep(random.uniform(0, seconds))
        late += all(process.exitcode is not None for process in started)
        for process in started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()
        again = _start(job, own)
        for process in again:
            process.join()
        codes = [process.exitcode for process in again]
        left = [str(path) for pattern in (".partial-*", ".unfinished-*") for path in own.rglob(pattern)]
        if any(codes):
            failures[number] = f"the next run ended with {codes}"
        elif JOBS[job].result(own) != expected:
            failures[number] = "another result"
        elif left:
            failures[number] = f"left behind: {left}"
        if number not in failures:
            shutil.rmtree(own)
    return Killed(job, seconds, kills, late, failures)


def _undisturbed(job: str, folder: Path) -> tuple[str, float]:
    folder.mkdir(parents=True)
    JOBS[job].prepare(folder)
    # The first process waits until the libraries are there, which is no part of the job.
    _wait(CONTEXT.Process(target=os.getpid))
    started = time.perf_counter()
    for process in _start(job, folder):
        process.join()
        if process.exitcode:
            raise RuntimeError(f"{job} fails undisturbed: exit code {process.exitcode}, see {folder}")
    return JOBS[job].result(folder), time.perf_counter() - started


def _wait(process: Any) -> None:
    process.start()
    process.join()


def _start(job: str, folder: Path) -> list[Any]:
    count = JOBS[job].processes
    # A server of forks that somebody else has started knows an older environment.
    given = os.environ[INPUTS]
    started = [CONTEXT.Process(target=_work, args=(job, folder, rank, count, given)) for rank in range(count)]
    for process in started:
        process.start()
    return started


def _work(job: str, folder: Path, rank: int, count: int, given: str) -> None:
    os.setpgid(0, 0)
    os.environ[INPUTS] = given
    if count > 1:
        os.environ.update({"RANK": str(rank), "WORLD_SIZE": str(count)})
    torch.set_num_threads(1)
    with (folder / f"log-{rank}.txt").open("a") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
        JOBS[job].do(folder)
