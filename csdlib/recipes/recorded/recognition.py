"""Recorded: which name was in the prompt, told from the picture alone; a benchmark that others can enter.

The prediction, written before the first result: *Eight pictures made in a name stand for it better than the painter's
works do, on new seeds, and two are enough to be level. A linear classifier is best on new seeds and loses most
elsewhere. User prompts cost every method ten points or more. Under the other generator works lose less than generated
pictures. A confidence that is calibrated on new seeds keeps its promise neither there nor on user prompts.*
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csdlib.atelier import UNSEEN, WITHHELD
from csdlib.datasets.generated import generated
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded, Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.generation.pictures import generate
from csdlib.generation.prompts import simple_prompts
from csdlib.generation.studies import works_of
from csdlib.generation.subjects import train_subject_classifier
from csdlib.recipes.atelier_prompts import atelier_artists
from csdlib.recipes.name_prompts import joint, prompts_of_kind
from csdlib.recipes.recorded.results import write_results, write_table
from csdlib.recipes.shipped.tiny_sd import GUIDANCE, STEPS
from csdlib.scoring.recognised import judge_predictions
from csdlib.similarity.recognition import NameScores, by_linear_classifier, by_nearest_work, by_prototype
from csdlib.tables import ImageTable

DESCRIPTORS = ("csd-tiny", "clip-tiny")
#: Of real artists.
REAL_DESCRIPTOR = "csd-art"
#: Whose words for a picture are none: a network that sees pixels, trained on the names from nothing.
NETWORK = "own network"
#: Passes of that network over the pictures that stand for the names, and the side to which it sees them reduced. Set
#: once, for a training of minutes; not chosen on what is tested.
EPOCHS, SIDE = 30, 48
#: Pictures that stand for a name.
SHOTS = (1, 2, 4, 8)
PREDICTION = (__doc__ or "").split("*")[1].replace("\n", " ")


def recognition_splits(images: int = 1, shots: int = SHOTS[-1]) -> pd.DataFrame:
    """Who is asked for by which prompt and seed, in which role; the whole benchmark, without a picture.

    Args:
        images: test pictures of each prompt.
        shots: reference pictures of each painter.

    Returns:
        ``id``; ``setting``: ``reference``, ``new_seeds``, ``user``, ``content``, ``two_names``, ``three_names``,
        ``other_generator``, and ``never_seen`` (painters whom that generator has not seen, but may have read);
        ``role`` (reference or test); ``group``: whether csd-tiny has seen the painter; ``model, artist, prompt,
        prompt_set, content, seed``. The artists of a prompt with several are separated by ``;``.
    """
    new = prompts_of_kind("simple", images)
    withheld = new["artist"].isin(WITHHELD)
    tables = {
        "reference": ("tiny-sd", simple_prompts(atelier_artists(), shots, seed=0)),
        "new_seeds": ("tiny-sd", new),
        "user": ("tiny-sd", prompts_of_kind("user", images)),
        "content": ("tiny-sd", prompts_of_kind("content", images)),
        "two_names": ("tiny-sd", joint(2, images)),
        "three_names": ("tiny-sd", joint(3, images)),
        "other_generator": ("tiny-sd-withheld", new[~withheld]),
        "never_seen": ("tiny-sd-withheld", new[withheld]),
    }
    rows = pd.concat([each.assign(setting=name, model=model) for name, (model, each) in tables.items()])
    roles = np.where(rows["setting"] == "reference", "reference", "test")
    groups = np.where(rows["artist"].isin(UNSEEN), "unseen", "seen")
    groups = np.where(rows["others"].map(len) > 0, "several", groups)
    artists = [";".join([first, *others]) for first, others in zip(rows["artist"], rows["others"], strict=True)]
    ids = [f"p{number:04}" for number in range(len(rows))]
    rows = rows.assign(id=ids, role=roles, group=groups, artist=artists)
    columns = ["id", "setting", "role", "group", "model", "artist", "prompt", "prompt_set", "content", "seed"]
    return rows[columns].reset_index(drop=True)


def recognition_pictures(splits: pd.DataFrame) -> dict[str, ImageTable]:
    """The pictures of the splits, made or found in the cache: setting -> pictures, in the order of the splits."""
    made = {}
    for setting, rows in splits.groupby("setting", sort=False):
        first = rows["artist"].str.split(";").str[0]
        asked = rows.assign(artist=first)
        made[str(setting)] = generate(rows["model"].iloc[0], asked, guidance=GUIDANCE, steps=STEPS, progress=False)
    return made


def record_recognition(
    output: AnyPath, root: AnyPath | None = None, *, pictures: AnyPath | None = None, command: str = ""
) -> pd.DataFrame:
    """Records how well methods tell which name was in the prompt, with 95 % bootstrap intervals over painters.

    Args:
        output: a csv file; the json beside it holds the prediction, and ``*_splits.csv`` the splits.
        root: folder with ``wikiart.csv`` and two tables of pictures by Stable Diffusion; None leaves them out.
        pictures: a folder that gets every picture of the splits as ``id.png``, for other methods.
        command: what makes it again.

    Returns:
        the columns of ``judge_predictions``, with ``descriptor`` (``own network``: none), ``method`` and ``shots``
        (pictures that stand for a name; 0: the artist's works do).
    """
    output = Path(output)
    splits = recognition_splits()
    made = recognition_pictures(splits)
    if pictures is not None:
        _copy(splits, made, Path(pictures))
    rows = []
    for name in DESCRIPTORS:
        works = _seen(works_of("atelier"), name)
        shown = _seen(made["reference"], name)
        for method, shots, scores in _methods(splits, made, works, shown, name):
            rows.append(judge_predictions(scores, splits).assign(descriptor=name, method=method, shots=shots))
    scores = _end_to_end(splits, made)
    rows.append(judge_predictions(scores, splits).assign(descriptor=NETWORK, method="end to end", shots=SHOTS[-1]))
    if root is not None:
        rows += list(_real_rows(Path(root)))
    frame = pd.concat(rows, ignore_index=True)
    write_table(output.with_name(f"{output.stem}_splits.csv"), splits)
    facts = {"prediction": PREDICTION, "guidance": GUIDANCE, "steps": STEPS, "pictures": len(splits)}
    descriptors = DESCRIPTORS if root is None else (*DESCRIPTORS, REAL_DESCRIPTOR)
    write_results(output, facts, frame.round(4), command=command, descriptors=descriptors, generated=[*made.values()])
    return frame


def _seen(table: ImageTable, descriptor: str) -> Embedded:
    return embed(table, load(descriptor), cache=cache_folder() / "embeddings", progress=False)


def _methods(
    splits: pd.DataFrame, made: dict[str, ImageTable], works: Embedded, shown: Embedded, descriptor: str
) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Every method's predictions for all test pictures, which are seen at once: what learns does so once."""
    settings = [name for name in made if name != "reference"]
    seen = [_seen(made[name], descriptor) for name in settings]
    ids = np.concatenate([splits.loc[splits["setting"] == name, "id"].to_numpy() for name in settings])
    tested = Embeddings(np.concatenate([each.vectors for each in seen]), ids, shown.fingerprint, shown.metric)
    for method, shots, score in _named_methods(works, shown):
        yield method, shots, score(tested).predictions()


def _end_to_end(splits: pd.DataFrame, made: dict[str, ImageTable]) -> pd.DataFrame:
    """The predictions of a small network that learns the names from the pixels of the pictures that stand for them."""
    shown = made["reference"]
    named = shown.with_column("content", shown.frame["artist"])
    network = train_subject_classifier(named, size=SIDE, epochs=EPOCHS, shake_colours=False)
    order = np.argsort(network.names)
    names = np.array(network.names)[order]
    return pd.concat(
        [
            NameScores(rows["id"].to_numpy(), names, network.probabilities(made[str(setting)])[:, order]).predictions()
            for setting, rows in splits[splits["role"] == "test"].groupby("setting", sort=False)
        ]
    )


def _named_methods(works: Embedded, shown: Embedded) -> Iterator[tuple[str, int, Any]]:
    painted = works.table.column("artist")
    yield "nearest work", 0, lambda seen: by_nearest_work(seen, works, painted)
    yield "prototypes of works", 0, lambda seen: by_prototype(seen, works, painted)
    yield "linear on works", 0, lambda seen: by_linear_classifier(seen, works, painted)
    for shots in SHOTS:
        few = _few(shown, shots)
        asked = few.table.column("artist")
        yield "prototypes of generated", shots, lambda seen, few=few, asked=asked: by_prototype(seen, few, asked)
    few = _few(shown, SHOTS[-1])
    asked = few.table.column("artist")
    yield "linear on generated", SHOTS[-1], lambda seen: by_linear_classifier(seen, few, asked)


def _few(shown: Embedded, shots: int) -> Embedded:
    """The first pictures of each name."""
    first = shown.table.frame.groupby("artist").cumcount() < shots
    return shown.of(shown.table.take(np.flatnonzero(first)))


def _real_rows(root: Path) -> Iterator[pd.DataFrame]:
    """References by Stable Diffusion 1.4, test pictures by fine-tunes of 1.5: among artists who have paintings, too."""
    tables = [wikiart(root), generated(root, csv="sd14_artists.csv"), generated(root, csv="sd15_finetunes.csv")]
    every = set.intersection(*(set(table.frame["artist"]) for table in tables))
    tables = [table.where(artist=sorted(every)) for table in tables]
    works, shown, asked = (_seen(table, REAL_DESCRIPTOR) for table in tables)
    # Subjects in turn: few pictures of a name shall not be of one subject.
    turns = shown.table.frame.groupby(["artist", "content"]).cumcount().to_numpy()
    shown = shown.of(shown.table.take(np.argsort(turns, kind="stable")))
    artists = asked.table.column("artist")
    splits = pd.DataFrame(
        {"id": asked.ids, "setting": "sd14_to_sd15", "role": "test", "group": "real", "artist": artists}
    )
    for method, shots, score in _named_methods(works, shown):
        predictions = score(asked).predictions()
        yield judge_predictions(predictions, splits).assign(descriptor=REAL_DESCRIPTOR, method=method, shots=shots)


def _copy(splits: pd.DataFrame, made: dict[str, ImageTable], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for setting, table in made.items():
        for name, path in zip(splits.loc[splits["setting"] == setting, "id"], table.frame["path"], strict=True):
            shutil.copyfile(Path(table.root) / path, folder / f"{name}.png")
