"""What search engines read: which pages there are, and that kept versions are none of them."""

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from book.project import write_if_changed

#: Beside the pages; only at the root of a site do they mean anything.
SITEMAP, ROBOTS = "sitemap.xml", "robots.txt"

#: Pages that hold nothing of their own: the first one is sent on, the others are lists.
_NO_PAGES = {"index", "genindex", "search"}


def write_for_crawlers(html: Path, site: str) -> None:
    """Writes ``sitemap.xml`` and ``robots.txt`` beside the pages.

    Args:
        html: folder of the finished book.
        site: address at which it will be, which ends with a slash.
    """
    pages = sorted(path.name for path in html.glob("*.html") if path.stem not in _NO_PAGES)
    lines = [f"<url><loc>{escape(site + name)}</loc></url>" for name in pages]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    write_if_changed(html / SITEMAP, "\n".join([head, *lines, "</urlset>", ""]).encode())
    # A star stands for anything (RFC 9309): /book/v0.1/ and all that follow.
    rules = ["User-agent: *", f"Disallow: {urlsplit(site).path}v*.*/", f"Sitemap: {site}{SITEMAP}", ""]
    write_if_changed(html / ROBOTS, "\n".join(rules).encode())
