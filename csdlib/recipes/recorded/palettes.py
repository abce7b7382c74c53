"""Whose works a picture is like that one painter's hand made in another's colours."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csdlib.atelier import PAINTERS, SUBJECTS, UNSEEN, atelier
from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.metrics.intervals import SIGNED, bootstrap
from csdlib.recipes.atelier_pictures import exchanged_palettes, painted
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.tables import ImageTable


def record_palettes(
    output: AnyPath,
    *,
    descriptors: Sequence[str] = ("csd-tiny", "clip-tiny", "colour", "gram"),
    painters: Sequence[str] = tuple(PAINTERS),
    command: str = "",
) -> Recorded:
    """Records whose works a picture is like that one painter's hand made in another's colours.

    Args:
        output: a csv file with a row for each ``descriptor``, ``makers`` (``all``, ``unseen``: by the descriptors) and
            ``measure``: the mean cosine of the pictures with works by the ``maker of the strokes``, by the ``owner of
            the palette`` and by ``others`` of their movement; that of the makers' pictures with ``own palette`` and the
            maker's works; and ``strokes above palette``, the paired difference of the first two. Over makers.
        descriptors: names.
        painters: who exchange palettes, movement by movement.
        command: what makes it again.
    """
    works = atelier(progress=False)
    judged = works.where(split="database", artist=list(painters))
    pictures, pairs = exchanged_palettes(list(SUBJECTS), [PAINTERS[slug] for slug in painters])
    scenes = zip(pairs["maker"], pairs["subject"], pairs["scene"], strict=True)
    own = [painted(*scene)[0] for scene in scenes]
    rows = []
    for name in descriptors:
        known = embed(works, load(name), cache=cache_folder() / "embeddings", progress=False).of(judged)
        seen, usual = (encode_images(load(name), each).numpy() @ known.vectors.T for each in (pictures, own))
        rows += [{"descriptor": name} | row for row in _by_palette(seen, usual, pairs, known.table)]
    facts = {"pictures": len(pairs), "works": len(judged)}
    return write_results(output, facts, pd.DataFrame(rows).round(4), command=command, descriptors=descriptors)


def _by_palette(seen: np.ndarray, usual: np.ndarray, pairs: pd.DataFrame, works: ImageTable) -> list[dict[str, object]]:
    """The rows of one descriptor, from the cosines of exchanged and of usual pictures with works."""
    artists, movements = works.column("artist"), works.column("movement")
    makers, owners = (pairs[[column]].to_numpy(dtype=str) for column in ("maker", "palette"))
    by_maker, by_owner = artists == makers, artists == owners
    home = np.array([[PAINTERS[slug].movement] for slug in makers[:, 0]])
    others = (movements == home) & ~by_maker & ~by_owner
    numbers = {
        "maker of the strokes": _mean_where(seen, by_maker),
        "owner of the palette": _mean_where(seen, by_owner),
        "others": _mean_where(seen, others),
        "own palette": _mean_where(usual, by_maker),
    }
    numbers["strokes above palette"] = numbers["maker of the strokes"] - numbers["owner of the palette"]
    unseen = np.isin(makers[:, 0], UNSEEN)
    return [
        {"makers": kind, "measure": what} | bootstrap(values[kept], groups=makers[kept, 0], bounds=SIGNED).row()
        for kind, kept in (("all", np.full(len(unseen), True)), ("unseen", unseen))
        if kept.any()
        for what, values in numbers.items()
    ]


def _mean_where(values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.where(kept, values, 0).sum(axis=1) / np.maximum(kept.sum(axis=1), 1)
    return found
