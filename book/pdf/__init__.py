"""The whole book as one PDF: pages that a browser prints, bound with title page, contents, bookmarks and solutions."""
