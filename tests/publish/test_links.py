"""Links that lead nowhere are found, in the book and on other servers, and what nobody can tell is no error."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from book.publish.links import broken_inside, broken_outside

PAGES = {
    "index.html": """<h1 id="top">One</h1> <a href="two.html#end">two</a> <a href="#top">up</a>
        <a href="two.html">two</a> <img src="a%20picture.png"> <a href="folder/">in a folder</a>
        <a href="mailto:a@b.c">mail</a> <a href="#">here</a>""",
    "two.html": """<a name="end"></a> <a href="three.html">lost</a> <a href="index.html#nowhere">lost</a>
        <img src="b.png"> <a href="folder/index.html#lost">lost</a>""",
    "folder/index.html": '<a href="../index.html#top">back</a> <script src="../gone.js"></script>',
    "_static/template.html": '<a href="{{ template }}">no page</a>',
    "a picture.png": "",
}


@pytest.fixture
def html(tmp_path: Path) -> Path:
    for name, text in PAGES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_pages_files_and_places_that_are_not_there_are_named(html: Path) -> None:
    assert broken_inside(html) == [
        "folder/index.html: ../gone.js",
        "two.html: b.png",
        "two.html: folder/index.html#lost",
        "two.html: index.html#nowhere",
        "two.html: three.html",
    ]


SITE = "https://somebody.github.io/book/"


def test_the_book_s_own_site_is_the_folder_and_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "slides").mkdir()
    links = "".join(f'<a href="{SITE}{name}">x</a>' for name in ("", "index.html#top", "new.html", "versions.html"))
    for name in ("index.html", "slides/first.html"):
        (tmp_path / name).write_text(f'<h1 id="top">One</h1><a href="index.html#top">up</a>{links}')
    (tmp_path / "slides" / "index.html").write_text('<h1 id="top">Slides</h1>')
    assert broken_inside(tmp_path, SITE) == ["index.html: new.html", "slides/first.html: ../new.html"]
    (tmp_path / "new.html").touch()
    assert broken_inside(tmp_path, SITE) == []
    assert broken_outside(tmp_path, SITE) == ([], [])


class Answers(BaseHTTPRequestHandler):
    """Answers with the number that it is asked for; "busy" only the second time."""

    asked: dict[str, int]

    def do_GET(self) -> None:
        self.asked[self.path] = self.asked.get(self.path, 0) + 1
        busy = self.path == "/busy" and self.asked[self.path] == 1
        code = 503 if busy else int(self.path[1:]) if self.path[1:].isdecimal() else 200
        self.send_response(code)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Answers.asked = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()


def test_what_is_gone_is_broken_and_what_refuses_a_program_cannot_be_told(tmp_path: Path, server: str) -> None:
    links = "".join(f'<a href="{server}/{path}">x</a>' for path in ("200", "404", "410", "403", "busy", "200#place"))
    (tmp_path / "index.html").write_text(links + '<a href="http://127.0.0.1:1/">nobody listens</a>')
    (tmp_path / "two.html").write_text(f'<a href="{server}/404">x</a>')
    broken, unknown = broken_outside(tmp_path, tries=2, patience=0.01)
    assert broken == [f"{server}/404 (404): index.html, two.html", f"{server}/410 (410): index.html"]
    assert {line.split(" (")[0] for line in unknown} == {f"{server}/403", "http://127.0.0.1:1/"}
    # Each address once, whatever stands behind the #; another time only where the answer may change.
    assert Answers.asked == {"/200": 1, "/404": 1, "/410": 1, "/403": 2, "/busy": 2}
