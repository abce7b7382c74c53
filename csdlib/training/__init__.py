"""Labelled pictures and a model go in, the trained model and its log come out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
