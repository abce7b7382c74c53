"""The commands that ask what somebody means by style: feedback ask, feedback fit."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from csdlib import scoring
from csdlib.cli.common import AsJson, DescriptorName, examples, plain_errors, visible
from csdlib.errors import InputError

verbs = typer.Typer()
feedback = typer.Typer(
    help="Ask which of two pictures is nearer to a third, and learn what somebody means by style.",
    epilog=examples("csdlib feedback ask pictures triplets.csv --count 30"),
    no_args_is_help=True,
)
verbs.add_typer(feedback, name="feedback")

Folder = Annotated[str, typer.Argument(help="A folder of pictures, a table of paths, or embeddings.")]
Space = Annotated[Path | None, typer.Option(help="A facet space of yours; by default what ships for the descriptor.")]


@feedback.command(epilog=examples("csdlib feedback ask pictures triplets.csv --count 30"))
@plain_errors
def ask(
    pictures: Folder,
    output: Annotated[Path, typer.Argument(help="A .csv file, for the answers.")],
    count: Annotated[int, typer.Option(min=1, help="Questions.")] = 30,
    answers: Annotated[Path | None, typer.Option(help="Answers so far: then the questions that teach most.")] = None,
    expert: Annotated[str, typer.Option(help="Who is asked.")] = "",
    descriptor: DescriptorName = "csd-art",
    space: Space = None,
    seed: Annotated[int, typer.Option(help="Of the questions.")] = 0,
) -> None:
    """Write questions, a line each with the names of three pictures.

    Fill the column nearer: first, second or skipped.
    """
    asked = scoring.pictures_to_judge(pictures, space=space, descriptor=descriptor)
    known = scoring.read_answers(answers, asked.images.ids) if answers else None
    if known is not None:
        known = _of_one(known, expert)
    questions = scoring.ask(asked, count, known, seed=seed)
    scoring.write_questions(output, questions, asked.images.ids, expert=expert)
    typer.echo(f"{len(questions)} questions about {len(asked.images):,} pictures: {output}")


def _of_one(answers: scoring.Answers, expert: str) -> scoring.Answers:
    """The answers of the one who is asked on."""
    names = sorted(set(answers.experts.tolist()))
    if len(names) > 1 and expert not in names:
        raise InputError(f"the answers are of several experts: say with --expert who is asked: {', '.join(names)}")
    return answers.by(expert) if expert in names else answers


@feedback.command(epilog=examples("csdlib feedback fit triplets.csv pictures -o metric.json"))
@plain_errors
def fit(
    answers: Annotated[Path, typer.Argument(help="The file with answers.")],
    pictures: Folder,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A .json file: the metric of each, for search --metric.")
    ] = None,
    descriptor: DescriptorName = "csd-art",
    space: Space = None,
    as_json: AsJson = False,
) -> None:
    """Learn how each expert weighs the facets of style, and how well that foretells answers that were held out."""
    if output is not None and output.suffix != ".json":
        raise InputError(f"output {output} must be a file that ends in .json")
    found = scoring.feedback(answers, scoring.pictures_to_judge(pictures, space=space, descriptor=descriptor))
    if output:
        found.save(output)
    table, agreement = found.table(), found.answers.agreement()
    if as_json:
        held = {who: each.row() for who, each in found.accuracy.items()}
        about = {"weights": table.to_dict("records"), "foretold": held, "agreement": agreement.to_dict("records")}
        typer.echo(json.dumps(about | {"said": found.said()}, indent=1))
        return
    shown = Table("expert", "facet", "weight", "plain", "times the plain one")
    for row in table.to_dict("records"):
        ends = f"{row['times']:.2f} [{row['times_low']:.2f}, {row['times_high']:.2f}]"
        names = visible(str(row["expert"])), str(row["facet"])
        shown.add_row(*map(escape, names), f"{row['weight']:.2f}", f"{row['plain']:.2f}", ends)
    Console(width=None if sys.stdout.isatty() else 1000).print(shown)
    for line in found.said():
        typer.echo(visible(line))
    for row in agreement.to_dict("records"):
        both = f"{row['expert']} and {row['other']} agree on {row['value']:.0%} [{row['low']:.0%}, {row['high']:.0%}]"
        typer.echo(visible(f"{both} of {row['questions']} questions (chance: half)"))
    if output:
        typer.echo(f"written: {output}")
