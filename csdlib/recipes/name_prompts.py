"""What the studies of names ask tiny-sd for: names taken out and exchanged, two and three at once."""

from collections.abc import Callable
from itertools import permutations

import pandas as pd

from csdlib.atelier import SUBJECTS
from csdlib.files import seeded
from csdlib.generation.name_controls import joint_prompts
from csdlib.generation.prompts import content_prompts, simple_prompts, user_prompts
from csdlib.recipes.atelier_prompts import atelier_artists

#: The sets of prompts, from the shortest to the longest.
KINDS = ("simple", "user", "content")

#: The seed of the first picture of the first painter; each painter has ten of its own.
FIRST_SEED = 20_000

#: Names that no painter of the atelier has, and no text encoder of the project has read.
_FIRST = ("Ansgar", "Bettine", "Corwin", "Dorothy", "Ewald", "Fenna", "Gustav", "Hedda")
_LAST = ("Akkermoor", "Brunswold", "Cattermint", "Dunhaven", "Eschbert", "Fallowgate")


def prompts_of_kind(kind: str, images: int) -> pd.DataFrame:
    """Prompts with one name for every painter of the atelier.

    Args:
        kind: one of ``KINDS``.
        images: pictures of each painter, 10 at most: no two painters share a seed, so no two share noise.

    Returns:
        a table of prompts; a painter's seeds are the same in every kind.
    """
    return pd.concat(
        [
            _ask(kind, slug, name, images, FIRST_SEED + 10 * n)
            for n, (slug, name) in enumerate(atelier_artists().items())
        ],
        ignore_index=True,
    )


def strangers() -> dict[str, str]:
    """For every painter the name of another, drawn; nobody keeps the own name, everybody is somebody's stranger."""
    names = atelier_artists()
    order = seeded("strangers", "", "", 0).permutation(list(names)).tolist()
    return {slug: names[other] for slug, other in zip(order, order[1:] + order[:1], strict=True)}


def nobodies() -> dict[str, str]:
    """For every painter an invented name, no two alike."""
    invented = [f"{first} {last}" for first in _FIRST for last in _LAST]
    return dict(zip(atelier_artists(), invented, strict=True))


def joint(size: int, images: int) -> pd.DataFrame:
    """Prompts with two or three names: drawn groups, each in every order for two, and in every rotation for three.

    Args:
        size: names in a prompt; every painter is in one group of each size.
        images: pictures of each prompt.

    Returns:
        a table of prompts; a group's orders share their seeds, and no two groups share one.
    """
    names = atelier_artists()
    drawn = seeded("joint", "", "", size).permutation(list(names)).tolist()
    groups = [drawn[at : at + size] for at in range(0, len(drawn), size)]
    tables = []
    for number, group in enumerate(groups):
        orders = list(permutations(group)) if size == 2 else [group[n:] + group[:n] for n in range(size)]
        seed = FIRST_SEED + 1000 * size + 10 * number
        tables.append(joint_prompts(orders, names, images, seed=seed).assign(group=number))
    return pd.concat(tables, ignore_index=True)


def _ask(kind: str, slug: str, name: str, images: int, seed: int) -> pd.DataFrame:
    subjects = seeded("subjects of names", slug, "", 0).permutation(list(SUBJECTS)).tolist()
    who = {slug: name}
    asked: dict[str, Callable[[], pd.DataFrame]] = {
        "simple": lambda: simple_prompts(who, images, seed=seed),
        "user": lambda: user_prompts(who, subjects, images, seed=seed),
        "content": lambda: content_prompts(who, subjects[:images], seed=seed),
    }
    return asked[kind]()
