"""A command says how it was called: what was given beyond the defaults, as a shell would take it."""

import errno
import shlex
from pathlib import Path
from typing import Annotated

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from csdlib.cli.common import command_line, plain_errors
from csdlib.errors import InputError

app = typer.Typer()
group = typer.Typer()
app.add_typer(group, name="group")


@app.command()
def make_it(
    context: typer.Context,
    output: Path,
    steps: int = 3,
    rate: float = 1e-3,
    name: str = "a b",
    fast: bool = True,
    loud: Annotated[bool, typer.Option("--loud")] = False,
    bank: list[Path] | None = None,
) -> None:
    """One option of each kind."""
    typer.echo(command_line(context))


@group.command()
def inside(
    context: typer.Context,
    root: Annotated[str, typer.Option()],
    output: Annotated[Path, typer.Argument()] = Path("out.csv"),
) -> None:
    """A command of a group, with an option that is not for publishing."""
    typer.echo(command_line(context, root="$CSD_ART"))


@app.command()
@plain_errors
def fails(context: typer.Context) -> None:
    """Ends with the user's mistake."""
    raise InputError(f"{command_line(context)}: wrong")


@app.command()
@plain_errors
def reads_no_further() -> None:
    """Prints for somebody who has gone."""
    raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output.rstrip("\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("out", "out"),
        ("out --steps 3 --rate 0.001 --fast --name 'a b'", "out"),
        ("--steps 4 out", "out --steps 4"),
        ("'my out' --rate 2e-5 --no-fast --loud", "'my out' --rate 2e-05 --no-fast --loud"),
        ("out --name ''", "out --name ''"),
        ("out --bank a.csv --bank 'b c.csv'", "out --bank a.csv --bank 'b c.csv'"),
    ],
)
def test_only_what_differs_from_the_defaults_is_said(arguments: str, expected: str) -> None:
    assert said("make-it", *shlex.split(arguments)) == f"csdlib make-it {expected}"


@given(output=st.from_regex(r"[a-z $'\"]+", fullmatch=True), steps=st.integers(-9, 9), fast=st.booleans())
def test_what_is_said_says_the_same_again(output: str, steps: int, fast: bool) -> None:
    first = said("make-it", output, "--steps", str(steps), "--fast" if fast else "--no-fast")
    assert said(*shlex.split(first)[1:]) == first


def test_a_group_is_named_and_the_readers_folder_is_not() -> None:
    assert said("group", "inside", "--root", "/home/me") == "csdlib group inside out.csv --root $CSD_ART"


def test_a_mistake_is_one_line() -> None:
    done = CliRunner().invoke(app, ["fails"])
    assert (done.exit_code, done.stderr) == (2, "csdlib: csdlib fails: wrong\n")


def test_a_closed_pipe_is_nobodys_mistake() -> None:
    done = CliRunner().invoke(app, ["reads-no-further"])
    assert (done.exit_code, done.output) == (1, "")
