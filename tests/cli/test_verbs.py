"""The help: it names every verb with its own first line, and imports nothing that computes."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from csdlib import __version__
from csdlib.cli import app
from csdlib.cli.verbs import VERBS
from csdlib.descriptors import list_descriptors

HEAVY = {"torch", "numpy", "pandas", "faiss", "PIL", "transformers"}


@pytest.mark.parametrize("file", list(VERBS))
def test_the_list_is_what_the_files_hold(file: str) -> None:
    commands = get_group(import_module(f"csdlib.cli.{file}").verbs).commands
    said = {name: inspect.cleandoc(str(command.help)).splitlines()[0] for name, command in commands.items()}
    assert said == VERBS[file]


def test_help_needs_nothing_that_computes() -> None:
    code = "import sys; from csdlib.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "compare" in done.stdout
    assert not HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("arguments", [["-h"], ["compare", "-h"], ["record", "ablations", "--help"]])
def test_help_is_found(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0
    assert "Usage" in done.stdout


def test_the_version_is_said() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"csdlib {__version__}\n"


def test_an_unknown_verb_is_a_mistake() -> None:
    done = CliRunner().invoke(app, ["compair"])
    assert done.exit_code == 2
    assert "compair" in done.output


def test_addresses_are_whole_in_a_pipe() -> None:
    said = CliRunner().invoke(app, ["descriptors"]).stdout
    assert all(address in said for address in list_descriptors()["download"])
