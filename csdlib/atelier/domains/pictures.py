"""One picture of a domain; apart from the table, so that a worker that draws it need not import tables."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.domains.clipart import clipart
from csdlib.atelier.domains.infograph import infograph
from csdlib.atelier.domains.painting import painting, picked_painter
from csdlib.atelier.domains.quickdraw import quickdraw
from csdlib.atelier.domains.real import real
from csdlib.atelier.domains.sketch import sketch
from csdlib.atelier.painters import Painter
from csdlib.atelier.scenes import Scene
from csdlib.atelier.subjects import sample_scene
from csdlib.atelier.works import source_hash
from csdlib.files import seeded, text_hash

#: Every domain by name: a scene, a generator and a size to a picture (side, side, 3) uint8.
DOMAINS: dict[str, Callable[[Scene, np.random.Generator, int], Canvas]] = {
    "real": real,
    "painting": painting,
    "clipart": clipart,
    "sketch": sketch,
    "infograph": infograph,
    "quickdraw": quickdraw,
}


@dataclass(frozen=True)
class Picture:
    """One picture of the collection: which domain shows which scene, at which size, for which split."""

    domain: str
    subject: str
    scene: int
    size: int
    split: str

    @property
    def rng(self) -> np.random.Generator:
        """What decides how the domain shows the scene; the same at every size."""
        return seeded("domain", self.domain, self.subject, self.scene)

    @property
    def painter(self) -> Painter | None:
        """Who has painted it, if it is a painting."""
        return picked_painter(self.rng) if self.domain == "painting" else None

    @property
    def path(self) -> str:
        """The file name in the cache; it is another one when the picture, its painter's record or its code is."""
        key = text_hash(source_hash("domains"), self.domain, self.painter, self.subject, self.scene, self.size)
        return f"domains/{self.domain}/{key[:24]}.png"

    @property
    def together(self) -> list["Picture"]:
        """This picture alone."""
        return [self]

    def draw(self) -> Canvas:
        """The picture, (size, size, 3) uint8."""
        return DOMAINS[self.domain](sample_scene(self.subject, self.scene), self.rng, self.size)
