"""Pictures go in, vectors whose nearness means likeness come out: ``load("csd-tiny")`` gives a descriptor."""

import lazy_loader

from csdlib.errors import needs_extra

_export, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = needs_extra("generate")(_export)
