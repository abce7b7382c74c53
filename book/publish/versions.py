"""The published site: the newest book at its root, and each version in a folder of its own, as it was published.

A patch release takes the place of its version: ``v0.1`` holds 0.1.0, then 0.1.1. Nothing else of what is kept changes.
"""

import re
import shutil
from html import escape
from pathlib import Path

from book.project import BookError
from book.publish.crawlers import ROBOTS, SITEMAP

#: The branch that holds the site, and nothing else.
BRANCH = "site"
#: The list of versions, at the site's root.
LIST = "versions.html"
#: What GitHub Pages publishes at most, in bytes.
LARGEST = 10**9

_KEPT = re.compile(r"v(\d+)\.(\d+)")
_ARTICLE = '<article class="bd-article'
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
<title>Versions of {title}</title>
<link rel="icon" href="_static/logo.svg" />
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif; }}
img {{ width: 9rem; }}
a {{ color: light-dark(#0a5bc4, #7ab0f5); }}
</style>
</head>
<body>
<main>
<a href="index.html"><img src="_static/logo.svg" alt="{title}, the newest version" /></a>
<h1>Versions of <em>{title}</em></h1>
<p>Each is kept as it was published, with its results.
<a href="index.html">The newest one</a> is what most readers want.</p>
<ul>
{items}
</ul>
</main>
</body>
</html>
"""


def folder_of(version: str) -> str:
    """The folder of a version.

    Example:
        >>> folder_of("0.1.2")
        'v0.1'
    """
    return f"v{'.'.join(version.split('.')[:2])}"


def add_version(html: Path, site: Path, version: str, title: str) -> None:
    """Put a finished book into the site: into its version's folder, and to the root where no kept version is newer.

    Args:
        html: folder of the book.
        site: folder of the site as it is published by now; empty before the first release.
        version: of the book.
        title: of the book.

    Raises:
        BookError: there is no book, or the site would be larger than what GitHub Pages publishes.
    """
    if not (html / "index.html").is_file():
        raise BookError(f"{html} holds no book; make book first")
    site.mkdir(parents=True, exist_ok=True)
    name = folder_of(version)
    shutil.rmtree(site / name, ignore_errors=True)
    # Both mean something at the root alone.
    shutil.copytree(html, site / name, ignore=shutil.ignore_patterns(SITEMAP, ROBOTS))
    for page in (site / name).glob("*.html"):
        page.write_text(_marked(page.read_text(encoding="utf-8"), version), encoding="utf-8")
    versions = kept_versions(site)
    if versions[0] == name:
        _replace_newest(html, site)
    (site / LIST).write_text(_list(title, versions), encoding="utf-8")
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    if size > LARGEST:
        raise BookError(
            f"the site has {size / 1e6:,.0f} MB, and GitHub Pages publishes at most {LARGEST / 1e6:,.0f}: take an old"
            f" version off the branch {BRANCH}; the archive of its book is a file of its release"
        )


def kept_versions(site: Path) -> list[str]:
    """The folders of versions, the newest first."""
    found = [(tuple(map(int, match.groups())), path.name) for path in site.iterdir() if (match := _is_kept(path))]
    return [name for _, name in sorted(found, reverse=True)]


def _is_kept(path: Path) -> re.Match[str] | None:
    return _KEPT.fullmatch(path.name) if path.is_dir() else None


def _replace_newest(html: Path, site: Path) -> None:
    for path in site.iterdir():
        if _is_kept(path):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    shutil.copytree(html, site, dirs_exist_ok=True)


def _marked(text: str, version: str) -> str:
    """A page that says which version it is of; it is written when it is the newest, and never again."""
    note = (
        f'<p class="csd-version" role="note">Version {escape(version)} of this book, kept as it was published. '
        f'<a href="../index.html">The newest version</a>, <a href="../{LIST}">all versions</a></p>\n'
    )
    return text.replace(_ARTICLE, f"{note}{_ARTICLE}", 1)


def _list(title: str, versions: list[str]) -> str:
    items = [f'<li><a href="{name}/index.html">Version {name[1:]}</a></li>' for name in versions]
    items[0] = items[0].replace("</li>", ", the newest</li>")
    return _PAGE.format(title=escape(title), items="\n".join(items))
