"""Mediums: how paint, ink, paper or glass make a picture of a composed scene."""

from collections.abc import Callable

import numpy as np

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.composition import View
from csdlib.atelier.mediums.areas import cut_paper, facets, flat_print, glass, linocut
from csdlib.atelier.mediums.body_colour import gouache
from csdlib.atelier.mediums.chalk import pastel
from csdlib.atelier.mediums.drawings import hatching, watercolour
from csdlib.atelier.mediums.ink import ink_wash
from csdlib.atelier.mediums.scratches import scratchboard
from csdlib.atelier.mediums.strokes import dots, oil
from csdlib.atelier.mediums.tesserae import mosaic
from csdlib.atelier.painters import Painter

#: Every medium by name: a view, a painter and a generator to a canvas (side, side, 3) uint8.
MEDIUMS: dict[str, Callable[[View, Painter, np.random.Generator], Canvas]] = {
    "oil": oil,
    "dots": dots,
    "hatching": hatching,
    "watercolour": watercolour,
    "flat print": flat_print,
    "cut paper": cut_paper,
    "linocut": linocut,
    "glass": glass,
    "facets": facets,
    "ink wash": ink_wash,
    "pastel": pastel,
    "mosaic": mosaic,
    "gouache": gouache,
    "scratchboard": scratchboard,
}
