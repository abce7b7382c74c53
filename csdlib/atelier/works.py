"""Pictures on disk: which works there are, and drawing those that the cache lacks."""

import ast
import inspect
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from joblib import Parallel, delayed
from PIL import Image
from tqdm import tqdm

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.painters import Painter
from csdlib.atelier.studio import render
from csdlib.files import atomic_path, cache_folder, seeded, text_hash

#: Scene seeds of a split, and of the crawl, start here; none reaches the next one's.
_FIRST_SEED = {"train": 0, "query": 1 << 42, "database": 1 << 43, "crawl": 1 << 44}

#: Of two subjects that follow one another in the list, the first is of the database and the second of the queries.
SIDES = ("database", "query")


@dataclass(frozen=True)
class Work:
    """One picture of the table: who painted which scene, at which size, for which split."""

    painter: Painter
    subject: str
    scene: int
    size: int
    split: str

    @property
    def path(self) -> str:
        """The file name in the cache: changes when the work, its painter's record or the code that draws it changes."""
        key = text_hash(source_hash(), self.painter, self.subject, self.scene, self.size)
        return f"{self.painter.slug}/{key[:24]}.png"

    def draw(self) -> Canvas:
        """The picture, (size, size, 3) uint8."""
        return render(self.painter, self.subject, self.scene, self.size)


class Drawable(Protocol):
    """Whatever can be drawn into the cache: its ``path`` names everything that its pixels depend on."""

    @property
    def path(self) -> str:
        """The file name in the cache."""

    def draw(self) -> Canvas:
        """The picture, (size, size, 3) uint8."""


def planned(painters: Sequence[Painter], subjects: Sequence[str], count: int, *, size: int, seed: int) -> list[Work]:
    """The works of every painter: one of every subject to train, then one of every subject to test, and so on.

    Queries and database share no subject.

    Each painter meets scenes of its own: two works share a scene seed only by being the same work.

    Example:
        >>> ada = Painter("Ada", "Paper Garden", "oil")
        >>> [(w.subject, w.split) for w in planned([ada], ["dog", "cat"], 4, size=64, seed=0)]
        [('dog', 'train'), ('cat', 'train'), ('dog', 'database'), ('cat', 'query')]
    """
    return [_planned(painter, subjects, number, (size, seed)) for painter in painters for number in range(count)]


def _planned(painter: Painter, subjects: Sequence[str], number: int, common: tuple[int, int]) -> Work:
    size, seed = common
    turn, place = divmod(number, len(subjects))
    split = SIDES[place % 2] if turn % 2 else "train"
    return Work(painter, subjects[place], first_seed(split, seed, painter) + number, size, split)


def first_seed(part: str, seed: int, painter: Painter) -> int:
    """The first scene seed of a painter in a part: a split of the exhibition, or the crawl."""
    return _FIRST_SEED[part] + int(text_hash("works", seed, painter.slug)[:10], 16)


@lru_cache
def source_hash(extra: str = "") -> str:
    """A hash over what draws: pictures are drawn anew when it changes. Painters' records are hashed with each work.

    What decides no pixel, such as comments and where a file lies, does not count.

    Args:
        extra: a folder of the atelier that draws, too, and is left out otherwise: ``domains``.
    """
    folder = Path(__file__).parent
    left_out = {"catalogue", "domains"} - {extra}
    files = [path for path in sorted(folder.rglob("*.py")) if path.parent.name not in left_out]
    sources = [*(path.read_text(encoding="utf-8") for path in files), inspect.getsource(seeded)]
    return text_hash(cv2.__version__, np.__version__, *sorted(map(drawing_code, sources)))


def drawing_code(source: str) -> str:
    """What a source does: without comments and docstrings, its imports by name and last part of the module.

    Example:
        >>> drawing_code("from csdlib.files import seeded  # by name")
        'from files import seeded'
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            node.module = node.module.rpartition(".")[2]
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def draw_missing(works: Sequence[Drawable], cache: Path | None, *, progress: bool = True, workers: int = 2) -> Path:
    """Draws the works that the cache lacks, in worker processes; a kill leaves finished pictures only.

    Args:
        works: what the table needs.
        cache: folder of the pictures; for None ``atelier`` in the cache folder of csdlib.
        progress: show a progress bar on stderr.
        workers: processes.

    Returns:
        the folder that the paths of the works are relative to.
    """
    root = Path(cache) if cache is not None else cache_folder() / "atelier"
    missing = [work for work in works if not (root / work.path).is_file()]
    if not missing:
        return root
    # Two chapters may find the same cache empty at the same time: each draws in an order of its own, and passes over
    # what the other has done by then.
    random.Random(os.getpid()).shuffle(missing)
    # joblib's workers, unlike multiprocessing's, need no "if __name__" guard in a user's three-line script.
    pool = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=4)
    drawn = pool(delayed(_draw)(work, root / work.path) for work in missing)
    for _ in tqdm(drawn, "painting", len(missing), disable=not progress, file=sys.stderr):
        pass
    return root


def _draw(work: Drawable, target: Path) -> None:
    if target.is_file():
        return
    with atomic_path(target) as path:
        Image.fromarray(work.draw()).save(path)
