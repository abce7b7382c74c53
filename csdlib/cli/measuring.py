"""Commands that measure: compare, embed, search, curate."""

import shutil
import sys
from collections.abc import Mapping
from functools import reduce
from operator import add
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, cast

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from csdlib import curation, datasets, embeddings, recipes, retrieval, scoring, similarity
from csdlib import descriptors as methods
from csdlib.cli.common import DescriptorName, examples, plain_errors, say_left_out
from csdlib.errors import InputError, unknown
from csdlib.files import atomic_path, cache_folder, launched_with_others

verbs = typer.Typer()
Float32 = Annotated[bool, typer.Option(help="Keep 32 bit on the disk, for vectors that 16 bit cannot hold.")]


@verbs.command(epilog=examples("csdlib compare a.jpg b.jpg"))
@plain_errors
def compare(a: Path, b: Path, descriptor: DescriptorName = "csd-art") -> None:
    """Print how alike two pictures are in style: a cosine in [-1, 1], higher is more alike."""
    measure = methods.load(descriptor)
    found = similarity.style_similarity(a, b, descriptor=measure)
    typer.echo(str(found))
    scale = scoring.usual_corpus(measure)
    if scale:
        typer.echo(str(found.on(scale)))


@verbs.command(epilog=examples("csdlib embed pictures found"))
@plain_errors
def embed(
    images: Path,
    output: Path,
    descriptor: DescriptorName = "csd-art",
    verify: Annotated[
        bool, typer.Option("--verify", help="Know what is embedded already by its bytes, not by size and time.")
    ] = False,
) -> None:
    """Write the descriptors of all images below a folder into the folder OUTPUT, for search."""
    output.mkdir(parents=True, exist_ok=True)
    table = datasets.load_dataset("folder", images)
    found = embeddings.embed(table, methods.load(descriptor), cache=cache_folder() / "embeddings", verify=verify)
    found.save(output)
    _report(found, output, table.manifest["left_out"])


@verbs.command(epilog=examples("csdlib embed-shards shards described"))
@plain_errors
def embed_shards(shards: Path, output: Path, descriptor: DescriptorName = "csd-art", float32: Float32 = False) -> None:
    """Write the descriptors of a folder of shards (*.tar, *.parquet) into OUTPUT, for search.

    A killed run goes on where it was. For several GPUs, start it with "accelerate launch -m csdlib embed-shards ...",
    for several processes without a GPU with "torchrun --nproc-per-node 2 -m csdlib embed-shards ..."; when all are
    done, run join-shards.
    """
    embeddings.embed_corpus(embeddings.corpus_shards(shards), methods.load(descriptor), output)
    if not launched_with_others():
        join_shards(output, float32)


@verbs.command(epilog=examples("csdlib join-shards described"))
@plain_errors
def join_shards(output: Path, float32: Float32 = False) -> None:
    """Join what several processes of embed-shards have written into OUTPUT."""
    _report(embeddings.join_corpus(output, dtype="float32" if float32 else "float16"), output)


@verbs.command(
    epilog=examples(
        "csdlib search found found neighbours.csv -k 5",
        "csdlib search a.jpg pictures alike.csv --facet light --unlike palette",
    )
)
@plain_errors
def search(
    query: Path,
    database: Path,
    output: Path,
    k: Annotated[int, typer.Option("-k", help="Neighbours of each query.")] = 10,
    index: Annotated[str, typer.Option(help="exact, ivf or hnsw: the last two beyond a million images.")] = "exact",
    facet: Annotated[str, typer.Option(help="Near in this only: palette, light, marks, movement ...")] = "",
    unlike: Annotated[str, typer.Option(help="And in the farther half by this.")] = "",
    space: Annotated[str, typer.Option(help="A facet space of yours (.safetensors).")] = "",
    metric: Annotated[str, typer.Option(help="Near by what feedback fit has learned (.json).")] = "",
    expert: Annotated[str, typer.Option(help="Whose metric, where the file has several.")] = "",
    descriptor: DescriptorName = "csd-art",
) -> None:
    """Write the nearest images of DATABASE for every image of QUERY to a .parquet or .csv file.

    QUERY and DATABASE are pictures, folders of pictures, tables of paths, or folders that embed or embed-shards wrote.
    A killed exact search goes on where it was; started by accelerate or torchrun, every process searches its share, and
    a run alone then joins them.
    """
    if output.suffix not in (".parquet", ".csv") or output.is_dir():
        raise InputError(f"output {output} must be a file that ends in .parquet or .csv")
    if index not in ("exact", "ivf", "hnsw"):
        raise unknown("index", index, ["exact", "ivf", "hnsw"])
    asked, searched, own = scoring.described(query, database, descriptor)
    parts: Path | None = None
    if facet or unlike or space or metric:
        if index != "exact" or launched_with_others():
            raise InputError("facets are searched exactly, and by one process: leave --index out, and start it alone")
        learned = scoring.load_metric(metric, expert or None) if metric else None
        names = {"facet": facet or None, "unlike": unlike or None, "space": space or None}
        found = scoring.by_facets(asked, searched, k, own, metric=learned, **names)
    else:
        # What was saved is known by collection and id, of files more is known: then nothing is stored in parts.
        if index == "exact" and np.array_equal(own, searched.rows_of(asked)):
            parts = output.with_suffix(".parts")
        whole = _searched(asked, searched, k, index, parts, own)
        if whole is None:
            return
        found = whole
    table = found.table(asked.ids, searched.ids)
    with atomic_path(output) as path:
        table.to_parquet(path, index=False) if output.suffix == ".parquet" else table.to_csv(path, index=False)
    if parts:
        shutil.rmtree(parts)
    recall = f"; found {found.recall.percent()} % of the exact neighbours" if found.recall else ""
    typer.echo(f"{len(asked)} queries searched in {len(searched)} images{recall}: {output}")


def _searched(
    asked: embeddings.Embeddings,
    searched: embeddings.Embeddings,
    k: int,
    index: str,
    parts: Path | None,
    own: np.ndarray,
) -> retrieval.Neighbours | None:
    """The neighbours by the whole descriptor; None where other processes have their share, too."""
    if launched_with_others():
        if index != "exact" or parts is None:
            raise InputError("an index is searched by one process: start it alone, or use --index exact")
        retrieval.search_share(asked, searched, k, parts, progress=True)
        return None
    if index == "exact":
        return retrieval.neighbours(asked, searched, k, own=None if parts else own, parts=parts, progress=True)
    made = retrieval.approximate_index(searched, cast(Literal["ivf", "hnsw"], index), progress=True)
    return retrieval.neighbours(asked, searched, k, index=made, own=own, progress=True)


def _report(found: embeddings.Embeddings, output: Path, left_out: Mapping[str, int] = MappingProxyType({})) -> None:
    typer.echo(f"{len(found)} images embedded, {len(found.skipped)} skipped: {output}")
    say_left_out(left_out, found.skipped)


@verbs.command(epilog=examples("csdlib descriptors"))
def descriptors() -> None:
    """List the descriptors and what each downloads on first use."""
    table = Table("name", "summary", Column("download", overflow="fold"))
    for row in methods.list_descriptors().itertuples(index=False):
        # What stands in brackets is text, and no markup.
        table.add_row(*(escape(str(cell)) for cell in (row.name, row.summary, row.download or "nothing")))
    # A pipe has no width, and is not given half an address.
    Console(width=None if sys.stdout.isatty() else 1000).print(table)


@verbs.command(epilog=examples("csdlib curate curated --root pictures"))
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
    config = curation.CurationConfig(threshold or methods.copy_threshold(), minimum, maximum)
    table = datasets.load_dataset(dataset, root)
    phrases = reduce(add, map(curation.TagBank.read, bank)) if bank else recipes.atelier_bank()
    found = embeddings.embed(table, methods.load(descriptor), cache=cache_folder() / "embeddings")
    made = curation.curate(table, phrases, found, config)
    made.save(output)
    shown = Table(*made.funnel.columns)
    for row in made.funnel.astype(str).to_numpy().tolist():
        shown.add_row(*row)
    Console().print(shown)
    typer.echo(f"written: {output}")
