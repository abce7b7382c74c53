"""The facet spaces that ship: of drawn works for csd-tiny and clip-tiny, of real paintings for csd-art."""

import numpy as np
import pandas as pd

from csdlib.similarity.facets import Facet
from csdlib.similarity.measured import PICTURE_MEASURES

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
