"""Prompts go in, pictures come out, and what they show: whose hand, which subject, copies or not."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
