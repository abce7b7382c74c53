"""Domains: the atelier's subjects as photograph, painting, clip art, sketch, information graphic and doodle."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
