"""Labelled pictures and a model go in, the trained model and its log come out."""

import lazy_loader

from csdlib.errors import needs_extra

_export, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = needs_extra("train")(_export)
