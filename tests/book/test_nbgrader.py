"""nbgrader makes, runs and marks what ``make course`` writes; where it is not installed nothing is tested."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from book.course import write_course
from book.notebooks import read, role, to_bytes
from book.project import Project
from book.runs import listed_runs
from tests.book.conftest import write_chapter
from tests.book.test_editions import EXERCISE

pytest.importorskip("nbgrader", reason="pip install 'csdlib[course]'")
pytestmark = [pytest.mark.slow, pytest.mark.book]


def run(course: Path, *words: str) -> str:
    command = [sys.executable, "-m", "nbgrader", *words]
    # nbgrader calls programs of its own environment by their names, as an activated one finds them.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path}
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def course(project: Project) -> Path:
    warns = 'import warnings\nfrom tqdm import tqdm\nwarnings.warn("old")\nlist(tqdm([1]))\nassert answer == 42\n'
    write_chapter(project, EXERCISE.replace("assert answer == 42\n", warns))
    (run_of_second,) = [each for each in listed_runs(project) if each.chapter.slug == "second"]
    return write_course(project, [run_of_second]) / "nbgrader"


def test_nbgrader_takes_the_solutions_out_and_its_validation_tells_stub_from_solution(course: Path) -> None:
    source = "source/second/second.ipynb"
    assert "Success! Your notebook passes all the tests" in run(course, "validate", source)
    run(course, "generate_assignment", "second")
    released = read(course / "release" / "second" / "second.ipynb")
    (stub,) = [cell.source for cell in released.cells if role(cell) == "exercise"]
    assert stub == "answer = 0\n\n# Your answer goes above, in place of the stub."
    said = run(course, "validate", "release/second/second.ipynb")
    assert "failed" in said
    assert "answer is 0; it should be 42" in said


def test_nbgrader_marks_a_right_and_a_wrong_answer(course: Path) -> None:
    run(course, "generate_assignment", "second")
    for student, answer in {"ann": "42", "bob": "41"}.items():
        place = course / "submitted" / student / "second"
        shutil.copytree(course / "release" / "second", place)
        notebook = read(place / "second.ipynb")
        for cell in notebook.cells:
            if role(cell) == "exercise":
                cell.source = f"answer = {answer}"
        (place / "second.ipynb").write_bytes(to_bytes(notebook))
    run(course, "autograde", "second", "--create")
    with closing(sqlite3.connect(course / "gradebook.db")) as book:
        marks = "select s.student_id, g.auto_score from grade g join submitted_notebook n on g.notebook_id = n.id "
        marks += "join submitted_assignment s on n.assignment_id = s.id where g.auto_score is not null order by 1"
        assert book.execute(marks).fetchall() == [("ann", 5.0), ("bob", 0.0)]
