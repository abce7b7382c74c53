import json
import logging
import os
import signal
import subprocess
import sys

import pytest

from book import build
from book.build import main, make_chapter
from book.execute import Failure, execute_all
from book.notebooks import read
from book.project import BookError, Project
from book.runs import Record, listed_runs
from tests.book.conftest import ROOT, write_chapter

EXERCISE = """\
x = 1  # a number

# %% tags=["exercise"]
answer = {stub}

# %% tags=["solution"]
answer = {solution}

# %% tags=["check"]
assert answer == 42
"""


def run_second(project: Project) -> Failure | None:
    runs = [run for run in listed_runs(project) if run.chapter.slug == "second"]
    failures = execute_all(project, runs)
    return failures[0] if failures else None


def test_a_failing_chapter_is_named_with_cell_and_error_and_the_others_are_kept(project: Project) -> None:
    write_chapter(project, "divisor = 0  # of one\n\n# %%\nfirst = 1\n\n# %%\nfirst / divisor")
    runs = listed_runs(project)
    failures = execute_all(project, runs)
    assert [run.done for run in runs] == [True, True, False]
    (failure,) = failures
    assert failure.run == "second [default]"
    assert failure.cell == 4
    assert failure.source == "first / divisor"
    assert "ZeroDivisionError: division by zero" in str(failure)
    assert failure.notebook is not None
    assert "ZeroDivisionError" in failure.notebook.read_text()


def test_a_kernel_that_dies_is_a_failure(project: Project) -> None:
    write_chapter(project, "x = 1  # a number\n\n# %%\nimport os\nos._exit(1)")
    failure = run_second(project)
    assert failure is not None
    assert "DeadKernelError" in failure.error
    assert failure.cell == 3


def test_a_missing_data_file_is_a_failure(project: Project) -> None:
    write_chapter(project, "x = 1  # a number")
    path = project.chapters / "second.py"
    path.write_text(path.read_text().replace("data: []", "data: [data/none]"))
    failure = run_second(project)
    assert failure is not None
    assert "data/none" in failure.error


def test_a_heading_from_code_is_a_failure(project: Project) -> None:
    write_chapter(project, "x = 1  # a number\n\n# %%\nfrom IPython.display import HTML\nHTML('<h2>No</h2>')")
    failure = run_second(project)
    assert failure is not None
    assert "heading" in failure.error
    assert failure.cell == 3


def test_an_exercise_whose_check_passes_on_the_stub_is_a_failure(project: Project) -> None:
    write_chapter(project, EXERCISE.format(stub=42, solution=42))
    failure = run_second(project)
    assert failure is not None
    assert "exercise 1: its check passes on the stub" in failure.error


def test_an_exercise_whose_check_fails_on_the_solution_is_a_failure(project: Project) -> None:
    write_chapter(project, EXERCISE.format(stub=0, solution=41))
    failure = run_second(project)
    assert failure is not None
    assert failure.error.startswith("AssertionError")
    assert failure.source == "assert answer == 42"


def test_a_right_exercise_passes_and_leaves_no_trace_of_the_driver(project: Project) -> None:
    write_chapter(project, EXERCISE.format(stub=0, solution=42))
    assert run_second(project) is None
    (run,) = [run for run in listed_runs(project) if run.chapter.slug == "second"]
    sources = [cell.source for cell in read(run.folder / "notebook.ipynb").cells]
    assert sources == ["# A title", "x = 1  # a number", "answer = 0", "answer = 42", "assert answer == 42"]


def test_the_record_says_what_was_measured(small_book: Project) -> None:
    record = Record.load(listed_runs(small_book)[0].folder / "record.json")
    assert record.seconds > 0
    assert 20 < record.peak_mb < 4000
    assert set(record.versions) == {"python", "csdlib", "torch", "numpy"}
    assert record.device.startswith("CPU")


def test_progress_bars_reach_the_terminal_but_not_the_page(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    runs = [run for run in listed_runs(project) if run.name == "cubic"]
    assert not execute_all(project, runs)
    assert "a progress bar" in capfd.readouterr().err
    outputs = [cell.get("outputs", []) for cell in read(runs[0].folder / "notebook.ipynb").cells]
    assert "a progress bar" not in json.dumps(outputs)


def test_a_result_is_used_again_until_something_changes(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "book")
    write_chapter(project, "x = 1  # a number")
    assert run_second(project) is None
    assert run_second(project) is None
    assert [message.split()[0] for message in caplog.messages] == ["running", "done", "kept"]


def test_a_failing_single_chapter_is_one_error(project: Project) -> None:
    with pytest.raises(BookError, match="cell 3: ZeroDivisionError"):
        make_chapter(project, "second", [("divisor", "0")])


def test_what_was_queued_does_not_start_after_an_interrupt(project: Project) -> None:
    names = ["tiny", "second", "third", "fourth", "fifth"]
    for name in names:
        write_chapter(project, "x = 1  # a number\n\n# %%\nimport time\n\ntime.sleep(15)", name)
    listing = [f"{name}: {{smoke: {{}}, runs: {{default: {{}}}}}}" for name in names]
    (project.book / "runs.yml").write_text("\n".join(listing))
    script = (
        "import sys; from pathlib import Path; from book.execute import execute_all; from book.project import Project; "
        "from book.runs import listed_runs; root = Path(sys.argv[1]); project = Project(root, root / 'build'); "
        "execute_all(project, listed_runs(project))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(project.root)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        # A shell that runs the tests in the background has them, and their children, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as driver:
        assert driver.stdout is not None
        started = [driver.stdout.readline() for _ in range(2)]
        # Ctrl-C reaches the terminal's whole process group.
        os.killpg(driver.pid, signal.SIGINT)
        rest = driver.stdout.read()
    assert all(line.startswith("running") for line in started)
    assert "running" not in rest
    assert not list((project.output / "runs").glob("*/*/.unfinished-*"))


def test_an_interrupt_is_one_line(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def interrupt(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "make_book", interrupt)
    monkeypatch.setattr(build.logging, "disable", lambda: None)
    assert main(["book"]) == 130
    assert "interrupted" in caplog.text
