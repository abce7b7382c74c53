"""Lantern Row: night streets: deep blue and violet, and the yellow of lamps."""

from csdlib.datasets.atelier.painters import Painter

LANTERN_ROW: tuple[Painter, ...] = ()  # fmt: skip
