"""The facet spaces that ship: fitted on drawn works for csd-tiny and clip-tiny, on real paintings for csd-art."""

from pathlib import Path

import numpy as np

from csdlib.atelier import atelier
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, atomic_path, cache_folder
from csdlib.recipes.atelier_facets import facets_of, made_works, shown_habits
from csdlib.recipes.invented import invented_painters
from csdlib.recipes.recorded.facet_worlds import measure_pictures
from csdlib.recipes.recorded.facets_real import Dated, dated, seen_paintings
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.similarity.facet_spaces import FacetSpace, fit_facets
from csdlib.similarity.facets import Facet
from csdlib.similarity.measured import PICTURE_MEASURES
from csdlib.tables import ImageTable

#: What is measured on a picture, by group; it means the same for drawn works and for paintings.
MEASURED = {
    "palette": ("chroma", "redness", "yellowness"),
    "light": ("lightness", "contrast", "pool"),
    "marks": ("edges", "fineness", "coherence"),
}

#: Of the painters' habits, those groups that no measure stands for.
OF_HABITS = ("stroke", "edge", "ground", "composition", "medium", "movement")

#: Whose spaces of drawn works ship.
DRAWN = ("csd-tiny", "clip-tiny")

#: Painters of a drawn world, each with one work of every subject; those of one seed are fitted on, of the other judge.
PAINTERS = 168
FITTED, JUDGING = 1, 0


def make_facet_spaces(output: AnyPath, root: AnyPath | None = None) -> list[FacetSpace]:
    """Fits the spaces that ship, and writes them with their card.

    Args:
        output: a folder, for example ``data/models/facets``.
        root: the folder of ``wikiart.csv``; None leaves csd-art's out.

    Raises:
        InputError: the table or a picture is missing.
    """
    table, facets = drawn_works(FITTED)
    works = f"drawn works by {PAINTERS} invented painters"
    spaces = []
    for name in DRAWN:
        seen = embed(table, load(name), cache=cache_folder() / "embeddings", progress=False)
        spaces.append(fit_facets(seen, facets, table.column("artist"), descriptor=name, works=works))
    if root is not None:
        spaces.append(_of_paintings(dated(wikiart(root))))
    for space in spaces:
        space.save(Path(output) / f"{space.descriptor}.safetensors")
    with atomic_path(Path(output) / "README.md") as path:
        path.write_text(_card(spaces))
    return spaces


def drawn_works(seed: int, painters: int = PAINTERS) -> tuple[ImageTable, list[Facet]]:
    """Works by invented painters, and what is true of them: measures, and the painters' habits.

    Args:
        seed: of the painters, ``FITTED`` or ``JUDGING``.
        painters: how many.
    """
    people = invented_painters(painters, seed=seed)
    table = atelier(14, painters=people, progress=False)
    habits = facets_of(made_works(table, people), shown_habits())
    return table, measured_facets(table) + [facet for facet in habits if facet.group in OF_HABITS]


def painting_facets(works: Dated) -> list[Facet]:
    """What is known of real paintings: measures, WikiArt's style, and the year."""
    movement = works.table.column("movement").astype(str)
    return [
        *measured_facets(works.table),
        Facet("movement", "movement", "WikiArt's folder of a style", movement),
        Facet("year", "time", "of the painting, where its file's name tells", works.years),
    ]


def measured_facets(table: ImageTable) -> list[Facet]:
    """Palette, light and marks of n pictures, as facets.

    Args:
        table: the pictures; they are measured now.

    Raises:
        InputError: a picture cannot be read.
    """
    measured = measure_pictures(table)
    groups = {name: group for group, names in MEASURED.items() for name in names}
    return [
        Facet(name, group, PICTURE_MEASURES[name], measured[name].to_numpy(np.float64))
        for name, group in groups.items()
    ]


def _of_paintings(works: Dated) -> FacetSpace:
    """csd-art's space, of artists whom it has seen as well: those who judge it judge the space."""
    met = np.flatnonzero(~np.isin(works.table.column("artist"), list(judging_artists())))
    part = Dated(works.table.take(met), works.years[met], works.generation[met], 0)
    seen = seen_paintings(works.table, "csd-art")
    artists = part.table.column("artist").astype(str)
    said = f"{len(met)} paintings by {len(np.unique(artists))} artists"
    return fit_facets(seen.take(met), painting_facets(part), artists, descriptor="csd-art", works=said)


def _card(spaces: list[FacetSpace]) -> str:
    """The card of the spaces."""
    tables = "\n".join(_said(space) for space in spaces)
    return f"""# Facet spaces

For each group of facets a linear projection from a descriptor's vectors (ridge regression): distances in it are
distances in predicted facets. Used by `csdlib.search(..., facet="light")` and `csdlib search --facet light`.

- **Files:** one `.safetensors` a descriptor (16 bit; what it was fitted on, and how well each facet is read, stand in
  its metadata).
- **Made by:** `csdlib record facet-spaces --root $CSD_ART`. Painters who are fitted on never judge.
- **Judged by:** `data/results/facet_queries.csv`. Neighbours by palette, light and marks are right far more often than
  those by the whole descriptor. By movement they are not, and by csd-art's time less often; to be unlike in medium,
  movement or time changes little.
- **Licence:** MIT; csd-art's is for non-commercial use, as csd-art is.
- **Not meant for:** measuring. Palette, light and marks can be measured on the picture itself, and better.

A score is that of painters whom the probe had not met; the interval is over painters, for all facets at once.
A facet whose interval is not above chance is not offered.
{tables}
"""


def _said(space: FacetSpace) -> str:
    rows = [(facet, "yes" if facet.readable else "no") for facet in (*space.facets, *space.unread)]
    lines = [
        f"| {facet.group} | {facet.name} | {facet.metric} | {facet.score:.2f} [{facet.low:.2f}, {facet.high:.2f}] "
        f"| {facet.chance:.2f} | {offered} |"
        for facet, offered in rows
    ]
    head = "| group | facet | metric | score | best of chance | offered |\n|---|---|---|---|---|---|"
    return f"\n## {space.descriptor}\n\nFitted on {space.works}.\n\n{head}\n" + "\n".join(lines)
