"""What other sites and search engines read of the book."""

import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from book.publish.address import Address
from book.publish.card import card
from book.publish.crawlers import write_for_crawlers
from book.publish.heads import first_sentence, with_head
from tests.packages import ROOT

SITE = Address("Somebody", "book").site
PAGE = """<html><head><title>Is &quot;A&quot; &lt; B? &#8212; The book</title></head><body>
<p>Not the text.</p><article class="bd-article" role="main"><h1>Is it?</h1>
<details class="csd-provenance"><p>How it was made, in many words.</p></details>
<p></p><p>A score of 0.38, <em>cf.</em> "this" &amp;
that, is <a href="x">a number</a>. Then more. And more.</p></article></body></html>"""


def tags(text: str) -> dict[str, str]:
    metas = BeautifulSoup(text, "html.parser").select("head meta")
    return {str(tag.get("property") or tag.get("name")): str(tag["content"]) for tag in metas}


def test_a_page_tells_title_first_sentence_and_picture() -> None:
    told = tags(with_head(PAGE, "two.html", SITE))
    assert told["og:title"] == 'Is "A" < B?'
    assert told["og:site_name"] == "The book"
    assert told["og:description"] == told["description"] == 'A score of 0.38, cf. "this" & that, is a number.'
    assert told["og:url"] == "https://somebody.github.io/book/two.html"
    assert told["og:image"] == "https://somebody.github.io/book/_static/card.png"
    assert told["twitter:card"] == "summary_large_image"


def test_a_second_build_changes_nothing() -> None:
    once = with_head(PAGE, "two.html", SITE)
    assert with_head(once, "two.html", SITE) == once
    assert with_head(once, "two.html", "https://else.where/").count("og:url") == 1


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<p>No full stop here</p>", "No full stop here"),
        ("<p>Yes! It is a longer one, and it ends. Next.</p>", "Yes! It is a longer one, and it ends."),
        (f"<p>{'long ' * 80}.</p>", f"{'long ' * 38}long …"),
        ("<h1>Only a title</h1>", ""),
    ],
)
def test_the_first_sentence_is_whole_or_says_that_it_is_cut(inner: str, expected: str) -> None:
    assert first_sentence(f'<article class="bd-article">{inner}</article>') == expected
    assert len(expected) <= 200


def test_the_picture_has_the_size_that_is_asked_for_and_shows_something(tmp_path: Path) -> None:
    made = card(ROOT / "book" / "_static" / "atelier.webp", "Measuring Style", "A line")
    assert len(made) < 600_000
    with Image.open(io.BytesIO(made)) as opened:
        assert (opened.format, opened.size) == ("PNG", (1200, 630))
        left, right = (opened.convert("L").crop(box) for box in ((0, 0, 540, 630), (540, 0, 1200, 630)))
    assert left.getextrema()[1] > 240, "a title in white"
    assert len(set(right.get_flattened_data() if hasattr(right, "get_flattened_data") else right.getdata())) > 100
    assert card(tmp_path / "none.webp", "Measuring Style", "A line")


def test_a_longer_title_stays_in_its_half() -> None:
    made = card(Path("none"), "Another very long title of a book", "A line that says in many words what it is about")
    with Image.open(io.BytesIO(made)) as opened:
        assert opened.convert("L").crop((540, 0, 1200, 630)).getextrema()[1] < 60


def test_crawlers_are_told_of_pages_and_kept_from_old_versions(tmp_path: Path) -> None:
    for name in ("index", "search", "genindex", "quickstart", "values"):
        (tmp_path / f"{name}.html").touch()
    write_for_crawlers(tmp_path, SITE)
    found = ElementTree.parse(tmp_path / "sitemap.xml").getroot()  # noqa: S314
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    assert [each.text for each in found.findall("s:url/s:loc", space)] == [
        f"{SITE}quickstart.html",
        f"{SITE}values.html",
    ]
    lines = (tmp_path / "robots.txt").read_text().splitlines()
    assert f"Sitemap: {SITE}sitemap.xml" in lines
    # Python's parser knows no star: the rule is read as RFC 9309 does.
    (rule,) = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")]
    refused = re.compile(re.escape(rule).replace(r"\*", ".*"))
    assert refused.match("/book/v0.1/quickstart.html")
    assert not refused.match("/book/values.html")
    assert not refused.match("/book/_static/v.1.js")
    parser = RobotFileParser()
    parser.parse(lines)
    assert parser.site_maps() == [f"{SITE}sitemap.xml"]
