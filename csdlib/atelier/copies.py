"""Near-duplicates, as the web makes them of a picture: cropped, framed, stamped, squeezed, mirrored."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.scenes import between, either
from csdlib.atelier.works import Work
from csdlib.files import seeded, text_hash

_STAMPS = ("SAMPLE", "preview", "stock 4 you", "(c) gallery")


def crop(picture: Canvas, rng: np.random.Generator) -> Canvas:
    """Keeps 75 to 92 % of each side."""
    side = picture.shape[0]
    kept = round(side * between(rng, 0.75, 0.92))
    y, x = rng.integers(0, side - kept + 1, 2)
    return _resized(picture[y : y + kept, x : x + kept], side)


def border(picture: Canvas, rng: np.random.Generator) -> Canvas:
    """Sets the picture smaller into a frame of one colour."""
    side = picture.shape[0]
    rim = max(1, round(side * between(rng, 0.03, 0.1)))
    framed = np.empty_like(picture)
    framed[:] = [(255, 255, 255), (0, 0, 0), (92, 64, 40), (190, 185, 175)][int(rng.integers(4))]
    framed[rim:-rim, rim:-rim] = _resized(picture, side - 2 * rim)
    return framed


def watermark(picture: Canvas, rng: np.random.Generator) -> Canvas:
    """Stamps half-transparent words across the picture."""
    side, text = picture.shape[0], either(rng, *_STAMPS)
    stamp, scale = np.zeros((side, side), np.uint8), side / 220
    for row in range(3):
        place = (round(side * between(rng, 0.02, 0.3)), round(side * (0.25 + 0.28 * row)))
        cv2.putText(stamp, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, max(1, side // 120), cv2.LINE_AA)
    cover = (0.45 / 255 * stamp)[..., None]
    return np.round(picture * (1 - cover) + 255 * cover).astype(np.uint8)


def recompression(picture: Canvas, rng: np.random.Generator) -> Canvas:
    """Saves a smaller version as a poor JPEG, and enlarges it again."""
    side = picture.shape[0]
    small = _resized(picture, max(8, round(side * between(rng, 0.5, 0.75))))
    _, coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 45))])
    return _resized(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8), side)


def flip(picture: Canvas, _rng: np.random.Generator) -> Canvas:
    """Mirrors the picture."""
    return np.ascontiguousarray(picture[:, ::-1])


#: Every way to make a near-duplicate: (side, side, 3) uint8 and a generator to the same shape.
COPIES: dict[str, Callable[[Canvas, np.random.Generator], Canvas]] = {
    "crop": crop,
    "border": border,
    "watermark": watermark,
    "recompression": recompression,
    "flip": flip,
}


@dataclass(frozen=True)
class Copy:
    """A near-duplicate of a work: the original, what was done to it, and a number that decides how."""

    original: Work
    kind: str
    number: int

    @property
    def path(self) -> str:
        """The file name in the cache."""
        return f"{self.original.path.removesuffix('.png')}-{self.kind}-{self.number}.png"

    @property
    def together(self) -> list["Copy"]:
        """The copy in every size that is drawn together with this one."""
        return [replace(self, original=work) for work in self.original.together]

    def draw(self) -> Canvas:
        """The picture, (size, size, 3) uint8."""
        return COPIES[self.kind](self.original.draw(), seeded("copy", web_name(self), self.kind))


def web_name(find: Work | Copy) -> str:
    """A name that gives nothing away, as the web's file names do."""
    if isinstance(find, Copy):
        return f"{web_name(find.original)}-{find.number}"
    return "web-" + text_hash(find.painter.slug, find.subject, find.scene)[:12]


def _resized(picture: Canvas, side: int) -> Canvas:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), dtype=np.uint8)
