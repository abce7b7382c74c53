"""Triplets, asked of the reader in the page: which of two pictures is nearer in style to a third?

The page learns from each answer how much every facet counts for this reader, as ``csdlib.similarity.judgement`` does, and
asks next what would teach most. Some questions are for testing only. Nothing is sent: answers stay in the reader's
browser, and leave it as a file when the reader saves one. The scripts are in ``assets/triplets/``: data, the estimate,
answers, their weights, one question, the result, and the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from IPython.display import HTML

from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.files import text_hash
from csdlib.images import thumbnail
from csdlib.similarity.judgement import ENOUGH, HALVINGS, SPREAD, STEPS
from csdlib.tables import ImageTable

#: The scripts, in the order in which they build on each other.
PARTS = ("data", "estimate", "answers", "weights", "question", "result", "start")
#: What stands for a facet's largest distance in 16 bits.
WHOLE = 65535
#: As many pictures as a byte can count, and bytes that a page may have.
MOST_PICTURES, MOST_BYTES = 256, 1_000_000


@dataclass(frozen=True)
class Questions:
    """Triplets to choose from.

    Attributes:
        training: (m, 3) places of anchor, first and second picture; the page chooses among them.
        testing: (t, 3) the same, asked in this order and never learned from.
    """

    training: np.ndarray
    testing: np.ndarray


def draw_questions(pictures: int, training: int = 300, testing: int = 30, *, seed: int = 0) -> Questions:
    """Triplets of different pictures, drawn at random; no question is both for training and for testing.

    Args:
        pictures: how many there are, 3 at least.
        training: how many questions the page may learn from.
        testing: how many are for testing only.
        seed: of the draw.

    Raises:
        InputError: more questions than there are.

    Example:
        >>> drawn = draw_questions(8, 20, 4)
        >>> drawn.training.shape, drawn.testing.shape
        ((20, 3), (4, 3))
    """
    every = pictures * (pictures - 1) * (pictures - 2) // 2
    if pictures < 3 or training + testing > every:
        raise InputError(f"{pictures} pictures make {max(every, 0)} triplets, not {training + testing}")
    random = np.random.default_rng(seed)
    drawn: dict[tuple[int, frozenset[int]], np.ndarray] = {}
    while len(drawn) < training + testing:
        anchor, first, second = triplet = random.choice(pictures, 3, replace=False)
        # The same two beside the same anchor are the same question, whichever comes first.
        drawn.setdefault((int(anchor), frozenset((int(first), int(second)))), triplet)
    rows = np.array(list(drawn.values()))
    return Questions(rows[testing:], rows[:testing])


def triplets_figure(
    table: ImageTable,
    distances: np.ndarray,
    facets: Mapping[str, str],
    questions: Questions,
    *,
    caption: str,
    start: np.ndarray | None = None,
    side: int = 144,
    quality: int = 65,
) -> HTML:
    """Questions that a reader answers in the page, and what the answers say about the reader's own metric.

    Args:
        table: the pictures, 256 at most; ``content`` is said of each where the table has it, the artist never.
        distances: (n, n, f) how far two pictures are apart in each facet, symmetric, 0 or more.
        facets: name -> what it means, in a few words, in the order of the distances.
        questions: which triplets may be asked.
        caption: what it is.
        start: (f,) the plain descriptor's weights, above 0; by default 1 each.
        side: longest side of a picture, in pixels.
        quality: of the WebP, up to 100.

    Raises:
        InputError: shapes or numbers that do not fit, or a page of more than 1 MB.
    """
    start = np.ones(len(facets)) if start is None else np.asarray(start, np.float64)
    _check(table, distances, facets, questions, start)
    upper = distances[np.triu_indices(len(table), 1)]
    steps = np.maximum(upper.max(axis=0), 1e-12) / WHOLE
    data = {
        "edition": text_hash(table.ids.tolist(), dict(facets), start.tolist(), upper.tolist())[:12],
        "ids": table.ids.tolist(),
        "labels": [text if isinstance(text, str) else "" for text in table.frame["content"]],
        "facets": [
            {"name": name, "meaning": meaning, "step": float(step)}
            for (name, meaning), step in zip(facets.items(), steps, strict=True)
        ],
        "start": start.tolist(),
        "distances": book.encoded(upper / steps, "<u2"),
        "training": book.encoded(questions.training, "u1"),
        "testing": book.encoded(questions.testing, "u1"),
        **{"spread": SPREAD, "steps": STEPS, "halvings": HALVINGS, "enough": ENOUGH},
    }
    pictures = "".join(
        f'<img src="{book.data_uri(thumbnail(table.open(row), side), quality)}" alt="">' for row in range(len(table))
    )
    figure = book.framed(_body(data, pictures), caption)
    if len(figure.data) > MOST_BYTES:
        raise InputError(f"the page would have {len(figure.data) / 1e6:.1f} MB; give fewer or smaller pictures")
    return figure


def _check(
    table: ImageTable, distances: np.ndarray, facets: Mapping[str, str], questions: Questions, start: np.ndarray
) -> None:
    n, f = len(table), len(facets)
    if n > MOST_PICTURES:
        raise InputError(f"the page has room for {MOST_PICTURES} pictures, not {n}")
    if distances.shape != (n, n, f) or start.shape != (f,):
        raise InputError(f"{n} pictures and {f} facets need distances ({n}, {n}, {f}) and {f} weights to start from")
    if not np.isfinite(distances).all() or (distances < 0).any() or not np.allclose(distances, distances.swapaxes(0, 1)):
        raise InputError("distances must be finite, symmetric, and 0 or more")
    if not (np.isfinite(start) & (start > 0)).all():
        raise InputError("weights to start from must be finite and above 0")
    for rows in (questions.training, questions.testing):
        if rows.ndim != 2 or rows.shape[1] != 3 or not len(rows) or rows.min() < 0 or rows.max() >= n:
            raise InputError("a question is three places of pictures: anchor, first and second")


def _body(data: dict[str, object], pictures: str) -> str:
    first, *others = (f"triplets/{name}" for name in PARTS)
    # The views need the place of the figure, which the data find.
    script = book.script("elements", "csv", "tables", "shares", "storage", first, "views", *others)
    style = book.asset("yourself/yourself.css") + book.asset("triplets/triplets.css")
    return (
        f'<style>{style}</style><div class="csd-yourself csd-triplets">'
        f'<script type="application/json">{book.script_data(data)}</script><template>{pictures}</template>'
        "<noscript><p>These questions run in your browser, and need JavaScript.</p></noscript></div>"
        f"<script>{script}</script>"
    )
