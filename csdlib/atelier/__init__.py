"""The drawn world: a painter, a subject and a seed go in, pictures whose style and content are known come out.

Nothing here is learned or borrowed.
"""

import lazy_loader

from csdlib.errors import needs_extra

_export, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__getattr__ = needs_extra("atelier")(_export)
