"""Many pictures with little: 100,000 of them with 200 open files and a limit of memory, embedded, kept, searched."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import stripes

OPEN_FILES = 200
#: Megabytes beside the libraries. What a process maps is no measure: threads reserve addresses by the gigabyte.
MEMORY = 2000

JOB = """
import resource, sys
from pathlib import Path
import numpy as np
import csdlib
from csdlib.datasets import load_dataset
from csdlib.retrieval import neighbours

pictures, folder = Path(sys.argv[1]), Path(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))
descriptor = csdlib.load("colour")
csdlib.embed(load_dataset("folder", pictures / "0"), descriptor, progress=False)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
table = load_dataset("folder", pictures)
found = csdlib.embed(table, descriptor, cache=folder / "cache", progress=False)
found.save(folder / "embeddings")
whole = csdlib.Embeddings.load(folder / "embeddings")
near = neighbours(whole.take(np.arange(500)), whole, 10)
assert (near.rows >= 0).all()
print(len(found), len(found.skipped), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@dataclass(frozen=True)
class Done:
    """What became of so many pictures: how many were embedded, megabytes that it took, seconds, and what was wrong."""

    pictures: int
    megabytes: int
    seconds: float
    failure: str


def with_little(count: int, folder: Path) -> Done:
    """Embeds and searches so many pictures under the limits."""
    pictures = _linked(count, folder / "pictures")
    script = JOB.format(files=OPEN_FILES)
    started = time.perf_counter()
    command = [sys.executable, "-c", script, str(pictures), str(folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    seconds = time.perf_counter() - started
    if done.returncode:
        return Done(0, 0, seconds, (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    embedded, skipped, megabytes = map(int, done.stdout.split())
    wrong = f"{skipped} skipped" if (embedded, skipped) != (count, 0) else ""
    return Done(embedded, megabytes, seconds, wrong or (f"more than {MEMORY} MB" if megabytes > MEMORY else ""))


def _linked(count: int, folder: Path) -> Path:
    """So many files of a hundred different pictures, a thousand in a folder."""
    for number in range(count):
        path = folder / str(number // 1000) / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number < 100:
            stripes(number % 4, 3 + number % 7, number, side=32).save(path)
        else:
            path.hardlink_to(folder / "0" / f"{number % 100}.png")
    return folder
