"""How scores of two sets grow with the number of pictures: measured, by the closed form, and without the size."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csdlib.atelier import UNSEEN, atelier
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath, cache_folder, seeded
from csdlib.metrics.intervals import SIGNED, bootstrap
from csdlib.recipes.recorded.described import read_described
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.similarity.set_size import MeanCosines, fit_set_size, mean_cosines, scores_by_size

#: Pictures that are drawn of a side.
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24)

#: Sizes by which the closed form is fitted: what it says of larger ones is a prediction.
FITTED = 8

#: One side and the other; None for the first once more.
Sides = tuple[np.ndarray, np.ndarray | None]


def record_set_sizes(
    output: AnyPath,
    *,
    descriptors: Sequence[str] = ("csd-tiny", "clip-tiny", "colour"),
    sizes: Sequence[int] = SIZES,
    draws: int = 30,
    command: str = "",
) -> Recorded:
    """Records how both scores of two sets depend on the number of pictures.

    Needs no pictures from outside: real ones enter by the descriptors that ship of them.

    Args:
        output: a csv file with a row for each ``world`` (``atelier``: painters whom no descriptor has seen;
            ``paintings``: artists whom csd-art has not seen; ``generated``: Stable Diffusion's pictures beside works),
            ``descriptor``, ``pair`` (``same hand``, ``two hands``, ``name asked for``), and numbers ``n`` and ``m`` of
            pictures. The numbers: ``prototype`` with ``low`` and ``high`` over artists; what the closed form has
            ``expected`` from mean cosines, and what it says when ``fitted`` to sizes up to 8; ``corrected`` with its
            interval; how much each of the two scatters between draws of one pair; and in which share of the draws the
            corrected one is ``undefined``.
        descriptors: of the atelier.
        sizes: pictures that are drawn.
        draws: of each size and pair.
        command: what makes it again.
    """
    rows = []
    exhibition = atelier(progress=False).where(artist=list(UNSEEN))
    for name in descriptors:
        works = embed(exhibition, load(name), cache=cache_folder() / "embeddings", progress=False)
        rows += [{"world": "atelier", "descriptor": name} | row for row in curves(works, sizes, draws)]
    paintings, made = read_described()
    judged = paintings.of(paintings.table.where(artist=list(judging_artists())))
    rows += [{"world": "paintings", "descriptor": "csd-art"} | row for row in curves(judged, sizes, draws)]
    rows += [{"world": "generated", "descriptor": "csd-art"} | row for row in asked_for(made, paintings, sizes, draws)]
    facts = {"draws": draws, "fitted_up_to": FITTED, "painters": list(UNSEEN), "artists": list(judging_artists())}
    return write_results(
        output, facts, pd.DataFrame(rows).round(4), command=command, descriptors=(*descriptors, "csd-art")
    )


def curves(works: Embedded, sizes: Sequence[int], draws: int) -> list[dict[str, object]]:
    """The rows of one descriptor: both sides grow together, or one beside the largest size of the other."""
    bodies = _bodies(works, 2 * max(sizes))
    order = seeded("strangers", *bodies).permutation(list(bodies)).tolist()
    # Each artist beside three others: around a circle, one, two and three places on.
    strangers = [(name, order[(place + step) % len(order)]) for step in (1, 2, 3) for place, name in enumerate(order)]
    kinds: dict[str, tuple[list[str], list[Sides]]] = {
        "same hand": (list(bodies), [(body, None) for body in bodies.values()]),
        "two hands": ([one for one, _ in strangers], [(bodies[one], bodies[other]) for one, other in strangers]),
    }
    return [
        {"pair": kind} | row
        for kind, (names, sides) in kinds.items()
        for fixed in (None, max(sizes))
        for row in _curve(names, sides, sizes, fixed, draws)
    ]


def asked_for(made: Embedded, works: Embedded, sizes: Sequence[int], draws: int) -> list[dict[str, object]]:
    """Works, more and more of them, beside everything that was generated in the artist's name."""
    bodies, pictures = _bodies(works, max(sizes)), _bodies(made, 2)
    names = sorted(set(bodies) & set(pictures))
    sides: list[Sides] = [(bodies[name], pictures[name]) for name in names]
    fixed = min(len(pictures[name]) for name in names)
    return [{"pair": "name asked for"} | row for row in _curve(names, sides, sizes, fixed, draws)]


def _bodies(found: Embedded, fewest: int) -> dict[str, np.ndarray]:
    """The descriptors of every artist with enough pictures: with others, sizes would be of other artists."""
    artists, vectors = found.table.column("artist"), np.asarray(found.vectors, np.float64)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    bodies = {str(name): vectors[artists == name] for name in np.unique(artists[artists != ""])}
    kept = {name: body for name, body in bodies.items() if len(body) >= fewest}
    if len(kept) < 4:
        raise InputError(f"{len(kept)} artists have {fewest} pictures or more: curves of set sizes need four")
    return kept


def _curve(
    names: Sequence[str], sides: Sequence[Sides], sizes: Sequence[int], fixed: int | None, draws: int
) -> list[dict[str, object]]:
    """A row a size: means over the pairs, intervals over those who stand first in them."""
    random = seeded("set sizes", *names, fixed)
    seen = [scores_by_size(*pair, sizes, fixed=fixed, draws=draws, random=random) for pair in sides]
    laws = [_law(*pair) for pair in sides]
    n, m = (seen[0][column].to_numpy() for column in ("n", "m"))
    prototype = np.array([each["prototype"] for each in seen])
    small = n <= FITTED
    fitted = fit_set_size(n[small], prototype.mean(axis=0)[small], sides=2 if fixed is None else 1).expected(n, m)
    rows: list[dict[str, object]] = []
    for place in range(len(n)):
        at = pd.DataFrame([each.iloc[place] for each in seen])
        score = bootstrap(at["prototype"].to_numpy(), groups=np.array(names), bounds=SIGNED)
        row: dict[str, object] = {"n": int(n[place]), "m": int(m[place]), "grows": "both" if fixed is None else "one"}
        row |= {"prototype": score.value, "low": score.low, "high": score.high}
        row |= {"expected": float(np.mean([law.expected(n[place], m[place]) for law in laws])), "fitted": fitted[place]}
        rows.append(row | _corrected(at, np.array(names)) | {"artists": score.n})
    return rows


def _corrected(at: pd.DataFrame, names: np.ndarray) -> dict[str, float]:
    """The size-free score of the pairs in which it is a number, and how often it is none."""
    known = at["corrected"].notna().to_numpy()
    row = {"prototype_scatter": at["prototype_scatter"].mean(), "undefined": at["undefined"].mean()}
    if not known.any():
        return row
    found = bootstrap(at["corrected"].to_numpy(float)[known], groups=names[known], bounds=None)
    row |= found.columns("corrected")
    return row | {"corrected_scatter": at["corrected_scatter"][known].mean()}


def _law(first: np.ndarray, second: np.ndarray | None) -> MeanCosines:
    if second is not None:
        return mean_cosines(first, second)
    within = mean_cosines(first, first).first
    return MeanCosines(within, within, within)
