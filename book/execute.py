"""One run: the chapter's notebook is executed by papermill, and its result is stored under its key."""

import inspect
import json
import os
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import papermill
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from book import imported, probe
from book.messages import with_messages
from book.notebooks import code, read, role, to_bytes
from book.project import Project
from book.runs import Record, Run

#: The names of folders of runs that did not end begin so.
UNFINISHED = ".unfinished-"

_KEPT_KEYS = 3

#: A name that no other kernel has.
_KERNEL = "csdlib-book"

_WIDGET = "application/vnd.jupyter.widget-view+json"

# What a check says to a common mistake, which teachers read.
_SAID = "text/x-said"

# A check that fails for want of a name has not judged: students, who have no solution, would meet the same.
_MUST_FAIL = """\
try:
    exec(compile({source!r}, "<check on {what}>", "exec"), dict(globals()))
except NameError as error:
    raise AssertionError("exercise {number}: its check lacks a name that only the solution defines") from error
except Exception as error:
    {otherwise}
else:
    raise AssertionError("exercise {number}: its check passes on {what}, so it checks nothing")
"""
_TELL = f'display({{"{_SAID}": f"{{type(error).__name__}}: {{error}}"}}, raw=True)'


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


def execute(project: Project, run: Run, *, revision: str = "", stderr: TextIO | None = None) -> Failure | None:
    """Execute one run in this process, whose working directory and environment it may change, and store its result.

    Args:
        project: the book.
        run: any run.
        revision: of the repository, for the record.
        stderr: where the cells' progress bars go; they are not shown otherwise.

    Returns:
        why there is no result, or None if all is well.
    """
    missing = [path for path in run.chapter.data if not (project.root / path).exists()]
    if missing:
        return Failure(run.title, f"its header names {', '.join(missing)}, which is not there")
    run.results.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with TemporaryDirectory(dir=run.results, prefix=UNFINISHED) as scratch:
        output, notes = Path(scratch) / "notebook.ipynb", Path(scratch) / "imported.txt"
        os.environ.update(imported.environment(notes))
        problem = _run_papermill(project, run, output, stderr)
        seconds = time.perf_counter() - started
        modules = imported.read_notes(notes)
        notes.unlink(missing_ok=True)
        shutil.rmtree(Path(scratch) / "kernels")
        problem = problem or _changed_meanwhile(project, run, modules)
        problem = problem or _store(run, Path(scratch), modules, seconds, revision)
        if problem:
            kept = run.results / "failed.ipynb"
            shutil.copy(output, kept)
            return _describe(run.title, kept, problem)
    for path in run.kept()[_KEPT_KEYS:]:
        shutil.rmtree(path)
    return None


def _changed_meanwhile(project: Project, run: Run, modules: Iterable[str]) -> str | None:
    """A kernel that has imported what was edited after the key's hashes were taken has a result of no known code."""
    now = imported.module_hashes(project.root / "csdlib")
    changed = [name for name in modules if now.get(name) != run.code.get(name)]
    return f"{', '.join(changed)} changed while it ran, so its result is not kept; run it again" if changed else None


def _run_papermill(project: Project, run: Run, output: Path, stderr: TextIO | None) -> str | None:
    notebook = _with_driver_cells(run.chapter.notebook())
    # Written before anything runs, so that there is something to show when the kernel does not even start.
    output.write_bytes(to_bytes(notebook))
    _this_interpreter(output.parent)
    try:
        papermill.execute_notebook(
            notebook,
            str(output),
            parameters=run.chapter.changed(run.parameters),
            cwd=str(project.root),
            kernel_name=_KERNEL,
            progress_bar=False,
            stderr_file=stderr,
            start_timeout=180,
            extra_arguments=["--log-level=CRITICAL"],
        )
    except PapermillExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    except (CellControlSignal, DeadKernelError) as error:
        return f"{type(error).__name__}: {error} (a kernel that dies has often run out of memory)"
    except RuntimeError as error:
        return f"the kernel did not start ({error}); does `{sys.executable} -m ipykernel_launcher --help` run?"
    return None


def _this_interpreter(folder: Path) -> None:
    """Defines the kernel that is this interpreter, whatever else is called python3 where Jupyter looks first."""
    place = folder / "kernels" / _KERNEL
    place.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": command, "display_name": "Python 3", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
    others = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(folder), *([others] if others else [])])


def _with_driver_cells(notebook: NotebookNode) -> NotebookNode:
    """Adds what the page does not show: each check on its stub, and on the mistakes, and the probe at the end."""
    cells: list[NotebookNode] = []
    checks = [cell.source for cell in notebook.cells if role(cell) == "check"]
    exercise = 0
    for cell in notebook.cells:
        number = cell.metadata["csd"]["number"]
        if role(cell) == "solution":
            exercise += 1
            source = _must_fail(checks[exercise - 1], exercise, "the stub", "pass")
            cells.append(_driver_cell(source, number, f"stub-{exercise}"))
        if role(cell) == "mistake":
            wrong = f"{cell.source}\n\n{with_messages(checks[exercise - 1])}"
            source = _must_fail(wrong, exercise, "a common mistake", _TELL)
            cells.append(_driver_cell(source, number, f"mistake-{number}"))
        else:
            cells.append(cell)
    source = f"{inspect.getsource(probe.facts)}\n\nimport json\n\nprint(json.dumps(facts()))"
    notebook.cells = [*cells, _driver_cell(source, len(notebook.cells), "probe")]
    return notebook


def _must_fail(source: str, number: int, what: str, otherwise: str) -> str:
    return _MUST_FAIL.format(source=source, number=number, what=what, otherwise=otherwise)


def _driver_cell(source: str, number: int, name: str) -> NotebookNode:
    return code(source, name=f"driver-{name}", metadata={"csd": {"number": number, "driver": True}})


def _store(run: Run, scratch: Path, modules: list[str], seconds: float, revision: str) -> str | None:
    """Clean the executed notebook and move it, with its record, to where the key says; or say what is wrong with it."""
    path = scratch / "notebook.ipynb"
    notebook = read(path)
    facts = json.loads(notebook.cells[-1].outputs[0].text)
    problem = _headings_from_code(notebook)
    path.write_bytes(to_bytes(notebook if problem else _cleaned(notebook)))
    if problem:
        return problem
    finished = datetime.now(UTC).date().isoformat()
    record = Record(seconds=round(seconds, 1), finished=finished, revision=revision, modules=modules, **facts)
    record.save(scratch / "record.json")
    folder = run.results / run.key(modules)
    shutil.rmtree(folder, ignore_errors=True)
    scratch.rename(folder)
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
    """Without the driver's cells, without progress bars (on stderr, or as widgets), without papermill's traces."""
    notebook.cells = _without_driver(notebook.cells)
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell-{number}"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = [
                each for each in cell.outputs if each.get("name") != "stderr" and _WIDGET not in each.get("data", {})
            ]
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    return notebook


def _without_driver(cells: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The chapter's cells; a solution keeps what its check said to the mistakes."""
    kept: list[NotebookNode] = []
    for cell in cells:
        if not cell.metadata.get("csd", {}).get("driver"):
            kept.append(cell)
        elif said := [output.data[_SAID] for output in cell.outputs if _SAID in output.get("data", {})]:
            solution = next(each for each in reversed(kept) if role(each) == "solution")
            solution.metadata["csd"].setdefault("said", []).extend(said)
    return kept


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
