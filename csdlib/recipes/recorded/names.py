"""Recorded: what a name changes in tiny-sd's pictures at equal noise, and what two and three names do.

The prediction, written before the first result: *A name changes the style most in simple prompts and least in user
prompts. A name that nobody has changes pictures about as much as a painter's own, but does not bring them nearer to the
painter's works; a stranger's leads away from them. In prompts with a subject the name changes what is seen in fewer
than one picture of five. Of two names the picture is more often between both than one of either alone is, and the
first name is the stronger.*
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csdlib.atelier import UNSEEN
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.generation.name_controls import generate_with_controls
from csdlib.generation.pictures import generate
from csdlib.generation.prompts import simple_prompts
from csdlib.generation.studies import Study, pairs, works_of
from csdlib.generation.subjects import SubjectClassifier
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import SHARE, SIGNED, Bounds, bootstrap
from csdlib.recipes.atelier_prompts import atelier_artists
from csdlib.recipes.name_prompts import KINDS, joint, nobodies, prompts_of_kind, strangers
from csdlib.recipes.recorded.results import write_results
from csdlib.recipes.shipped.tiny_sd import GUIDANCE, STEPS
from csdlib.similarity.artists import prototypes
from csdlib.tables import ImageTable

STYLE, EVERYTHING = "csd-tiny", "clip-tiny"
PREDICTION = (__doc__ or "").split("*")[1].replace("\n", " ")

#: Whose pictures are compared: a picture with the name and one without it ...; the last two pairs are of controls.
COMPARED = (
    ("own", "no_name"),
    ("own", "stranger"),
    ("own", "nobody"),
    ("stranger", "no_name"),
    ("nobody", "no_name"),
)

#: Of what is measured along the line; all else is a cosine.
_LINE_BOUNDS: dict[str, Bounds] = {"place of the first name": None, "between": SHARE}

#: Pictures in a name whose prototype stands for it.
STANDING = 4

#: How far along the line between two prototypes a picture is neither one nor the other.
BETWEEN = (0.25, 0.75)


def record_names(output: AnyPath, *, images: int = 1, command: str = "") -> pd.DataFrame:
    """Records what names do in tiny-sd, with 95 % bootstrap intervals over painters, or over groups of painters.

    Args:
        output: a csv file; the json beside it says how it was made, and holds the prediction.
        images: pictures of each painter and kind of prompt, 10 at most.
        command: what makes it again.

    Returns:
        ``part`` (``change``: a pair of pictures; ``gain``: what the first has more of; ``contrast``: a kind of prompts
        minus the simple ones; ``joint``: several names), ``prompts``, ``compared``, ``measure``, ``painters`` (all, or
        those whom csd-tiny has not seen), and ``value, low, high, n, note``.
    """
    names = atelier_artists()
    put = {"no_name": None, "stranger": strangers(), "nobody": nobodies()}
    options: dict[str, Any] = {"guidance": GUIDANCE, "steps": STEPS, "progress": False}
    made = {
        kind: generate_with_controls("tiny-sd", prompts_of_kind(kind, images), names, put, **options) for kind in KINDS
    }
    several = {size: generate("tiny-sd", joint(size, images), **options) for size in (2, 3)}
    shown = generate("tiny-sd", simple_prompts(names, STANDING, seed=0), **options)
    rows = [*_paired_rows({kind: _per_pair(tables) for kind, tables in made.items()})]
    rows += _joint_rows(several, shown, made["simple"]["own"], images)
    frame = pd.DataFrame(rows)
    tables = [table for each in made.values() for table in each.values()] + [*several.values(), shown]
    facts = {
        "prediction": PREDICTION,
        "images": images,
        "guidance": GUIDANCE,
        "steps": STEPS,
        "pictures": sum(map(len, tables)),
        "between": BETWEEN,
    }
    write_results(
        Path(output), facts, frame.round(4), command=command, descriptors=(STYLE, EVERYTHING), generated=tables[:1]
    )
    return frame


def _seen(table: ImageTable, descriptor: str) -> Embedded:
    return embed(table, load(descriptor), cache=cache_folder() / "embeddings", progress=False)


def _per_pair(tables: dict[str, ImageTable]) -> pd.DataFrame:
    """One row a pair of pictures of one kind of prompts: ``compared, artist`` and what was measured."""
    judge = SubjectClassifier.load()
    subjects = {kind: judge.guess(table) for kind, table in tables.items()}
    works = works_of("atelier")
    frames = []
    for descriptor, what in ((STYLE, "style"), (EVERYTHING, "everything")):
        references = _seen(works, descriptor)
        looks = {kind: Study(descriptor, _seen(table, descriptor), references) for kind, table in tables.items()}
        for first, second in COMPARED:
            a, b = pairs(looks[first], looks[second])
            columns = _compared(looks[first], looks[second], a, b, what)
            if what == "style":
                columns |= _subjects(tables[first], subjects[first][a], subjects[second][b], a)
            artists = looks[first].asked[a]
            frames.append(pd.DataFrame(columns | {"artist": artists, "compared": f"{first} - {second}"}))
    count = len(COMPARED)
    joined = [frames[n].assign(**frames[n + count].drop(columns=["artist", "compared"])) for n in range(count)]
    return pd.concat(joined, ignore_index=True)


def _compared(first: Study, second: Study, a: np.ndarray, b: np.ndarray, what: str) -> dict[str, np.ndarray]:
    """How far two partners are apart, and how much nearer the first is to the works of the artist asked for."""
    vectors, partners = first.generated.vectors[a].astype(float), second.generated.vectors[b].astype(float)
    names, means, _ = prototypes(first.references.vectors, first.painted)
    own = means[np.searchsorted(names, first.asked[a])]
    gained = ((vectors - partners) * own).sum(axis=1)
    found = first.hits[a, 0].astype(float) - second.hits[b, 0].astype(float)
    return {
        f"change {what}": (1 - (vectors * partners).sum(axis=1)).clip(0, 2),
        f"gain {what}": gained,
        f"gain found by {what}": found,
    }


def _subjects(table: ImageTable, first: np.ndarray, second: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Whether another subject is seen, and whether the one asked for is seen more often with the first name."""
    asked = table.column("content")[rows]
    columns = {"change subject": (first != second).astype(float)}
    if (asked != "").all():
        columns["gain subject found"] = (first == asked).astype(float) - (second == asked)
    return columns


def _paired_rows(tables: dict[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """The means of every kind of prompts, and the differences to the simple ones, painter by painter."""
    for kind, frame in tables.items():
        for compared, each in frame.groupby("compared", sort=False):
            simple = tables["simple"][tables["simple"]["compared"] == compared]
            for measure in frame.columns.difference(["artist", "compared"]):
                part, what = measure.split(" ", 1)
                where = {"prompts": kind, "compared": compared, "measure": what}
                yield from _by_painters({"part": part} | where, each[measure], each["artist"])
                if kind != "simple" and measure in simple:
                    means = [one[measure].groupby(one["artist"]).mean() for one in (each, simple)]
                    change = (means[0] - means[1]).dropna()
                    where["measure"] = measure
                    yield from _by_painters({"part": "contrast"} | where, change, change.index.to_series())


def _by_painters(where: dict[str, Any], values: pd.Series, artists: pd.Series) -> Iterator[dict[str, Any]]:
    for painters, own in (("all", np.ones(len(values), bool)), ("unseen", artists.isin(UNSEEN).to_numpy())):
        bounds = _bounds(where["part"], where["measure"])
        estimate = bootstrap(values.to_numpy()[own], groups=artists.to_numpy()[own], bounds=bounds)
        yield where | {"painters": painters} | _numbers(estimate)


def _bounds(part: str, measure: str) -> tuple[float, float]:
    """Between which values a measure lies: shares and cosines, their changes, and differences of these."""
    most = 1.0 if "subject" in measure or "found" in measure else 2.0
    # A contrast is a difference of two means; that of gains is one of differences.
    most *= 2 if part == "contrast" and measure.startswith("gain") else 1
    return (0.0 if part == "change" else -most, most)


def _numbers(estimate: Estimate) -> dict[str, Any]:
    return {key: value for key, value in estimate.row().items() if key != "unit"}


def _joint_rows(
    several: dict[int, ImageTable], shown: ImageTable, single: ImageTable, images: int
) -> list[dict[str, Any]]:
    """Two names: where between the two prototypes; two and three: who is found, and by which place in the prompt."""
    works = _seen(works_of("atelier"), STYLE)
    standing = _seen(shown, STYLE)
    names, means, _ = prototypes(standing.vectors, standing.table.column("artist"))
    at = {name: vector.astype(float) for name, vector in zip(names.tolist(), means, strict=True)}
    rows: list[dict[str, Any]] = []
    for size, table in several.items():
        look = Study(STYLE, _seen(table, STYLE), works)
        asked = joint(size, images).set_index("prompt")
        groups = asked["group"][~asked.index.duplicated()]
        unit = groups.loc[look.made.column("prompt")].to_numpy().astype(str)
        people = _people(look.made, asked)
        found = look.painted[look.matches.neighbours.rows]
        where = {"part": "joint", "prompts": f"{size} names", "compared": "works"}
        for measure, values in _found(found, people):
            rows.append(where | {"measure": measure, "painters": "all"} | _numbers(bootstrap(values, groups=unit)))
        if size == 2:
            rows += _line_rows(look.generated, people, unit, at, _seen(single, STYLE))
    return rows


def _people(made: ImageTable, asked: pd.DataFrame) -> np.ndarray:
    """(n, size) the artists in each prompt, in the order in which they are named."""
    named = {
        prompt: [first, *rest]
        for prompt, first, rest in zip(asked.index, asked["artist"], asked["others"], strict=True)
    }
    return np.array([named[prompt] for prompt in made.column("prompt")])


def _found(found: np.ndarray, people: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Whose work is nearest, by place in the prompt, and whether all named are among the nearest."""
    for place in range(people.shape[1]):
        yield f"nearest is number {place + 1}", (found[:, 0] == people[:, place]).astype(float)
    inside = np.stack([(found == people[:, [place]]).any(axis=1) for place in range(people.shape[1])], axis=1)
    yield "nearest is one of them", (found[:, :1] == people).any(axis=1).astype(float)
    yield "all among the ten nearest", inside.all(axis=1).astype(float)
    yield (
        "order: first minus last nearest + 1, halved",
        ((found[:, 0] == people[:, 0]).astype(float) - (found[:, 0] == people[:, -1]) + 1) / 2,
    )


def places_on_line(vectors: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How far along the line from the second prototype to the first each picture is.

    Args:
        vectors: (n, d) descriptors of unit norm.
        first: (n, d) or (d,) prototypes.
        second: the same.

    Returns:
        (n,) 0 at the second, 1 at the first; beyond both where a picture is more like one than its prototype is.

    Example:
        >>> places_on_line(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([1.0, 0.0]), np.array([0.0, 1.0])).tolist()
        [0.5, 1.0]
    """
    line = first - second
    return np.asarray(((vectors - second) * line).sum(axis=-1) / (line * line).sum(axis=-1))


def _line_rows(
    made: Embedded, people: np.ndarray, unit: np.ndarray, at: dict[str, np.ndarray], single: Embedded
) -> Iterator[dict[str, Any]]:
    """Pictures of two names, of the first one alone, and of a third one alone, beside the same two prototypes.

    The third is the control: a picture that is like neither has a place near the middle, too, and is no mixture.
    """
    for title, vectors, two, units in (
        ("both names", made.vectors, people, unit),
        ("one name", *_alone(single, people, unit)),
        ("a third name", *_alone(single, people, unit, third=True)),
    ):
        a, b = (np.stack([at[name] for name in two[:, side]]) for side in (0, 1))
        seen = vectors.astype(float)
        place = places_on_line(seen, a, b)
        middle = (a + b) / np.linalg.norm(a + b, axis=1, keepdims=True)
        cosines = [(seen * each).sum(axis=1) for each in (a, b, middle)]
        values = {
            "place of the first name": place,
            "between": ((place > BETWEEN[0]) & (place < BETWEEN[1])).astype(float),
            "cosine with the first": cosines[0],
            "cosine with the second": cosines[1],
            "cosine with the middle minus the better of both": cosines[2] - np.maximum(*cosines[:2]),
        }
        for measure, each in values.items():
            where = {"part": "joint", "prompts": "2 names", "compared": title, "measure": measure, "painters": "all"}
            yield where | _numbers(bootstrap(each, groups=units, bounds=_LINE_BOUNDS.get(measure, SIGNED)))


def _alone(
    single: Embedded, people: np.ndarray, unit: np.ndarray, *, third: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every prompt with two names, pictures of the first alone; or of every third painter, who is not in it."""
    artists = single.table.column("artist")
    prompts = pd.DataFrame({"a": people[:, 0], "b": people[:, 1], "unit": unit}).drop_duplicates()
    chosen = [
        (row, each)
        for each in prompts.itertuples(index=False)
        for row in np.flatnonzero(~np.isin(artists, np.array([each.a, each.b])) if third else artists == each.a)
    ]
    two = np.array([[each.a, each.b] for _, each in chosen])
    return single.vectors[[row for row, _ in chosen]], two, np.array([each.unit for _, each in chosen])
