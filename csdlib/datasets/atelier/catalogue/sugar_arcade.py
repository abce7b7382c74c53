"""Sugar Arcade: the colours of sweets and awnings, and little shade."""

from csdlib.datasets.atelier.painters import Painter

SUGAR_ARCADE: tuple[Painter, ...] = ()  # fmt: skip
