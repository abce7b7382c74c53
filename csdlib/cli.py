"""The command line: the same verbs as the Python API."""

import shlex
import shutil
from collections.abc import Callable
from functools import reduce, wraps
from operator import add
from pathlib import Path
from typing import Annotated, Literal, ParamSpec, cast

import typer
from rich.console import Console
from rich.table import Table

from csdlib.clip_training import CLIPConfig
from csdlib.corpus import corpus_shards, embed_corpus, join_corpus
from csdlib.curation import CurationConfig, TagBank
from csdlib.curation import curate as make_curated
from csdlib.datasets import folder, load_dataset
from csdlib.descriptors import list_descriptors, load
from csdlib.descriptors.copies import copy_threshold
from csdlib.embeddings import Embeddings
from csdlib.embeddings import embed as embed_table
from csdlib.errors import InputError, unknown
from csdlib.files import atomic_path, cache_folder, launched_with_others
from csdlib.indexes import approximate_index
from csdlib.recipes import curated_crawl, pupils, run_ablations, train_clip_tiny, train_copy_tiny, train_csd_tiny
from csdlib.retrieval import neighbours, search_share
from csdlib.similarity import style_similarity
from csdlib.training import TrainingConfig

app = typer.Typer(help="Measure style similarity between images.", no_args_is_help=True, add_completion=False)
P = ParamSpec("P")


def _plain_errors(command: Callable[P, None]) -> Callable[P, None]:
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


Float32 = Annotated[bool, typer.Option(help="Keep 32 bit on the disk, for vectors that 16 bit cannot hold.")]
DescriptorName = Annotated[str, typer.Option(help="A name that 'csdlib descriptors' lists.")]


@app.command()
@_plain_errors
def compare(a: Path, b: Path, descriptor: DescriptorName = "csd-tiny") -> None:
    """Print how alike two pictures are in style: a cosine in [-1, 1], higher is more alike."""
    typer.echo(str(style_similarity(a, b, descriptor=descriptor)))


@app.command()
@_plain_errors
def embed(images: Path, output: Path, descriptor: DescriptorName = "csd-tiny") -> None:
    """Write the descriptors of all images below a folder into the folder OUTPUT, for search."""
    output.mkdir(parents=True, exist_ok=True)
    found = embed_table(folder(images), load(descriptor), cache=cache_folder() / "embeddings")
    found.save(output)
    _report(found, output)


@app.command()
@_plain_errors
def embed_shards(shards: Path, output: Path, descriptor: DescriptorName = "csd-tiny", float32: Float32 = False) -> None:
    """Write the descriptors of a folder of shards (*.tar, *.parquet) into the folder OUTPUT, for search.

    A killed run goes on where it was. For several GPUs, start it with "accelerate launch -m csdlib embed-shards ...",
    for several processes without a GPU with "torchrun --nproc-per-node 2 -m csdlib embed-shards ..."; when all are
    done, run join-shards.
    """
    embed_corpus(corpus_shards(shards), load(descriptor), output)
    if not launched_with_others():
        join_shards(output, float32)


@app.command()
@_plain_errors
def join_shards(output: Path, float32: Float32 = False) -> None:
    """Join what several processes of embed-shards have written into OUTPUT."""
    _report(join_corpus(output, dtype="float32" if float32 else "float16"), output)


@app.command()
@_plain_errors
def search(
    query: Path,
    database: Path,
    output: Path,
    k: Annotated[int, typer.Option("-k", help="Neighbours of each query.")] = 10,
    index: Annotated[str, typer.Option(help="exact, ivf or hnsw: the last two beyond a million images.")] = "exact",
) -> None:
    """Write the nearest images of DATABASE for every image of QUERY to a .parquet or .csv file.

    QUERY and DATABASE are folders that embed or embed-shards wrote. A killed exact search goes on where it was; started
    by accelerate or torchrun, every process searches its share, and a run alone then joins them.
    """
    if output.suffix not in (".parquet", ".csv") or output.is_dir():
        raise InputError(f"output {output} must be a file that ends in .parquet or .csv")
    if index not in ("exact", "ivf", "hnsw"):
        raise unknown("index", index, ["exact", "ivf", "hnsw"])
    asked, searched = Embeddings.load(query), Embeddings.load(database)
    parts = output.with_suffix(".parts") if index == "exact" else None
    if launched_with_others():
        if parts is None:
            raise InputError("an index is searched by one process: start it alone, or use --index exact")
        search_share(asked, searched, k, parts, progress=True)
        return
    made = None if parts else approximate_index(searched, cast(Literal["ivf", "hnsw"], index), progress=True)
    found = neighbours(asked, searched, k, index=made, parts=parts, progress=True)
    table = found.table(asked.ids, searched.ids)
    with atomic_path(output) as path:
        table.to_parquet(path, index=False) if output.suffix == ".parquet" else table.to_csv(path, index=False)
    if parts:
        shutil.rmtree(parts)
    recall = f"; found {found.recall.percent()} % of the exact neighbours" if found.recall else ""
    typer.echo(f"{len(asked)} queries searched in {len(searched)} images{recall}: {output}")


def _report(found: Embeddings, output: Path) -> None:
    typer.echo(f"{len(found)} images embedded, {len(found.skipped)} skipped: {output}")
    for name, reason in found.skipped.items():
        # Names come from strangers' archives: what could steer a terminal is shown, not sent.
        typer.echo(f"  skipped {name!r}: {reason!r}", err=True)


@app.command()
def descriptors() -> None:
    """List the descriptors and what each downloads on first use."""
    table = Table("name", "summary", "download")
    for row in list_descriptors().itertuples(index=False):
        table.add_row(str(row.name), str(row.summary), str(row.download) or "nothing")
    Console().print(table)


@app.command()
@_plain_errors
def curate(
    output: Path,
    dataset: Annotated[str, typer.Option(help="captioned, shards, contrastyles or atelier-crawl.")] = "captioned",
    root: Annotated[str, typer.Option(help="Folder of the images, for captioned and shards.")] = "",
    bank: Annotated[list[Path] | None, typer.Option(help="Tag banks (csv); by default the atelier's own.")] = None,
    descriptor: Annotated[str, typer.Option(help="What finds copies.")] = "copy-tiny",
    threshold: Annotated[float, typer.Option(help="Cosine above which two are copies; 0: copy-tiny's own.")] = 0,
    minimum: Annotated[int, typer.Option(help="Images that a tag needs.")] = 1,
    maximum: Annotated[int, typer.Option(help="Images that a tag may have.")] = 100_000,
) -> None:
    """Make a style-labelled data set of captioned images: a table and its card."""
    if not threshold and descriptor != "copy-tiny":
        raise InputError(f"threshold: a cosine belongs to a descriptor; give that of {descriptor}")
    table = load_dataset(dataset, root)
    phrases = reduce(add, map(TagBank.read, bank)) if bank else TagBank.atelier()
    config = CurationConfig(threshold or copy_threshold(), minimum, maximum)
    found = embed_table(table, load(descriptor), cache=cache_folder() / "embeddings")
    made = make_curated(table, phrases, found, config)
    made.save(output)
    shown = Table(*made.funnel.columns)
    for row in made.funnel.astype(str).to_numpy().tolist():
        shown.add_row(*row)
    Console().print(shown)
    typer.echo(f"written: {output}")


@app.command()
@_plain_errors
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
@_plain_errors
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
@_plain_errors
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
@_plain_errors
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
