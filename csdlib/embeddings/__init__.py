"""An image table, or a folder of shards, and a descriptor go in, an array of vectors comes out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
