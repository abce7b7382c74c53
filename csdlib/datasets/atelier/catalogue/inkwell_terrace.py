"""Inkwell Terrace: greys of ink and tea-coloured paper, with one red."""

from csdlib.datasets.atelier.painters import Painter

INKWELL_TERRACE: tuple[Painter, ...] = ()  # fmt: skip
