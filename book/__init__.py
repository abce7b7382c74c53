"""The driver of the executable book: chapters are run with parameters, and their pages are put together."""
