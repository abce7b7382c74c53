"""The reference as pages: a small house of one room, built, and what fails its build."""

from textwrap import dedent

import pytest
import yaml
from bs4 import BeautifulSoup, Tag

from book.assemble import build_html, check_contents
from book.project import BookError, Project
from book.runs import listed_runs
from tests.book.conftest import copy_small_book, write_chapter

pytestmark = pytest.mark.book

#: A house of one room, which two chapters use.
HOUSE = {
    "csdlib/__init__.py": '''\
        """A house for tests."""

        import lazy_loader

        __getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
        ''',
    "csdlib/__init__.pyi": """\
        from . import sums as sums
        from .errors import Wrong as Wrong
        from .sums.adding import total as total
        """,
    "csdlib/errors.py": '''\
        """What goes wrong."""


        class Wrong(ValueError):
            """A wrong number."""
        ''',
    "csdlib/sums/__init__.py": '''\
        """Numbers go in, one comes out."""

        import lazy_loader

        __getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
        ''',
    "csdlib/sums/__init__.pyi": """\
        from .adding import LIMIT as LIMIT
        from .adding import Sum as Sum
        from .adding import total as total
        """,
    "csdlib/sums/adding.py": '''\
        """How numbers become one."""

        from dataclasses import dataclass
        from pathlib import Path

        FOLDER = Path(__file__).parent
        #: The largest sum.
        LIMIT: int = 7


        @dataclass(frozen=True)
        class Sum:
            """A sum.

            Attributes:
                value: what it is.
            """

            value: float

            def twice(self) -> "Sum":
                """It, and itself."""
                return Sum(2 * self.value)


        def total(values: list[float], *, folder: Path = FOLDER) -> Sum:
            """The sum of numbers.

            Args:
                values: the numbers.
                folder: of nothing.

            Example:
                >>> total([1, 2]).value
                3
            """
            return Sum(sum(values))
        ''',
}
CHAPTER = "x = 1  # a number\n\n# %%\nimport csdlib\nfrom csdlib import sums\n\ncsdlib.total([x]).value < sums.LIMIT"


def furnish(project: Project) -> None:
    """Gives the small book a house and its reference, and a chapter that uses it."""
    for name, text in HOUSE.items():
        (project.root / name).parent.mkdir(exist_ok=True)
        (project.root / name).write_text(dedent(text))
    toc = yaml.safe_load((project.book / "_toc.yml").read_text())
    reference = {"file": "api", "sections": [{"file": "api-sums"}]}
    toc["parts"].append({"caption": "Reference", "chapters": [reference]})
    (project.book / "_toc.yml").write_text(yaml.safe_dump(toc))
    write_chapter(project, CHAPTER)


@pytest.fixture
def house(project: Project) -> Project:
    furnish(project)
    return project


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small book with its reference; no chapter has run."""
    project = copy_small_book(tmp_path_factory.mktemp("house"))
    furnish(project)
    build_html(project, listed_runs(project))
    return project


def page(project: Project, name: str) -> BeautifulSoup:
    return BeautifulSoup((project.html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def links(part: Tag | BeautifulSoup, selector: str) -> list[str]:
    return [str(link["href"]) for link in part.select(f"{selector} a[href]")]


def test_an_entry_shows_signature_example_and_value(built: Project) -> None:
    found = page(built, "api-sums")
    assert "total" in found.select_one("dt#csdlib\\.sums\\.total").get_text()  # type: ignore[union-attr]
    text = " ".join(found.get_text(" ").split())
    for words in (">>> total", "the numbers.", "The largest sum.", "It, and itself.", "How numbers become one."):
        assert words in text
    value = found.select_one("dt#csdlib\\.sums\\.LIMIT").get_text()  # type: ignore[union-attr]
    assert value.split() == ["LIMIT:", "int", "=", "7#"]


def test_types_of_a_signature_lead_to_their_entries(built: Project) -> None:
    assert "#csdlib.sums.Sum" in links(page(built, "api-sums"), "dt#csdlib\\.sums\\.total")


def test_links_of_the_built_pages_go_both_ways(built: Project) -> None:
    assert links(page(built, "api-sums"), ".csd-chapters") == ["second.html", "second.html"]
    assert links(page(built, "second"), ".csd-names") == [
        "api-sums.html",
        "api-sums.html#csdlib.sums.LIMIT",
        "api-sums.html#csdlib.sums.total",
    ]
    assert page(built, "tiny").select(".csd-names") == []


def test_the_first_page_leads_to_rooms_and_lent_names(built: Project) -> None:
    found = links(page(built, "api"), "table.autosummary")
    assert {"api-sums.html#module-csdlib.sums", "api-sums.html#csdlib.sums.total"} <= set(found)
    assert page(built, "api").select("dt#csdlib\\.Wrong")


def test_no_page_tells_where_the_module_lies(built: Project) -> None:
    for name in ("api", "api-sums", "genindex"):
        assert str(built.root) not in (built.html / f"{name}.html").read_text(encoding="utf-8")


def test_the_search_knows_the_names(built: Project) -> None:
    index = (built.html / "searchindex.js").read_text(encoding="utf-8")
    assert '"csdlib.sums"' in index
    assert '"total"' in index


def test_a_name_that_is_no_longer_defined_fails_the_build(house: Project) -> None:
    path = house.root / "csdlib" / "sums" / "adding.py"
    path.write_text(path.read_text().replace("def total", "def whole"))
    with pytest.raises(BookError, match=r"lists csdlib.sums.total, and csdlib.sums.adding does not define it"):
        build_html(house, [])


def test_a_name_that_is_no_longer_listed_fails_the_build_while_a_chapter_uses_it(house: Project) -> None:
    stub = house.root / "csdlib" / "sums" / "__init__.pyi"
    stub.write_text(stub.read_text().replace("from .adding import LIMIT as LIMIT\n", ""))
    with pytest.raises(BookError, match=r"chapter second names csdlib.sums.LIMIT, which is not public"):
        build_html(house, [])


def test_what_cannot_be_imported_and_links_that_lead_nowhere_fail_the_build(house: Project) -> None:
    path = house.root / "csdlib" / "sums" / "adding.py"
    path.write_text(path.read_text() + "\n\ndel total\n")
    with (house.book / "intro.md").open("a") as file:
        file.write("\n{py:obj}`csdlib.sums.gone`\n")
    with pytest.raises(BookError) as caught:
        build_html(house, [])
    assert "csdlib.sums.gone" in str(caught.value)
    assert "failed to import function 'total'" in str(caught.value)


def test_the_contents_name_every_room(house: Project) -> None:
    check_contents(house)
    toc = house.book / "_toc.yml"
    toc.write_text(toc.read_text().replace("api-sums", "api-sum"))
    with pytest.raises(BookError, match=r"\['api-sum'\].*\['api-sums'\]"):
        check_contents(house)
