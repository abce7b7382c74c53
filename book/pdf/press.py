"""Printing by headless Chromium: one page of the book after the other, each as a PDF of its own."""

import json
import os
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from book.pdf.binding import Heading, Leaf
from book.pdf.chromium import find_chromium
from book.project import BookError

# No page of the book needs another host.
_OPTIONS = ["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
# Pages are laid out wider than the paper, with room for 88 characters of code, and printed smaller.
_SCALE = 0.78
_SIDE, _TOP = 17, 20
_PIXELS, _TALL = (round((length - 2 * margin) / 25.4 * 96 / _SCALE) for length, margin in ((210, _SIDE), (297, _TOP)))
# Every site of Sphinx has this page, and no book lists it: its looks are for what is written here.
_BLANK = "genindex"
# What is drawn on a canvas, which a printer does not see.
_DRAWN = ".csd-map"
_FOLDER = Path(__file__).parent


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium or Chrome, without a window.

    Raises:
        BookError: there is none.
    """
    found = find_chromium()
    if found is None:
        raise BookError("neither Chromium nor Chrome was found, and one of them prints the book; install it")
    # Root starts no sandbox.
    sandbox = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=[*_OPTIONS, *sandbox])
        yield chromium
        chromium.close()


class Press:
    """Prints pages of a built book.

    Args:
        chromium: the browser.
        html: folder of the built book.
    """

    def __init__(self, chromium: Browser, html: Path) -> None:
        self._chromium, self._html = chromium, html
        self._script = (_FOLDER / "page.js").read_text(encoding="utf-8")
        self._style = (_FOLDER / "page.css").read_text(encoding="utf-8")

    def page(self, name: str, part: str, *, first: int, wanted: Sequence[str]) -> tuple[Leaf, str]:
        """Print a page of the book.

        Args:
            name: of the page.
            part: of the book in which it stands.
            first: number of its first sheet.
            wanted: ids to which other pages lead.

        Returns:
            what is printed, and the page's solutions and answers as HTML; empty where it has none.
        """
        with self._opened(name) as page:
            page.evaluate(f"({self._script}).open()")
            page.wait_for_load_state("networkidle")
            for drawn in page.locator(_DRAWN).all():
                picture = b64encode(drawn.screenshot(animations="disabled")).decode()
                drawn.evaluate(
                    "(part, picture) => part.outerHTML = `<img src='data:image/png;base64,${picture}'>`", picture
                )
            given = {"name": name, "wanted": list(wanted), "sheet": _TALL}
            told = page.evaluate(f"(given) => ({self._script}).settle(given)", given)
            return self._printed(page, name, part, told, first), told["solutions"]

    def written(self, name: str, title: str, text: str, *, first: int, wanted: Sequence[str] = ()) -> Leaf:
        """Print HTML with the looks of the book; where ``first`` is 0 the sheets have Roman numbers.

        Args:
            name: what other pages call it.
            title: of the bookmark.
            text: what stands in the page.
            first: number of its first sheet.
            wanted: ids to which other pages lead.
        """
        with self._opened(_BLANK) as page:
            page.evaluate("(text) => document.querySelector('article.bd-article').innerHTML = text", text)
            page.evaluate(f"({self._script}).open()")
            given = {"name": name, "wanted": list(wanted), "sheet": _TALL, "written": True}
            told = page.evaluate(f"(given) => ({self._script}).settle(given)", given)
            return self._printed(page, name, "", {**told, "title": title}, first)

    @contextmanager
    def _opened(self, name: str) -> Iterator[Page]:
        # Pictures of what is drawn are taken twice as fine as a screen shows them.
        viewport = {"width": _PIXELS, "height": round(_PIXELS * 1.4)}
        page = self._chromium.new_page(viewport=viewport, color_scheme="light", device_scale_factor=2)  # type: ignore[arg-type]
        # A busy machine takes its time with four megabytes of pictures.
        page.set_default_timeout(300_000)
        page.emulate_media(media="print", reduced_motion="reduce")
        page.goto((self._html / f"{name}.html").as_uri(), wait_until="load")
        page.add_style_tag(content=self._style)
        yield page
        page.close()

    def _printed(self, page: Page, name: str, part: str, told: dict[str, Any], first: int) -> Leaf:
        page.add_style_tag(content=_sheets(told["title"], first))
        margin = {"top": f"{_TOP}mm", "bottom": f"{_TOP}mm", "left": f"{_SIDE}mm", "right": f"{_SIDE}mm"}
        content = page.pdf(format="A4", scale=_SCALE, margin=margin, print_background=True)  # type: ignore[arg-type]
        return Leaf(name, told["title"], part, content, [Heading(**each) for each in told["headings"]], first)


def _sheets(title: str, first: int) -> str:
    """Numbers below, and the title above all sheets but the first."""
    numbers = "counter(page)" if first else "counter(page, lower-roman)"
    letters = 'font: 9pt system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #57606a;'
    return f"""
    html {{ counter-reset: page {max(first - 1, 0)}; }}
    @page {{
      @bottom-center {{ content: {numbers}; {letters} }}
      @top-right {{ content: {json.dumps(title, ensure_ascii=False)}; {letters} }}
    }}
    @page :first {{ @top-right {{ content: none; }} {"" if first else "@bottom-center { content: none; }"} }}
    """
