"""How little must change before a score says "the same artist": by its own gradient, and by colours alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from PIL import Image

from csdlib.atelier import UNSEEN, atelier
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.embeddings.arrays import Embedded
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath, cache_folder, seeded
from csdlib.metrics.intervals import SHARE, SIGNED, bootstrap
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.recorded.strengths import saved_as_jpeg
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.similarity.artists import prototypes
from csdlib.similarity.attribution import candidates
from csdlib.similarity.fooling import BOUNDS, smallest_bound, with_colours_of
from csdlib.tables import ImageTable

#: The share of strangers' works that a threshold may give to somebody.
WRONG = 0.05


@dataclass(frozen=True)
class _Judge:
    """A descriptor with the prototypes of the artists, and the score from which it says "the same artist"."""

    name: str
    prototypes: Mapping[str, np.ndarray]
    threshold: float

    def scores(self, pictures: Sequence[Image.Image], artists: Sequence[str]) -> np.ndarray:
        """Of each picture the cosine with an artist's prototype."""
        vectors = encode_images(load(self.name), pictures).numpy()
        goals = np.stack([self.prototypes[artist] for artist in artists])
        return np.clip((vectors * goals).sum(axis=1), -1, 1)


@dataclass(frozen=True)
class _Attack:
    """Pictures, and for each an artist who has not made it but shall be named."""

    table: ImageTable
    pictures: list[Image.Image]
    targets: list[str]
    #: A work of each target.
    models: list[Image.Image]


def record_fooled(
    output: AnyPath,
    root: AnyPath | None = None,
    *,
    descriptors: Sequence[str] = ("csd-tiny", "clip-tiny", "colour", "gram"),
    real: Sequence[str] = ("csd-art", "colour"),
    artists: Sequence[str] = (),
    painters: Sequence[str] = UNSEEN,
    bounds: Sequence[int] = BOUNDS,
    steps: int = 20,
    command: str = "",
) -> Recorded:
    """Records how far pictures must change before a score gives them to a given artist who has not made them.

    "The same artist" begins at the threshold of ``candidates``: the score with the likest prototype that one of twenty
    works by strangers reaches. Whom a picture shall be given to is drawn.

    Args:
        output: a csv file with a row for each ``world``, ``descriptor`` (who judges), ``change`` and ``measure``:
            ``score`` (with the target's prototype) and ``named`` (the share of pictures that reach the threshold). The
            changes: ``none``; ``gradient`` by 1 to 16 grey levels (``bound``), against the first descriptor, and what
            the others say of the same pictures; ``noise`` of the same size; ``gradient, jpeg 75``: saved once more;
            ``colours``: those of a work by the target. ``by the target`` are the target's own queries. A picture
            that has reached the threshold is not pushed any further.
        root: folder with ``wikiart.csv`` and the paintings; without it there is the atelier alone.
        descriptors: of the atelier; the first one's gradient is followed.
        real: of the paintings, likewise.
        artists: whose paintings; by default those who judge csd-art.
        painters: of the atelier.
        bounds: grey levels that are tried in turn.
        steps: of the gradient.
        command: what makes it again.

    Raises:
        InputError: the table or an image is missing, or the first descriptor has no gradient.
    """
    whole = atelier(progress=False)
    worlds = {"atelier": (whole, whole.where(artist=list(painters)), tuple(descriptors), 2)}
    if root is not None:
        paintings = wikiart(root).where(artist=list(artists or judging_artists()))
        worlds["paintings"] = (paintings, paintings, tuple(real), 1)
    rows: list[dict[str, object]] = []
    facts: dict[str, object] = {"wrong": WRONG, "steps": steps}
    for world, (described, table, names, each) in worlds.items():
        judges, attack = [_judge(described, table, name) for name in names], _attack(table, each)
        rows += [{"world": world} | row for row in _rows(judges, attack, table, bounds, steps)]
        thresholds = {judge.name: round(judge.threshold, 4) for judge in judges}
        facts[world] = {"pictures": len(attack.pictures), "thresholds": thresholds}
    used = sorted({name for _, _, names, _ in worlds.values() for name in names})
    return write_results(output, facts, pd.DataFrame(rows).round(4), command=command, descriptors=used)


def _judge(described: ImageTable, table: ImageTable, name: str) -> _Judge:
    """Prototypes and threshold of the database: the artists are strangers to the descriptor, and calibrate it."""
    works: Embedded = embed(described, load(name), cache=cache_folder() / "embeddings", progress=False)
    known = works.of(table.where(split="database"))
    labels = known.table.column("artist")
    names, means, _ = prototypes(known.vectors, labels)
    return _Judge(name, dict(zip(names.tolist(), means, strict=True)), candidates(known, labels, wrong=WRONG).threshold)


def _attack(table: ImageTable, each: int) -> _Attack:
    """Some queries of each artist, and for each another artist who is drawn, with one of the works."""
    asked = table.where(split="query")
    asked = asked.take(np.flatnonzero(asked.frame.groupby("artist").cumcount().to_numpy() < each))
    order = seeded("fooled", *sorted(set(asked.frame["artist"]))).permutation(sorted(set(asked.frame["artist"])))
    following = dict(zip(order.tolist(), np.roll(order, -1).tolist(), strict=True))
    targets = [following[artist] for artist in asked.column("artist").tolist()]
    known = table.where(split="database")
    labels, place = known.column("artist"), asked.frame.groupby("artist").cumcount()
    models = [
        known.open(int(np.flatnonzero(labels == target)[turn])) for target, turn in zip(targets, place, strict=True)
    ]
    return _Attack(asked, [asked.open(row) for row in range(len(asked))], targets, models)


def _rows(
    judges: Sequence[_Judge], attack: _Attack, table: ImageTable, bounds: Sequence[int], steps: int
) -> list[dict[str, object]]:
    """What all judges say of the pictures as they are, and after each change."""
    first, descriptor = judges[0], load(judges[0].name)
    if not isinstance(descriptor, TowerDescriptor):
        raise InputError(f"{first.name} has no gradient: name a vision tower first")
    pairs = list(zip(attack.pictures, attack.targets, strict=True))
    own = table.where(split="query", artist=sorted(set(attack.targets)))
    theirs = [own.open(row) for row in range(len(own))]
    rows = _judged(judges, "none", 0, attack.pictures, attack)
    rows += _judged(
        judges, "by the target", 0, theirs, replace(attack, table=own, targets=own.column("artist").tolist())
    )
    coloured = [with_colours_of(*each) for each in zip(attack.pictures, attack.models, strict=True)]
    rows += _judged(judges, "colours", 0, coloured, attack)
    now = list(attack.pictures)
    done = first.scores(now, attack.targets) >= first.threshold
    for bound in bounds:
        for place, (picture, target) in enumerate(pairs):
            if not done[place]:
                goal = first.prototypes[target]
                found = smallest_bound(descriptor, picture, goal, first.threshold, bounds=(bound,), steps=steps)
                now[place], done[place] = found.image, found.bound is not None
        rows += _judged(judges, "gradient", bound, now, attack)
        saved, noisy = [saved_as_jpeg(each, 75) for each in now], [_noisy(each, bound) for each in attack.pictures]
        rows += _judged(judges[:1], "gradient, jpeg 75", bound, saved, attack)
        rows += _judged(judges[:1], "noise", bound, noisy, attack)
        if done.all():
            break
    return rows


def _judged(
    judges: Sequence[_Judge], change: str, bound: int, pictures: Sequence[Image.Image], attack: _Attack
) -> list[dict[str, object]]:
    """Scores with the targets, and how many reach the threshold; intervals are over those who made the pictures."""
    rows, groups = [], attack.table.column("artist")
    for judge in judges:
        scores = judge.scores(pictures, attack.targets)
        where = {"descriptor": judge.name, "change": change, "bound": bound}
        named = (scores >= judge.threshold).astype(float)
        rows.append(where | {"measure": "score"} | bootstrap(scores, groups=groups, bounds=SIGNED).row())
        rows.append(where | {"measure": "named"} | bootstrap(named, groups=groups, bounds=SHARE).row())
    return rows


def _noisy(image: Image.Image, bound: int) -> Image.Image:
    """Every channel of every pixel moved by the bound, up or down by lot: as far as a gradient may, but anywhere."""
    pixels = np.asarray(image, np.int16)
    moved = pixels + bound * seeded("noise", *image.size).choice([-1, 1], size=pixels.shape)
    return Image.fromarray(np.clip(moved, 0, 255).astype(np.uint8))
