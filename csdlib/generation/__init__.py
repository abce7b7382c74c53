"""Prompts go in, pictures come out, and what they show: whose hand, which subject, copies or not."""

import lazy_loader

from csdlib.errors import needs_extra

_export, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = needs_extra("generate")(_export)
