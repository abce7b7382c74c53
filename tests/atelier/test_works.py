"""Pictures on disk: their names change with what decides a pixel alone; each is drawn once, whoever asks."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from csdlib.atelier import works
from csdlib.atelier.catalogue import PAINTERS
from csdlib.atelier.copies import COPIES, Copy
from csdlib.atelier.studio import paint, render
from csdlib.atelier.works import Work, drawing_code

#: Draws twelve dots into a folder and notes every one that is begun; none is done before there is a gate.
DRAWER = """
import sys, time
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from csdlib.atelier.works import draw_missing

cache, gate = map(Path, sys.argv[1:])

@dataclass(frozen=True)
class Dot:
    number: int
    path = property(lambda self: f"{self.number}.png")
    together = property(lambda self: [self])

    def draw(self):
        with (cache / "begun.txt").open("a") as notes:
            notes.write(f"{self.number}\\n")
        while not gate.exists():
            time.sleep(0.01)
        time.sleep(0.2)
        return np.zeros((8, 8, 3), np.uint8)

draw_missing([Dot(number) for number in range(12)], cache, progress=False)
"""

SOURCE = '''"""A hill."""

from csdlib.atelier.scenes import Scene


def hill(height: float) -> Scene:
    """A hill of a height."""
    return Scene(height * 2)
'''


def test_comments_docstrings_and_layout_decide_no_pixel() -> None:
    for told in (
        SOURCE.replace('"""A hill."""', '"""Hills, and many of them."""'),
        SOURCE.replace("    return", "    # Twice as high.\n    return"),
        SOURCE.replace("Scene(height * 2)", "Scene(\n        height * 2\n    )"),
    ):
        assert drawing_code(told) == drawing_code(SOURCE)


def test_a_file_that_moved_draws_the_same() -> None:
    assert drawing_code(SOURCE.replace("csdlib.atelier.scenes", "csdlib.drawn.world.scenes")) == drawing_code(SOURCE)


def test_what_is_drawn_decides() -> None:
    for changed in (
        SOURCE.replace("* 2", "* 3"),
        SOURCE.replace("import Scene", "import Scenery as Scene"),
        SOURCE.replace("atelier.scenes", "atelier.places"),
    ):
        assert drawing_code(changed) != drawing_code(SOURCE)


def test_a_function_of_a_docstring_alone_stays_a_function() -> None:
    assert drawing_code('def nothing() -> None:\n    """Does nothing."""\n') == "def nothing() -> None:\n    pass"


@pytest.fixture
def drawer(tmp_path):
    """Starts a process that draws; whatever is left of one at the end is killed."""
    started: list[subprocess.Popen] = []

    def start(gate: Path) -> subprocess.Popen:
        command = [sys.executable, "-c", DRAWER, str(tmp_path), str(gate)]
        started.append(subprocess.Popen(command, start_new_session=True, env=os.environ | {"OMP_NUM_THREADS": "1"}))
        return started[-1]

    yield start
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        process.wait()


def begun(folder: Path) -> list[int]:
    notes = folder / "begun.txt"
    return sorted(map(int, notes.read_text().split())) if notes.exists() else []


@pytest.mark.slow
def test_two_processes_that_want_the_same_pictures_draw_each_once(drawer, tmp_path):
    processes = [drawer(tmp_path) for _ in range(2)]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    assert begun(tmp_path) == list(range(12))


@pytest.mark.slow
def test_a_drawer_that_is_killed_does_not_block_the_next(drawer, tmp_path):
    killed = drawer(tmp_path / "never")
    while killed.poll() is None and not begun(tmp_path):
        time.sleep(0.01)
    # Its workers live on for a while: they must not hold the lock either.
    os.kill(killed.pid, signal.SIGKILL)
    assert drawer(tmp_path).wait(timeout=120) == 0
    assert {path.stem for path in tmp_path.glob("[!.]*.png")} == set(map(str, range(12)))


def test_a_work_is_painted_once_for_all_its_files(monkeypatch):
    painted = []
    monkeypatch.setattr(works, "paint", lambda *args: painted.append(args) or paint(*args))
    work = Work(PAINTERS["noor-felding"], "dog", 7, 128, "train")
    finds = [one for find in (work, *(Copy(work, kind, 0) for kind in COPIES)) for one in find.together]
    pictures = [find.draw() for find in finds]
    assert len(painted) == 1
    assert len({find.path for find in finds}) == len(finds)
    for picture, size in zip(pictures[:2], (96, 128), strict=True):
        np.testing.assert_array_equal(picture, render("noor-felding", "dog", 7, size))
