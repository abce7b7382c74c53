"""All verbs with a line each; the file of a verb, and what it needs, are imported when it is called."""

import sys
from contextlib import nullcontext
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from csdlib import __version__
from csdlib.cli.common import plain_errors
from csdlib.errors import needs_extra

#: File -> its verbs -> the first line of their help.
VERBS = {
    "measuring": {
        "compare": "Print how alike two pictures are in style: a cosine in [-1, 1], higher is more alike.",
        "embed": "Write the descriptors of all images below a folder into the folder OUTPUT, for search.",
        "embed-shards": "Write the descriptors of a folder of shards (*.tar, *.parquet) into OUTPUT, for search.",
        "join-shards": "Join what several processes of embed-shards have written into OUTPUT.",
        "search": "Write the nearest images of DATABASE for every image of QUERY to a .parquet or .csv file.",
        "descriptors": "List the descriptors and what each downloads on first use.",
        "curate": "Make a style-labelled data set of captioned images: a table and its card.",
    },
    "scoring": {
        "score": "Score the style of generated pictures by references: a row a picture, a summary with intervals.",
        "attribute": "Rank the artists whose style each picture may show, and say where it is nobody's.",
        "evaluate": "Measure how well styles are told apart: every picture is searched among all the others.",
        "recognise": "Judge a method that names the artist in the prompt, by its table of predictions.",
        "doctor": "Examine a folder before it is scored: what is broken, double, thin or cut.",
    },
    "judging": {"feedback": "Ask which of two pictures is nearer to a third, and learn what somebody means by style."},
    "mapping": {
        "map": "Make the style map of a folder of pictures: one page that opens in any browser, without a network."
    },
    "generating": {"generate": "Make pictures in the style of artists, into the folder OUTPUT."},
    "training": {
        "train": "Train csd-tiny on a data set's style tags and write model and card.",
        "train-clip": "Train clip-tiny on the captions of the atelier's crawl.",
        "train-art": 'Train csd-art on real paintings, from ImageNet\'s weights, which the extra "art" installs.',
        "train-copies": "Train copy-tiny on views of the atelier's crawl.",
        "train-autoencoder": "Train tiny-sd's autoencoder and write all of tiny-sd but its UNet.",
        "train-diffusion": "Train a UNet of tiny-sd on the captions of the atelier's crawl.",
        "judge-diffusion": "Judge a trained tiny-sd: painters found, subjects found, copies.",
        "train-subjects": "Train subjects-tiny, the judge of what generated pictures show.",
    },
    "exporting": {"export": "Write a descriptor as an ONNX file, which runs without torch."},
    "recording": {"record": "Record again what the book shows and does not run."},
}
#: File -> the extra of csdlib without which it cannot be imported.
EXTRAS = {"generating": "generate", "mapping": "maps", "training": "train", "recording": "train"}
FILES = {verb: file for file, verbs in VERBS.items() for verb in verbs}


class Verbs(TyperGroup):
    """A group that answers for its help alone, and leaves each verb to its file."""

    def __init__(self, **attributes: Any) -> None:
        lines = {verb: line for verbs in VERBS.values() for verb, line in verbs.items()}
        commands = {verb: TyperCommand(verb, help=line) for verb, line in lines.items()}
        super().__init__(**attributes | {"commands": commands})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb itself, in the place of what the help shows of it."""
        name, _, rest = super().resolve_command(ctx, args)
        verbs = get_group(_imported(FILES[str(name)]).verbs)
        return name, verbs.get_command(ctx, str(name)), rest


@plain_errors
def _imported(file: str) -> Any:
    with needs_extra(EXTRAS[file]) if file in EXTRAS else nullcontext():
        return import_module(f"csdlib.cli.{file}")


app = typer.Typer(
    cls=Verbs, no_args_is_help=True, add_completion=False, context_settings={"help_option_names": ["-h", "--help"]}
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"csdlib {__version__}")
        raise typer.Exit


@app.callback()
def csdlib(
    version: Annotated[  # noqa: ARG001 - typer calls its callback
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Measure style similarity between images."""
    # A name that the terminal's encoding does not know is shown by its number, and ends no job.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
