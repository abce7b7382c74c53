"""Commands that measure: compare, embed, search, curate."""

import shutil
from functools import reduce
from operator import add
from pathlib import Path
from typing import Annotated, Literal, cast

import typer
from rich.console import Console
from rich.table import Table

from csdlib.cli.common import DescriptorName, app, plain_errors
from csdlib.curation.bank import TagBank
from csdlib.curation.curated import CurationConfig
from csdlib.curation.curated import curate as make_curated
from csdlib.datasets.folder import folder
from csdlib.datasets.registry import load_dataset
from csdlib.descriptors.csd import copy_threshold
from csdlib.descriptors.registry import list_descriptors, load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_shards import corpus_shards, embed_corpus, join_corpus
from csdlib.embeddings.embed_table import embed as embed_table
from csdlib.errors import InputError, unknown
from csdlib.files import atomic_path, cache_folder, launched_with_others
from csdlib.recipes.crawl import atelier_bank
from csdlib.retrieval.indexes import approximate_index
from csdlib.retrieval.nearest import neighbours, search_share
from csdlib.similarity.scores import style_similarity

Float32 = Annotated[bool, typer.Option(help="Keep 32 bit on the disk, for vectors that 16 bit cannot hold.")]


@app.command()
@plain_errors
def compare(a: Path, b: Path, descriptor: DescriptorName = "csd-tiny") -> None:
    """Print how alike two pictures are in style: a cosine in [-1, 1], higher is more alike."""
    typer.echo(str(style_similarity(a, b, descriptor=descriptor)))


@app.command()
@plain_errors
def embed(images: Path, output: Path, descriptor: DescriptorName = "csd-tiny") -> None:
    """Write the descriptors of all images below a folder into the folder OUTPUT, for search."""
    output.mkdir(parents=True, exist_ok=True)
    found = embed_table(folder(images), load(descriptor), cache=cache_folder() / "embeddings")
    found.save(output)
    _report(found, output)


@app.command()
@plain_errors
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
@plain_errors
def join_shards(output: Path, float32: Float32 = False) -> None:
    """Join what several processes of embed-shards have written into OUTPUT."""
    _report(join_corpus(output, dtype="float32" if float32 else "float16"), output)


@app.command()
@plain_errors
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
@plain_errors
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
    phrases = reduce(add, map(TagBank.read, bank)) if bank else atelier_bank()
    config = CurationConfig(threshold or copy_threshold(), minimum, maximum)
    found = embed_table(table, load(descriptor), cache=cache_folder() / "embeddings")
    made = make_curated(table, phrases, found, config)
    made.save(output)
    shown = Table(*made.funnel.columns)
    for row in made.funnel.astype(str).to_numpy().tolist():
        shown.add_row(*row)
    Console().print(shown)
    typer.echo(f"written: {output}")
