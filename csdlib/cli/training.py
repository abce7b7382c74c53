"""Commands that train: how every shipped model was made. Their defaults are its settings."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from csdlib.cli.common import command_line, plain_errors
from csdlib.datasets.registry import load_dataset
from csdlib.recipes.crawl import curated_crawl, pupils
from csdlib.recipes.shipped.autoencoder import AUTOENCODER, judge_autoencoder
from csdlib.recipes.shipped.autoencoder import train_autoencoder as make_autoencoder
from csdlib.recipes.shipped.clip_tiny import CLIP_TINY, train_clip_tiny
from csdlib.recipes.shipped.copy_tiny import COPY_TINY, train_copy_tiny
from csdlib.recipes.shipped.csd_art import CSD_ART, KEPT, train_csd_art
from csdlib.recipes.shipped.csd_tiny import CSD_TINY, train_csd_tiny
from csdlib.recipes.shipped.subjects_tiny import EPOCHS, WORKS, train_subjects_tiny
from csdlib.recipes.shipped.tiny_sd import GUIDANCE, STEPS, TINY_SD, train_tiny_sd
from csdlib.recipes.shipped.tiny_sd_judged import judge_tiny_sd
from csdlib.texts import split_names

verbs = typer.Typer()
Output = Annotated[Path, typer.Argument(help="Folder for the model, its record and its card.")]
Works = Annotated[int, typer.Option(help="Pictures of each painter of the atelier.")]
Steps = Annotated[int, typer.Option(help="Optimiser steps.")]
BatchSize = Annotated[int, typer.Option(help="Images a step.")]
Rate = Annotated[float, typer.Option(help="Learning rate of AdamW.")]
Seed = Annotated[int, typer.Option(help="Of weights, batches and all else that is drawn.")]


@verbs.command()
@plain_errors
def train(
    context: typer.Context,
    output: Output,
    dataset: Annotated[str, typer.Option(help="atelier-curated, atelier, wikiart or folder.")] = "atelier-curated",
    root: Annotated[str, typer.Option(help="Folder of the images, for all but the atelier's.")] = "",
    works: Works = 600,
    tags: Annotated[str, typer.Option(help="Columns to learn from, for example artist,movement.")] = "artist",
    start: Annotated[str, typer.Option(help="clip-tiny, a model's folder, or empty: random weights.")] = "clip-tiny",
    steps: Steps = CSD_TINY.steps,
    batch_size: BatchSize = CSD_TINY.batch_size,
    rate: Rate = CSD_TINY.projection_rate,
    bfloat16: Annotated[bool, typer.Option(help="Compute the tower in bfloat16.")] = CSD_TINY.bfloat16,
    unseen_share: Annotated[float, typer.Option(help="Share of artists put aside, if the data set names none.")] = 0.25,
    seed: Seed = CSD_TINY.seed,
) -> None:
    """Train csd-tiny on a data set's style tags and write model and card.

    A killed run goes on where it was. The data set atelier-curated is the crawl with the tags that curation finds; its
    model is judged on the exhibition.
    """
    config = replace(
        CSD_TINY,
        steps=steps,
        batch_size=batch_size,
        projection_rate=rate,
        backbone_rate=rate,
        bfloat16=bfloat16,
        seed=seed,
    )
    curated = dataset == "atelier-curated"
    works_option = {"works_per_painter": works} if dataset == "atelier" else {}
    train_csd_tiny(
        curated_crawl(works).table if curated else load_dataset(dataset, root, **works_option),
        output,
        config,
        test=load_dataset("atelier") if curated else None,
        validation=pupils() if curated else None,
        start=start,
        tags=split_names(tags),
        unseen_share=unseen_share,
        command=command_line(context),
    )
    typer.echo(f"written: {output}")


@verbs.command()
@plain_errors
def train_clip(
    context: typer.Context,
    output: Output,
    works: Works = 600,
    steps: Steps = CLIP_TINY.steps,
    batch_size: BatchSize = CLIP_TINY.batch_size,
    rate: Rate = CLIP_TINY.rate,
    seed: Seed = CLIP_TINY.seed,
) -> None:
    """Train clip-tiny on the captions of the atelier's crawl.

    A killed run goes on where it was.
    """
    config = replace(CLIP_TINY, steps=steps, batch_size=batch_size, rate=rate, seed=seed)
    train_clip_tiny(output, config, works_per_painter=works, command=command_line(context))
    typer.echo(f"written: {output}")


@verbs.command()
@plain_errors
def train_art(
    context: typer.Context,
    output: Output,
    root: Annotated[Path, typer.Option(help="Folder of the tables and the paintings, in the layout of wikiart.csv.")],
    tables: Annotated[
        str, typer.Option(help="Tables in root; the first has the queries and the database.")
    ] = "wikiart.csv,wikiart_more.csv",
    stage: Annotated[
        str,
        typer.Option(help="Who judges. choose: artists by whom settings may be chosen. test: the last word."),
    ] = "test",
    split_seed: Annotated[int, typer.Option(help="Of the split into artists.")] = 0,
    kept: Annotated[float, typer.Option(help="How far the weights go from start to end, 0 to 1.")] = KEPT,
    steps: Steps = CSD_ART.steps,
    batch_size: BatchSize = CSD_ART.batch_size,
    rate: Annotated[float, typer.Option(help="Learning rate of the network.")] = CSD_ART.backbone_rate,
    projection_rate: Annotated[float, typer.Option(help="Learning rate of the projection.")] = CSD_ART.projection_rate,
    ssl_weight: Annotated[float, typer.Option(help="Weight of the self-supervised term.")] = CSD_ART.ssl_weight,
    seed: Seed = CSD_ART.seed,
) -> None:
    """Train csd-art on real paintings, from ImageNet's weights, which the extra "art" installs.

    A killed run goes on where it was.
    """
    config = replace(
        CSD_ART,
        steps=steps,
        batch_size=batch_size,
        backbone_rate=rate,
        projection_rate=projection_rate,
        ssl_weight=ssl_weight,
        seed=seed,
    )
    csvs = split_names(tables)
    command = command_line(context, root="$CSD_ART")
    train_csd_art(root, output, config, csvs=csvs, stage=stage, split_seed=split_seed, kept=kept, command=command)
    typer.echo(f"written: {output}")


@verbs.command()
@plain_errors
def train_copies(
    context: typer.Context,
    output: Output,
    works: Works = 200,
    steps: Steps = COPY_TINY.steps,
    batch_size: BatchSize = COPY_TINY.batch_size,
    rate: Rate = COPY_TINY.projection_rate,
    seed: Seed = COPY_TINY.seed,
) -> None:
    """Train copy-tiny on views of the atelier's crawl.

    A killed run goes on where it was.
    """
    config = replace(COPY_TINY, steps=steps, batch_size=batch_size, projection_rate=rate, backbone_rate=rate, seed=seed)
    train_copy_tiny(output, config, works_per_painter=works, command=command_line(context))
    typer.echo(f"written: {output}")


@verbs.command()
@plain_errors
def train_autoencoder(
    context: typer.Context,
    output: Output,
    works: Works = 600,
    steps: Steps = AUTOENCODER.steps,
    batch_size: BatchSize = AUTOENCODER.batch_size,
    rate: Rate = AUTOENCODER.rate,
    seed: Seed = AUTOENCODER.seed,
) -> None:
    """Train tiny-sd's autoencoder and write all of tiny-sd but its UNet.

    A killed run goes on where it was.
    """
    config = replace(AUTOENCODER, steps=steps, batch_size=batch_size, rate=rate, seed=seed)
    make_autoencoder(output, config, works_per_painter=works, command=command_line(context))
    judge_autoencoder(output)
    typer.echo(f"written: {output}")


@verbs.command()
@plain_errors
def train_diffusion(
    context: typer.Context,
    output: Output,
    frame: Annotated[str, typer.Option(help="Folder of the other parts; empty: the shipped tiny-sd.")] = "",
    start: Annotated[str, typer.Option(help="Name or folder of the model to start from; empty: random weights.")] = "",
    withheld: Annotated[bool, typer.Option(help="Leave the sixteen withheld painters out.")] = False,
    works: Works = 300,
    steps: Steps = TINY_SD.steps,
    batch_size: BatchSize = TINY_SD.batch_size,
    rate: Rate = TINY_SD.rate,
    rewritten: Annotated[float, typer.Option(help="Share of the captions that are reworded plainly.")] = 0.0,
    transferred: Annotated[
        float, typer.Option(help="Share of a batch: hands carried to new subjects.")
    ] = TINY_SD.transferred,
    strength: Annotated[float, typer.Option(help="How much of a hand is carried.")] = TINY_SD.strength,
    averaged: Annotated[
        float, typer.Option(help="Share of the steps over which weights are averaged.")
    ] = TINY_SD.averaged,
    seed: Seed = TINY_SD.seed,
) -> None:
    """Train a UNet of tiny-sd on the captions of the atelier's crawl.

    A killed run goes on where it was. By default the first of the trainings that made tiny-sd; its card gives the
    commands of those that went on from it.
    """
    config = replace(
        TINY_SD,
        steps=steps,
        batch_size=batch_size,
        rate=rate,
        transferred=transferred,
        strength=strength,
        averaged=averaged,
        seed=seed,
    )
    train_tiny_sd(
        output,
        config,
        withheld=withheld,
        frame=Path(frame) if frame else None,
        start=start or None,
        works_per_painter=works,
        rewritten=rewritten,
        command=command_line(context),
    )
    typer.echo(f"written: {output}")


@verbs.command()
@plain_errors
def judge_diffusion(
    model: Annotated[str, typer.Argument(help="tiny-sd, tiny-sd-withheld, or a model's folder.")] = "tiny-sd",
    images: Annotated[int, typer.Option(help="Pictures for each painter's simple prompt.")] = 8,
    guidance: Annotated[float, typer.Option(help="How strongly the prompt is followed.")] = GUIDANCE,
    steps: Annotated[int, typer.Option(help="Denoising steps.")] = STEPS,
    seed: Annotated[int, typer.Option(help="Of the first picture of each painter.")] = 1000,
) -> None:
    """Judge a trained tiny-sd: painters found, subjects found, copies.

    Its record and its card get the numbers.
    """
    judge_tiny_sd(model, images=images, guidance=guidance, steps=steps, seed=seed)
    typer.echo(f"judged: {model}")


@verbs.command()
@plain_errors
def train_subjects(
    context: typer.Context,
    output: Output,
    works: Works = WORKS,
    epochs: Annotated[int, typer.Option(help="Passes over the pictures.")] = EPOCHS,
    seed: Seed = 0,
) -> None:
    """Train subjects-tiny, the judge of what generated pictures show."""
    command = command_line(context)
    train_subjects_tiny(output, works_per_painter=works, epochs=epochs, seed=seed, command=command)
    typer.echo(f"written: {output}")
