"""The domain "painting": every painter of the catalogue, each in their own hand."""

import numpy as np

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.catalogue import PAINTERS
from csdlib.atelier.painters import Painter
from csdlib.atelier.scenes import Scene
from csdlib.atelier.studio import render


def picked_painter(rng: np.random.Generator) -> Painter:
    """One of all painters; the first thing that a generator decides about a painting."""
    return list(PAINTERS.values())[int(rng.integers(len(PAINTERS)))]


def painting(scene: Scene, rng: np.random.Generator, side: int) -> Canvas:
    """A picture by a painter whom the generator picks, (side, side, 3) uint8."""
    return render(picked_painter(rng), scene.subject, scene.seed, side)
