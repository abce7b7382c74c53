"""Pictures go in, vectors whose nearness means likeness come out: ``load("csd-tiny")`` gives a descriptor."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
