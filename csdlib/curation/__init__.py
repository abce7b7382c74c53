"""Captioned images go in, a style-labelled data set comes out (arXiv:2404.01292, Section 3.1: LAION-Styles)."""

import lazy_loader

from csdlib.errors import needs_extra

_export, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = needs_extra("curate")(_export)
