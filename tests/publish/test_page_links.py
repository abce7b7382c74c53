"""The links below a page: for each page of the real book they lead to what the page is made of."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader

from tests.packages import ROOT

URL, SITE = "https://github.com/somebody/book", "https://somebody.github.io/book/"
PAGES = re.findall(r"(?:file|root): (\S+)", (ROOT / "book" / "_toc.yml").read_text())


def links(name: str, title: str) -> list[str]:
    """The links of a page, as the template makes them; Sphinx renders it with the same names."""
    kind = ".ipynb" if (ROOT / "chapters" / f"{name.partition('-')[0]}.py").is_file() else ".md"
    told = {
        "book_repository": URL,
        "book_site": SITE,
        "book_version": "0.1.0",
        "page_source_suffix": ".rst" if name.startswith("api") else kind,
    }
    # As Sphinx does: what is text is escaped by the template itself.
    template = Environment(loader=FileSystemLoader(ROOT / "book" / "_templates")).get_template("page_links.html")  # noqa: S701
    return [
        unescape(link) for link in re.findall(r'href="([^"]*)"', template.render(pagename=name, title=title, **told))
    ]


@pytest.mark.parametrize("name", [*PAGES, "retrieval_benchmark-domains"])
def test_what_a_page_is_made_of_is_there(name: str) -> None:
    source, form, others = links(name, "A title")
    verb, branch, path = re.fullmatch(rf"{URL}/(edit|tree)/(\w+)/(.+)", source).groups()  # type: ignore[union-attr]
    assert branch == "main", "and not that of the notebooks, which a program writes"
    assert (ROOT / path).is_file() if verb == "edit" else (ROOT / path / "__init__.py").is_file()
    assert form.startswith(f"{URL}/issues/new?")
    assert others == f"{SITE}versions.html"


def test_the_form_is_there_and_gets_the_page_s_title_as_it_is_read() -> None:
    asked = parse_qs(urlsplit(links("tiny-cubic", "Is <em>x</em> &lt; &quot;y&quot; &amp; z?")[1]).query)
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / asked["template"][0]).read_text())
    assert asked["title"] == ['Is x < "y" & z?']
    assert asked["page"] == ['Is x < "y" & z? (tiny-cubic, version 0.1.0)']
    assert set(asked) - {"template", "title"} <= {field.get("id") for field in form["body"]}
