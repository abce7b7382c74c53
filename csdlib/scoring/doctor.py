"""Is this collection fit for a style score at all? What is broken, double, thin, cut or near to everything."""

from typing import Any

import numpy as np
import pandas as pd

from csdlib.curation.duplicates import duplicate_groups
from csdlib.descriptors.csd import copy_threshold
from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.metrics.estimate import FEW
from csdlib.scoring.fitness import fitness
from csdlib.scoring.measure import MUCH
from csdlib.scoring.report import NO_SUMMARY, Report, records
from csdlib.scoring.sides import Side, Source, describe, made_by, measuring, settled

#: Below so many pictures a style's prototype is partly chance, and its score too low.
THIN = 10


def examine(
    source: Source,
    *,
    descriptor: str | Descriptor = "csd-art",
    preprocessing: str = "own",
    batch_size: int = 64,
    progress: bool = True,
    **options: Any,
) -> Report:
    """Examines a collection before it is scored.

    Args:
        source: pictures, see ``describe``.
        descriptor: by which it is to be scored, which decides what a crop loses.
        preprocessing: likewise.
        batch_size: pictures that are encoded together.
        progress: show a progress bar on the error stream.
        options: of ``load``, where the descriptor is given by name.

    Returns:
        a row a picture: ``picture``, ``group``, ``copy_of`` (an earlier picture that it is a copy of; empty for none),
        ``crop_loss``, the share that is never seen, in [0, 1], and ``note``, why it cannot be read. In ``how`` stand
        ``groups``, a row each: ``pictures``, ``read``, ``different`` (copies of one picture count once) and ``cut``
        (pictures that lose more than a fifth); ``styles``, how well they stand apart by the descriptor, of ``Fitness``;
        and ``advice``, what follows, a sentence each.

    Raises:
        InputError: no picture that can be read, or saved embeddings, which hold no pictures.
    """
    source = settled(source)
    if isinstance(source, Embeddings):
        raise InputError("saved embeddings hold no pictures that could be examined: give the folder of the pictures")
    measure, finder = measuring(descriptor, preprocessing, **options), load("copy-tiny")
    side, seen = (describe(source, each, batch_size=batch_size, progress=progress) for each in (finder, measure))
    first = duplicate_groups(np.asarray(side.embeddings.vectors, np.float32), copy_threshold())
    original = np.full(len(side), -1)
    original[side.in_order] = side.in_order[first]
    lost = side.lost(measure)
    copied = (original >= 0) & (original != np.arange(len(side)))
    copy_of = np.where(copied, side.names[original], "")
    frame = pd.DataFrame({"picture": side.names, "group": side.groups, "copy_of": copy_of, "crop_loss": lost})
    across = int((side.groups != side.groups[original])[copied].sum())
    groups = _groups(side, original, lost > MUCH)
    apart = fitness(seen.embeddings, seen.groups[seen.in_order])
    how = made_by(measure) | {
        "copies found by": finder.name,
        "pictures": side.counts,
        "groups": records(groups),
        "styles": apart.facts(),
        "advice": [*_advice(groups, int(copied.sum()), across), *apart.advice()],
    }
    return Report(frame.assign(note=side.notes), NO_SUMMARY, how)


def _groups(side: Side, original: np.ndarray, cut: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame({"group": side.groups, "read": side.rows >= 0, "cut": cut, "original": original})
    pools = frame[frame["read"]].groupby("group")["original"].nunique()
    rows = frame.groupby("group").agg(pictures=("read", "size"), read=("read", "sum"), cut=("cut", "sum"))
    rows.insert(2, "different", pools.reindex(rows.index, fill_value=0))
    return rows.reset_index()


def _advice(groups: pd.DataFrame, copies: int, across: int) -> list[str]:
    """What to do, in the order of how much it matters."""
    read, cut = int(groups["read"].sum()), int(groups["cut"].sum())
    broken = int(groups["pictures"].sum()) - read
    found = [
        across
        and f"copies of a picture in another group: {across}. One of the labels is wrong, or a copy links two styles, "
        "and scores between these groups are too high. Take both out, or the wrong one",
        copies > across
        and f"copies inside a group: {copies - across}. Its members look more alike than they are. Keep one of each",
        *_about_groups(groups[groups["group"] != ""]),
        cut
        and f"{cut} of {read} pictures lose more than {MUCH:.0%} to the crop: compare the ways of "
        "preprocessing before you believe a difference",
        broken and f"pictures that cannot be read: {broken}. Each is a row without a number",
    ]
    return [sentence for sentence in found if sentence]


def _about_groups(named: pd.DataFrame) -> list[str]:
    if not len(named):
        return ["there are no groups, so nothing can be said of styles: put each style into a subfolder of its own"]
    thin = named[named["different"] < THIN]
    few = f"{len(named)} groups only: an interval over so few styles says little about others"
    names = ", ".join(thin["group"].head(5))
    small = (
        f"{len(thin)} of {len(named)} groups have fewer than {THIN} different pictures ({names}): prototypes of few "
        "pictures score low and vary. Say how many stand behind each number, and compare groups of one size"
    )
    return [few] * (len(named) < FEW) + [small] * bool(len(thin))
