"""What a page tells other sites that show a link to it: its title, its first sentence, one picture for all pages."""

import re
from html import escape, unescape
from pathlib import Path

from book.project import Project, write_if_changed
from book.publish.address import read_address, read_config
from book.publish.card import HEIGHT, WIDTH, card
from book.publish.crawlers import write_for_crawlers

#: The picture, in the folder of the book.
CARD = "_static/card.png"

_LINE = "An executable book on style similarity in diffusion models"
_BLOCK = re.compile(r"<!-- card -->.*?<!-- /card -->\n", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)(?: &#8212; (.*?))?</title>", re.DOTALL)
_SENTENCE = re.compile(r".{20,}?[.?!](?=\s+[A-Z“]|$)")
# As far from the beginning of a page's text as its first sentence may be.
_FAR = 100_000
_LONGEST = 200
# What holds no sentence of the text itself: how the page was made, for one.
_ASIDE = re.compile(r"<(details|figure|nav|script|table)\b.*?</\1>", re.DOTALL)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def tell_others(project: Project) -> None:
    """Writes what other sites and search engines read of the finished book; nothing where the address is not set."""
    address = read_address(project)
    if address is None:
        return
    config = read_config(project)
    picture = card(project.book / "_static" / "atelier.webp", config["title"], _LINE)
    write_if_changed(project.html / CARD, picture)
    write_heads(project.html, address.site)
    write_for_crawlers(project.html, address.site)


def write_heads(html: Path, site: str) -> None:
    """Writes into the head of each page what other sites show of it.

    Args:
        html: folder of the finished book.
        site: address at which it will be, which ends with a slash.
    """
    for path in html.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        write_if_changed(path, with_head(text, path.name, site).encode())


def with_head(text: str, name: str, site: str) -> str:
    """A page with what other sites show of it; what an earlier build has written there is replaced.

    Args:
        text: of the page.
        name: of its file.
        site: address of the book, which ends with a slash.
    """
    text = _BLOCK.sub("", text, count=1)
    found = _TITLE.search(text)
    title, book = (escape(unescape(each or "")) for each in (found.groups() if found else ("", "")))
    tags = {
        "og:type": "website",
        "og:site_name": book or title,
        "og:title": title,
        "og:description": escape(first_sentence(text)),
        "og:url": escape(site + name),
        "og:image": escape(site + CARD),
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "og:image:alt": book or title,
    }
    lines = [f'<meta property="{key}" content="{value}" />' for key, value in tags.items() if value]
    if tags["og:description"]:
        lines.append(f'<meta name="description" content="{tags["og:description"]}" />')
    lines.append('<meta name="twitter:card" content="summary_large_image" />')
    block = "\n".join(["<!-- card -->", *lines, "<!-- /card -->", ""])
    return text.replace("</head>", f"{block}</head>", 1)


def first_sentence(text: str) -> str:
    """The first sentence of a page's text; empty where it has none."""
    start = text.find('<article class="bd-article')
    article = _ASIDE.sub("", text[start : start + _FAR]) if start >= 0 else ""
    said = (" ".join(unescape(_TAG.sub("", inner)).split()) for inner in _PARAGRAPH.findall(article))
    paragraph = next(filter(None, said), "")
    found = _SENTENCE.match(paragraph)
    sentence = found[0] if found else paragraph
    return sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1].rsplit(' ', 1)[0]} …"
