"""Copper Hill: desert earth, weathered copper and a dry light."""

from csdlib.datasets.atelier.painters import Painter

COPPER_HILL: tuple[Painter, ...] = ()  # fmt: skip
