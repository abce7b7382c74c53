"""Commands that train: how every shipped model was made."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from csdlib.cli.common import app, plain_errors
from csdlib.datasets.registry import load_dataset
from csdlib.generation.autoencoder import AutoencoderConfig
from csdlib.generation.diffusion import DiffusionConfig
from csdlib.recipes.crawl import curated_crawl, pupils
from csdlib.recipes.recorded.ablations import run_ablations
from csdlib.recipes.shipped.autoencoder import judge_autoencoder
from csdlib.recipes.shipped.autoencoder import train_autoencoder as make_autoencoder
from csdlib.recipes.shipped.clip_tiny import train_clip_tiny
from csdlib.recipes.shipped.copy_tiny import train_copy_tiny
from csdlib.recipes.shipped.csd_tiny import train_csd_tiny
from csdlib.recipes.shipped.subjects_tiny import train_subjects_tiny
from csdlib.recipes.shipped.tiny_sd import GUIDANCE, STEPS, judge_tiny_sd, train_tiny_sd
from csdlib.training.clip import CLIPConfig
from csdlib.training.csd import TrainingConfig


@app.command()
@plain_errors
def train(
    output: Path,
    dataset: Annotated[str, typer.Option(help="atelier, atelier-curated, wikiart or folder.")] = "atelier",
    root: Annotated[str, typer.Option(help="Folder of the images, for all but the atelier's.")] = "",
    works: Annotated[int, typer.Option(help="Pictures of each painter, for the atelier's.")] = 112,
    tags: Annotated[str, typer.Option(help="Columns to learn from, for example artist,movement.")] = "artist",
    start: Annotated[str, typer.Option(help="Folder of the model to start from; empty: random weights.")] = "",
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 300,
    batch_size: Annotated[int, typer.Option(help="Images a step.")] = 48,
    rate: Annotated[float, typer.Option(help="Learning rate of AdamW.")] = 3e-4,
    bfloat16: Annotated[bool, typer.Option(help="Compute the tower in bfloat16.")] = False,
    unseen_share: Annotated[float, typer.Option(help="Share of artists put aside, if the data set names none.")] = 0.25,
    seed: Annotated[int, typer.Option(help="Of weights, batches, views and unseen artists.")] = 0,
) -> None:
    """Train csd-tiny on a data set's style tags and write model and card; a killed run goes on where it was.

    The data set atelier-curated is the crawl with the tags that curation finds; its model is judged on the exhibition.
    """
    config = TrainingConfig(
        steps=steps,
        batch_size=batch_size,
        optimizer="adamw",
        projection_rate=rate,
        backbone_rate=rate,
        bfloat16=bfloat16,
        seed=seed,
    )
    curated = dataset == "atelier-curated"
    works_option = {"works_per_painter": works} if dataset == "atelier" else {}
    source = f"--works {works}" if curated or works_option else f"--root {shlex.quote(root)}"
    settings = f"{source} --tags {tags} --steps {steps} --batch-size {batch_size} --rate {rate} --seed {seed}"
    settings += f" --unseen-share {unseen_share}" * (unseen_share != 0.25)
    settings += f" --start {shlex.quote(start)}" * bool(start) + " --bfloat16" * bfloat16
    train_csd_tiny(
        curated_crawl(works).table if curated else load_dataset(dataset, root, **works_option),
        output,
        config,
        test=load_dataset("atelier") if curated else None,
        validation=pupils() if curated else None,
        start=Path(start) if start else None,
        tags=tags.split(","),
        unseen_share=unseen_share,
        command=f"csdlib train {output} --dataset {dataset} {settings}",
    )
    typer.echo(f"written: {output}")


@app.command()
@plain_errors
def ablate(
    output: Path,
    works: Annotated[int, typer.Option(help="Pictures of each painter of the crawl.")] = 600,
    seeds: Annotated[int, typer.Option(help="Trainings of each setting.")] = 3,
) -> None:
    """Train csd-tiny with one setting changed at a time and write a table; a killed run goes on where it was."""
    command = f"csdlib ablate {output} --works {works} --seeds {seeds}"
    run_ablations(output, seeds=range(seeds), works_per_painter=works, command=command)
    typer.echo(f"written: {output}")


@app.command()
@plain_errors
def train_clip(
    output: Path,
    works: Annotated[int, typer.Option(help="Pictures of each painter of the crawl.")] = 600,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 6000,
    batch_size: Annotated[int, typer.Option(help="Images a step.")] = 128,
    rate: Annotated[float, typer.Option(help="Learning rate of AdamW.")] = 1e-3,
    seed: Annotated[int, typer.Option(help="Of weights, batches and views.")] = 0,
) -> None:
    """Train clip-tiny on the captions of the atelier's crawl; a killed run goes on where it was."""
    config = CLIPConfig(steps=steps, batch_size=batch_size, rate=rate, seed=seed)
    settings = f"--works {works} --steps {steps} --batch-size {batch_size} --rate {rate} --seed {seed}"
    train_clip_tiny(output, config, works_per_painter=works, command=f"csdlib train-clip {output} {settings}")
    typer.echo(f"written: {output}")


@app.command()
@plain_errors
def train_copies(
    output: Path,
    works: Annotated[int, typer.Option(help="Pictures of each painter of the crawl.")] = 200,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 600,
    batch_size: Annotated[int, typer.Option(help="Images a step.")] = 192,
    rate: Annotated[float, typer.Option(help="Learning rate of AdamW.")] = 1e-3,
    seed: Annotated[int, typer.Option(help="Of weights, batches and views.")] = 0,
) -> None:
    """Train copy-tiny on views of the atelier's crawl; a killed run goes on where it was."""
    config = TrainingConfig(
        steps=steps,
        batch_size=batch_size,
        label_weight=0,
        ssl_weight=1,
        optimizer="adamw",
        projection_rate=rate,
        backbone_rate=rate,
        temperature=0.05,
        bfloat16=True,
        seed=seed,
    )
    settings = f"--works {works} --steps {steps} --batch-size {batch_size} --rate {rate} --seed {seed}"
    train_copy_tiny(output, config, works_per_painter=works, command=f"csdlib train-copies {output} {settings}")
    typer.echo(f"written: {output}")


@app.command()
@plain_errors
def train_autoencoder(
    output: Path,
    works: Annotated[int, typer.Option(help="Pictures of each painter of the crawl.")] = 600,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 12_000,
    batch_size: Annotated[int, typer.Option(help="Pictures a step.")] = 16,
    rate: Annotated[float, typer.Option(help="Learning rate of AdamW.")] = 1e-3,
    seed: Annotated[int, typer.Option(help="Of weights, batches and noise.")] = 0,
) -> None:
    """Train tiny-sd's autoencoder and write all of tiny-sd but its UNet; a killed run goes on where it was."""
    config = AutoencoderConfig(steps=steps, batch_size=batch_size, rate=rate, bfloat16=True, seed=seed)
    settings = f"--works {works} --steps {steps} --batch-size {batch_size} --rate {rate} --seed {seed}"
    make_autoencoder(output, config, works_per_painter=works, command=f"csdlib train-autoencoder {output} {settings}")
    judge_autoencoder(output)
    typer.echo(f"written: {output}")


@app.command()
@plain_errors
def train_diffusion(
    output: Path,
    frame: Annotated[str, typer.Option(help="Folder of the other parts; empty: the shipped tiny-sd.")] = "",
    start: Annotated[str, typer.Option(help="Name or folder of the model to start from; empty: random weights.")] = "",
    withheld: Annotated[bool, typer.Option(help="Leave the sixteen withheld painters out.")] = False,
    works: Annotated[int, typer.Option(help="Pictures of each painter of the crawl.")] = 300,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 8000,
    batch_size: Annotated[int, typer.Option(help="Latents a step.")] = 256,
    rate: Annotated[float, typer.Option(help="Learning rate of AdamW.")] = 8e-4,
    rewritten: Annotated[float, typer.Option(help="Share of the captions that are said anew in plain words.")] = 0.0,
    transferred: Annotated[float, typer.Option(help="Share of a batch: hands carried to new subjects.")] = 0.0,
    strength: Annotated[float, typer.Option(help="How much of a hand is carried.")] = 1.5,
    averaged: Annotated[float, typer.Option(help="Share of the steps over which weights are averaged.")] = 0.05,
    seed: Annotated[int, typer.Option(help="Of weights, batches, noise and captions.")] = 0,
) -> None:
    """Train a UNet of tiny-sd on the captions of the atelier's crawl; a killed run goes on where it was."""
    config = DiffusionConfig(
        steps=steps,
        batch_size=batch_size,
        rate=rate,
        transferred=transferred,
        strength=strength,
        averaged=averaged,
        bfloat16=True,
        seed=seed,
    )
    settings = f"--works {works} --steps {steps} --batch-size {batch_size} --rate {rate} --averaged {averaged}"
    settings += f" --seed {seed}" + f" --transferred {transferred} --strength {strength}" * bool(transferred)
    settings += f" --rewritten {rewritten}" * bool(rewritten)
    settings += " --withheld" * withheld + f" --frame {shlex.quote(frame)}" * bool(frame)
    settings += f" --start {shlex.quote(start)}" * bool(start)
    train_tiny_sd(
        output,
        config,
        withheld=withheld,
        frame=Path(frame) if frame else None,
        start=start or None,
        works_per_painter=works,
        rewritten=rewritten,
        command=f"csdlib train-diffusion {output} {settings}",
    )
    typer.echo(f"written: {output}")


@app.command()
@plain_errors
def judge_diffusion(
    model: Annotated[str, typer.Argument(help="tiny-sd or tiny-sd-withheld.")] = "tiny-sd",
    images: Annotated[int, typer.Option(help="Pictures for each painter's simple prompt.")] = 8,
    guidance: Annotated[float, typer.Option(help="How strongly the prompt is followed.")] = GUIDANCE,
    steps: Annotated[int, typer.Option(help="Denoising steps.")] = STEPS,
    seed: Annotated[int, typer.Option(help="Of the first picture of each painter.")] = 1000,
) -> None:
    """Judge a trained tiny-sd: painters found, subjects found, copies; its record and its card get the numbers."""
    judge_tiny_sd(model, images=images, guidance=guidance, steps=steps, seed=seed)
    typer.echo(f"judged: {model}")


@app.command()
@plain_errors
def train_subjects(
    output: Path,
    works: Annotated[int, typer.Option(help="Pictures of each painter of the exhibition.")] = 84,
    epochs: Annotated[int, typer.Option(help="Passes over the pictures.")] = 16,
    seed: Annotated[int, typer.Option(help="Of weights, batches and augmentation.")] = 0,
) -> None:
    """Train subjects-tiny, the judge of what generated pictures show."""
    command = f"csdlib train-subjects {output} --works {works} --epochs {epochs} --seed {seed}"
    train_subjects_tiny(output, works_per_painter=works, epochs=epochs, seed=seed, command=command)
    typer.echo(f"written: {output}")
