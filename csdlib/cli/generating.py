"""The command that generates."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from csdlib import generation
from csdlib.atelier import SUBJECTS
from csdlib.cli.common import examples, plain_errors
from csdlib.errors import unknown
from csdlib.recipes.atelier_prompts import atelier_artists
from csdlib.texts import split_names

verbs = typer.Typer()


@verbs.command(epilog=examples("csdlib generate made --artists names.txt --images 2 --steps 20"))
@plain_errors
def generate(
    output: Path,
    model: Annotated[str, typer.Option(help="tiny-sd, sd-1.4, sd-2.1, sd-xl, a folder, or owner/name.")] = "tiny-sd",
    adapter: Annotated[str, typer.Option(help="A LoRA adapter of the model: a folder, or owner/name.")] = "",
    adapter_scale: Annotated[float, typer.Option(help="How strongly the adapter works; 0 is not at all.")] = 1.0,
    prompts: Annotated[str, typer.Option(help="simple, content, name-first or user.")] = "simple",
    artists: Annotated[Path | None, typer.Option(help="A file with one name a line; the atelier's by default.")] = None,
    subjects: Annotated[str, typer.Option(help="For all but simple; the atelier's by default.")] = "",
    images: Annotated[int, typer.Option(help="Pictures of each artist (and subject, for content and name-first).")] = 4,
    guidance: Annotated[float, typer.Option(help="How strongly the prompt is followed; 1 is not at all.")] = 7.5,
    steps: Annotated[int, typer.Option(help="Denoising steps.")] = 50,
    negative_prompt: Annotated[str, typer.Option(help="What is to be avoided.")] = "",
    batch_size: Annotated[int, typer.Option(help="Pictures made together.")] = 16,
    seed: Annotated[int, typer.Option(help="Of the first picture of each artist.")] = 0,
) -> None:
    """Make pictures in the style of artists, into the folder OUTPUT.

    A killed run goes on where it was.
    """
    table = _prompts(prompts, artists, split_names(subjects), (images, seed))
    made = generation.generate(
        model,
        table,
        output,
        adapter=adapter,
        adapter_scale=adapter_scale,
        guidance=guidance,
        steps=steps,
        negative_prompt=negative_prompt,
        batch_size=batch_size,
    )
    refused = made.manifest["refused"]
    typer.echo(f"{len(made)} pictures, {refused} refused by the model's safety checker: {output}")


def _prompts(kind: str, artists: Path | None, subjects: list[str], count: tuple[int, int]) -> pd.DataFrame:
    names = generation.listed_artists(artists) if artists else atelier_artists()
    images, seed = count
    if kind == "simple":
        return generation.simple_prompts(names, images, seed=seed)
    if kind in ("content", "name-first"):
        first = kind == "name-first"
        return generation.content_prompts(names, subjects or list(SUBJECTS), images, name_first=first, seed=seed)
    if kind == "user":
        return generation.user_prompts(names, subjects or list(SUBJECTS), images, seed=seed)
    raise unknown("prompts", kind, ["simple", "content", "name-first", "user"])
