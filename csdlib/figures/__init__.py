"""Pictures, numbers and maps go in, the book's figures come out: captioned, described, escaped."""

import lazy_loader

from csdlib.errors import needs_extra

_export, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = needs_extra("maps")(_export)
