"""The files of a release, and whether everything that names its version names the same one."""

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import yaml

from book.project import BookError, Project

#: Name of the list of checksums, in the form that ``sha256sum --check`` reads.
SUMS = "SHA256SUMS"


def read_version(root: Path) -> str:
    """The version that ``csdlib`` has, without importing it.

    Raises:
        BookError: none is found.
    """
    found = re.search(r'^__version__ = "([^"]+)"$', (root / "csdlib" / "__init__.py").read_text(), flags=re.MULTILINE)
    if found is None:
        raise BookError("csdlib/__init__.py names no __version__")
    return found[1]


def check_release(root: Path, tag: str) -> str:
    """Whether tag, module, citation and list of changes name one version; they do where nothing is raised.

    Args:
        root: of the repository.
        tag: of the release, for example ``"v0.1.0"``.

    Returns:
        the version.

    Raises:
        BookError: they do not; the message names each of those that differ.
    """
    version = read_version(root)
    cited = str(yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))["version"])
    wrong = []
    if tag != f"v{version}":
        wrong.append(f"the tag is {tag!r}")
    if cited != version:
        wrong.append(f"CITATION.cff says {cited}")
    if not read_changes(root, version):
        wrong.append(f"CHANGELOG.md says nothing below a heading '## {version}'")
    if wrong:
        raise BookError(f"csdlib is version {version}, but {'; '.join(wrong)}")
    return version


def read_changes(root: Path, version: str) -> str:
    """What the list of changes says below the heading of a version; empty where there is none."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(version)}(?![\w.]).*\n((?:(?!## ).*\n?)*)", text, flags=re.MULTILINE)
    return found[1].strip() if found else ""


def make_release(project: Project, notebooks: Path, folder: Path) -> list[Path]:
    """Write wheel, sdist, book, notebooks and checksums into a folder that is emptied first; ``notes.md`` beside it.

    Args:
        project: its book must be built.
        notebooks: the folder of the published notebooks; one that is not there is left out.
        folder: for the files.

    Returns:
        the files.

    Raises:
        BookError: there is no book, or the wheel could not be built.
    """
    if not (project.html / "index.html").is_file():
        raise BookError(f"{project.html} holds no book; make book first")
    version = read_version(project.root)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    build_packages(project.root, folder)
    for name, content in {"book": project.html, "notebooks": notebooks}.items():
        if content.is_dir():
            write_archive(content, folder / f"measuring-style-{name}-{version}.zip")
    write_sums(folder)
    (folder.parent / "notes.md").write_text(f"{read_changes(project.root, version)}\n", encoding="utf-8")
    return sorted(folder.iterdir())


def write_archive(content: Path, path: Path) -> None:
    """Pack a folder into an archive, below one folder of the archive's name: unpacked, it spills nothing."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(content.rglob("*")):
            archive.write(file, f"{path.stem}/{file.relative_to(content).as_posix()}")


def build_packages(root: Path, folder: Path) -> None:
    """Build sdist and wheel; what builds them is installed already, so no index is asked.

    Raises:
        BookError: they could not be built.
    """
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BookError(f"sdist and wheel could not be built:\n{done.stdout}{done.stderr}")


def write_sums(folder: Path) -> Path:
    """Write the SHA-256 of each file of a folder into its ``SHA256SUMS``."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    path = folder / SUMS
    path.write_text("".join(_lines(files)), encoding="utf-8")
    return path


def _lines(files: Iterable[Path]) -> Iterable[str]:
    for path in files:
        with path.open("rb") as file:
            # Two spaces: the file is read as text or bytes, which is the same on all that know this format today.
            yield f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n"
