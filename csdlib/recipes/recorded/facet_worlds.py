"""The two drawn worlds in which facets are known, with all that is true of their works."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csdlib.atelier import atelier
from csdlib.atelier.catalogue import PAINTERS
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.recipes.atelier_facets import Made, facets_of, made_works
from csdlib.recipes.invented import invented_painters
from csdlib.similarity.facets import Facet
from csdlib.similarity.measured import PICTURE_MEASURES, measure_picture
from csdlib.tables import ImageTable

#: The measures that are a facet of light, colour or hand for anybody.
SEEN = ("chroma", "redness", "yellowness", "lightness", "contrast", "pool", "edges", "fineness", "coherence")


@dataclass(frozen=True)
class World:
    """Works of which everything is known.

    Attributes:
        name: ``invented``: painters with independent habits, whom no model has seen, one work of each subject;
            ``catalogue``: the painters of the exhibition; two thirds of them trained shipped models, by other works.
        table: the works.
        made: how each was made.
        facets: what is true of each: the habits, and what can be ``seen`` in the picture, whichever habit brought it
            about.
    """

    name: str
    table: ImageTable
    made: list[Made]
    facets: list[Facet]

    @property
    def painters(self) -> np.ndarray:
        """Whose each work is."""
        return self.table.column("artist")

    def vectors(self, descriptor: str) -> np.ndarray:
        """What a descriptor says of the works, (n, d) float32."""
        cache = cache_folder() / "embeddings"
        return np.asarray(embed(self.table, load(descriptor), cache=cache, progress=False).vectors)


def invented_world(
    shown: Mapping[str, Mapping[str, float]] | None, *, painters: int = 168, cache: AnyPath | None = None
) -> World:
    """Works by invented painters.

    Args:
        shown: see ``shown_habits``.
        painters: how many; each paints every subject once.
        cache: folder of the atelier's pictures.
    """
    people = invented_painters(painters)
    table = atelier(14, painters=people, cache=cache, progress=False)
    made = made_works(table, people)
    return World("invented", table, made, [*facets_of(made, shown), *seen_facets(table)])


def catalogue_world(shown: Mapping[str, Mapping[str, float]] | None, *, cache: AnyPath | None = None) -> World:
    """The queries and the database of the exhibition, see ``invented_world``."""
    table = atelier(cache=cache, progress=False).where(split=["query", "database"])
    made = made_works(table, list(PAINTERS.values()))
    return World("catalogue", table, made, [*facets_of(made, shown), *seen_facets(table)])


def seen_facets(table: ImageTable) -> list[Facet]:
    """What can be measured on pictures of light, colour and marks, as facets, see ``PICTURE_MEASURES``.

    Args:
        table: n pictures.
    """
    measured = pd.DataFrame([measure_picture(table.open(row)) for row in range(len(table))])
    return [Facet(f"seen {name}", "seen", PICTURE_MEASURES[name], measured[name].to_numpy()) for name in SEEN]
