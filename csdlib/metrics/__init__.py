"""Which neighbours are right, or a score of each artist, goes in, a number with its interval comes out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
