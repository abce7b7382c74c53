"""Embeddings go in, places in the plane come out, and how far they can be trusted."""

import lazy_loader

from csdlib.errors import needs_extra

_export, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = needs_extra("maps")(_export)
