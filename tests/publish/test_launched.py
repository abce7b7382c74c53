"""Notebooks that run elsewhere: whence they come, what they install, and what make pushes."""

import json
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from book.notebooks import read, to_bytes
from book.project import BookError, Project
from book.publish.__main__ import main
from book.publish.address import Address, notebooks_branch, read_address, site_config
from book.publish.extras import needed_extras, read_extras
from book.publish.launched import Source, write_notebooks
from book.runs import Record, Run, listed_runs
from tests import packages
from tests.book.conftest import copy_small_book, set_address

URL = "https://github.com/somebody/book"
SOURCE = Source(Address("somebody", "book"), "0.1.0")
WHEEL = f"{URL}/releases/download/v0.1.0/csdlib-0.1.0-py3-none-any.whl"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The small book, with what names versions and packages; of a repository that has an address."""
    project = copy_small_book(tmp_path)
    (tmp_path / "csdlib" / "__init__.py").write_text('__version__ = "0.1.0"\n')
    (tmp_path / "pyproject.toml").write_text((packages.ROOT / "pyproject.toml").read_text())
    set_address(project.root, URL)
    return project


def test_one_setting_makes_the_buttons(project: Project) -> None:
    options = site_config(project)["sphinx"]["config"]["html_theme_options"]
    assert (options["repository_url"], options["repository_branch"]) == (URL, "notebooks-v0.1")
    assert {"binderhub_url", "colab_url"} <= set(options["launch_buttons"])
    for url in (f"{URL}/", f"{URL}.git"):
        set_address(project.root, url)
        assert read_address(project) == Address("somebody", "book")
    set_address(project.root, "")
    assert read_address(project) is None
    without = site_config(project)["sphinx"]["config"]["html_theme_options"]
    assert without == {name: value for name, value in options.items() if name in without}
    added = {"repository_url", "repository_branch", "launch_buttons", "article_footer_items"}
    assert set(options) - set(without) == added


@pytest.mark.parametrize(
    "url", ["https://example.org/a/b", "github.com/a/b", f"{URL}/tree/main", "https://github.com/a"]
)
def test_an_address_that_colab_cannot_open_is_refused(project: Project, url: str) -> None:
    set_address(project.root, url)
    with pytest.raises(BookError, match=r"must be https://github\.com/OWNER/NAME or empty"):
        site_config(project)


def test_a_book_on_a_server_of_one_s_own_is_told_of_there(project: Project) -> None:
    config = project.root / "_config.yml"
    for site in ("https://book.example.org", "https://www.example.org/~somebody/book/"):
        config.write_text(re.sub(r'^  site: ".*"$', f'  site: "{site}"', config.read_text(), flags=re.MULTILINE))
        expected = f"{site.rstrip('/')}/"
        assert read_address(project) == Address("somebody", "book", expected)
        assert site_config(project)["sphinx"]["config"]["html_baseurl"] == expected
    for wrong in ("book.example.org", "https://book.example.org/index.html?x"):
        config.write_text(re.sub(r'^  site: ".*"$', f'  site: "{wrong}"', config.read_text(), flags=re.MULTILINE))
        with pytest.raises(BookError, match="site: must be as"):
            read_address(project)


def test_extras_are_those_of_the_project() -> None:
    core, extras = read_extras(packages.ROOT)
    assert core == packages.names()
    assert {name: core | found for name, found in extras.items()} == {name: packages.names(name) for name in extras}


@pytest.mark.parametrize(
    ("imports", "modules", "expected"),
    [
        ("import json, torch, numpy", [], []),
        ("import plotly.graph_objects as go", [], ["maps"]),
        ("def later():\n    from cv2 import imread", [], ["atelier"]),
        ("import cv2\nimport diffusers", [], ["generate"]),
        ("import csdlib", ["csdlib.figures", "csdlib.figures.charts"], ["maps"]),
        ("import csdlib", ["csdlib.scoring.readers", "csdlib.curation.tagging"], ["curate", "readers"]),
    ],
)
def test_a_chapter_needs_what_it_and_its_modules_import(imports: str, modules: list[str], expected: list[str]) -> None:
    assert needed_extras(packages.ROOT, imports, modules) == expected


def run_cell(source: str, *, there: bool, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The magics that a cell calls, where csdlib is there or not."""
    called: list[tuple[str, str]] = []
    shell = SimpleNamespace(run_line_magic=lambda *given: called.append(given))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: SimpleNamespace() if there else None)
    exec(compile(TransformerManager().transform_cell(source), "cell", "exec"), {"get_ipython": lambda: shell})  # noqa: S102
    return called


def test_the_first_cell_installs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = SOURCE.first_cell(["atelier", "maps"])
    assert run_cell(cell.source, there=True, monkeypatch=monkeypatch) == []
    wanted = f'install --quiet "csdlib[atelier,maps] @ {WHEEL}"'
    assert run_cell(cell.source, there=False, monkeypatch=monkeypatch) == [("pip", wanted)]


def test_it_fetches_what_no_wheel_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("urllib.request.urlretrieve", lambda url, path: Path(path).write_text(url))
    cell = SOURCE.first_cell([], ["book/times.csv"])
    assert run_cell(cell.source, there=False, monkeypatch=monkeypatch) == [
        ("pip", f'install --quiet "csdlib @ {WHEEL}"')
    ]
    assert (tmp_path / "book/times.csv").read_text() == (
        "https://raw.githubusercontent.com/somebody/book/v0.1.0/book/times.csv"
    )


def finish(runs: Sequence[Run]) -> None:
    """Results as the driver stores them, without running anything."""
    for run in runs:
        folder = run.results / run.key([])
        folder.mkdir(parents=True)
        (folder / "notebook.ipynb").write_bytes(to_bytes(run.chapter.notebook()))
        Record(1.0, "2026-01-01", "CPU", 1.0, {}, "", []).save(folder / "record.json")


def test_every_page_has_its_notebook(project: Project) -> None:
    path = project.chapters / "tiny.py"
    text = path.read_text().replace("data: [", "data: [book/intro.md, ")
    path.write_text(text.replace("# It shows", "# It {term}`shows <show>`"))
    runs = listed_runs(project)
    with pytest.raises(BookError, match=r"no result: second \[default\], tiny"):
        write_notebooks(project, runs, project.output / "notebooks")
    finish(runs)
    assert main(["notebooks"], project.root) == 0
    folder = project.output / "notebooks"
    assert {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()} == {
        *(f"{run.page}.ipynb" for run in runs),
        *("README.md", "binder/requirements.txt", "binder/runtime.txt", "book/intro.md"),
    }
    notebook = read(folder / "tiny-cubic.ipynb")
    assert WHEEL in notebook.cells[0].source
    shown = "\n".join(cell.source for cell in notebook.cells[1:])
    assert "It shows $x^2$" in shown, "where no Sphinx reads it"
    assert "return 0" in shown
    assert "return sum(values)" not in shown, "the solution stands on the page, folded"
    assert json.loads((folder / "tiny.ipynb").read_text())["nbformat"] == 4
    assert (folder / "binder/requirements.txt").read_text().splitlines()[1].endswith(WHEEL)


def test_without_an_address_none_are_written_and_it_is_said(project: Project) -> None:
    set_address(project.root, "")
    finish(listed_runs(project))
    assert main(["notebooks"], project.root) == 0
    assert not (project.output / "notebooks").exists()
    with pytest.raises(BookError, match="repository: url: is empty"):
        write_notebooks(project, listed_runs(project), project.output / "notebooks")


def git(folder: Path, *arguments: str) -> str:
    own = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *own, *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()


def make(folder: Path, *words: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A target of the project's Makefile, somewhere else; with programs of a folder before all others."""
    variables = os.environ | {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"} if path else None
    # The tests are called by make themselves: a make within a make says where it enters, unless it is told not to.
    command = ["make", "--no-print-directory", "--file", str(packages.ROOT / "Makefile"), *words]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def test_each_version_has_a_branch_of_its_notebooks_alone_without_a_history(tmp_path: Path) -> None:
    host, clone = tmp_path / "host.git", tmp_path / "clone"
    git(tmp_path, "init", "--bare", str(host))
    git(tmp_path, "clone", str(host), str(clone))
    (clone / ".gitignore").write_text("*.ipynb\n/build/\n/csdlib/\n")
    git(clone, "add", ".gitignore")
    git(clone, "commit", "-m", "first")
    assert "make notebooks writes them" in make(clone, "push-notebooks").stdout
    assert git(host, "branch") == ""
    (clone / "build" / "notebooks" / "binder").mkdir(parents=True)
    (clone / "build" / "notebooks" / "binder" / "runtime.txt").write_text("x")
    (clone / "csdlib").mkdir()
    for version in ("0.9.0", "0.9.1", "0.10.0"):
        (clone / "csdlib" / "__init__.py").write_text(f'import os\n\n__version__ = "{version}"\n')
        (clone / "build" / "notebooks" / "quickstart.ipynb").write_text(version)
        done = make(clone, "push-notebooks")
        assert not done.returncode, done.stderr
    pushed = {notebooks_branch(version): version for version in ("0.9.1", "0.10.0")}
    assert set(git(host, "branch", "--format=%(refname:short)").split()) == set(pushed), "the branches that pages open"
    for branch, version in pushed.items():
        assert git(host, "ls-tree", "-r", "--name-only", branch).split() == ["binder/runtime.txt", "quickstart.ipynb"]
        assert git(host, "show", f"{branch}:quickstart.ipynb") == version
        assert git(host, "rev-list", "--count", branch) == "1"
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "branch", "--show-current") == "main"


@pytest.mark.parametrize(
    ("program", "words", "expected"),
    [
        (
            "gh",
            ["upload", "TAG=v0.1.0"],
            ["release create v0.1.0 build/release/SHA256SUMS build/release/a.whl --verify-tag --title v0.1.0"],
        ),
        ("docker", ["class-image"], ["build --file .github/Dockerfile --tag csdlib-class ."]),
        (
            "docker",
            ["class-try"],
            [
                "run --rm --network none csdlib-class make chapter",
                "run --rm --network none csdlib-class test -f build/lab/start_here.ipynb",
                "run --rm --network none csdlib-class .venv/bin/jupyter lab",
            ],
        ),
    ],
)
def test_programs_that_may_be_missing_here_are_called_as_they_want(
    tmp_path: Path, program: str, words: list[str], expected: list[str]
) -> None:
    (tmp_path / "build" / "release").mkdir(parents=True)
    for name in ("SHA256SUMS", "a.whl"):
        (tmp_path / "build" / "release" / name).touch()
    (tmp_path / "bin").mkdir()
    stand_in = tmp_path / "bin" / program
    stand_in.write_text('#!/bin/sh\necho "$@"\n')
    stand_in.chmod(0o755)
    done = make(tmp_path, *words, path=tmp_path / "bin")
    assert not done.returncode, done.stderr
    lines = done.stdout.splitlines()
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True)), lines
