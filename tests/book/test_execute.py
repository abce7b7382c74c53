import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from book import build
from book.build import main, make_chapter
from book.execute import Failure, execute
from book.notebooks import read
from book.project import BookError, Project
from book.runs import Record, listed_runs
from book.schedule import execute_all
from tests.book.conftest import ROOT, write_chapter

pytestmark = pytest.mark.book

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


def test_the_record_names_the_modules_that_kernel_and_workers_imported(project: Project) -> None:
    for name in ("kernel", "worker", "nobody"):
        (project.root / "csdlib" / f"{name}.py").write_text("x = 1")
    write_chapter(project, WITH_A_WORKER)
    assert run_second(project) is None
    (run,) = [run for run in listed_runs(project) if run.chapter.slug == "second"]
    assert run.folder is not None
    assert Record.load(run.folder / "record.json").modules == ["csdlib", "csdlib.kernel", "csdlib.worker"]


WITH_A_WORKER = """\
x = 1  # a number

# %%
import subprocess
import sys
sys.path.insert(0, ".")
import csdlib.kernel
subprocess.run([sys.executable, "-c", "import sys; sys.path.insert(0, '.'); import csdlib.worker"], check=True)
"""


def test_a_result_of_code_that_was_edited_meanwhile_is_not_kept(project: Project) -> None:
    edit = "pathlib.Path('csdlib/__init__.py').write_text('x = 2')"
    body = f"import pathlib, sys\nsys.path.insert(0, '.')\nimport csdlib\n{edit}"
    write_chapter(project, f"x = 1  # a number\n\n# %%\n{body}")
    failure = run_second(project)
    assert failure is not None
    assert "csdlib changed while it ran" in failure.error


def test_progress_bars_reach_the_terminal_but_not_the_page(project: Project) -> None:
    runs = [run for run in listed_runs(project) if run.name == "cubic"]
    driver = start_driver(project, "cubic")
    assert "a progress bar" in driver.communicate()[1]
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


def start_driver(project: Project, *names: str) -> subprocess.Popen[str]:
    """A driver in a process, and a process group, of its own; it executes the listed runs of these names."""
    script = (
        "import sys; from pathlib import Path; from book.schedule import execute_all; "
        "from book.project import Project, set_up_log; from book.runs import listed_runs; set_up_log(); "
        "root = Path(sys.argv[1]); project = Project(root, root / 'build'); "
        "execute_all(project, [run for run in listed_runs(project) if run.name in sys.argv[2:]])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, str(project.root), *names],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that runs the tests in the background has them, and their children, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def write_long_chapters(project: Project, *names: str) -> None:
    """Chapters that say when their kernel is at work, and then take their time."""
    for name in names:
        body = "import os, time, pathlib\n\npathlib.Path(f'{os.getpid()}.kernel').touch()\ntime.sleep(60)"
        write_chapter(project, f"x = 1  # a number\n\n# %%\n{body}", name)
    (project.chapters / "tiny.py").unlink(missing_ok="tiny" not in names)
    listing = [f"{name}: {{smoke: {{}}, runs: {{default: {{}}}}}}" for name in names]
    (project.book / "runs.yml").write_text("\n".join(listing))


def kernels_at_work(project: Project, count: int) -> list[int]:
    """The process numbers of the kernels of ``write_long_chapters``, as soon as there are so many."""
    while len(found := [int(path.stem) for path in project.root.glob("*.kernel")]) < count:
        time.sleep(0.1)
    return found


def test_what_waits_does_not_start_after_an_interrupt(project: Project) -> None:
    write_long_chapters(project, "second", "third", "fourth", "fifth", "sixth")
    driver = start_driver(project, "default")
    kernels = kernels_at_work(project, 2)
    # Ctrl-C reaches the terminal's whole process group.
    os.killpg(driver.pid, signal.SIGINT)
    lines = driver.communicate()[0].splitlines()
    assert [line.split()[0] for line in lines] == ["running", "running"]
    assert not list((project.output / "runs").glob("*/*/.unfinished-*"))
    assert not any(map(is_alive, kernels))


def test_kernels_end_with_a_driver_that_was_killed_and_what_was_finished_stays(project: Project) -> None:
    assert run_second(project) is None
    (project.chapters / "tiny.py").unlink()
    text = (project.chapters / "second.py").read_text()
    write_long_chapters(project, "third", "fourth")
    (project.chapters / "second.py").write_text(text)
    with (project.book / "runs.yml").open("a") as file:
        file.write("\nsecond: {smoke: {}, runs: {default: {}}}\n")
    driver = start_driver(project, "default")
    kernels = kernels_at_work(project, 2)
    driver.kill()
    until = time.monotonic() + 30
    while any(map(is_alive, kernels)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(is_alive, kernels))
    assert [run.chapter.slug for run in listed_runs(project) if run.done] == ["second"]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupt_is_one_line(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def interrupt(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "make_book", interrupt)
    assert main(["book"]) == 130
    assert "interrupted" in caplog.text


def test_chapters_run_in_this_interpreter_whatever_is_called_python3(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "jupyter" / "kernels" / "python3"
    place.mkdir(parents=True)
    somebody_elses = {"argv": ["/bin/false", "-f", "{connection_file}"], "display_name": "x", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(somebody_elses))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    write_chapter(project, "x = 1  # a number\n\n# %%\nimport sys\n\nprint(sys.executable)\n")
    assert run_second(project) is None
    run = next(run for run in listed_runs(project) if run.chapter.slug == "second")
    assert run.folder is not None
    notebook = read(run.folder / "notebook.ipynb")
    assert sys.executable in str(notebook.cells)
    assert notebook.metadata.kernelspec.name == "python3"
    assert sorted(path.name for path in run.folder.iterdir()) == ["notebook.ipynb", "record.json"]


def test_a_kernel_that_does_not_start_is_one_sentence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    write_chapter(project, "x = 1  # a number\n\n# %%\nx\n")
    run = next(run for run in listed_runs(project) if run.chapter.slug == "second")
    monkeypatch.setattr(os, "environ", {**os.environ})
    monkeypatch.chdir(project.root)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    failure = execute(project, run)
    assert failure is not None
    assert failure.error.startswith("the kernel did not start")
