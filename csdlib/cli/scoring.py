"""Commands that take anybody's folders: score, attribute, evaluate, doctor. They share their options."""

import inspect
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from csdlib import scoring
from csdlib.cli.common import DescriptorName, plain_errors, visible
from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.scoring.report import Report, records, require_table
from csdlib.texts import split_names

verbs = typer.Typer()

#: Rows that are printed of a report without a summary.
FIRST = 10

Pictures = Annotated[str, typer.Argument(help="A picture, a folder, a csv or parquet table of paths, or embeddings.")]
Works = Annotated[str, typer.Argument(help="A folder with one subfolder a style or artist, or a table with groups.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="A .csv, .parquet or .json file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print json, for programs.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 where anything was left out.")]
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
        if values["output"]:
            require_table(values["output"])
        chosen = {name: values.pop(name) for name in shared}
        command(**values, measure=_measure(**chosen))

    # typer reads the options off the signature.
    run.__signature__ = inspect.Signature([*own, *shared.values()])  # type: ignore[attr-defined]
    return run


@verbs.command()
@plain_errors
@measured
def score(
    generated: Pictures,
    references: Pictures,
    measure: Measure,
    output: Output = None,
    pair: Annotated[str, typer.Option(help="all, name, group, or a table of generated and reference.")] = "all",
    corpus: Annotated[str, typer.Option(help="paintings, atelier, a folder of artists, auto or none.")] = "auto",
    k: Annotated[int, typer.Option("-k", help="Neighbours in the corpus by which CSLS is corrected.")] = 15,
    compare_preprocessing: Annotated[
        bool, typer.Option("--compare-preprocessing", help="Show how far preprocessing alone moves the score.")
    ] = False,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Score the style of generated pictures by references: a row a picture, a summary with intervals."""
    if compare_preprocessing:
        if measure.pop("preprocessing") != "own" or corpus not in ("auto", "none"):
            raise InputError(
                "--compare-preprocessing measures in all ways, without corpus: leave --preprocessing and --corpus out"
            )
        found = scoring.compare_preprocessing(generated, references, pairing=pair, **measure)
    else:
        found = scoring.score(generated, references, pairing=pair, corpus=corpus, k=k, **measure)
    _finish(found, output, as_json, strict)


@verbs.command()
@plain_errors
@measured
def attribute(
    pictures: Pictures,
    references: Works,
    measure: Measure,
    output: Output = None,
    k: Annotated[int, typer.Option("-k", help="Artists that are named for each picture.")] = 5,
    wrong: Annotated[float, typer.Option(help="Share of strangers' works that may be given to somebody.")] = 0.05,
    strangers: Annotated[str, typer.Option(help="Artists whom the descriptor has not seen; empty: all.")] = "",
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Rank the artists whose style each picture may show, and say where it is nobody's."""
    found = scoring.attribute(pictures, references, k=k, wrong=wrong, strangers=split_names(strangers), **measure)
    _finish(found, output, as_json, strict)


@verbs.command()
@plain_errors
@measured
def evaluate(
    folder: Works,
    measure: Measure,
    output: Output = None,
    k: Annotated[int, typer.Option("-k", help="Neighbours of each picture.")] = 10,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Measure how well styles are told apart: every picture is searched among all the others."""
    _finish(scoring.evaluate(folder, k=k, **measure), output, as_json, strict)


@verbs.command()
@plain_errors
@measured
def doctor(
    folder: Works,
    measure: Measure,
    output: Output = None,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Examine a folder before it is scored: what is broken, double, thin or cut."""
    _finish(scoring.examine(folder, **measure), output, as_json, strict)


def _finish(found: Report, output: Path | None, as_json: bool, strict: bool) -> None:
    """Writes and prints what was found."""
    if output:
        found.save(output)
    if as_json:
        typer.echo(json.dumps(found.header() | ({} if output else {"rows": records(found.frame)})))
    else:
        _tell(found)
        typer.echo(f"written: {output}" if output else "every row: -o FILE.csv, .parquet or .json")
    if strict and not found.complete:
        raise typer.Exit(1)


def _tell(found: Report) -> None:
    """The summary, or a few rows where there is none, then how it was made."""
    short = pd.DataFrame({"measure": found.summary["measure"], "value": _texts(found.summary)})
    _table(short if len(short) else found.frame.head(FIRST).round(3))
    for key, value in found.how.items():
        for line in value if isinstance(value, list) else [value]:
            typer.echo(visible(f"{key}: {json.dumps(line) if isinstance(line, dict) else line}"))


def _texts(summary: pd.DataFrame) -> list[str]:
    """Values with intervals, and what stands behind each."""
    estimates = [Estimate.from_row(row) for _, row in summary.iterrows()]
    return [f"{each} of {each.n} {each.unit}{'s' * (each.n > 1)}" for each in estimates]


def _table(frame: pd.DataFrame) -> None:
    shown = Table(*(escape(str(name)) for name in frame.columns))
    for row in frame.itertuples(index=False):
        shown.add_row(*("–" if pd.isna(cell) else escape(visible(str(cell))) for cell in row))
    Console().print(shown)
