"""Runs: which there are (``book/runs.yml``), what their results depend on (the key), and what is known of each."""

import csv
import hashlib
import json
import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from book.chapters import Chapter, find_chapters, read_chapter
from book.imported import joint_hash, module_hashes
from book.parameters import Scalar
from book.project import BookError, Project, log

#: File in the output with the seconds of what was made before the chapters.
SHARED = "shared_seconds.txt"

# Part of every key: raise it when the form of a stored result changes.
_FORMAT = 2


@dataclass(frozen=True)
class Run:
    """One chapter with one set of parameters.

    A result depends on the code that its kernel imported, which nobody knows before the chapter has run. So a record
    names the modules, and its folder bears the key: a result holds if the key, made again of what these modules are by
    now, is still the folder's name.

    Attributes:
        chapter: the chapter.
        name: of the run; unique within the chapter.
        parameters: all of them, resolved.
        ingredients: what the result depends on beside code: name -> hash.
        code: what each module of csdlib does: name -> hash.
        results: folder with a sub-folder for each result that is kept, named by its key.
        page: name of the page, without ending.
        recorded_seconds: from ``book/times.csv``; those of the chapter's header for a run that has no time there.
    """

    chapter: Chapter
    name: str
    parameters: dict[str, Scalar]
    ingredients: dict[str, str]
    code: dict[str, str]
    results: Path
    page: str
    recorded_seconds: float

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{self.chapter.slug} [{self.name}]"

    def key(self, modules: Iterable[str]) -> str:
        """Hash of all that a result depends on, if its kernel imports these modules."""
        parts = self.ingredients | {"csdlib": joint_hash(self.code, modules)}
        return _hash(json.dumps(parts, sort_keys=True).encode())[:32]

    def kept(self) -> list[Path]:
        """Folders of all results, the newest first, whether or not they hold; without those of an older driver."""
        paths = sorted(self.results.glob("*/record.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        return [path.parent for path in paths if Record.is_one(path)]

    @property
    def folder(self) -> Path | None:
        """Where the result lies; None if there is none, or if what it depends on has changed."""
        holds = (path for path in self.kept() if path.name == self.key(Record.load(path / "record.json").modules))
        return next(holds, None)

    @property
    def done(self) -> bool:
        """Whether there is a result that holds."""
        return self.folder is not None

    @property
    def expected_seconds(self) -> float:
        """What it took here last time, or else where the book's times were recorded."""
        kept = self.kept()
        return Record.load(kept[0] / "record.json").seconds if kept else self.recorded_seconds

    def command(self) -> str:
        """The command that repeats the run."""
        pairs = self.chapter.changed(self.parameters).items()
        words = shlex.join(word for name, value in pairs for word in ("-p", name, str(value)))
        if not words:
            return f"make chapter NAME={self.chapter.slug}"
        # make expands a dollar, and the shell reads the value between make's quotes once more.
        quoted = shlex.quote(words.replace("$", "$$")) if set(words) & set('"$`\\!') else f'"{words}"'
        return f"make chapter NAME={self.chapter.slug} PARAMS={quoted}"

    def label(self) -> str:
        """What tells this run from the chapter's others: its name, or the values of a run without a name."""
        if not self.name.startswith("custom-"):
            return self.name
        return ", ".join(f"{name}={value}" for name, value in self.chapter.changed(self.parameters).items())


@dataclass(frozen=True)
class Record:
    """What was found out while a chapter ran; kept beside its result.

    Attributes:
        seconds: wall clock of the execution.
        finished: date, ISO 8601, UTC.
        device: processor or GPU that did the work.
        peak_mb: highest resident memory of the kernel, in MB (10^6 bytes).
        versions: package -> version.
        revision: of the repository, empty if unknown.
        modules: of csdlib, which the kernel and its worker processes imported.
    """

    seconds: float
    finished: str
    device: str
    peak_mb: float
    versions: dict[str, str]
    revision: str
    modules: list[str]

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @staticmethod
    def is_one(path: Path) -> bool:
        """Whether a file is a record as this driver writes it: what an older one left is made again."""
        try:
            Record.load(path)
        except (ValueError, TypeError):
            return False
        return True

    @staticmethod
    def load(path: Path) -> "Record":
        """Read what ``save`` wrote."""
        return Record(**json.loads(path.read_text(encoding="utf-8")))


def make_run(project: Project, chapter: Chapter, name: str, given: Mapping[str, object], *, first: bool) -> Run:
    """A run with all that its key is made of, and its page.

    Args:
        project: the book.
        chapter: the chapter.
        name: of the run.
        given: parameters that differ from the defaults.
        first: the chapter's first run has the page that bears the chapter's own name.

    Raises:
        BookError: a parameter is unknown or has the wrong type.
    """
    parameters = chapter.resolve(given)
    ingredients = _ingredients(project, chapter, parameters)
    code = module_hashes(project.root / "csdlib")
    page = chapter.slug if first else f"{chapter.slug}-{name}"
    seconds = recorded_times(project).get((chapter.slug, name), 60 * chapter.minutes)
    return Run(chapter, name, parameters, ingredients, code, project.run_folder(chapter.slug, name), page, seconds)


def listed_runs(project: Project, *, smoke: bool = False) -> list[Run]:
    """The runs of ``runs.yml``.

    Args:
        project: the book.
        smoke: instead of the listed runs, one cheap run for each chapter, as the tests use it.

    Raises:
        BookError: the file is malformed, or does not name exactly the chapters that there are.
    """
    listing = _read_listing(project)
    runs = []
    for slug, entry in listing.items():
        chapter = read_chapter(project, slug)
        chosen = {"smoke": entry["smoke"]} if smoke else entry["runs"]
        for number, (name, given) in enumerate(chosen.items()):
            runs.append(make_run(project, chapter, name, given or {}, first=number == 0))
    return runs


def recorded_times(project: Project) -> dict[tuple[str, str], float]:
    """(Chapter, run) -> seconds, as ``record_times`` wrote them; empty where nobody has."""
    path = project.book / "times.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["chapter"], row["run"]): float(row["seconds"]) for row in csv.DictReader(file)}


def record_times(project: Project) -> Path:
    """Writes ``book/times.csv`` from the records of the listed runs: what the headers' minutes are held to.

    The first row is what was made before them, which belongs to no chapter.

    Raises:
        BookError: a listed run has no result, or nothing was made before them.
    """
    shared = project.output / SHARED
    if not shared.is_file():
        raise BookError(f"{shared} is not there: make book from the beginning, in a clone with an empty cache")
    rows: list[dict[str, object]] = [{"chapter": "shared", "run": "default", "seconds": shared.read_text()}]
    for run in listed_runs(project):
        if run.folder is None:
            raise BookError(f"{run.title} has no result that holds; make book first")
        record = Record.load(run.folder / "record.json")
        facts = {name: getattr(record, name) for name in ("seconds", "peak_mb", "device", "finished", "revision")}
        rows.append({"chapter": run.chapter.slug, "run": run.name} | facts)
    path = project.book / "times.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[-1]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def custom_run(project: Project, chapter: Chapter, given: Mapping[str, object], listed: Iterable[Run]) -> Run:
    """A run with any parameters: the listed one if there is one with the same values, else a further one."""
    parameters = chapter.resolve(given)
    for run in listed:
        if run.chapter.slug == chapter.slug and run.parameters == parameters:
            return run
    text = json.dumps(parameters, sort_keys=True)
    run = make_run(project, chapter, f"custom-{_hash(text.encode())[:8]}", given, first=False)
    run.results.mkdir(parents=True, exist_ok=True)
    (run.results / "parameters.json").write_text(text, encoding="utf-8")
    return run


def kept_custom_runs(project: Project, listed: Iterable[Run]) -> list[Run]:
    """Further runs made earlier by ``make chapter``, as far as nothing that they depend on has changed since."""
    chapters = {run.chapter.slug: run.chapter for run in listed}
    kept = []
    for path in sorted((project.output / "runs").glob("*/custom-*/parameters.json")):
        slug, name = path.parts[-3], path.parts[-2]
        if slug not in chapters:
            continue
        try:
            run = make_run(project, chapters[slug], name, json.loads(path.read_text(encoding="utf-8")), first=False)
        except BookError:
            log.info("left out  %s [%s]: the chapter no longer takes its parameters", slug, name)
            continue
        if run.done:
            kept.append(run)
        elif run.kept():
            log.info("left out  %s [%s]: out of date; %s makes it again", slug, run.label(), run.command())
    return kept


def _read_listing(project: Project) -> dict[str, Any]:
    path = project.book / "runs.yml"
    listing = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for slug, entry in listing.items():
        if not isinstance(entry, dict) or set(entry) != {"smoke", "runs"} or not entry["runs"]:
            raise BookError(f"book/runs.yml: {slug} must have smoke (parameters) and runs (name: parameters)")
    present = set(find_chapters(project))
    for slug in sorted(set(listing) ^ present):
        raise BookError(
            f"book/runs.yml names {slug}, but chapters/{slug}.py is missing"
            if slug in listing
            else f"chapters/{slug}.py has no entry in book/runs.yml"
        )
    return dict(listing)


def _ingredients(project: Project, chapter: Chapter, parameters: Mapping[str, Scalar]) -> dict[str, str]:
    """Everything but code that a result depends on, as name -> hash (or as it stands, where it is short)."""
    found = {
        "format": str(_FORMAT),
        "chapter": _hash(chapter.text.encode()),
        "parameters": _hash(json.dumps(parameters, sort_keys=True).encode()),
        "data": _hash_data(project, chapter),
        "lock": _hash((project.root / "requirements.lock").read_bytes()),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    for name, value in parameters.items():
        # Path.exists raises where a text, such as a long prompt, cannot be a path at all.
        if isinstance(value, str) and value and os.path.exists(project.root / value):  # noqa: PTH110
            found[f"outside {name}"] = _hash_outside(project.root / value)
    return found


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash_files(base: Path, paths: Iterable[Path]) -> str:
    lines = [f"{path.relative_to(base).as_posix()} {_hash(path.read_bytes())}" for path in sorted(paths)]
    return _hash("\n".join(lines).encode())


def _sources(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _hash_data(project: Project, chapter: Chapter) -> str:
    paths: set[Path] = set()
    for name in chapter.data:
        path = project.root / name
        paths.update(_sources(path) if path.is_dir() else [path] if path.exists() else [])
    return _hash_files(project.root, paths)


def _hash_outside(root: Path) -> str:
    """Of a file its content; of a folder, too large to read for a key, its top-level tables and all names and sizes."""
    if root.is_file():
        with root.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    tables = _hash_files(root, root.glob("*.csv"))
    files = sorted(path for path in root.rglob("*") if path.is_file())
    names = [f"{path.relative_to(root).as_posix()} {path.stat().st_size}" for path in files]
    return _hash("\n".join([tables, *names]).encode())
