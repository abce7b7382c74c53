"""A tab of the browser in which one page after the other is opened, and what went wrong with the last one."""

from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response


@dataclass
class Tab:
    """Opening pages in one tab costs a third of what a new tab for each costs: scripts stay compiled."""

    page: Page
    errors: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, browser: Browser, *, width: int = 1280, scheme: Literal["light", "dark"] = "light") -> Self:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        tab = cls(page)
        page.on("request", tab._asked)
        page.on("response", tab._answered)
        page.on("console", tab._said)
        page.on("pageerror", lambda error: tab.errors.append(f"exception: {error}"))
        return tab

    def keep_nothing(self) -> None:
        """From the next page on, the browser forbids to keep anything."""
        forbidden = "{ get() { throw new Error('forbidden'); } }"
        self.page.add_init_script(f"Object.defineProperty(window, 'localStorage', {forbidden});")

    def open(self, address: str) -> None:
        """Load a page, scroll through it, and wait until charts and formulas stand."""
        self.errors.clear()
        self.page.goto(address, wait_until="load")
        self.page.evaluate("() => window.MathJax?.startup?.promise")
        self.page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
        self.page.wait_for_load_state("networkidle")

    def _asked(self, request: Request) -> None:
        """The browser finds no other server (see tests/conftest.py), and it may not even ask for one."""
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "file") and address.hostname != "127.0.0.1":
            self.errors.append(f"asked for {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status}: {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")
