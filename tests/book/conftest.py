"""A small book of two chapters for the driver's tests, and the smoke edition of the real book for the browser's."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from book.build import make_book
from book.project import Project
from tests.serving import served

# Not modules with examples to test, but chapters of the small book.
collect_ignore = ["fixtures"]

ROOT = Path(__file__).parents[2]
HEADER = """\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "A title", minutes: 0.1, accelerator: none, data: []}
# ---

# %% [markdown]
# # A title

# %% tags=["parameters"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The small book in a folder of its own, with the real book's looks."""
    return copy_small_book(tmp_path)


@pytest.fixture(scope="session")
def small_book(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small book, built; nobody may change it, see own_book."""
    project = copy_small_book(tmp_path_factory.mktemp("book"))
    make_book(project)
    return project


@pytest.fixture
def own_book(small_book: Project, tmp_path: Path) -> Project:
    """The small book, built, in a folder of its own: for those who change it."""
    shutil.copytree(small_book.root, tmp_path / "own")
    return Project(tmp_path / "own", tmp_path / "own" / "build")


@pytest.fixture(scope="session")
def smoke_book() -> Project:
    """The real book with each chapter's cheap parameters; made again only where something changed."""
    project = Project(ROOT, ROOT / "build" / "smoke")
    make_book(project, smoke=True)
    return project


@pytest.fixture(scope="session")
def address(smoke_book: Project) -> Iterator[str]:
    """Where the smoke book is served."""
    with served(smoke_book.html) as place:
        yield place


def copy_small_book(root: Path) -> Project:
    shutil.copytree(Path(__file__).parent / "fixtures", root, dirs_exist_ok=True)
    for name in ("_static", "_templates"):
        shutil.copytree(ROOT / "book" / name, root / "book" / name)
    shutil.copy(ROOT / "_config.yml", root)
    set_address(root, "")
    for name, text in {
        "book/references.bib": "",
        "csdlib/__init__.py": "",
        "data/numbers.txt": "1 2 3 4",
        "requirements.lock": "numpy==2.0",
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return Project(root, root / "build")


def set_address(root: Path, url: str) -> None:
    """Name another repository in a copy of ``_config.yml``, whichever a fork has named in its own."""
    path = root / "_config.yml"
    text, count = re.subn(r"^  url:.*$", f'  url: "{url}"', path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count == 1, "the one setting"
    text = re.sub(r"^  site:.*$", '  site: ""', text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")


def write_chapter(project: Project, body: str, slug: str = "second") -> None:
    """Replace a chapter of the small book by a header and the given parameters and cells."""
    (project.chapters / f"{slug}.py").write_text(HEADER + body)
