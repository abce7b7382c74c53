import logging
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from filelock import FileLock

from book.assemble import _sources, build_html
from book.build import make_book, make_chapter
from book.pages import run_page
from book.project import BookError, Project
from book.runs import Record, listed_runs
from csdlib.figures.engine import ADDRESSES
from tests.book.conftest import copy_small_book, set_address

pytestmark = pytest.mark.book


def page(project: Project, name: str) -> BeautifulSoup:
    return BeautifulSoup((project.html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def test_the_weights_that_pages_load_lie_beside_them(small_book: Project, tmp_path: Path) -> None:
    project = copy_small_book(tmp_path)
    for name in ADDRESSES:
        (project.root / "data" / "models" / name).mkdir(parents=True)
        (project.root / "data" / "models" / name / "model.safetensors").write_bytes(name.encode())
    found = {name: content for name, content in _sources(project, []) if "/weights/" in name}
    assert found == {address: name.encode() for name, address in ADDRESSES.items()}
    # A book without models has none to lay there.
    assert not list((small_book.html / "_static").glob("weights/*"))


def test_a_page_shows_how_it_was_made(small_book: Project) -> None:
    text = page(small_book, "tiny-cubic").select_one(".csd-provenance").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert 'make chapter NAME = tiny PARAMS = "-p power 3"' in text
    assert "exponent | of the curve" in text
    for word in ("Peak memory", "python", "torch", "numpy", "csdlib", "Run key", "Hash of data"):
        assert word in text


def test_a_page_says_when_it_was_run_last_without_being_opened_and_once(small_book: Project) -> None:
    panel = page(small_book, "tiny-cubic").select_one(".csd-provenance")
    run = next(run for run in listed_runs(small_book) if run.name == "cubic")
    assert panel and run.folder
    record = Record.load(run.folder / "record.json")
    said = f"last run {record.finished}, {record.seconds:g} s on {record.device}"
    assert said in panel.select_one("summary").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert panel.get_text().count(record.finished) == panel.get_text().count(record.device) == 1


def test_a_page_shows_the_hash_of_every_outside_folder(small_book: Project) -> None:
    run = next(run for run in listed_runs(small_book) if run.name == "cubic")
    assert run.folder is not None
    seen = replace(run, ingredients={**run.ingredients, "outside reference_root": "0123456789abcdef0123"})
    text = run_page(seen, run.folder, [seen]).cells[1].source
    assert "| Hash of outside reference\\_root | `0123456789abcdef` |" in text


def test_a_page_offers_notebook_and_source(small_book: Project) -> None:
    links = [str(link["href"]) for link in page(small_book, "tiny-cubic").select(".csd-provenance a.download")]
    assert [link.rpartition("/")[2] for link in links] == ["tiny-cubic.ipynb", "tiny.py"]
    assert all((small_book.html / link).is_file() for link in links)


def test_runs_of_a_chapter_link_to_each_other(small_book: Project) -> None:
    assert page(small_book, "tiny").select_one('article a[href="tiny-cubic.html"]')
    assert page(small_book, "tiny-cubic").select_one('article a[href="tiny.html"]')


def test_solutions_and_checks_are_folded_and_stubs_are_not(small_book: Project) -> None:
    found = page(small_book, "tiny")
    folded = "".join(each.get_text() for each in found.select("details.hide"))
    assert "Show the solution" in folded
    assert "return sum(values)" in folded
    assert "Show the check" in folded
    assert "assert total(numbers)" in folded
    assert "return 0" not in folded


def test_plotly_is_shared(small_book: Project) -> None:
    found = (small_book.html / "tiny.html").read_text()
    assert "plotly.min.js" in found
    assert len(found) < 200_000


def test_plotly_is_loaded_only_where_a_chart_is(small_book: Project) -> None:
    asked = {path.stem: "plotly.min.js" in path.read_text() for path in small_book.html.glob("*.html")}
    assert asked["tiny"] and asked["tiny-cubic"]
    assert [name for name, plotly in asked.items() if plotly and not name.startswith("tiny")] == []


def test_an_address_becomes_a_link_and_the_name_of_a_file_does_not(small_book: Project) -> None:
    text = (small_book.html / "intro.html").read_text()
    assert "CONTRIBUTING.md" in text
    assert 'href="https://example.org/"' in text
    assert 'href="http://' not in text


def test_without_an_address_no_page_has_a_button_that_launches(small_book: Project) -> None:
    pages = [path.read_text() for path in small_book.html.glob("*.html")]
    assert pages
    assert not [text for text in pages if "mybinder" in text or "colab.research" in text]


def test_without_an_address_nothing_is_told_to_other_sites(small_book: Project) -> None:
    names = {path.name for path in small_book.html.rglob("*") if path.is_file()}
    assert not names & {"sitemap.xml", "robots.txt", "card.png"}
    text = (small_book.html / "tiny.html").read_text()
    assert not [word for word in ("og:", "canonical", "csd-links") if word in text]


def links_below(project: Project, name: str) -> list[str]:
    return [str(link["href"]) for link in page(project, name).select(".csd-links a")]


def test_pages_lead_to_notebook_source_and_form_where_the_address_is_set(project: Project) -> None:
    set_address(project.root, "https://github.com/somebody/book")
    (project.root / "csdlib" / "__init__.py").write_text('__version__ = "0.1.0"\n')
    make_book(project)
    where = "somebody/book"
    for name in ("tiny", "tiny-cubic", "second"):
        assert {str(link["href"]) for link in page(project, name).select(".article-header-buttons a")} >= {
            f"https://mybinder.org/v2/gh/{where}/notebooks-v0.1?urlpath=lab/tree/{name}.ipynb",
            f"https://colab.research.google.com/github/{where}/blob/notebooks-v0.1/{name}.ipynb",
        }
    assert "mybinder" not in (project.html / "intro.html").read_text(), "a page without code has nothing to run"
    sources = {"tiny-cubic": "chapters/tiny.py", "second": "chapters/second.py", "intro": "book/intro.md"}
    for name, source in sources.items():
        edit, _, others = links_below(project, name)
        assert edit == f"https://github.com/{where}/edit/main/{source}"
        assert (project.root / source).is_file()
        assert others == "https://somebody.github.io/book/versions.html"
        told = page(project, name).select_one('link[rel="canonical"]')
        assert told and told["href"] == f"https://somebody.github.io/book/{name}.html"
        assert page(project, name).select_one('meta[property="og:image"]')
    assert "title=A%20tiny%20chapter%20%28cubic%29" in links_below(project, "tiny-cubic")[1]
    assert links_below(project, "genindex") == []
    assert "tiny-cubic.html" in (project.html / "sitemap.xml").read_text()
    assert (project.html / "_static" / "card.png").is_file()


def test_any_parameters_make_a_further_page(own_book: Project) -> None:
    path = make_chapter(own_book, "tiny", [("power", "5"), ("word", "a|b")])
    assert path.is_file()
    assert page(own_book, path.stem).select_one("h1").get_text().startswith("A tiny chapter (power=5, word=a|b)")  # type: ignore[union-attr]
    assert page(own_book, "tiny").select_one(f'article a[href="{path.name}"]')


def test_a_chapter_without_result_says_so(project: Project) -> None:
    build_html(project, listed_runs(project))
    assert "Not run yet" in page(project, "tiny").get_text()


def test_a_warning_of_sphinx_is_an_error_each_time(project: Project) -> None:
    with (project.book / "intro.md").open("a") as file:
        file.write("\n[nowhere](#no-such-target)\n")
    for _ in range(2):
        with pytest.raises(BookError, match="no-such-target"):
            build_html(project, [])


def test_one_chapter_does_not_answer_for_the_warnings_of_other_pages(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "book")
    with (project.book / "intro.md").open("a") as file:
        file.write("\n[nowhere](#no-such-target)\n")
    assert make_chapter(project, "tiny", []).is_file()
    assert "no-such-target" in caplog.text
    with pytest.raises(BookError, match="no-such-target"):
        make_book(project)
    text = (project.chapters / "second.py").read_text()
    (project.chapters / "second.py").write_text(text.replace("# See", "# [Nowhere](#no-other-target), see"))
    with pytest.raises(BookError, match="no-other-target"):
        make_chapter(project, "second", [])


def test_a_notebook_alone_leaves_the_book_as_it_is(project: Project) -> None:
    path = make_chapter(project, "tiny", [("power", "3")], notebook_only=True)
    assert "8.0" in path.read_text()
    assert path.suffix == ".ipynb"
    assert not project.html.exists()


def test_of_two_builds_at_once_the_second_waits_and_says_for_whom(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "book")
    project.output.mkdir()
    (project.output / ".holder").write_text("process 7, make chapter NAME=x")
    held = threading.Event()

    def other_build() -> None:
        with FileLock(project.output / ".lock"):
            held.set()
            time.sleep(1)

    threading.Thread(target=other_build).start()
    held.wait()
    make_chapter(project, "second", [], notebook_only=True)
    assert [message.split()[0] for message in caplog.messages] == ["waiting", "running", "done"]
    assert "process 7, make chapter NAME=x" in caplog.messages[0]


def test_a_style_that_changed_is_renewed_where_no_page_has(project: Project) -> None:
    make_book(project)
    style = project.book / "_static" / "csd.css"
    style.write_text(style.read_text() + "\n.renewed { color: red; }\n")
    make_book(project)
    assert ".renewed" in (project.html / "_static" / "csd.css").read_text()


def test_pages_of_lost_runs_leave_the_site(own_book: Project) -> None:
    shutil.rmtree(own_book.run_folder("tiny", "cubic"))
    build_html(own_book, listed_runs(own_book))
    assert not (own_book.site / "tiny-cubic.ipynb").exists()
    assert not (own_book.html / "tiny-cubic.html").exists()
    assert "tiny-cubic" not in (own_book.html / "tiny.html").read_text()
