"""The site in its versions: what is published stays, the newest stands at the root, and git keeps it."""

import shutil
from pathlib import Path

import pytest

from book.project import BookError
from book.publish import versions
from book.publish.__main__ import main
from book.publish.links import broken_inside
from book.publish.versions import add_version, folder_of, kept_versions
from tests.publish.test_launched import git, make

PAGE = """<html><body><article class="bd-article" role="main"><p>{text}</p><a href="two.html">two</a></article>
<script>'<article class="bd-article">'</script></body></html>"""


def book(folder: Path, text: str, *further: str) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "_static").mkdir(parents=True)
    for name in ("index.html", "two.html", *further):
        (folder / name).write_text(PAGE.format(text=text))
    for name in ("_static/logo.svg", "_static/numbers.csv", "sitemap.xml", "robots.txt"):
        (folder / name).write_text(text)
    return folder


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_version_is_kept_as_it_was_and_the_newest_stands_at_the_root(tmp_path: Path) -> None:
    html, site = tmp_path / "html", tmp_path / "site"
    add_version(book(html, "of 0.9", "gone.html"), site, "0.9.0", "A book")
    first = held(site / "v0.9")
    add_version(book(html, "of 0.10"), site, "0.10.0", "A book")
    assert kept_versions(site) == ["v0.10", "v0.9"], "ten is more than nine"
    assert held(site / "v0.9") == first
    root = {name: content for name, content in held(site).items() if not name.startswith("v")}
    assert root == held(html), "without what only the old book had"
    assert broken_inside(site) == []


def test_a_repair_takes_the_place_of_its_version_and_of_no_newer_one(tmp_path: Path) -> None:
    html, site = tmp_path / "html", tmp_path / "site"
    for version in ("0.1.0", "0.2.0", "0.1.1"):
        add_version(book(html, f"of {version}"), site, version, "A book")
    assert folder_of("0.1.1") == "v0.1"
    texts = {name: (site / name / "two.html").read_text() for name in ("", "v0.1", "v0.2")}
    assert all(f"of {said}" in texts[name] for name, said in {"": "0.2.0", "v0.1": "0.1.1", "v0.2": "0.2.0"}.items())


def test_a_kept_page_says_so_once_and_leads_to_the_newest(tmp_path: Path) -> None:
    site = tmp_path / "site"
    add_version(book(tmp_path / "html", "x"), site, "0.1.0", "A & B")
    kept, newest = ((site / name / "two.html").read_text() for name in ("v0.1", ""))
    assert kept.count("csd-version") == 1
    assert kept.index("csd-version") < kept.index("<article"), "and not in a script"
    assert 'href="../index.html"' in kept
    assert "csd-version" not in newest
    assert not (site / "v0.1" / "robots.txt").exists()
    assert (site / "robots.txt").exists()
    assert "<em>A &amp; B</em>" in (site / "versions.html").read_text()


def test_more_than_can_be_published_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "LARGEST", 100)
    with pytest.raises(BookError, match="take an old version off the branch site"):
        add_version(book(tmp_path / "html", "x"), tmp_path / "site", "0.1.0", "A book")
    with pytest.raises(BookError, match="make book first"):
        add_version(tmp_path / "none", tmp_path / "site", "0.1.0", "A book")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository of which a bare one is the host."""
    git(tmp_path, "init", "--bare", "host.git")
    git(tmp_path, "clone", "host.git", "clone")
    folder = tmp_path / "clone"
    (folder / "csdlib").mkdir()
    (folder / ".gitignore").write_text("*.csv\n/build/\n")
    (folder / "_config.yml").write_text("title: A book\n")
    git(folder, "add", ".gitignore", "_config.yml")
    git(folder, "commit", "-m", "first")
    return folder


def release(clone: Path, version: str) -> None:
    """What the workflow does for a tag, by the same targets."""
    (clone / "csdlib" / "__init__.py").write_text(f'__version__ = "{version}"\n')
    book(clone / "build" / "_build" / "html", f"of {version}")
    done = make(clone, "fetch-site")
    assert not done.returncode, done.stderr
    assert main(["site"], clone) == 0


def test_two_releases_leave_both_versions_on_the_branch(clone: Path) -> None:
    host = clone.parent / "host.git"
    assert "make site writes it" in make(clone, "push-site").stdout
    for version in ("0.1.0", "0.2.0"):
        release(clone, version)
        done = make(clone, "push-site")
        assert not done.returncode, done.stderr
    assert git(host, "show", "site:v0.1/_static/numbers.csv") == "of 0.1.0", "ignored files, too"
    assert (
        git(host, "show", "site:_static/numbers.csv")
        == git(host, "show", "site:v0.2/_static/numbers.csv")
        == "of 0.2.0"
    )
    assert git(host, "rev-list", "--count", "site") == "2"
    assert git(clone, "status", "--porcelain") == "?? csdlib/"
    assert git(clone, "branch", "--show-current") in ("main", "master")


def test_no_push_loses_a_version_and_no_host_means_no_beginning(clone: Path) -> None:
    release(clone, "0.1.0")
    assert not make(clone, "push-site").returncode
    before = git(clone.parent / "host.git", "rev-parse", "site")
    shutil.rmtree(clone / "build" / "published" / "v0.1")
    done = make(clone, "push-site")
    assert done.returncode
    assert "lacks v0.1" in done.stdout
    assert git(clone.parent / "host.git", "rev-parse", "site") == before
    shutil.move(clone.parent / "host.git", clone.parent / "elsewhere.git")
    assert make(clone, "fetch-site").returncode
    assert make(clone, "push-site").returncode
