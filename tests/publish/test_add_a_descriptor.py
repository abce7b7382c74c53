"""A test follows "Add a descriptor in 20 minutes" in a copy of the repository, block by block."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packages import ROOT

pytestmark = pytest.mark.slow

PAGE = (ROOT / "book" / "add_a_descriptor.md").read_text(encoding="utf-8")
#: (language, file, text) of each block, in the order of the page; what is run has no file.
BLOCKS = [
    (named or run, file, text)
    for named, file, text_of_file, run, text_of_run in re.findall(
        r"^```(?:\{code-block\} (\w+)\n:caption: (.+)\n\n([\s\S]+?)|(\w+)\n([\s\S]+?))```$", PAGE, flags=re.MULTILINE
    )
    for text in [text_of_file or text_of_run]
]


def copy_of_the_repository(folder: Path) -> Path:
    for name in ("csdlib", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("CONTRIBUTING.md", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    (folder / "data").symlink_to(ROOT / "data")
    return folder


def patched(text: str, change: str) -> str:
    """A text after a change as a person reads it: lines that stay, go and come."""
    lines = change.splitlines()
    before, after = ("\n".join(line[1:] for line in lines if line[:1] != sign) for sign in "+-")
    assert text.count(before) == 1, f"not in the file, or more than once:\n{before}"
    return text.replace(before, after)


def run(folder: Path, arguments: list[str]) -> str:
    variables = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block that is run printed; those for a file are written."""
    folder, printed = copy_of_the_repository(tmp_path_factory.mktemp("copy")), []
    for language, file, text in BLOCKS:
        if language == "diff":
            (folder / file).write_text(patched((folder / file).read_text(), text))
        elif file:
            assert not (folder / file).exists(), "the page says that it is new"
            (folder / file).write_text(text)
        elif language == "sh":
            for line in text.splitlines():
                program, *arguments = shlex.split(line)
                assert program == ".venv/bin/python"
                printed.append(run(folder, arguments))
        else:
            printed.append(run(folder, ["-c", text]))
    # What a reader would be told next.
    run(folder, ["-m", "ruff", "check", "csdlib/descriptors", "tests/descriptors"])
    run(folder, ["-m", "ruff", "format", "--check", "csdlib/descriptors", "tests/descriptors"])
    return printed


def test_the_page_has_all_that_is_followed() -> None:
    assert [language for language, _, _ in BLOCKS] == ["python", "diff", "diff", "diff", "python", "sh", "python"]


def test_the_tests_of_the_page_pass_and_are_not_empty(said: list[str]) -> None:
    own, house, _ = said
    assert int(re.findall(r"(\d+) passed", own)[0]) >= 5
    assert re.findall(r"(\d+) passed", house) == ["1"]


def test_the_number_has_an_interval_and_the_descriptor_sees_something(said: list[str]) -> None:
    rows = [re.findall(r"[a-z]+|\d\.\d+|\d\.(?!\d)", line) for line in said[-1].splitlines()]
    numbers = {name: [float(each) for each in values] for name, *values in rows}
    assert list(numbers) == ["pixels", "directions", "colour"]
    assert all(low < value < high for value, low, high in numbers.values())
    # By chance one of 48 painters is right.
    assert numbers["directions"][1] > 2 / 48
