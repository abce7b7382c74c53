"""Pages: an executed notebook with its provenance, links to the chapter's other runs, and folded solutions."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from book.chapters import Chapter
from book.imported import joint_hash
from book.notebooks import markdown, read, role, tags
from book.parameters import Scalar
from book.runs import Record, Run

_HASH_LENGTH = 16
_NO_MARKUP = str.maketrans("<>&", "‹›+")
_HASHES = ("chapter", "data", "lock")
# Where Markdown defines a label: before a block, behind an equation, in a directive.
_LABEL = re.compile(r"^\(([\w:-]+)\)=|\$\$ *\(([\w:-]+)\)|^:(?:label|name): *(\S+)", re.MULTILINE)


def run_page(run: Run, folder: Path, siblings: Sequence[Run]) -> NotebookNode:
    """The page of a finished run.

    Args:
        run: the run.
        folder: of its result, whose name is the run's key.
        siblings: all runs of the chapter that have a page, this one among them.
    """
    notebook = read(folder / "notebook.ipynb")
    below_title = [_links(run, siblings), _provenance(run, folder.name, Record.load(folder / "record.json"))]
    _insert_below_title(notebook, "\n\n".join(filter(None, below_title)))
    if run.page != run.chapter.slug:
        # The theme prints titles as they are: what would be markup is shown by signs that look like it.
        notebook.cells[0].source += f" ({_plain(run.label().translate(_NO_MARKUP))})"
        _rename_labels(notebook, run.name)
    return _fold_answers(notebook)


def waiting_page(chapter: Chapter) -> NotebookNode:
    """The page of a chapter that has no result yet: its source, and how to run it."""
    notebook = chapter.notebook()
    text = f"`make chapter NAME={chapter.slug}` runs this chapter; `make book` runs all of them."
    _insert_below_title(notebook, f":::{{admonition}} Not run yet\n:class: warning\n{text}\n:::")
    return _fold_answers(notebook)


def _insert_below_title(notebook: NotebookNode, text: str) -> None:
    first = notebook.cells[0]
    title, _, rest = first.source.partition("\n")
    first.source = title
    inserted = markdown(text, name="below-title")
    rest = markdown(rest.strip(), name="after-title")
    notebook.cells[1:1] = [inserted, rest] if rest.source else [inserted]


def _rename_labels(notebook: NotebookNode, suffix: str) -> None:
    """Labels must be unique in the book, and the chapter's first page has them already."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    labels = {label for cell in cells for groups in _LABEL.findall(cell.source) for label in groups if label}
    for label in sorted(labels):
        use = re.compile(rf"(?<=[(`#<]){re.escape(label)}(?=[)`>])|(?<=: ){re.escape(label)}$", re.MULTILINE)
        for cell in cells:
            cell.source = use.sub(f"{label}-{suffix}", cell.source)


def _fold_answers(notebook: NotebookNode) -> NotebookNode:
    """Hints, solutions and checks wait until they are asked for; mistakes are the teacher's."""
    notebook.cells = [cell for cell in notebook.cells if role(cell) != "mistake"]
    for cell in notebook.cells:
        kind = role(cell)
        if kind == "hint" and cell.cell_type == "markdown":
            cell.source = f"::::{{dropdown}} Show the hint\n{cell.source}\n::::"
        elif kind in ("hint", "solution", "check"):
            cell.metadata["tags"] = [*tags(cell), "hide-cell"]
            cell.metadata["mystnb"] = {"code_prompt_show": f"Show the {kind}", "code_prompt_hide": f"Hide the {kind}"}
    return notebook


def _links(run: Run, siblings: Sequence[Run]) -> str:
    if len(siblings) < 2:
        return ""
    names = [
        f"**{_plain(other.label())}**" if other.page == run.page else f"[{_plain(other.label())}]({other.page}.ipynb)"
        for other in siblings
    ]
    return f"Runs of this chapter: {' · '.join(names)}"


def _provenance(run: Run, key: str, record: Record) -> str:
    facts = {
        "Peak memory": f"{record.peak_mb:,.0f} MB",
        "Revision": record.revision or "unknown",
        **record.versions,
        "Run key": key[:_HASH_LENGTH],
        "Modules of csdlib that ran": f"{len(record.modules)} of {len(run.code)}",
        "Hash of csdlib": joint_hash(run.code, record.modules)[:_HASH_LENGTH],
        **{
            f"Hash of {name}": value[:_HASH_LENGTH]
            for name, value in run.ingredients.items()
            if name in _HASHES or name.startswith("outside ")
        },
    }
    if "seed" in run.parameters:
        facts = {"Seed": str(run.parameters["seed"]), **facts}
    return "\n".join(
        [
            f":::{{dropdown}} How this page was made: last run {_plain(_last_run(record))}",
            ":class-container: csd-provenance",
            "This command repeats it:",
            "```sh",
            run.command(),
            "```",
            _parameter_table(run.chapter, run.parameters),
            "",
            "| What | Value |\n|---|---|",
            *(_row(_plain(name), _code(value)) for name, value in facts.items()),
            "",
            "To work with, exercises unsolved:",
            f"{{download}}`notebook with outputs <downloads/{run.page}.ipynb>` · "
            f"{{download}}`Jupytext source <downloads/{run.chapter.slug}.py>`",
            ":::",
        ]
    )


def _last_run(record: Record) -> str:
    return f"{record.finished}, {record.seconds:g} s on {record.device}"


def _parameter_table(chapter: Chapter, values: Mapping[str, Scalar]) -> str:
    rows = [
        [_code(each.name), _code(repr(values[each.name])), _code(repr(each.default)), _plain(each.meaning)]
        for each in chapter.parameters
    ]
    return "\n".join(
        [
            "",
            "| Parameter | Here | Default | Meaning |",
            "|---|---|---|---|",
            *(_row(*cells) for cells in rows),
        ]
    )


def _row(*cells: str) -> str:
    """A line of a Markdown table; there a bar must be escaped even inside code."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _code(text: str) -> str:
    """Inline code in a table's cell."""
    return f"`{_one_line(text).replace('`', chr(39))}`"


def _plain(text: str) -> str:
    """Text in which Markdown sees nothing special."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]#<>$~" else letter for letter in _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
