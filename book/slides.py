"""Slides of the lectures: what chapters have shown, ordered by ``book/lectures.yml``, by nbconvert and reveal.js."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from plotly.offline import get_plotlyjs
from traitlets.config import Config

from book.chapters import Chapter
from book.notebooks import markdown, tags
from book.project import BookError, Project

#: Notebooks of the chapters' first runs, by slug.
Shown = Mapping[str, NotebookNode]

_TEMPLATE = "slides_template"
_MATHJAX = "sphinx-mathjax-offline/static/mathjax/tex-svg.js"
_REVEAL = "sphinx_revealjs/_static/revealjs"
# Below more pictures in a row than these no label could be read.
_LABELLED = 8
_SLIDE = {"title", "points", "figure", "code", "columns", "silent", "ask", "notes"}


def read_lectures(project: Project) -> dict[str, Any]:
    """The lectures of ``book/lectures.yml``, by name; empty where a book has no such file.

    Raises:
        BookError: a slide has no title, or a key that means nothing.
    """
    path = project.book / "lectures.yml"
    if not path.is_file():
        return {}
    lectures: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, lecture in lectures.items():
        for slide in lecture["slides"]:
            if "title" not in slide or not set(slide) <= _SLIDE:
                raise BookError(
                    f"book/lectures.yml: a slide of {name} must have a title, and at most {_SLIDE}: {slide}"
                )
    return lectures


def chapters_shown(lecture: Mapping[str, Any]) -> list[str]:
    """Slugs of the chapters whose figures a lecture shows, in its order."""
    return list(dict.fromkeys(slide["figure"].split()[0] for slide in lecture["slides"] if "figure" in slide))


def slide_cells(chapter: Chapter) -> dict[str, int]:
    """The cells of a chapter that slides may show: name -> number in the chapter.

    Raises:
        BookError: a cell is tagged slide and has no name, or another one's.
    """
    cells = [cell for cell in chapter.notebook().cells if "slide" in tags(cell)]
    found = {cell.metadata.get("name", ""): cell.metadata["csd"]["number"] for cell in cells}
    if "" in found or len(found) < len(cells):
        raise BookError(f'chapter {chapter.slug}: each cell that is tagged slide needs a name of its own (name="...")')
    return found


def decks(project: Project, chapters: Mapping[str, Chapter], shown: Shown) -> Iterator[tuple[str, str]]:
    """Each lecture as one HTML file that needs no other: its name, and its content.

    Args:
        project: the book.
        chapters: all chapters, by slug.
        shown: executed notebooks, by slug; a figure of a chapter that has none says how to make it.

    Raises:
        BookError: a lecture names a cell that is not there or is not tagged.
    """
    for name, lecture in read_lectures(project).items():
        yield name, _html(project, deck(lecture, chapters, shown))


def deck(lecture: Mapping[str, Any], chapters: Mapping[str, Chapter], shown: Shown) -> NotebookNode:
    """A lecture as a notebook whose cells say which slide they are on."""
    cells = [_slide(f"# {lecture['title']}\n\n{lecture['subtitle']}", name="title")]
    for number, slide in enumerate(lecture["slides"]):
        cells.append(_slide(_words(slide), name=f"slide-{number}"))
        if "figure" in slide:
            cells.append(_figure(slide, number, chapters, shown))
        if "notes" in slide:
            cells.append(_slide(slide["notes"], name=f"notes-{number}", kind="notes"))
    links = [f"- [{chapters[slug].title}](../{slug}.html)" for slug in chapters_shown(lecture)]
    cells.append(_slide("\n".join(["## In the book", "", *links]), name="links"))
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    notebook.metadata["title"] = lecture["title"]
    return notebook


def _slide(text: str, *, name: str, kind: str = "slide") -> NotebookNode:
    cell = markdown(text, name=name)
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def _words(slide: Mapping[str, Any]) -> str:
    lines = [f"## {slide['title']}", ""]
    points = slide.get("points", [])
    # One point is a sentence, and needs no bullet.
    lines += points if len(points) == 1 else [f"- {point}" for point in points]
    if "ask" in slide:
        lines += ["", f'<strong class="deck-ask">{slide["ask"]}</strong>']
    return "\n".join(lines)


def _figure(slide: Mapping[str, Any], number: int, chapters: Mapping[str, Chapter], shown: Shown) -> NotebookNode:
    """What a cell of a chapter has shown first, on the slide of the words before it."""
    slug, name = slide["figure"].split()
    if slug not in chapters or name not in (known := slide_cells(chapters[slug])):
        raise BookError(f"book/lectures.yml: {slug} has no cell that is tagged slide and named {name}")
    if slug not in shown:
        return _slide(f"*Not run yet:* `make chapter NAME={slug}`", name=f"figure-{number}", kind="-")
    (cell,) = (each for each in shown[slug].cells if each.metadata.get("csd", {}).get("number") == known[name])
    source = str(cell.source) if slide.get("code") else ""
    # Chapters count their charts from one, each for itself.
    outputs = re.sub(r"csd-chart-(\d+)", rf"slide-{number}-chart-\1", json.dumps(cell.outputs[:1]))
    if slide.get("silent"):
        outputs = outputs.replace("csd-figure", "csd-figure deck-silent")
    if "columns" in slide:
        kind = "csd-gallery deck-dense" if slide["columns"] > _LABELLED else "csd-gallery"
        laid_out = rf"{kind}\g<1>{slide['columns']}"
        outputs = re.sub(r"csd-gallery(\\\" style=\\\"--columns: )\d+", laid_out, outputs)
    metadata_ = {"slideshow": {"slide_type": "-"}, "tags": [] if source else ["without-source"]}
    figure: NotebookNode = nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
        source, id=f"figure-{number}", metadata=metadata_, outputs=nbformat.from_dict(json.loads(outputs))
    )
    return figure


def _html(project: Project, notebook: NotebookNode) -> str:
    config = Config()
    config.SlidesExporter.extra_template_basedirs = [str(project.book)]
    config.SlidesExporter.template_name = _TEMPLATE
    config.SlidesExporter.exclude_input_prompt = config.SlidesExporter.exclude_output_prompt = True
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = {"without-source"}
    written = json.dumps(notebook.cells)
    resources = {"deck": _parts(project, charts="Plotly.newPlot" in written, formulas="$" in _prose(notebook))}
    html, _ = SlidesExporter(config=config).from_notebook_node(notebook, resources=resources)  # type: ignore[no-untyped-call]
    return str(html)


def _prose(notebook: NotebookNode) -> str:
    """What may hold formulas: the words of the slides, and what cells show beside pictures and scripts."""
    return re.sub(r"<script.*?</script>|src=\\\"data:[^\"]*", "", json.dumps(notebook.cells), flags=re.DOTALL)


def _parts(project: Project, *, charts: bool, formulas: bool) -> dict[str, Sequence[str]]:
    """The styles and scripts of a deck, as text."""
    reveal, ours = _packaged("sphinx-revealjs", _REVEAL), project.book / _TEMPLATE
    before = [get_plotlyjs()] if charts else []
    if formulas:
        before += ["MathJax = {tex: {inlineMath: [['$', '$'], ['\\\\(', '\\\\)']]}}", _read(mathjax())]
    return {
        "styles": [
            _read(reveal / "dist" / "reveal.css"),
            _read(project.book / "_static" / "csd.css"),
            _read(ours / "deck.css"),
        ],
        "scripts_before": before,
        "scripts_after": [
            _read(reveal / "dist" / "reveal.js"),
            _read(reveal / "plugin" / "notes" / "notes.js"),
            _read(ours / "deck.js"),
        ],
    }


def mathjax() -> Path:
    """MathJax as one script."""
    return _packaged("sphinx-mathjax-offline", _MATHJAX)


def _packaged(package: str, path: str) -> Path:
    """A file of an installed package; not every one has a name that Python could import."""
    return Path(str(metadata.distribution(package).locate_file(path)))


def _read(path: Path) -> str:
    """A file as it may stand inside an element."""
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")
