"""The printed book: numbers lead where they say, links lead inside, solutions stand at the end, and nothing is cut."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser

from book.pdf.press import Press
from book.pdf.volume import make_pdf
from book.project import BookError, Project
from tests.book.conftest import set_address

pytestmark = [pytest.mark.book, pytest.mark.browser]


@pytest.fixture(scope="module")
def bound(small_book: Project, browser: Browser) -> pypdf.PdfReader:
    return pypdf.PdfReader(make_pdf(small_book, browser))


def text_of(reader: pypdf.PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def bookmarks(reader: pypdf.PdfReader) -> dict[str, int]:
    """Title of each bookmark, with a space for each level that it lies below the first, and its sheet."""

    def below(items: list, depth: int) -> Iterator[tuple[str, int]]:
        for item in items:
            if isinstance(item, list):
                yield from below(item, depth + 1)
            else:
                yield " " * depth + item.title, reader.get_destination_page_number(item)

    found: dict[str, int] = {}
    for title, sheet in below(reader.outline, 0):
        found.setdefault(title, sheet)
    return found


def links(reader: pypdf.PdfReader, sheet: int) -> list[dict]:
    return [each.get_object() for each in reader.pages[sheet].get("/Annots", ())]


def test_the_contents_name_the_sheets_on_which_pages_begin(bound: pypdf.PdfReader) -> None:
    texts, labels = text_of(bound), bound.page_labels
    assert "Measuring Style" in texts[0]
    assert labels[:3] == ["i", "ii", "1"]
    titles = ["A book for tests", "A tiny chapter", "A tiny chapter (cubic)", "A second chapter", "Solutions"]
    listed = re.findall(rf"({'|'.join(map(re.escape, sorted(titles, reverse=True)))}) (\d+)", texts[1])
    assert [title for title, _ in listed] == titles
    for title, number in listed:
        # The number that Chromium has printed is the one that viewers show.
        assert texts[labels.index(number)].startswith(f"{number} {title} ")


def test_bookmarks_are_parts_pages_and_sections(bound: pypdf.PdfReader) -> None:
    found, labels = bookmarks(bound), bound.page_labels
    assert list(found)[:4] == ["A book for tests", "Chapters", " A tiny chapter", "  Exercises"]
    assert "Solutions" in found
    assert found["Chapters"] == found[" A tiny chapter"] == labels.index("2")
    assert "Exercises" in bound.pages[found["  Exercises"]].extract_text()


def test_links_lead_to_sheets_and_to_the_book_that_moves(bound: pypdf.PdfReader) -> None:
    found = bookmarks(bound)
    (link,) = [each for each in links(bound, found["A book for tests"]) if "/Dest" in each]
    assert bound.get_page_number(link["/Dest"][0].get_object()) == found[" A tiny chapter"]
    outside = [each["/A"]["/URI"] for sheet in range(len(bound.pages)) for each in links(bound, sheet) if "/A" in each]
    assert outside.pop(0) == "https://example.org/"
    assert outside == ["./_build/html/tiny.html#a-tiny-chapter", "./_build/html/tiny-cubic.html#a-tiny-chapter-cubic"]


def test_no_link_leads_into_the_folder_of_the_build(bound: pypdf.PdfReader) -> None:
    every = [link for sheet in range(len(bound.pages)) for link in links(bound, sheet)]
    assert every
    assert not [link for link in every if "file:" in str(link)]


def test_a_repository_that_is_named_gives_its_site(small_book: Project, browser: Browser, tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "build")
    shutil.copytree(small_book.html, project.html)
    shutil.copytree(small_book.chapters, project.chapters)
    project.site.mkdir()
    (project.site / "_toc.yml").write_text("{root: tiny, parts: []}")
    shutil.copy(small_book.root / "_config.yml", project.root)
    set_address(project.root, "https://github.com/Somebody/book")
    reader = pypdf.PdfReader(make_pdf(project, browser))
    addresses = [
        link["/A"]["/URI"] for sheet in range(len(reader.pages)) for link in links(reader, sheet) if "/A" in link
    ]
    assert "https://somebody.github.io/book/tiny.html#a-tiny-chapter" in addresses


def test_solutions_stand_at_the_end_only(bound: pypdf.PdfReader) -> None:
    texts, first = text_of(bound), bookmarks(bound)["Solutions"]
    assert not [text for text in texts[:first] if "sum(values)" in text]
    # Of a chapter's two runs the first one is enough.
    assert sum(text.count("return sum(values)") for text in texts[first:]) == 1
    assert "Its solution stands at the end" in " ".join(texts[:first])


@pytest.mark.parametrize("lines", [10, 30, 36, 40])
def test_a_figure_stays_in_one_piece_and_long_lines_break(small_book: Project, browser: Browser, lines: int) -> None:
    figure = (
        '<figure class="csd-figure"><p>TOP</p><div style="height: 500px"></div><figcaption>BOTTOM</figcaption></figure>'
    )
    code = f'<div class="highlight"><pre>{"word " * 60}LAST</pre></div>'
    filled = "".join(f"<p>line {number}</p>" for number in range(lines))
    leaf = Press(browser, small_book.html).written("x", "X", f"<h1>X</h1>{filled}{figure}{code}", first=1)
    tops = [number for number, page in enumerate(leaf.reader.pages) if "TOP" in page.extract_text()]
    assert tops == [number for number, page in enumerate(leaf.reader.pages) if "BOTTOM" in page.extract_text()]
    assert right_of_last_word(leaf.reader) < float(leaf.reader.pages[0].mediabox.right)


@pytest.mark.parametrize("rows", [22, 23, 24, 46])
def test_a_long_table_breaks_but_its_caption_never_stands_alone(
    small_book: Project, browser: Browser, rows: int
) -> None:
    table = "".join(f"<tr><td>ROW<p>line</p></td><td>{number}</td></tr>" for number in range(rows))
    figure = (
        f'<figure class="csd-figure"><div class="csd-scroll"><table>{table}</table></div>'
        "<figcaption>CAPTION</figcaption></figure>"
    )
    leaf = Press(browser, small_book.html).written("x", "X", f"<h1>X</h1>{figure}", first=1)
    texts = [page.extract_text() for page in leaf.reader.pages]
    assert "ROW" in next(text for text in texts if "CAPTION" in text)


def right_of_last_word(reader: pypdf.PdfReader) -> float:
    """Where the word LAST begins, in points."""
    found: list[float] = []
    for page in reader.pages:
        page.extract_text(
            visitor_text=lambda text, matrix, own, *_: (
                found.append(float(own[4] * matrix[0] + matrix[4])) if "LAST" in text else None
            )
        )
    return found[0]


def test_without_a_book_nothing_is_printed(project: Project, browser: Browser) -> None:
    with pytest.raises(BookError, match="make book first"):
        make_pdf(project, browser)
