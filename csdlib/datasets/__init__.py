"""Images and labels as their owners keep them go in, an image table comes out: ``load_dataset("wikiart", root)``."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
