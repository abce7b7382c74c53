"""How each shipped model is made, what the book shows recorded, and what its chapters share of the drawn world."""

import lazy_loader

from csdlib.errors import needs_extra

_export, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = needs_extra("train")(_export)
