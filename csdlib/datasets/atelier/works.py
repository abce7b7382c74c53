"""Pictures on disk: which works there are, and drawing those that the cache lacks."""

import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from joblib import Parallel, delayed
from PIL import Image
from tqdm import tqdm

from csdlib.datasets.atelier.studio import render
from csdlib.files import atomic_path, file_hash, text_hash

#: Scene seeds of a split start here; no split reaches the next one's.
_FIRST_SEED = {"train": 0, "query": 1 << 42, "database": 1 << 43}

#: The splits in the order in which a painter's works fall into them: half train, a quarter each for the others.
_TURNS = ("train", "query", "train", "database")


@dataclass(frozen=True)
class Work:
    """One picture of the table: who painted which scene, at which size, for which split."""

    painter: str
    subject: str
    scene: int
    size: int
    split: str

    @property
    def path(self) -> str:
        """The file name in the cache: changes when the work, or the code that draws it, changes."""
        key = text_hash(source_hash(), self.painter, self.subject, self.scene, self.size)
        return f"{self.painter}/{key[:24]}.png"


def planned(painters: Sequence[str], subjects: Sequence[str], count: int, *, size: int, seed: int) -> list[Work]:
    """The works of every painter: subjects spread evenly over splits, no scene in two splits.

    Each painter meets scenes of its own: two works share a scene seed only by being the same work.

    Example:
        >>> [(w.subject, w.split) for w in planned(["a"], ["dog", "cat"], 4, size=64, seed=0)]
        [('dog', 'train'), ('cat', 'train'), ('dog', 'query'), ('cat', 'query')]
    """
    return [_planned(painter, subjects, number, (size, seed)) for painter in painters for number in range(count)]


def _planned(painter: str, subjects: Sequence[str], number: int, common: tuple[int, int]) -> Work:
    size, seed = common
    turn, place = divmod(number, len(subjects))
    split = _TURNS[turn % len(_TURNS)]
    first = _FIRST_SEED[split] + int(text_hash("works", seed, painter)[:10], 16)
    return Work(painter, subjects[place], first + number, size, split)


@cache
def source_hash() -> str:
    """A hash over the atelier's source files and its rasteriser: pictures are drawn anew when one changes."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return text_hash(cv2.__version__, np.__version__, *[file_hash(path) for path in files])


def draw_missing(works: Sequence[Work], root: Path, *, progress: bool = True, workers: int = 2) -> None:
    """Draws the works that the cache lacks, in worker processes; a kill leaves finished pictures only."""
    missing = [work for work in works if not (root / work.path).is_file()]
    if not missing:
        return
    # Two chapters may find the same cache empty at the same time: each draws in an order of its own, and passes over
    # what the other has done by then.
    random.Random(os.getpid()).shuffle(missing)
    # joblib's workers, unlike multiprocessing's, need no "if __name__" guard in a user's three-line script.
    pool = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=4)
    drawn = pool(delayed(_draw)(work, root) for work in missing)
    for _ in tqdm(drawn, "painting", len(missing), disable=not progress, file=sys.stderr):
        pass


def _draw(work: Work, root: Path) -> None:
    if (root / work.path).is_file():
        return
    picture = render(work.painter, work.subject, work.scene, work.size)
    with atomic_path(root / work.path) as path:
        Image.fromarray(picture).save(path)
