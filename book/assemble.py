"""The finished book: sources for Sphinx are put together in one folder, and Jupyter Book makes HTML of them."""

import re
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from nbformat import NotebookNode
from plotly.offline import get_plotlyjs

from book.chapters import Chapter, find_chapters, read_chapter
from book.covers import cover
from book.editions import as_source, student
from book.figure_places import with_places
from book.notebooks import read, to_bytes
from book.pages import run_page, waiting_page
from book.plain import plain_markdown
from book.project import BookError, Project, log, write_if_changed
from book.public import Public, read_public
from book.publish.address import site_config
from book.publish.heads import tell_others
from book.quizzes import quiz_cell, read_quiz
from book.reference import FIRST, page_of, reference_pages, with_names
from book.runs import Run
from book.search import FIGURES, figures_script, write_terms
from book.slides import decks, mathjax
from book.syllabus import teachers_pages
from book.teaching import read_goals, read_lesson, with_goals

_PAGES = ("*.md", "*.bib", "_static/*", "_templates/*")
_PLOTLY = re.compile(r"<script src=\"[^\"]*/plotly\.min\.js[^\"]*\"></script>\n?")
# How Sphinx begins what it says of a page, or of a docstring.
_WARNED_PAGE = re.compile(r"(?:/site/|docstring of )([\w-]+)[\w.]*(?::\d+)?: (?:WARNING|ERROR|CRITICAL)")


def build_html(project: Project, runs: Sequence[Run], *, page: str = "") -> Path:
    """Make the book from the runs that have results; a chapter without one gets a page that says so.

    Args:
        project: the book.
        runs: which may have results.
        page: the only page that the caller answers for; what Sphinx says of others is passed on, and is no error.

    Returns:
        path of the first page.

    Raises:
        BookError: table of contents and chapters disagree, or Sphinx warned.
    """
    results = [(run, folder) for run in runs if (folder := run.folder)]
    wanted = {project.site / name: content for name, content in _sources(project, results)}
    for path in project.site.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()
    for path, content in wanted.items():
        write_if_changed(path, content)
    _run_jupyter_book(project, page)
    _renew_copies(project, wanted)
    write_terms(project.html)
    _open_from_disk(project.html)
    _plotly_for_charts(project.html)
    # Sphinx leaves the pages of documents that are gone.
    pages = {path.stem for path in wanted} | {"index", "genindex", "search"}
    for path in project.html.glob("*.html"):
        if path.stem not in pages:
            path.unlink()
    tell_others(project)
    return project.html / "index.html"


def _renew_copies(project: Project, wanted: Mapping[Path, bytes]) -> None:
    """Styles, scripts and slides that have changed: Sphinx copies them only where a page has changed, too."""
    for path, content in wanted.items():
        kind, *rest = path.relative_to(project.site).parts
        if kind in ("_static", "_extra"):
            write_if_changed(project.html.joinpath(*(["_static"] if kind == "_static" else []), *rest), content)


def check_contents(project: Project) -> None:
    """The table of contents must name every chapter, and every page of the reference where it has one.

    Raises:
        BookError: they do not.
    """
    pages = {path.stem for path in project.book.glob("*.md")}
    listed = set(files_in(_read_toc(project))) - pages
    present = {*find_chapters(project), *map(page_of, _public(project).rooms)}
    if listed != present:
        lost, forgotten = sorted(listed - present), sorted(present - listed)
        raise BookError(f"book/_toc.yml: neither page nor chapter nor room: {lost}; what it does not name: {forgotten}")
    stray = {path.stem for path in project.book.glob("quizzes/*.yml")} - set(find_chapters(project))
    if stray:
        raise BookError(f"book/quizzes: no chapter {', '.join(sorted(stray))}")


def _sources(project: Project, results: Sequence[tuple[Run, Path]]) -> Iterator[tuple[str, bytes]]:
    for pattern in _PAGES:
        for path in project.book.glob(pattern):
            yield path.relative_to(project.book).as_posix(), path.read_bytes()
    yield "_static/plotly.min.js", get_plotlyjs().encode()
    yield "_extra/mathjax/tex-svg.js", mathjax().read_bytes()
    # Small books, of the tests, have no models, and no page that asks for them.
    for path in project.root.glob("data/models/csd-*/model.safetensors"):
        yield f"_static/weights/{path.parent.name}.safetensors", path.read_bytes()
    chapters, public = _chapters(project), _public(project)
    used = {chapter.slug: public.named_in(chapter.text, f"chapter {chapter.slug}") for chapter in chapters}
    for name, text in reference_pages(public, [(chapter, used[chapter.slug]) for chapter in chapters]):
        yield f"{name}.rst", text.encode()
    yield "_toc.yml", yaml.safe_dump(_toc_with_runs(project, [run for run, _ in results]), sort_keys=False).encode()
    goals = read_goals(project)
    if goals:
        lessons = [read_lesson(chapter, goals) for chapter in chapters]
        for name, text in teachers_pages(project, lessons, _parts(project)):
            yield name, text.encode()
    firsts = {run.page: read(folder / "notebook.ipynb") for run, folder in results if run.page == run.chapter.slug}
    for name, text in decks(project, {chapter.slug: chapter for chapter in chapters}, firsts):
        yield f"_extra/slides/{name}.html", text.encode()
    figured: list[tuple[str, str, NotebookNode]] = []
    yield "_config.yml", yaml.safe_dump(site_config(project), sort_keys=False).encode()
    for chapter in chapters:
        slug, names, quiz = chapter.slug, used[chapter.slug], read_quiz(project, chapter.slug)
        siblings = [run for run, _ in results if run.chapter.slug == slug]
        yield f"downloads/{slug}.py", as_source(student(plain_markdown(project, chapter.notebook())))
        for run, folder in results:
            if run.chapter.slug == slug:
                page = with_names(with_goals(run_page(run, folder, siblings), goals.get(slug, ())), names)
                page.cells += [quiz_cell(quiz)] if quiz and run.page == slug else []
                yield f"{run.page}.ipynb", to_bytes(with_places(page))
                figured.append((run.page, _title(run), page))
                executed = plain_markdown(project, read(folder / "notebook.ipynb"))
                yield f"downloads/{run.page}.ipynb", to_bytes(student(executed))
        if all(run.page != slug for run in siblings):
            yield f"{slug}.ipynb", to_bytes(with_names(waiting_page(chapter), names))
        yield f"_static/covers/{slug}.webp", cover(firsts.get(slug))
    yield f"_extra/{FIGURES}", figures_script(figured).encode()


def _title(run: Run) -> str:
    return run.chapter.title + (f" ({run.label()})" if run.page != run.chapter.slug else "")


def _chapters(project: Project) -> list[Chapter]:
    """In the order of the table of contents."""
    slugs = set(find_chapters(project))
    return [read_chapter(project, name) for name in files_in(_read_toc(project)) if name in slugs]


def _parts(project: Project) -> dict[str, str]:
    """The part of the book in which each of its files stands."""
    return {name: part["caption"] for part in _read_toc(project)["parts"] for name in files_in(part)}


def _public(project: Project) -> Public:
    """What the reference explains, in the order of the table of contents; nothing where that has no reference."""
    package, listed = project.root / "csdlib", list(files_in(_read_toc(project)))
    if FIRST not in listed:
        return Public(package, {})
    rooms = read_public(package).rooms
    # A room that is not listed stands last: check_contents says so.
    order = sorted(rooms, key=lambda room: [*listed, page_of(room)].index(page_of(room)))
    return Public(package, {room: rooms[room] for room in order})


def _read_toc(project: Project) -> dict[str, Any]:
    toc: dict[str, Any] = yaml.safe_load((project.book / "_toc.yml").read_text(encoding="utf-8"))
    return toc


def files_in(node: object) -> Iterator[str]:
    """The files that a table of contents, or a part of one, names, in its order."""
    if isinstance(node, list):
        for item in node:
            yield from files_in(item)
    elif isinstance(node, dict):
        yield from (node[name] for name in ("root", "file") if name in node)
        for value in node.values():
            yield from files_in(value)


def _toc_with_runs(project: Project, runs: Sequence[Run]) -> dict[str, Any]:
    """The table of contents with each chapter's further runs below it."""
    toc = _read_toc(project)
    for part in toc["parts"]:
        for entry in part["chapters"]:
            further = [run.page for run in runs if run.chapter.slug == entry["file"] and run.page != entry["file"]]
            if further:
                entry["sections"] = [{"file": page} for page in further]
    return toc


def _open_from_disk(html: Path) -> None:
    """Puts the theme's icons into its style sheet: of a page that is opened from the disk, no font may be fetched."""
    for style in html.glob("_static/vendor/fontawesome/*/css/all.min.css"):
        fonts = {path.name: path.read_bytes() for path in style.parent.parent.glob("webfonts/*.woff2")}

        def inline(found: re.Match[str]) -> str:
            # Each once; further faces of the same file are names of older releases, which the theme does not use.
            font = fonts.pop(found[1], None)  # noqa: B023
            return f"url(data:font/woff2;base64,{b64encode(font).decode()})" if font else found[0]

        text = style.read_text(encoding="utf-8")
        write_if_changed(style, re.sub(r"url\(\.\./webfonts/([\w-]+\.woff2)\)", inline, text).encode())
    for page in html.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        write_if_changed(page, re.sub(r"<link [^>]*as=\"font\"[^>]*>\n?", "", text).encode())


def _plotly_for_charts(html: Path) -> None:
    """Takes plotly.js, 4.9 MB, from pages where no script calls it: Sphinx names a script on all or on none."""
    for page in html.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        if "Plotly" not in text:
            write_if_changed(page, _PLOTLY.sub("", text).encode())


def _run_jupyter_book(project: Project, page: str) -> None:
    built, unfinished = project.output / "_build", project.output / "_build" / ".unfinished"
    if unfinished.exists():
        # Sphinx was killed. What it had read by then it would not write again, and pages and index would lack.
        shutil.rmtree(built)
    built.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    # Looking for garbage among all that csdlib imports would take a fifth of the time, and find little.
    program = "import gc; gc.disable(); from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program, "build", str(project.site)]
    command += ["--path-output", str(project.output), "--config", str(project.site / "_config.yml")]
    command += ["--toc", str(project.site / "_toc.yml"), "-W", "--keep-going", "-q"]
    # From here, so that the reference is about the module of this book, wherever another one is installed.
    result = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)  # noqa: S603
    unfinished.unlink()
    if not result.returncode:
        return
    # Pages in Sphinx's cache would not warn a second time.
    shutil.rmtree(project.output / "_build" / ".doctrees", ignore_errors=True)
    warned = set(_WARNED_PAGE.findall(result.stderr))
    if page and warned and page not in warned:
        log.warning("Sphinx warned of other pages (make book would fail):\n%s", result.stderr)
        return
    raise BookError(f"Sphinx warned, and warnings are errors:\n{result.stdout}{result.stderr}")
