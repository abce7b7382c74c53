"""Measuring style similarity: contrastive style descriptors (CSD, arXiv:2404.01292) and what surrounds them.

>>> import csdlib
>>> csdlib.load("colour").metric
'cosine'
"""

import lazy_loader

__version__ = "0.1.0"

# Names and rooms are imported when they are first used; ``__init__.pyi`` lists them, for readers and for type checkers.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
