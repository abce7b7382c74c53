"""Notebooks that run elsewhere: each begins with a cell that installs what its chapter needs."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from book.editions import student
from book.notebooks import code, read, to_bytes
from book.plain import plain_markdown
from book.project import BookError, Project
from book.publish.address import Address, read_address
from book.publish.extras import needed_extras
from book.publish.release import read_version
from book.runs import Record, Run

#: torch without what it needs on a GPU, a tenth of the size; Binder has none.
_CPU = "https://download.pytorch.org/whl/cpu"

_README = """\
# Notebooks of *Measuring Style*

The executed notebooks of version {version}, one for each page of the book, to be opened on Colab or Binder. A program
writes this branch anew for every repair of that version, without a history: change the chapters in
[the repository]({url}), not here.
"""


@dataclass(frozen=True)
class Source:
    """Where what a notebook needs is to be had.

    Attributes:
        address: of the repository.
        version: of the release.
    """

    address: Address
    version: str

    def requirement(self, extras: Sequence[str]) -> str:
        """The wheel with some extras, as pip takes it."""
        listed = f"[{','.join(extras)}]" if extras else ""
        return f"csdlib{listed} @ {self.address.wheel(self.version)}"

    def first_cell(self, extras: Sequence[str], outside: Sequence[str] = ()) -> NotebookNode:
        """The cell that installs csdlib where it is not there.

        Args:
            extras: of csdlib.
            outside: files of the repository that the chapter reads, and that are not in the wheel.
        """
        lines = [
            "# Installs what this chapter needs. Where csdlib is there already, nothing happens.",
            "import importlib.util",
            "",
            'if importlib.util.find_spec("csdlib") is None:',
            f'    %pip install --quiet "{self.requirement(extras)}"',
        ]
        if outside:
            lines += ["    from pathlib import Path", "    from urllib.request import urlretrieve", ""]
        for path in outside:
            lines += [
                f'    Path("{path}").parent.mkdir(parents=True, exist_ok=True)',
                f'    urlretrieve("{self.address.file(self.version, path)}", "{path}")',
            ]
        return code("\n".join(lines), name="install", metadata={"tags": ["install"]})


def write_notebooks(project: Project, runs: Sequence[Run], folder: Path) -> list[Path]:
    """Write what the branch holds into an empty folder: notebooks, what Binder installs, and what they read.

    Args:
        project: the book.
        runs: all of them must have a result.
        folder: is emptied first.

    Returns:
        the notebooks.

    Raises:
        BookError: the repository's address is not set, or a run has no result.
    """
    address = read_address(project)
    if address is None:
        raise BookError("_config.yml: repository: url: is empty, so nobody could open the notebooks; set it first")
    results = [(run, result) for run, result in zip(runs, [run.folder for run in runs], strict=True) if result]
    if waiting := {run.title for run in runs} - {run.title for run, _ in results}:
        raise BookError(f"no result: {', '.join(sorted(waiting))}; make book first")
    source, used = Source(address, read_version(project.root)), set[str]()
    files: dict[str, bytes] = {}
    for run, result in results:
        extras, outside = _needs(project, run, result)
        used |= set(extras)
        files |= {path: (project.root / path).read_bytes() for path in outside}
        files[f"{run.page}.ipynb"] = _launched(project, result, source.first_cell(extras, outside))
    files["README.md"] = _README.format(version=source.version, url=address.url).encode()
    files["binder/requirements.txt"] = f"--extra-index-url {_CPU}\n{source.requirement(sorted(used))}\n".encode()
    files["binder/runtime.txt"] = b"python-3.12\n"
    _write(folder, files)
    return [folder / f"{run.page}.ipynb" for run in runs]


def _needs(project: Project, run: Run, result: Path) -> tuple[list[str], list[str]]:
    """A run's extras, and the files that it reads and that are not in the wheel: what lies in ``data`` is."""
    modules = Record.load(result / "record.json").modules
    outside = [path for path in run.chapter.data if not path.startswith("data/")]
    return needed_extras(project.root, run.chapter.text, modules), outside


def _launched(project: Project, result: Path, first: NotebookNode) -> bytes:
    """What a page offers to download, behind the cell that installs: no solutions, nothing that only Sphinx reads."""
    notebook = student(plain_markdown(project, read(result / "notebook.ipynb")))
    notebook.cells.insert(0, first)
    return to_bytes(notebook)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
