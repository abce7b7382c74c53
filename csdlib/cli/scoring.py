"""Commands that take anybody's folders: score, attribute, evaluate, doctor. They share their options."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from csdlib import scoring
from csdlib.cli.common import AsJson, Measure, examples, measured, plain_errors, visible
from csdlib.errors import InputError
from csdlib.files import atomic_path, data_path
from csdlib.metrics.estimate import Estimate
from csdlib.scoring.report import Report, records, require_table
from csdlib.texts import split_names

verbs = typer.Typer()

#: Rows that are printed of a report without a summary.
FIRST = 10

Pictures = Annotated[str, typer.Argument(help="A picture, a folder, a csv or parquet table of paths, or embeddings.")]
Works = Annotated[str, typer.Argument(help="A folder with one subfolder a style or artist, or a table with groups.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="A .csv, .parquet or .json file.")]
Corpus = Annotated[str, typer.Option(help="paintings, atelier, a folder of artists, auto or none.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 where anything was left out.")]


@verbs.command(
    epilog=examples(
        "csdlib score generated references --pair group -o scores.csv",
        "csdlib score generated references --compare-preprocessing",
    )
)
@plain_errors
@measured
def score(
    generated: Pictures,
    references: Pictures,
    measure: Measure,
    output: Output = None,
    pair: Annotated[str, typer.Option(help="all, name, group, or a table of generated and reference.")] = "all",
    corpus: Corpus = "auto",
    k: Annotated[int, typer.Option("-k", help="Neighbours in the corpus by which CSLS is corrected.")] = 15,
    compare_preprocessing: Annotated[
        bool, typer.Option("--compare-preprocessing", help="Show how far preprocessing alone moves the score.")
    ] = False,
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Score the style of generated pictures by references: a row a picture, a summary with intervals."""
    find: Callable[[], Report]
    if compare_preprocessing:
        if measure.pop("preprocessing") != "own" or corpus not in ("auto", "none"):
            raise InputError(
                "--compare-preprocessing measures in all ways, without corpus: leave --preprocessing and --corpus out"
            )
        find = partial(scoring.compare_preprocessing, generated, references, pairing=pair, **measure)
    else:
        find = partial(scoring.score, generated, references, pairing=pair, corpus=corpus, k=k, **measure)
    _report(find, output, as_json, strict)


@verbs.command(epilog=examples("csdlib attribute generated references -k 3"))
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
    corpus: Corpus = "auto",
    as_json: AsJson = False,
    strict: Strict = False,
) -> None:
    """Rank the artists whose style each picture may show, and say where it is nobody's."""
    options: Measure = {"k": k, "wrong": wrong, "strangers": split_names(strangers), "corpus": corpus}
    _report(partial(scoring.attribute, pictures, references, **options, **measure), output, as_json, strict)


@verbs.command(epilog=examples("csdlib evaluate references"))
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
    _report(partial(scoring.evaluate, folder, k=k, **measure), output, as_json, strict)


@verbs.command(epilog=examples("csdlib recognise predictions.csv", "csdlib recognise predictions.csv -o judged.csv"))
@plain_errors
def recognise(
    predictions: Annotated[Path, typer.Argument(help="A csv file with id, artist (empty: refused), confidence.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A .csv file.")] = None,
    splits: Annotated[Path | None, typer.Option(help="Other splits than the benchmark's, a csv file.")] = None,
) -> None:
    """Judge a method that names the artist in the prompt, by its table of predictions."""
    if output and output.suffix != ".csv":
        raise InputError(f"output {output} must be a file that ends in .csv")
    asked = scoring.read_splits(splits or data_path("results/recognition_splits.csv"))
    found = scoring.judge_predictions(scoring.read_predictions(predictions, asked), asked)
    if output:
        with atomic_path(output) as path:
            found.to_csv(path, index=False)
    texts = [Estimate.from_row(row).percent() for _, row in found.iterrows()]
    _table(found[["setting", "group", "measure"]].assign(percent=texts))


@verbs.command(epilog=examples("csdlib doctor references"))
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
    _report(partial(scoring.examine, folder, **measure), output, as_json, strict)


def _report(find: Callable[[], Report], output: Path | None, as_json: bool, strict: bool) -> None:
    """Finds, writes and prints; a name that cannot be written is refused before anything is computed."""
    if output:
        require_table(output)
    found = find()
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
