"""The facet spaces that ship: of drawn works for csd-tiny and clip-tiny, of real paintings for csd-art."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.atelier import atelier
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.recipes.atelier_facets import Made, facets_of, made_works, shown_habits
from csdlib.recipes.invented import invented_painters
from csdlib.recipes.recorded.facet_worlds import measure_pictures
from csdlib.recipes.recorded.facets_real import Dated, dated
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.similarity.facet_spaces import FacetSpace, fit_facets
from csdlib.similarity.facets import Facet
from csdlib.similarity.measured import PICTURE_MEASURES
from csdlib.tables import ImageTable

#: What is measured on a picture, by group; it means the same for drawn works and paintings.
MEASURED = {
    "palette": ("chroma", "redness", "yellowness"),
    "light": ("lightness", "contrast", "pool"),
    "marks": ("edges", "fineness", "coherence"),
}

#: Of the painters' habits, those groups that no measure stands for.
OF_HABITS = ("stroke", "edge", "ground", "composition", "medium", "movement")

#: Whose spaces of drawn works ship.
DRAWN = ("csd-tiny", "clip-tiny")

#: Seed of the invented painters that are fitted on; those of seed 0 judge.
FITTED = 1


def measured_facets(measured: pd.DataFrame) -> list[Facet]:
    """Palette, light and marks of n pictures, as facets.

    Args:
        measured: see ``measure_pictures``.
    """
    groups = {name: group for group, names in MEASURED.items() for name in names}
    return [
        Facet(name, group, PICTURE_MEASURES[name], measured[name].to_numpy(np.float64))
        for name, group in groups.items()
    ]
