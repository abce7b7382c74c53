"""Pictures, numbers and maps go in, the book's figures come out: captioned, described, escaped."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
