"""The reference's sources: every public name has an entry and a docstring, and links go both ways."""

import ast
import re

import nbformat
import pytest
from sphinx.pycode import ModuleAnalyzer

from book.chapters import find_chapters, read_chapter
from book.project import BookError, Project
from book.public import Name, read_public
from book.reference import page_of, reference_pages, with_names
from tests.book.conftest import ROOT
from tests.test_house import mapped

BOOK = Project(ROOT, ROOT / "build")
PUBLIC = read_public(ROOT / "csdlib")
CHAPTERS = [read_chapter(BOOK, slug) for slug in find_chapters(BOOK)]
USED = {chapter.slug: PUBLIC.named_in(chapter.text, chapter.slug) for chapter in CHAPTERS}
PAGES = dict(reference_pages(PUBLIC, [(chapter, USED[chapter.slug]) for chapter in CHAPTERS]))
NAMES = [name for room in PUBLIC.rooms for name in PUBLIC.at_home(room)]


def explained(name: Name) -> str:
    """A name's docstring, or the comment beside a value."""
    statement = PUBLIC.statement(name)
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return ast.get_docstring(statement) or ""
    comments = ModuleAnalyzer.for_file(PUBLIC.file(name.module), name.module).find_attr_docs()
    return " ".join(comments.get(("", name.name), []))


def entry(name: Name) -> str:
    """What the source of a page has about a name."""
    found = re.split(r"^(?=\.\. )", PAGES[page_of(name.room)], flags=re.MULTILINE)
    starts = (
        f".. autofunction:: {name.path}\n",
        f".. autoclass:: {name.path}\n",
        f".. autoclass:: {name.path}()\n",
        f".. py:data:: {name.name}\n",
    )
    (only,) = [part for part in found if f"{part.rstrip()}\n".startswith(starts)]
    return only


def test_every_public_name_has_a_docstring() -> None:
    assert [name.path for name in NAMES if len(explained(name).split()) < 3] == []


def test_no_property_begins_with_a_colon() -> None:
    """What stands before one Sphinx takes for a type."""
    classes = [statement for name in NAMES if isinstance(statement := PUBLIC.statement(name), ast.ClassDef)]
    methods = [each for found in classes for each in found.body if isinstance(each, ast.FunctionDef)]
    properties = [each for each in methods if "property" in ast.unparse(each).partition("def ")[0]]
    assert properties
    assert [each.name for each in properties if ":" in (ast.get_docstring(each) or "").partition("\n")[0]] == []


def test_every_public_name_has_one_entry_in_its_room() -> None:
    assert all(entry(name) for name in NAMES)
    listed = {name.defined for names in PUBLIC.rooms.values() for name in names}
    assert sorted(name.defined for name in NAMES) == sorted(listed)


def test_entries_and_chapters_lead_to_each_other() -> None:
    there = {(name, chapter.slug) for name in NAMES for chapter in CHAPTERS if f"<{chapter.slug}>`" in entry(name)}
    assert there == {(name, slug) for slug, names in USED.items() for name in names}
    for slug, names in USED.items():
        cell = with_names(nbformat.v4.new_notebook(), names).cells[-1].source
        assert re.findall(r"\{py:obj\}`~(.+?)`", cell) == [name.path for name in names], slug


def test_every_chapter_uses_the_module() -> None:
    assert all(USED.values())


def test_the_rooms_stand_in_the_order_of_the_house() -> None:
    rooms, _ = mapped((ROOT / "CONTRIBUTING.md").read_text())
    listed = re.findall(r"- file: (api\S*)", (ROOT / "book" / "_toc.yml").read_text())
    assert listed == ["api", *(f"api-{room.strip('/')}" for room in rooms if room != "cli/")]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from csdlib.metrics import bootstrap", "csdlib.metrics.bootstrap"),
        ("from csdlib.metrics import bootstrap as b", "csdlib.metrics.bootstrap"),
        ("from csdlib.metrics.intervals import bootstrap", "csdlib.metrics.bootstrap"),
        ("from csdlib import figures\nfigures.show(1)", "csdlib.figures.show"),
        ("from csdlib import figures as f\nf.show(1).data", "csdlib.figures.show"),
        ("import csdlib.figures as f\nf.show(1)", "csdlib.figures.show"),
        ("import csdlib\nprint(csdlib.figures.show)", "csdlib.figures.show"),
        ("import csdlib\ncsdlib.Embeddings.load(1)", "csdlib.embeddings.Embeddings"),
        ("import csdlib\ncsdlib.load('csd-tiny')", "csdlib.descriptors.load"),
        ("# A sentence about `csdlib.load`.", "csdlib.descriptors.load"),
        ("def f():\n    from csdlib.metrics import auc", "csdlib.metrics.auc"),
        ("import csdlib\ncsdlib.__version__", ""),
        ("from csdlib.files import cache_folder", "csdlib.cache_folder"),
        ("from csdlib.files import atomic_path", ""),
        ("import csdlib\nshow(figures.show, x().load, 'figures.show')", ""),
    ],
)
def test_a_source_names_what_it_imports_calls_or_mentions(source: str, found: str) -> None:
    assert [name.path for name in PUBLIC.named_in(source, "it")] == [found] * bool(found)


@pytest.mark.parametrize(
    "source",
    [
        "from csdlib.metrics import gone",
        "import csdlib\ncsdlib.metrics.gone()",
        "# See `csdlib.gone`.",
        "import csdlib as c\nc.gone",
    ],
)
def test_a_chapter_that_names_what_is_not_public_is_refused(source: str) -> None:
    with pytest.raises(BookError, match=r"chapter tiny names csdlib\S*\.gone, which is not public"):
        PUBLIC.named_in(source, "chapter tiny")
