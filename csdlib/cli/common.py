"""What all commands share: the application, and errors without a traceback."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, ParamSpec

import typer

from csdlib.errors import InputError

app = typer.Typer(help="Measure style similarity between images.", no_args_is_help=True, add_completion=False)
P = ParamSpec("P")

DescriptorName = Annotated[str, typer.Option(help="A name that 'csdlib descriptors' lists.")]


def plain_errors(command: Callable[P, None]) -> Callable[P, None]:
    """A user's mistake ends with one line and exit code 2, without a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        # A folder that cannot be written, or a full disk, is the user's to mend as well.
        except (InputError, OSError) as error:
            typer.echo(f"csdlib: {error}", err=True)
            raise typer.Exit(2) from error

    return run
