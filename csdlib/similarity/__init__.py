"""Embeddings of pictures and of artists' works go in, scores come out, prototypes, and whose style it may be."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
