"""The paper's forced choice, taken by the reader in the page: nothing is asked of any server, and nothing is sent.

The pictures stand in the page in an order that tells nothing, the right answers apart from them. The scripts are in
``assets/yourself/``: data, statistics, one trial, the result, and the start.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from IPython.display import HTML

from csdlib.errors import InputError
from csdlib.figures import book
from csdlib.files import seeded
from csdlib.images import thumbnail
from csdlib.similarity.choices import Choices, Chosen

#: The scripts, in the order in which they build on each other.
PARTS = ("data", "statistics", "trial", "result", "keeping", "start")
#: What untrained people reach in the paper's test, and where it says so.
PEOPLE = {"share": 0.55, "source": "arXiv:2404.01292"}


def style_test_figure(
    test: Choices, chosen: Mapping[str, Chosen], *, caption: str, side: int = 192, quality: int = 75
) -> HTML:
    """A test that a reader takes in the page: a reference, candidates, and after each choice who else chose what.

    At the end stand the reader's share and the descriptors' on the same trials, a link that holds the answers in its
    fragment, and a file for whoever reads many (``csdlib.scoring.read_readers``).

    Args:
        test: the trials; 26 at most, with 9 candidates at most.
        chosen: name -> what a descriptor chooses in them.
        caption: what it is.
        side: longest side of a picture, in pixels.
        quality: of the WebP, up to 100.

    Raises:
        InputError: too many trials or candidates, or a descriptor of other trials.
    """
    if len(test) > 26 or test.candidates > 9:
        raise InputError(f"a page has room for 26 trials with 9 candidates, not {len(test)} with {test.candidates}")
    if any(each.similarities.shape != (len(test), test.candidates) for each in chosen.values()):
        raise InputError("a descriptor has chosen in other trials than the test's")
    # By a shuffled place in the page nobody can tell a reference from a candidate.
    places = seeded("yourself", test.edition).permutation(len(test.table))
    rows = np.argsort(places)
    pictures = "".join(
        f'<img src="{book.data_uri(thumbnail(test.table.open(int(row)), side), quality)}" alt="">' for row in rows
    )
    data = {
        "edition": test.edition,
        "people": PEOPLE,
        "colours": book.COLOURS,
        "trials": _trials(test, places),
        "truth": _hidden(_truth(test, chosen)),
    }
    first, *others = (f"yourself/{name}" for name in PARTS)
    # The views need the place of the figure, which the data find.
    script = book.script("elements", "tables", "shares", "storage", first, "views", *others)
    body = (
        f'<style>{book.asset("yourself/yourself.css")}</style><div class="csd-yourself">'
        f'<script type="application/json">{book.script_data(data)}</script><template>{pictures}</template>'
        "<noscript><p>This test runs in your browser, and needs JavaScript.</p></noscript></div>"
        f"<script>{script}</script>"
    )
    return book.framed(body, caption)


def _trials(test: Choices, places: np.ndarray) -> list[dict[str, Any]]:
    """What a reader may know before the choice: which pictures, and what they show."""
    shown = places.reshape(len(test), -1)
    reference, asked = test.of("content")
    return [
        {"pictures": shown[t].tolist(), "reference": str(reference[t]), "candidates": asked[t].tolist()}
        for t in range(len(test))
    ]


def _truth(test: Choices, chosen: Mapping[str, Chosen]) -> dict[str, Any]:
    """What a reader learns afterwards."""
    named = np.vectorize(test.table.name_of, otypes=[str])
    artists, movements = test.of("artist"), test.of("movement")
    return {
        "answer": test.answer.tolist(),
        "related": test.related.tolist(),
        "artist": named(artists[0]).tolist(),
        "artists": named(artists[1]).tolist(),
        "movement": movements[0].tolist(),
        "movements": movements[1].tolist(),
        "chosen": {name: each.choice.tolist() for name, each in chosen.items()},
    }


def _hidden(truth: dict[str, Any]) -> str:
    """Not a secret, but nothing that one reads by chance while looking at the page's source."""
    return base64.b64encode(json.dumps(truth).encode()).decode()
