"""The command line: the same verbs as the Python API."""

from csdlib.cli import generating, measuring, recording, training
from csdlib.cli.common import app

__all__ = ["app", "generating", "measuring", "recording", "training"]
