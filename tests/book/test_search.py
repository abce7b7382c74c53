"""What the search finds: questions whose right page is known, in the browser, and the scripts that it reads."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import Browser

from book.figure_places import figure_words, with_places
from book.project import Project
from book.search import figures_script, write_terms
from tests.book.tabs import Tab

#: What is asked, and the page that answers it; captions and alt texts that no choice of parameters changes.
QUESTIONS = {
    "repertoires run from narrow to wide": "meet_the_painters",
    "most similar pair by two different painters": "quickstart",
    "maps with one thing changed": "style_maps",
    "style-preserving views of two paintings": "training_a_descriptor",
    "calibrated curves follow the diagonal": "what_a_score_means",
    "6,537 paintings by 107 artists": "beyond_the_artist",
    "multilabel_contrastive_loss": "api-training",
    "fit_facets": "api-similarity",
    "prosecutor's fallacy": "glossary",
    "hub": "glossary",
    "how many works of an artist are needed before a model can imitate it": "how_many_pictures_does_it_take",
}
#: Not all words of the first one, nor of the second one, stand on the page that answers.
SENTENCES = {"how do I score my own pictures": "try_your_own", "threshold false alarms strangers": "what_a_score_means"}
FOUND = "#search-results ul.search > li > a"
FRAMED = '<figure class="csd-figure"><div role="img" aria-label="A curve, 0.41 &amp; more">{}</div>'
CAPTION = "<figcaption>It rises to <code>6,537</code> &lt; 7,000.</figcaption></figure>"


def page_of(*shown: str) -> Any:
    outputs = [new_output("display_data", {"text/html": each}) for each in shown]  # type: ignore[no-untyped-call]
    return new_notebook(cells=[new_code_cell("1", outputs=outputs)])  # type: ignore[no-untyped-call]


def read_script(text: str) -> list[list[str]]:
    rows: list[list[str]] = json.loads(text.partition(" = ")[2].rstrip().removesuffix(";"))
    return rows


def test_figures_get_places_and_nothing_else_does() -> None:
    grid = f'<div class="csd-artists">{FRAMED.format("")}{CAPTION}{FRAMED.format("")}{CAPTION}</div>'
    page = page_of(
        "<p>no figure</p>", FRAMED.format("<script>'<figure class=\"csd-figure\">'</script>") + CAPTION, grid
    )
    before = figure_words(page)
    shown = [output.data["text/html"] for output in with_places(page).cells[0].outputs]
    assert shown[0] == "<p>no figure</p>"
    assert shown[1].startswith('<figure id="figure-1" class="csd-figure">')
    assert "'<figure class=\"csd-figure\">'" in shown[1]
    assert shown[2].startswith('<div id="figure-2" class="csd-artists"><figure class=')
    assert figure_words(page) == before


def test_a_figure_says_its_caption_and_what_those_hear_who_do_not_see_it_each_once() -> None:
    picture = '<img src="data:," alt="a dog"><img src="data:," alt="a dog"> <img alt="a &quot;cat&quot;">'
    page = page_of(FRAMED.format(picture) + CAPTION)
    assert figure_words(page) == [("figure-1", "It rises to 6,537 < 7,000.", 'A curve, 0.41 & more a dog a "cat"')]
    assert read_script(figures_script([("tiny", "A title", page)])) == [["tiny", "A title", *figure_words(page)[0]]]


def test_terms_are_those_of_the_built_glossary(tmp_path: Path) -> None:
    write_terms(tmp_path)
    assert read_script((tmp_path / "terms.js").read_text()) == []
    entry = (
        '<dt id="term-hub-s">hub&#8217;s<a class="headerlink" href="#term-hub-s">#</a></dt><dd><p>A <em>picture</em>\n'
    )
    (tmp_path / "glossary.html").write_text(f"<dl>{entry}that is near.</p></dd></dl>")
    write_terms(tmp_path)
    assert read_script((tmp_path / "terms.js").read_text()) == [["term-hub-s", "hub’s", "A picture that is near."]]


@pytest.mark.book
def test_the_figures_of_a_book_are_where_the_search_sends_its_readers(small_book: Project) -> None:
    rows = read_script((small_book.html / "figures.js").read_text())
    assert [(page, title, said) for page, title, _, _, said in rows] == [
        ("tiny", "A tiny chapter", "a curve"),
        ("tiny-cubic", "A tiny chapter (cubic)", "a curve"),
    ]
    for page, _, place, _, _ in rows:
        assert f'<figure id="{place}"' in (small_book.html / f"{page}.html").read_text()


@pytest.fixture(scope="module")
def ask(browser: Browser) -> Iterator[Callable[[str], list[str]]]:
    """What a question finds, given the search page with the question: links, the first ones first."""
    tab = Tab.new(browser)

    def links(address: str) -> list[str]:
        tab.page.goto(address)
        tab.page.wait_for_selector(FOUND)
        hrefs: list[str] = tab.page.eval_on_selector_all(FOUND, "all => all.map(a => a.getAttribute('href'))")
        assert not [error for error in tab.errors if "figures.js" in error or "terms.js" in error]
        return hrefs

    yield links
    tab.page.close()


@pytest.mark.browser
@pytest.mark.book
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_page_that_answers_comes_first(ask: Callable[[str], list[str]], address: str, question: str) -> None:
    first = ask(f"{address}search.html?q={quote(question)}")[0]
    assert first.partition(".html")[0] == QUESTIONS[question]


@pytest.mark.browser
@pytest.mark.book
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_page_that_lacks_a_word_of_the_question_is_found(
    ask: Callable[[str], list[str]], address: str, sentence: str
) -> None:
    found = [link.partition(".html")[0] for link in ask(f"{address}search.html?q={quote(sentence)}")]
    assert SENTENCES[sentence] in found[:10]


@pytest.mark.browser
@pytest.mark.book
def test_the_search_of_a_book_on_the_disk_finds_figures_too(
    browser: Browser, ask: Callable[[str], list[str]], small_book: Project
) -> None:
    assert "tiny.html#figure-1" in ask(f"{(small_book.html / 'search.html').as_uri()}?q=curve")
