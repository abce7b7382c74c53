"""Pictures on disk: which works there are, and drawing those that the cache lacks."""

import ast
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from filelock import FileLock
from joblib import Parallel, delayed
from PIL import Image
from tqdm import tqdm

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.painters import Painter
from csdlib.atelier.studio import canvas_side, paint, reduced
from csdlib.files import AnyPath, atomic_path, cache_folder, code_of, seeded, text_hash

#: Scene seeds of a split, and of the crawl, start here; none reaches the next one's.
_FIRST_SEED = {"train": 0, "query": 1 << 42, "database": 1 << 43, "crawl": 1 << 44}

#: The book's sizes: 128 pixels, and 96 for its diffusion models. All sizes are reduced from one canvas, which takes 30
#: times as long as to save one more.
_SIZES = (96, 128)

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
        """The file name in the cache; it changes with the work, its painter's record and the code that draws it."""
        key = text_hash(source_hash(), self.painter, self.subject, self.scene, self.size)
        return f"{self.painter.slug}/{key[:24]}.png"

    @property
    def together(self) -> list["Work"]:
        """The work in every size that is drawn together with this one."""
        return [replace(self, size=size) for size in (_SIZES if self.size in _SIZES else (self.size,))]

    def draw(self) -> Canvas:
        """The picture, (size, size, 3) uint8."""
        return reduced(_canvas(self.painter, self.subject, self.scene, canvas_side(self.size)), self.size)


@lru_cache(maxsize=1)
def _canvas(painter: Painter, subject: str, scene: int, side: int) -> Canvas:
    """The last canvas is kept: the other sizes and the near-duplicates of the work are drawn next."""
    return paint(painter, subject, scene, side)


class Drawable(Protocol):
    """Whatever can be drawn into the cache: its ``path`` names everything that its pixels depend on."""

    @property
    def path(self) -> str:
        """The file name in the cache."""

    @property
    def together(self) -> Sequence["Drawable"]:
        """This picture, and others that cost hardly more where it is drawn."""

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

    What decides no pixel, such as comments, where a file lies, and who is in which set, does not count.

    Args:
        extra: a folder of the atelier that draws, too, and is left out otherwise: ``domains``.
    """
    folder = Path(__file__).parent
    left_out = {"catalogue", "domains"} - {extra}
    files = [path for path in sorted(folder.rglob("*.py")) if path.parent.name not in left_out and path.stem != "sets"]
    sources = [*(path.read_text(encoding="utf-8") for path in files), inspect.getsource(seeded)]
    return text_hash(cv2.__version__, np.__version__, *sorted(map(drawing_code, sources)))


def drawing_code(source: str) -> str:
    """What a source does: without comments and docstrings, its imports by name and last part of the module.

    Example:
        >>> drawing_code("from csdlib.files import seeded  # by name")
        'from files import seeded'
    """
    tree = code_of(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            node.module = node.module.rpartition(".")[2]
    return ast.unparse(tree)


def draw_missing(works: Sequence[Drawable], cache: AnyPath | None, *, progress: bool = True, workers: int = 2) -> Path:
    """Draws the works that the cache lacks, in worker processes and each once; a kill leaves finished pictures only.

    Args:
        works: what the table needs.
        cache: folder of the pictures; for None ``atelier`` in the cache folder of csdlib.
        progress: show a progress bar on stderr.
        workers: processes.

    Returns:
        the folder that the paths of the works are relative to.
    """
    root = Path(cache) if cache is not None else cache_folder() / "atelier"
    wanted = {root / work.path: work for work in works}
    missing = _missing(wanted)
    if not missing:
        return root
    root.mkdir(parents=True, exist_ok=True)
    # Of two chapters that find the same cache empty the second one waits, and finds the pictures there. A process that
    # is killed leaves the lock to the next.
    bar = tqdm(total=len(missing), desc="painting", disable=not progress, file=sys.stderr)
    with bar, FileLock(root / ".lock"):
        left = _missing(missing)
        bar.update(len(missing) - len(left))
        # joblib's workers, unlike multiprocessing's, need no "if __name__" guard in a user's three-line script.
        pool = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=4)
        for _ in pool(delayed(_draw)({root / one.path: one for one in work.together}) for work in left.values()):
            bar.update()
    return root


def _missing(wanted: Mapping[Path, Drawable]) -> dict[Path, Drawable]:
    return {target: work for target, work in wanted.items() if not target.is_file()}


def _draw(pictures: Mapping[Path, Drawable]) -> None:
    _keep_memory()
    for target, picture in pictures.items():
        with atomic_path(target) as path:
            # Pillow's usual compression makes these files 2 % smaller, and takes twice the time.
            Image.fromarray(picture.draw()).save(path, compress_level=1)


@lru_cache
def _keep_memory() -> None:
    """Has a worker keep the memory of one picture for the next.

    The C library of Linux returns large blocks to the system, which then has to clear every page of them again: a
    seventh of the time. Once a block of nearly 32 MiB has been freed, it keeps what is smaller.
    """
    np.empty(31 << 20, np.uint8)
