"""How each shipped model is made, what the book shows recorded, and what its chapters share of the drawn world."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
