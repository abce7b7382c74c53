"""A release: everything that names its version names the same one, and its files can be checked."""

import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from book.project import BookError, Project
from book.publish.__main__ import main
from book.publish.address import Address
from book.publish.release import SUMS, check_release, make_release, read_changes, read_version, write_sums
from csdlib import __version__
from tests.packages import ROOT

CHANGES = "# What changed\n\n## 0.2.0: later\n\nMore.\n\n### A part\n\n## 0.1.0\n\nAll of it.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What names a version, and nothing else of a repository."""
    (tmp_path / "csdlib").mkdir()
    (tmp_path / "csdlib" / "__init__.py").write_text('import os\n\n__version__ = "0.2.0"\n')
    (tmp_path / "CITATION.cff").write_text("cff-version: 1.2.0\nversion: 0.2.0\n")
    (tmp_path / "CHANGELOG.md").write_text(CHANGES)
    return tmp_path


def test_a_version_is_read_without_importing_the_module() -> None:
    assert read_version(ROOT) == __version__


def test_where_all_name_one_version_there_is_a_release(root: Path) -> None:
    assert check_release(root, "v0.2.0") == "0.2.0"


@pytest.mark.parametrize(
    ("file", "text", "tag", "said"),
    [
        ("CITATION.cff", "version: 0.1.9", "v0.2.0", "CITATION.cff says 0.1.9"),
        ("CHANGELOG.md", "## Unreleased: 0.2.0\n\nText.\n", "v0.2.0", "CHANGELOG.md says nothing"),
        ("CHANGELOG.md", "## 0.2.0.1\n\nText.\n", "v0.2.0", "CHANGELOG.md says nothing"),
        ("CHANGELOG.md", "## 0.2.0\n\n## 0.1.0\n\nText.\n", "v0.2.0", "CHANGELOG.md says nothing"),
        ("csdlib/__init__.py", '__version__ = "0.3.0"\n', "v0.2.0", "the tag is 'v0.2.0'; CITATION.cff says 0.2.0"),
        ("README.md", "", "0.2.0", "the tag is '0.2.0'"),
    ],
)
def test_what_names_another_version_is_named(root: Path, file: str, text: str, tag: str, said: str) -> None:
    (root / file).write_text(text)
    with pytest.raises(BookError, match=said.replace(".", r"\.")):
        check_release(root, tag)
    assert main(["check", tag], root) == 1


def test_notes_are_what_stands_below_the_heading(root: Path) -> None:
    assert read_changes(root, "0.2.0") == "More.\n\n### A part"
    assert read_changes(root, "0.1.0") == "All of it."
    assert read_changes(root, "0.1") == ""


def test_without_a_book_there_is_no_release(root: Path) -> None:
    with pytest.raises(BookError, match="make book first"):
        make_release(Project(root, root / "build"), root / "none", root / "release")
    assert main(["release"], root) == main(["links"], root) == 1


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """The answer of the program that users have."""
    return subprocess.run(["sha256sum", "--check", SUMS], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not there")
def test_checksums_are_those_of_the_program_that_checks_them(tmp_path: Path) -> None:
    (tmp_path / "one.zip").write_bytes(b"one")
    (tmp_path / "two and a half.zip").write_bytes(bytes(range(256)))
    for _ in range(2):
        write_sums(tmp_path)
    assert checked(tmp_path).stdout.count(": OK") == 2
    (tmp_path / "one.zip").write_bytes(b"two")
    assert checked(tmp_path).returncode


@pytest.mark.slow
def test_the_files_of_a_release(tmp_path: Path) -> None:
    project = Project(ROOT, tmp_path)
    project.html.mkdir(parents=True)
    (project.html / "index.html").write_text("the book")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "quickstart.ipynb").write_text("{}")
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "of_yesterday.zip").touch()
    files = {path.name: path for path in make_release(project, tmp_path / "notebooks", tmp_path / "release")}
    wheel = Address("a", "b").wheel(__version__).rpartition("/")[2]
    packed = f"csdlib-{__version__}.tar.gz"
    book, notebooks = (f"measuring-style-{name}-{__version__}.zip" for name in ("book", "notebooks"))
    assert set(files) == {SUMS, wheel, packed, book, notebooks}, "published notebooks install a wheel of this name"
    packed_in = {name: zipfile.ZipFile(files[name]).namelist() for name in (book, notebooks)}
    assert packed_in == {
        book: [f"measuring-style-book-{__version__}/index.html"],
        notebooks: [f"measuring-style-notebooks-{__version__}/quickstart.ipynb"],
    }
    if shutil.which("sha256sum"):
        assert checked(tmp_path / "release").stdout.count(": OK") == 4
    with tarfile.open(files[packed]) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert held >= {"Makefile", "chapters/quickstart.py", "csdlib/__init__.py", "data/art/wikiart.csv"}
    assert not {name.partition("/")[0] for name in held} & {".venv", ".git", "build"}
    assert (tmp_path / "notes.md").is_file()
