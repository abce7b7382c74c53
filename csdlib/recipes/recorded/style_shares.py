"""How much of what descriptors say is style: on the atelier's grid, and on artists and subjects of Stable Diffusion."""

from collections.abc import Sequence

import pandas as pd

from csdlib.atelier import UNSEEN, atelier
from csdlib.datasets.generated import generated
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.recipes.recorded.described import read_described
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.similarity.content import split_variance

DESCRIPTORS = ("csd-tiny", "clip-tiny", "colour", "gram", "random-tiny")


def record_style_shares(
    output: AnyPath,
    root: AnyPath | None = None,
    *,
    csv: str = "sd14_artists.csv",
    descriptors: Sequence[str] = DESCRIPTORS,
    command: str = "",
) -> Recorded:
    """Records how much of each descriptor's variance is style, content, both and rest.

    Args:
        output: a csv file with a row for each ``world`` (``atelier``, ``generated``), set of ``artists`` (``all``;
            ``unseen``: by the descriptors, or by csd-art), ``descriptor`` and ``part``: the share, with its interval
            over artists and subjects, and ``total``, the variance of which it is a share.
        root: folder with the generated pictures; without it, of these only csd-art's numbers enter, which ship.
        csv: name of their table.
        descriptors: of the atelier, and of the pictures in ``root``.
        command: what makes it again.

    Raises:
        InputError: the table or an image is missing.
    """
    cache, works = cache_folder() / "embeddings", atelier(progress=False)
    rows = []
    for name in descriptors:
        found = embed(works, load(name), cache=cache, progress=False)
        rows += _rows("atelier", name, found, UNSEEN)
    made = read_described(csv)[1]
    rows += _rows("generated", "csd-art", made, judging_artists())
    if root is not None:
        asked = generated(root, csv=csv).where(artist=sorted(set(made.table.frame["artist"])))
        for name in descriptors:
            found = embed(asked, load(name), cache=cache, progress=False)
            rows += _rows("generated", name, found, judging_artists())
    facts = {"works": len(works), "generated": len(made), "subjects": sorted(set(made.table.frame["content"]))}
    frame = pd.DataFrame(rows).round(4)
    return write_results(output, facts, frame, command=command, descriptors=(*descriptors, "csd-art"))


def _rows(world: str, descriptor: str, found: Embedded, unseen: Sequence[str]) -> list[dict[str, object]]:
    """The parts of one descriptor: by all artists, and by those whom it has not seen."""
    rows: list[dict[str, object]] = []
    table = found.table
    known = sorted(set(table.frame["artist"]))
    for artists, names in (("all", known), ("unseen", [name for name in known if name in unseen])):
        part = found.of(table.where(artist=names))
        split = split_variance(part.vectors, part.table.column("artist"), part.table.column("content"))
        where = {"world": world, "artists": artists, "painters": len(names), "descriptor": descriptor}
        rows += [where | {"part": part} | share.row() | {"total": split.total} for part, share in split.shares.items()]
    return rows
