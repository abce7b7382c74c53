"""Commands that record what the book shows and does not run again: numbers in ``data/results``, no picture."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from csdlib.cli.common import command_line, plain_errors
from csdlib.recipes.recorded.ablations import run_ablations
from csdlib.recipes.recorded.art_choices import record_art_choices
from csdlib.recipes.recorded.conditions import record_conditions
from csdlib.recipes.recorded.content import record_content
from csdlib.recipes.recorded.coverage import record_coverage
from csdlib.recipes.recorded.described import record_described
from csdlib.recipes.recorded.facet_queries import record_facet_queries
from csdlib.recipes.recorded.facets import record_facets
from csdlib.recipes.recorded.imitation import IMITATION, record_threshold
from csdlib.recipes.recorded.judgement import record_judgement
from csdlib.recipes.recorded.meaning import record_meaning
from csdlib.recipes.recorded.moods import record_moods
from csdlib.recipes.recorded.names import record_names
from csdlib.recipes.recorded.on_map import record_generated_on_map
from csdlib.recipes.recorded.paintings import record_paintings
from csdlib.recipes.recorded.reading import READING, record_reading
from csdlib.recipes.recorded.recognition import record_recognition
from csdlib.recipes.recorded.studies import record_atelier_studies, record_real_studies
from csdlib.recipes.recorded.taken_out import ERASURE, INVERSION, record_erasure
from csdlib.recipes.recorded.training import record_training
from csdlib.recipes.shipped.corpora import make_corpora
from csdlib.recipes.shipped.facet_spaces import make_facet_spaces

verbs = typer.Typer()
record = typer.Typer(help="Record again what the book shows and does not run.", no_args_is_help=True)
verbs.add_typer(record, name="record")

RESULTS = Path("data/results")
#: The folder is the reader's own: a record names the variable that leads to it, and not its path.
ROOT = "$CSD_ART"

Output = Annotated[Path, typer.Argument(help="A csv or json file; the json beside a csv says how it was made.")]
Root = Annotated[Path, typer.Option(help="Folder with wikiart.csv, and the tables of generated images.")]
Generated = Annotated[str, typer.Option(help="Name of the table of generated images in root.")]


@record.command()
@plain_errors
def ablations(
    context: typer.Context,
    output: Output = RESULTS / "ablations.csv",
    works: Annotated[int, typer.Option(help="Pictures of each painter of the crawl.")] = 600,
    seeds: Annotated[int, typer.Option(help="Trainings of a setting, at most.")] = 5,
) -> None:
    """Train csd-tiny with one setting changed at a time; a killed run goes on where it was."""
    run_ablations(output, seeds=range(seeds), works_per_painter=works, command=command_line(context))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def coverage(
    context: typer.Context,
    output: Output = RESULTS / "coverage.csv",
    trials: Annotated[int, typer.Option(help="Data sets that are drawn for each kind and size.")] = 1000,
) -> None:
    """Simulate how often each kind of interval holds the truth."""
    record_coverage(output, trials=trials, command=command_line(context))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def content(context: typer.Context, output: Output = RESULTS / "atelier_content.json") -> None:
    """Train a classifier of subjects on painters, and test it on painters that it has not seen."""
    record_content(output, command=command_line(context))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def art_choices(
    context: typer.Context,
    trained: Annotated[Path, typer.Argument(help="What train-art --stage choose --kept 1 wrote.")],
    root: Root,
    output: Output = RESULTS / "art_choices.csv",
) -> None:
    """Compare what csd-art could have been, by the artists who choose."""
    record_art_choices(root, output, trained, command=command_line(context, root=ROOT))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def conditions(context: typer.Context, root: Root, output: Output = RESULTS / "art_conditions.csv") -> None:
    """Search paintings by pictures of them that are grey, small, framed, or a detail."""
    record_conditions(root, output, command=command_line(context, root=ROOT))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def corpora(
    root: Root, output: Annotated[Path, typer.Argument(help="A folder.")] = Path("data/models/corpora")
) -> None:
    """Describe the pictures on which scores are read: works by artists whom the descriptors have not seen."""
    for name, count in make_corpora(output, root).items():
        typer.echo(f"{name}: {count} pictures")
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def described(
    context: typer.Context,
    root: Root,
    output: Annotated[Path, typer.Argument(help="A folder.")] = Path("data/art"),
    csv: Generated = "sd14_artists.csv",
) -> None:
    """Describe real pictures by csd-art, for readers who do not have them."""
    record_described(root, output, csv=csv, command=command_line(context, root=ROOT))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def facets(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the tables facets_*.csv go.")] = RESULTS,
    root: Annotated[Path | None, typer.Option(help="Folder with wikiart.csv; optional.")] = None,
    table: Annotated[list[str] | None, typer.Option(help="One of the tables only; may be repeated.")] = None,
) -> None:
    """Probe what descriptors know beside the artist: colour, light, marks, content, movement, time."""
    told = command_line(context, **({} if root is None else {"root": ROOT}))
    for output in record_facets(folder, root, tables=table or None, command=told):
        typer.echo(f"written: {output}")


@record.command()
@plain_errors
def facet_queries(
    context: typer.Context,
    output: Output = RESULTS / "facet_queries.csv",
    root: Annotated[Path | None, typer.Option(help="Folder with wikiart.csv; optional.")] = None,
) -> None:
    """Search drawn works and paintings by one facet, and count what is right by the truth."""
    told = command_line(context, **({} if root is None else {"root": ROOT}))
    record_facet_queries(output, root=root, command=told)
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def facet_spaces(
    root: Annotated[Path | None, typer.Option(help="Folder with wikiart.csv; without it csd-art's stays.")] = None,
    output: Annotated[Path, typer.Argument(help="A folder.")] = Path("data/models/facets"),
) -> None:
    """Fit the projections by which pictures are searched facet by facet."""
    for space in make_facet_spaces(output, root):
        typer.echo(f"{space.descriptor}: {', '.join(space.groups)}")
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def judgement(
    context: typer.Context,
    output: Output = RESULTS / "judgement.csv",
    root: Annotated[Path | None, typer.Option(help="Folder with wikiart.csv; optional.")] = None,
) -> None:
    """Ask simulated experts which of two pictures is nearer, until their weights of facets are found."""
    told = command_line(context, **({} if root is None else {"root": ROOT}))
    record_judgement(output, root, command=told)
    typer.echo(f"written: {output}")


@record.command("map")
@plain_errors
def on_map(
    context: typer.Context,
    root: Root,
    output: Output = RESULTS / "generated_on_map.csv",
    csv: Generated = "sd14_artists.csv",
) -> None:
    """Place generated pictures on the map of real paintings."""
    record_generated_on_map(root, output, csv=csv, command=command_line(context, root=ROOT))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def meaning(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the tables meaning_*.csv go.")] = RESULTS,
    root: Annotated[Path | None, typer.Option(help="Folder with wikiart.csv and sd14_artists.csv; optional.")] = None,
    table: Annotated[list[str] | None, typer.Option(help="One of the tables only; may be repeated.")] = None,
) -> None:
    """Measure what moves a score beside style: sizes of sets, content, the state of a picture, and malice."""
    told = command_line(context, **({} if root is None else {"root": ROOT}))
    for output in record_meaning(folder, root, tables=table or None, command=told):
        typer.echo(f"written: {output}")


@record.command()
@plain_errors
def moods(
    context: typer.Context,
    output: Output = RESULTS / "moods.csv",
    tower: Annotated[str, typer.Option(help="A CLIP: clip-tiny, clip-vit-b-16 or clip-vit-l-14.")] = "clip-tiny",
    weights: Annotated[Path | None, typer.Option(help="Its own weights: a file, of clip-tiny a folder.")] = None,
) -> None:
    """Learn words of mood from the captions of some painters, and judge them on others."""
    names = list(dict.fromkeys([tower, "clip-tiny", "csd-tiny", "colour"]))
    told = command_line(context)
    record_moods(output, tower=tower, weights=weights, descriptors=names, command=told)
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def names(
    context: typer.Context,
    output: Output = RESULTS / "names.csv",
    images: Annotated[int, typer.Option(help="Pictures of each painter and kind of prompt.")] = 1,
) -> None:
    """Take names out of tiny-sd's prompts, exchange them, join them, and measure what that changes."""
    record_names(output, images=images, command=command_line(context))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def paintings(context: typer.Context, root: Root, output: Output = RESULTS / "real_paintings.csv") -> None:
    """Search real paintings by every small descriptor."""
    record_paintings(root, output, command=command_line(context, root=ROOT))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def reading(
    context: typer.Context,
    output: Output = RESULTS / "reading.csv",
    steps: Annotated[int, typer.Option(help="Optimiser steps of the judge.")] = READING.steps,
) -> None:
    """Train a judge that shares no painters with the text encoder, and record what every name does."""
    record_reading(output, replace(READING, steps=steps), command=command_line(context))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def recognition(
    context: typer.Context,
    output: Output = RESULTS / "recognition.csv",
    root: Annotated[
        Path | None, typer.Option(help="Folder with wikiart.csv, sd14_artists.csv, sd15_finetunes.csv.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="A folder that gets the benchmark's pictures as id.png.")
    ] = None,
) -> None:
    """Tell from tiny-sd's pictures whose name was in the prompt, by several methods, where each may fail."""
    told = command_line(context, **({} if root is None else {"root": ROOT}), pictures="FOLDER")
    record_recognition(output, root, pictures=pictures, command=told)
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def threshold(
    context: typer.Context,
    output: Output = RESULTS / "threshold.csv",
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = IMITATION.steps,
    works: Annotated[int, typer.Option(help="Pictures of each painter that the start knows.")] = 300,
    images: Annotated[int, typer.Option(help="Generated for each withheld painter, before and after.")] = 16,
    model: Annotated[Path | None, typer.Option(help="Folder for the trained UNet, which stays.")] = None,
) -> None:
    """Train a UNet on withheld painters, each with a count of its own; a killed run goes on where it was."""
    told, config = command_line(context, model="MODEL"), replace(IMITATION, steps=steps)
    record_threshold(output, config, model=model, works_per_painter=works, images=images, command=told)
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def erasure(
    context: typer.Context,
    output: Output = RESULTS / "erasure.csv",
    steps: Annotated[int, typer.Option(help="Optimiser steps of each erasure.")] = ERASURE.steps,
    word_steps: Annotated[int, typer.Option(help="Optimiser steps of each learned word.")] = INVERSION.steps,
    images: Annotated[int, typer.Option(help="Generated for each painter and question.")] = 8,
) -> None:
    """Take painters out of tiny-sd, and ask for them in other words; a killed run goes on where it was."""
    settings = replace(ERASURE, steps=steps), replace(INVERSION, steps=word_steps)
    record_erasure(output, *settings, images=images, command=command_line(context))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def training(context: typer.Context, root: Root, output: Output = RESULTS / "real_training.json") -> None:
    """Train csd-tiny on real paintings, and judge it on artists whom it has not seen."""
    record_training(root, output, command=command_line(context, root=ROOT))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def studies(
    context: typer.Context,
    output: Output = RESULTS / "studies_atelier.csv",
    images: Annotated[int, typer.Option(help="Pictures of each painter, set of prompts and model.")] = 8,
    seed: Annotated[int, typer.Option(help="Of the first picture of each painter.")] = 5000,
) -> None:
    """Study what both tiny-sd make in the painters' names."""
    record_atelier_studies(output, images=images, seed=seed, command=command_line(context))
    typer.echo(f"written: {output}")


@record.command()
@plain_errors
def real_studies(
    context: typer.Context,
    root: Root,
    output: Output = RESULTS / "studies_sd14.csv",
    csv: Generated = "sd14_artists.csv",
) -> None:
    """Study what Stable Diffusion made in the names of real painters."""
    record_real_studies(root, output, csv=csv, command=command_line(context, root=ROOT))
    typer.echo(f"written: {output}")
