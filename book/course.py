"""``make course``: every chapter as a student's notebook, as a teacher's, and as an assignment for nbgrader."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from book.editions import assignment, instructor, student
from book.notebooks import read, to_bytes
from book.plain import plain_markdown
from book.project import Project
from book.runs import Run

# The stub is in the cell already; so where nbgrader takes a solution out, it needs to leave no other.
_NBGRADER = """\
import os

# nbgrader gives no point for a check that writes to stderr; a warning or a progress bar is no failure.
os.environ.update(PYTHONWARNINGS="ignore", TQDM_DISABLE="1")

c = get_config()
c.CourseDirectory.course_id = "measuring-style"
c.ClearSolutions.code_stub = {"python": "# Your answer goes above, in place of the stub."}
# A chapter's check may draw, train or describe pictures.
c.ExecutePreprocessor.timeout = 1800
"""


def write_course(project: Project, runs: Sequence[Run]) -> Path:
    """Write the editions of the chapters' first runs into a folder of the output, which is made anew.

    Args:
        project: the book.
        runs: the first run of each chapter; one without a result gives notebooks without outputs.

    Returns:
        the folder: ``student``, ``instructor``, and ``nbgrader`` in the layout of a course.
    """
    folder = project.output / "course"
    shutil.rmtree(folder, ignore_errors=True)
    for run in runs:
        for name, content in _editions(project, run):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    if runs:
        (folder / "nbgrader" / "nbgrader_config.py").write_text(_NBGRADER, encoding="utf-8")
    return folder


def _editions(project: Project, run: Run) -> Iterator[tuple[str, bytes]]:
    source, slug = plain_markdown(project, run.chapter.notebook()), run.chapter.slug
    notebook = plain_markdown(project, read(run.folder / "notebook.ipynb")) if run.folder else source
    yield f"student/{slug}.ipynb", to_bytes(student(notebook))
    yield f"instructor/{slug}.ipynb", to_bytes(instructor(notebook, source))
    yield f"nbgrader/source/{slug}/{slug}.ipynb", to_bytes(assignment(notebook, slug))
