"""A page that holds the engine, for the tests of a file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.book.tabs import Tab
from tests.figures.engine_page import opened
from tests.serving import Host


@pytest.fixture(scope="module")
def tab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with opened(browser, tmp_path_factory.mktemp("site"), Host) as tab:
        yield tab


@pytest.fixture(scope="module")
def page(tab: Tab) -> Page:
    return tab.page
