"""The browser of the pages, which the figures use as well."""

from tests.book.conftest import browser

__all__ = ["browser"]
