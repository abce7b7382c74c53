"""Triplets, asked of the reader in the page: which of two pictures is nearer in style to a third?

The page learns from each answer how much every facet counts for this reader, as ``csdlib.similarity.judgement`` does,
and asks next what would teach most. Some questions are for testing only. Nothing is sent: answers stay in the reader's
browser, and leave it as a file when the reader saves one. The scripts are in ``assets/triplets/``: data, the estimate,
answers, their weights, one question, the result, and the start.
"""

from collections.abc import Mapping

import numpy as np
from IPython.display import HTML

from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.files import text_hash
from csdlib.images import thumbnail
from csdlib.similarity.judgement import ENOUGH, HALVINGS, SPREAD, STEPS
from csdlib.similarity.triplets import FacetDistances, draw_triplets
from csdlib.tables import ImageTable

#: The scripts, in the order in which they build on each other.
PARTS = ("data", "estimate", "answers", "weights", "question", "result", "start")
#: What stands for a facet's largest distance in 16 bits.
WHOLE = 65535
#: Pictures that a byte can number, and bytes that a page may have.
MOST_PICTURES, MOST_BYTES = 256, 1_000_000


def triplets_figure(
    table: ImageTable,
    apart: FacetDistances,
    meanings: Mapping[str, str],
    *,
    start: np.ndarray,
    caption: str,
    unmended: float | None = None,
    training: int = 300,
    testing: int = 30,
    seed: int = 0,
    side: int = 144,
    quality: int = 65,
) -> HTML:
    """Questions that a reader answers in the page, and what the answers say about the reader's own metric.

    Every fourth question is one for testing; the others are chosen as what teaches most, see ``Judgement.teaches``.
    The file that the page saves is what ``csdlib.scoring.read_answers`` reads.

    Args:
        table: n pictures, 256 at most; ``content`` is said of each where the table has it, the artist never.
        apart: their distances by facets, in the order of the table.
        meanings: what each facet means, in a few words; all of the distances' groups.
        start: (f,) weights of the plain descriptor, above 0, see ``FacetDistances.plain_weights``.
        caption: what it is.
        unmended: how far the weights stay from the truth however sure the answers are, in degrees, see
            ``Judgement.angle_off``; None where it is not known.
        training: questions among which the page chooses.
        testing: questions that are drawn at random and never learned from.
        seed: of the draw of questions.
        side: longest side of a picture, in pixels.
        quality: of the WebP, up to 100.

    Raises:
        InputError: what does not belong together, more questions than ``draw_triplets`` gives, or a page of more than
            1 MB.
    """
    start = np.asarray(start, np.float64)
    _check(table, apart, meanings, start)
    questions = draw_triplets(len(table), training + testing, seed=seed)
    pairs = apart.between(*np.triu_indices(len(table), 1))
    steps = pairs.max(axis=0) / WHOLE
    data = {
        "edition": text_hash(table.ids.tolist(), apart.groups, start.tolist(), pairs.tolist())[:12],
        "ids": table.ids.tolist(),
        "labels": [text if isinstance(text, str) else "" for text in table.frame["content"]],
        "facets": [
            {"name": name, "meaning": meanings[name], "step": float(step)}
            for name, step in zip(apart.groups, steps, strict=True)
        ],
        "start": start.tolist(),
        "distances": book.encoded(pairs / steps, "<u2"),
        "testing": book.encoded(questions[:testing], "u1"),
        "training": book.encoded(questions[testing:], "u1"),
        **{"spread": SPREAD, "steps": STEPS, "halvings": HALVINGS, "enough": ENOUGH, "unmended": unmended},
    }
    pictures = "".join(
        f'<img src="{book.data_uri(thumbnail(table.open(row), side), quality)}" alt="">' for row in range(len(table))
    )
    body = _body(data, pictures)
    if len(body) > MOST_BYTES:
        raise InputError(f"the page would have {len(body) / 1e6:.1f} MB: give fewer pictures, or a smaller side")
    return book.framed(body, caption)


def _check(table: ImageTable, apart: FacetDistances, meanings: Mapping[str, str], start: np.ndarray) -> None:
    if len(table) > MOST_PICTURES:
        raise InputError(f"the page has room for {MOST_PICTURES} pictures, not {len(table)}")
    if len(apart.places[0]) != len(table):
        raise InputError(f"distances of {len(apart.places[0])} pictures, and {len(table)} in the table")
    if missing := [name for name in apart.groups if name not in meanings]:
        raise InputError(f"say what these facets mean: {', '.join(missing)}")
    if start.shape != (len(apart.groups),) or not (np.isfinite(start) & (start > 0)).all():
        raise InputError(f"the plain descriptor needs {len(apart.groups)} weights, finite and above 0")


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
