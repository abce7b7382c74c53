"""The command line: the same verbs as the Python API."""

from csdlib.cli.verbs import app

__all__ = ["app"]
