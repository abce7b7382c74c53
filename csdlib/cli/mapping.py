"""The command that draws the style map of a folder."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from csdlib import datasets, descriptors, embeddings, maps
from csdlib.cli.common import AsJson, Measure, examples, measured, plain_errors, say_left_out
from csdlib.embeddings.arrays import Embedded
from csdlib.errors import InputError, unknown
from csdlib.figures.map import MOST
from csdlib.figures.placing import require_computed
from csdlib.figures.provenance import map_record
from csdlib.figures.standalone import map_page, page_side, reduced
from csdlib.files import atomic_path, cache_folder
from csdlib.tables import ImageTable

verbs = typer.Typer()

#: Pictures without which there is no map.
FEWEST = 5
#: Below so many pictures UMAP has too few neighbours to go by, and the plane of the largest variance is shown.
FEW = 30


@verbs.command("map", epilog=examples("csdlib map pictures -o map.html"))
@plain_errors
@measured
def style_map(
    folder: Annotated[Path, typer.Argument(help="Pictures; the first subfolder's name is the artist.")],
    measure: Measure,
    output: Annotated[Path, typer.Option("-o", "--output", help="The page.")] = Path("map.html"),
    colour: Annotated[str, typer.Option(help="artist, or folder: the whole path to the picture.")] = "artist",
    seed: Annotated[int, typer.Option(help="Of the layout.")] = 0,
    with_descriptor: Annotated[
        bool,
        typer.Option(
            "--with-descriptor", help="Put its weights into the page (8 MB), which then places a reader's pictures."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make the style map of a folder of pictures: one page that opens in any browser, without a network.

    A killed run goes on where it was. Pictures that cannot be read are left out, and named.
    """
    if colour not in ("artist", "folder"):
        raise unknown("colour", colour, ["artist", "folder"])
    if output.is_dir():
        raise InputError(f"output {output} is a folder: name the page in it, for example {output / 'map.html'}")
    batch_size = measure.pop("batch_size")
    method = _loaded(**measure)
    table = _table(folder)
    if with_descriptor:
        require_computed(method, len(table))
    found = _embedded(table, method, batch_size)
    laid_out = _laid_out(found, seed)
    record = map_record(laid_out, found.table, method)
    title = f"Style map of {folder.resolve().name}"
    page = map_page(laid_out, found.table, record, title=title, colour=colour, with_descriptor=with_descriptor)
    with atomic_path(output) as path:
        path.write_text(page, encoding="utf-8")
    size, count = output.stat().st_size, record.pictures
    if as_json:
        thumbnails = {"thumbnail_side": page_side(count), "thumbnails_reduced": reduced(count)}
        typer.echo(json.dumps(asdict(record) | thumbnails | {"output": str(output), "bytes": size}, indent=1))
        return
    few = f", {reduced(count):,} thumbnails reduced to {page_side(count)} pixels" if reduced(count) else ""
    typer.echo(f"{count:,} pictures, {len(record.skipped):,} skipped{few}: {output} ({size / 1e6:.1f} MB)")
    say_left_out(record.left_out, record.skipped)


def _loaded(descriptor: str, preprocessing: str, **options: Any) -> descriptors.Descriptor:
    return descriptors.preprocessed(descriptors.load(descriptor, **options), preprocessing)


def _table(folder: Path) -> ImageTable:
    table = datasets.load_dataset("folder", folder, query_share=0.0)
    if len(table) > MOST:
        raise InputError(f"{folder}: {len(table):,} pictures are more than the {MOST:,} that a map can show")
    return table


def _embedded(table: ImageTable, method: descriptors.Descriptor, batch_size: int) -> Embedded:
    if isinstance(method, descriptors.Fittable):
        method.fit(table)
    found = embeddings.embed(table, method, batch_size=batch_size, cache=cache_folder() / "embeddings")
    if len(found) < FEWEST:
        broken = f", {len(found.skipped):,} cannot be read" if found.skipped else ""
        raise InputError(f"{table.root}: a map needs {FEWEST} readable pictures or more; here are {len(found)}{broken}")
    return found


def _laid_out(found: Embedded, seed: int) -> maps.StyleMap:
    return maps.style_map(found, seed=seed, method="umap" if len(found) >= FEW else "pca")
