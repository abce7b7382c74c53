"""Folders in, a table out: the style score of anybody's pictures, and how it was made."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
