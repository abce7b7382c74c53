"""The quick half of ``make faults``: some hostile inputs of each kind, some kills of the jobs that begin quickly."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.faults.fuzz import KINDS, fuzz, mutated
from tests.faults.jobs import INPUTS, write_inputs
from tests.faults.kills import kill
from tests.faults.limits import with_little


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("faults")
    write_inputs(folder / "inputs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(INPUTS, str(folder / "inputs"))
        yield folder


@pytest.mark.parametrize("kind", list(KINDS))
def test_hostile_input_is_refused_or_read(kind: str) -> None:
    cases = {"image": 1000, "parameter": 1000, "caption": 1000}.get(kind, 120)
    found = fuzz(kind, cases, seed=1_000_000)
    assert found.failures == {}
    assert 0 < found.refused < cases or kind == "caption"


@pytest.mark.slow
@pytest.mark.parametrize("job", ["embed", "embed-shards, two processes", "search in parts", "generate"])
def test_a_killed_job_ends_with_the_same_result(job: str, world: Path) -> None:
    assert kill(job, 2, world / job).failures == {}


def test_a_thousand_pictures_with_few_open_files(tmp_path: Path) -> None:
    done = with_little(1200, tmp_path)
    assert (done.failure, done.pictures) == ("", 1200)


def test_the_seed_decides_what_is_broken() -> None:

    first, again, other = (mutated(b"a" * 400, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert first == again != other
