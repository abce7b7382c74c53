"""Links of the finished book: those to other pages and their places, and, if wanted, those to other servers.

Sphinx knows the links of its sources. What cells print reaches it as finished HTML.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urldefrag, urlsplit
from urllib.request import Request, urlopen

from book.publish.versions import LIST

#: What a server answers to a link that is broken. Others, such as 403 and 429, are an answer to a program.
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

_ATTRIBUTES = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src", "source": "src"}
_AGENT = "Mozilla/5.0 (link check of a book)"


@dataclass
class _Page(HTMLParser):
    """What a page links to, and the names of its places."""

    links: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag's address and name."""
        values = dict(attrs)
        self.places |= {value for name in ("id", "name") if (value := values.get(name))}
        if value := values.get(_ATTRIBUTES.get(tag, "")):
            self.links.add(value.strip())


def broken_inside(html: Path, site: str = "") -> list[str]:
    """Links to pages, files and places that are not there, each as "page: link", sorted.

    Args:
        html: folder of the finished book.
        site: address at which it will be, which ends with a slash; empty where it has none. A link to it is one to the
            folder: what stands there by now is an older book, or none.
    """
    pages = _read(html, site)
    found = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            place = unquote(parts.fragment)
            if not target.exists() or (place and target in pages and place not in pages[target].places):
                found.append(f"{path.relative_to(html.resolve()).as_posix()}: {link}")
    return sorted(found)


def broken_outside(html: Path, site: str = "", *, tries: int = 3, patience: float = 5.0) -> tuple[list[str], list[str]]:
    """Links to other servers: those that are broken, and those of which nobody can tell.

    Args:
        html: folder of the finished book.
        site: address at which it will be: it is not asked.
        tries: how often a server is asked that does not answer.
        patience: seconds between two tries.

    Returns:
        (broken, unknown), each link with the pages that name it and with what was answered.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for path, page in _read(html, site).items():
        for link in page.links:
            if urlsplit(link).scheme in ("http", "https"):
                named[urldefrag(link).url].add(path.name)
    with ThreadPoolExecutor(4) as pool:
        answers = dict(zip(named, pool.map(lambda url: _ask(url, tries, patience), named), strict=True))
    return _said(named, answers, broken=True), _said(named, answers, broken=False)


def _said(named: Mapping[str, Iterable[str]], answers: Mapping[str, tuple[str, bool]], *, broken: bool) -> list[str]:
    return sorted(
        f"{url} ({answer}): {', '.join(sorted(named[url]))}"
        for url, (answer, gone) in answers.items()
        if answer and gone == broken
    )


def _ask(url: str, tries: int, patience: float) -> tuple[str, bool]:
    """What is wrong with an address, empty where nothing is, and whether it is gone for sure."""
    answer = ""
    for number in range(tries):
        if number:
            time.sleep(patience)
        try:
            with urlopen(Request(url, headers={"User-Agent": _AGENT}), timeout=30):  # noqa: S310
                return "", False
        except HTTPError as error:
            if error.code in GONE:
                return str(error.code), True
            answer = str(error.code)
        except (URLError, TimeoutError, OSError) as error:
            answer = str(getattr(error, "reason", error))
    return answer, False


def _read(html: Path, site: str) -> dict[Path, _Page]:
    """Resolved path of each page -> what is on it, with the links to the book's own site as links to its files."""
    pages = {}
    for path in sorted(html.resolve().rglob("*.html")):
        # The theme leaves templates there.
        if "_static" in path.relative_to(html.resolve()).parts:
            continue
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        if site:
            up = "../" * (len(path.relative_to(html.resolve()).parts) - 1)
            own = {link for link in page.links if link.startswith(site)}
            # The list of versions is made when the book is put among them.
            page.links = page.links - own | {up + link.removeprefix(site) for link in own} - {up + LIST}
        pages[path] = page
    return pages
