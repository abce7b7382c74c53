"""What all commands share: options, the command as text, and errors without a traceback."""

import inspect
import shlex
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar

import typer

from csdlib.errors import InputError

P = ParamSpec("P")
R = TypeVar("R")

DescriptorName = Annotated[str, typer.Option(help="A name that 'csdlib descriptors' lists.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print json, for programs.")]
Measure = dict[str, Any]


def _measure(
    descriptor: DescriptorName = "csd-art",
    preprocessing: Annotated[str, typer.Option(help="own, reference, squash, pad or multi-crop.")] = "own",
    weights: Annotated[str, typer.Option(help="A file or folder, or owner/name of a hub's repository.")] = "",
    device: Annotated[str, typer.Option(help="cpu, cuda, mps or auto.")] = "",
    precision: Annotated[str, typer.Option(help="float32, bfloat16 or auto.")] = "",
    batch_size: Annotated[int, typer.Option(help="Pictures that are encoded together.")] = 64,
) -> Measure:
    """The options by which a descriptor is chosen and loaded; what is empty is left to the descriptor."""
    chosen = {"weights": weights, "device": device, "precision": precision}
    found = {"descriptor": descriptor, "preprocessing": preprocessing, "batch_size": batch_size}
    return found | {name: value for name, value in chosen.items() if value}


def measured(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of ``_measure``, as its one argument ``measure``."""
    shared = inspect.signature(_measure).parameters
    own = [each for name, each in inspect.signature(command).parameters.items() if name != "measure"]

    @wraps(command)
    def run(**values: Any) -> None:
        chosen = {name: values.pop(name) for name in shared}
        command(**values, measure=_measure(**chosen))

    # typer reads the options off the signature.
    run.__signature__ = inspect.Signature([*own, *shared.values()])  # type: ignore[attr-defined]
    return run


def examples(*commands: str) -> str:
    """What stands below the help of a command: lines that can be run as they are.

    Example:
        >>> print(examples("csdlib compare a.jpg b.jpg"))
        Example: csdlib compare a.jpg b.jpg
    """
    return "\n\n".join(f"Example: {command}" for command in commands)


def plain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """A user's mistake ends with one line and exit code 2, without a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        # Who pipes into head has seen enough: click ends without a word.
        except BrokenPipeError:
            raise
        # A folder that cannot be written, or a full disk, is the user's to mend as well.
        except (InputError, OSError) as error:
            typer.echo(visible(f"csdlib: {error}"), err=True)
            raise typer.Exit(2) from error

    return run


def visible(text: str) -> str:
    r"""A text in one line without what could steer a terminal, or turn what follows around: names are strangers'.

    Example:
        >>> print(visible("é\n" + chr(27) + "[2J" + chr(0x202E)))
        é\n\x1b[2J\u202e
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def say_left_out(left_out: Mapping[str, int], skipped: Mapping[str, str]) -> None:
    """Says on the error stream what a command has left out.

    Args:
        left_out: what was found beside pictures: reason -> count.
        skipped: pictures that could not be read: name -> reason.
    """
    for reason, count in left_out.items():
        typer.echo(f"  left out {count:,}: {reason}", err=True)
    for name, reason in skipped.items():
        # Names come from strangers' archives: what could steer a terminal is shown, not sent.
        typer.echo(f"  skipped {name!r}: {reason!r}", err=True)


def command_line(context: typer.Context, **instead: str) -> str:
    """The command that is running, as a shell would take it again: ``csdlib train out --steps 3``.

    Args:
        context: of the command. Its arguments are given, and its options as far as they differ from their defaults.
        instead: what stands in the place of an option's value, as it is: a folder of the reader's own is named by the
            variable that leads to it.
    """
    words: list[str] = []
    options: list[str] = []
    for parameter in context.command.params:
        name, value = str(parameter.name), context.params.get(str(parameter.name))
        if parameter.param_type_name == "argument":
            words.append(shlex.quote(str(value)))
        elif value != parameter.get_default(context):
            options += [parameter.opts[0], instead[name]] if name in instead else _said(parameter, value)
    return " ".join([*_verbs(context), *words, *options])


def _said(option: Any, value: Any) -> list[str]:
    """An option as it is typed: a switch by one of its two names, a list by the name before each value."""
    if isinstance(value, bool):
        return [(option.opts if value else option.secondary_opts)[0]]
    values = value if isinstance(value, list | tuple) else [value]
    return [word for each in values for word in (option.opts[0], shlex.quote(str(each)))]


def _verbs(context: Any) -> list[str]:
    """The program, which is csdlib however it was started, the group and the command."""
    return [*_verbs(context.parent), context.info_name] if context.parent else ["csdlib"]
