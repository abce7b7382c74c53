"""``make faults``: kills and hostile input, in full, as one table; an exit code that is not 0 where anything failed."""

import argparse
import os
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from tests.faults.fuzz import KINDS, fuzz
from tests.faults.jobs import INPUTS, JOBS, write_inputs
from tests.faults.kills import kill
from tests.faults.limits import with_little

CASES = {"image": 20_000, "table": 4_000, "saved table": 1_000, "shard": 2_000, "weights": 2_000}
CASES |= {"parameter": 5_000, "caption": 20_000}
LITTLE = "200 open files, 2 GB of memory"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"of {', '.join([*JOBS, *KINDS, LITTLE])}; by default all")
    parser.add_argument("--kills", type=int, default=20, help="of each job (default 20)")
    parser.add_argument("--share", type=float, default=1.0, help="of the cases of each kind of input (default all)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = Path(mkdtemp(prefix="csd-faults-"))
    os.environ[INPUTS] = str(folder / "inputs")
    write_inputs(folder / "inputs")
    failed = 0
    for number, job in enumerate(name for name in JOBS if not options.only or name in options.only):
        own = folder / f"job-{number}"
        found = kill(job, options.kills, own, seed=options.seed)
        failed += len(found.failures)
        _say(f"| {job} ({found.seconds:.1f} s) | {found.kills} kills, {found.late} too late | {len(found.failures)} |")
        for kill_number, reason in found.failures.items():
            _say(f"    kill {kill_number}: {reason}; see {own / str(kill_number)}")
    for kind in (name for name in KINDS if not options.only or name in options.only):
        started = time.perf_counter()
        hostile = fuzz(kind, round(options.share * CASES[kind]), seed=options.seed)
        failed += len(hostile.failures)
        took = time.perf_counter() - started
        _say(f"| {kind} ({took:.0f} s) | {hostile.cases} cases, {hostile.refused} refused | {len(hostile.failures)} |")
        for seed, reason in list(hostile.failures.items())[:10]:
            _say(f"    seed {seed}: {reason}")
    if not options.only or LITTLE in options.only:
        done = with_little(round(options.share * 100_000), folder / "little")
        failed += bool(done.failure)
        said = f"{done.pictures:,} pictures embedded and searched, {done.megabytes:,} MB"
        _say(f"| {LITTLE} ({done.seconds:.0f} s) | {said} | {done.failure or 0} |")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
