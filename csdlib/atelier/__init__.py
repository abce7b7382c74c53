"""The drawn world: a painter, a subject and a seed go in, pictures whose style and content are known come out.

Nothing here is learned or borrowed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
