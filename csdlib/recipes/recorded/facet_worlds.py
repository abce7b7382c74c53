"""The two drawn worlds in which facets are known, with all that is true of their works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from csdlib.atelier import atelier
from csdlib.atelier.catalogue import PAINTERS
from csdlib.atelier.painters import Painter
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.recipes.atelier_facets import Made, facets_of, made_works, shown_habits
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
        measured: ``PICTURE_MEASURES`` of each.
    """

    name: str
    table: ImageTable
    made: list[Made]
    facets: list[Facet]
    measured: pd.DataFrame

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
    return _world("invented", atelier(14, painters=people, cache=cache, progress=False), people, shown)


def catalogue_world(shown: Mapping[str, Mapping[str, float]] | None, *, cache: AnyPath | None = None) -> World:
    """The queries and the database of the exhibition, see ``invented_world``."""
    table = atelier(cache=cache, progress=False).where(split=["query", "database"])
    return _world("catalogue", table, list(PAINTERS.values()), shown)


def _world(
    name: str, table: ImageTable, painters: Sequence[Painter], shown: Mapping[str, Mapping[str, float]] | None
) -> World:
    made, measured = made_works(table, painters), measure_pictures(table)
    return World(name, table, made, [*facets_of(made, shown), *seen_facets(measured)], measured)


class DrawnWorlds:
    """What the tables of drawn pictures are made from, each part when it is first asked for, and once.

    Args:
        painters: how many are invented.
        cache: folder of the atelier's pictures.
    """

    def __init__(self, *, painters: int = 168, cache: AnyPath | None = None) -> None:
        self._painters, self._cache = painters, cache

    @cached_property
    def shown(self) -> dict[str, dict[str, float]]:
        """See ``shown_habits``."""
        return shown_habits()

    @cached_property
    def invented(self) -> World:
        """See ``invented_world``."""
        return invented_world(self.shown, painters=self._painters, cache=self._cache)

    @cached_property
    def catalogue(self) -> World:
        """See ``catalogue_world``."""
        return catalogue_world(self.shown, cache=self._cache)


def measure_pictures(table: ImageTable) -> pd.DataFrame:
    """All ``PICTURE_MEASURES`` of n pictures, a row each."""
    return pd.DataFrame([measure_picture(table.open(row)) for row in range(len(table))])


def seen_facets(measured: pd.DataFrame) -> list[Facet]:
    """What can be measured on pictures of light, colour and marks, as facets.

    Args:
        measured: of n pictures, see ``measure_pictures``.
    """
    return [Facet(f"seen {name}", "seen", PICTURE_MEASURES[name], measured[name].to_numpy()) for name in SEEN]
