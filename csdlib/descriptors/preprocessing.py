"""How a picture of any shape becomes the square that a tower sees: by name, so that a score can say which it was.

Every wrapper of CSD does this in its own way, and their numbers cannot be compared. The ways that are in use:

- ``own``: the descriptor's own way, for which its thresholds and quantiles hold.
- ``reference``: the released evaluation's. The short side is resized to the tower's side (bicubic), the middle is kept.
  (Of a picture more than eight times as long as wide the middle is taken first: its pixels differ by rounding.)
- ``squash``: both sides are resized to the tower's side, whatever the shape, as ViStoryBench does.
- ``pad``: the long side is resized to the tower's side; the rest is filled with the colour that the tower takes for
  nothing, the mean of its normalisation.
- ``multi-crop``: three crops as of ``reference``, from one end of the long side to the other; the mean of their
  descriptors, scaled to unit norm.
"""

from inspect import getdoc

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional
from torchvision.transforms.v2 import functional as vision

from csdlib.descriptors.protocol import Descriptor, Metric
from csdlib.descriptors.towers import Squash, TowerDescriptor, normalised
from csdlib.errors import InputError, unknown
from csdlib.files import text_hash

#: The names, and what each does to a picture.
PREPROCESSING = {
    "own": "the descriptor's own way",
    "reference": "short side to the tower's side, middle kept, as the released evaluation",
    "squash": "both sides to the tower's side",
    "pad": "long side to the tower's side, the rest filled",
    "multi-crop": "the mean over three crops along the long side",
}

#: Crops of ``multi-crop``: pictures up to three times as long as wide are seen whole.
CROPS = 3


class Preprocessed:
    """A tower that is given pictures in another way than its own.

    Args:
        inner: the tower.
        way: ``reference``, ``squash``, ``pad`` or ``multi-crop``.

    Raises:
        InputError: an unknown way.
    """

    metric: Metric = "cosine"

    def __init__(self, inner: TowerDescriptor, way: str) -> None:
        if way not in PREPROCESSING or way == "own":
            raise unknown("preprocessing", way, list(PREPROCESSING))
        self.inner, self.way = inner, way
        self.name, self.dim, self.size = inner.name, inner.dim, inner.size

    @property
    def device(self) -> torch.device:
        """Where the tower computes."""
        return self.inner.device

    @property
    def fingerprint(self) -> str:
        """That of the tower, and the way."""
        return text_hash(self.inner.fingerprint, self.way)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to (3, size, size) float32, or to its three crops, (3, size, 3 * size)."""
        view = self.inner.view
        squares = squared(image, self.size, self.way, fill=view.mean)
        return torch.cat([normalised(square, view.mean, view.std) for square in squares], dim=2)

    def encode(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, size, w) float32 to descriptors (n, dim) float32, rows of unit norm."""
        crops = torch.split(images, self.size, dim=3)
        return functional.normalize(torch.stack([self.inner.encode(crop) for crop in crops]).mean(dim=0), dim=1)


def preprocessed(descriptor: Descriptor, way: str) -> Descriptor:
    """A descriptor that sees pictures in a way that is chosen by name.

    Args:
        descriptor: a tower; for ``own`` any descriptor.
        way: a key of ``PREPROCESSING``.

    Raises:
        InputError: an unknown way, or a descriptor that is no tower.
    """
    if way not in PREPROCESSING:
        raise unknown("preprocessing", way, list(PREPROCESSING))
    if way == "own":
        return descriptor
    if not isinstance(descriptor, TowerDescriptor):
        raise InputError(f"{descriptor.name} sees pictures in its own way only: leave preprocessing out")
    return Preprocessed(descriptor, way)


def squared(
    image: Image.Image, side: int, way: str, fill: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> list[Image.Image]:
    """The squares that a tower sees of a picture.

    Args:
        image: RGB, any size.
        side: of the squares, in pixels.
        way: ``reference``, ``squash``, ``pad`` or ``multi-crop``.
        fill: colour in [0, 1] around a padded picture.

    Returns:
        one square, or three for ``multi-crop``.

    Example:
        >>> wide = Image.new("RGB", (64, 32))
        >>> [len(squared(wide, 16, way)) for way in ("reference", "squash", "pad", "multi-crop")]
        [1, 1, 1, 3]
    """
    bicubic = vision.InterpolationMode.BICUBIC
    if way == "squash":
        return [vision.resize(image, [side, side], interpolation=bicubic)]
    if way == "pad":
        scale = side / max(image.size)
        width, height = (max(1, round(scale * length)) for length in image.size)
        square = Image.new("RGB", (side, side), tuple(round(255 * channel) for channel in fill))
        small = vision.resize(image, [height, width], interpolation=bicubic)
        square.paste(small, ((side - width) // 2, (side - height) // 2))
        return [square]
    # A strip is cut before it is enlarged: as a whole it would fill gigabytes. What is cut, no crop would show.
    seen = _at_most(image, 1 if way == "reference" else CROPS)
    resized = vision.resize(seen, [side], interpolation=bicubic)
    if way == "reference":
        return [vision.center_crop(resized, [side, side])]
    left, top = (np.linspace(0, length - side, CROPS).round().astype(int) for length in resized.size)
    return [vision.crop(resized, y, x, side, side) for x, y in zip(left.tolist(), top.tolist(), strict=True)]


def share_lost(descriptor: Descriptor, width: float, height: float) -> float:
    """The share of a picture that its descriptor never sees, in [0, 1]; not a number where that is not known.

    Args:
        descriptor: what looks at it, in its own way or a chosen one.
        width: of the picture, in pixels.
        height: likewise.

    Example:
        >>> from csdlib.descriptors.registry import load
        >>> round(share_lost(preprocessed(load("csd-tiny"), "reference"), 300, 200), 3)
        0.333
    """
    short, long = min(width, height), max(width, height)
    if isinstance(descriptor, Preprocessed):
        shown = {"reference": 1, "multi-crop": CROPS}.get(descriptor.way)
        return 0.0 if shown is None else max(0.0, 1 - shown * short / long)
    if not isinstance(descriptor, TowerDescriptor):
        return float("nan")
    view = descriptor.view
    return 0.0 if isinstance(view, Squash) else 1 - (view.size / view.short) ** 2 * short / long


def preprocessing_of(descriptor: Descriptor) -> str:
    """How a descriptor sees pictures, in words: those of its view, or of its ``preprocess``.

    Example:
        >>> from csdlib.descriptors.registry import load
        >>> preprocessing_of(preprocessed(load("csd-tiny"), "squash"))
        "squash: both sides to the tower's side"
    """
    if isinstance(descriptor, Preprocessed):
        return f"{descriptor.way}: {PREPROCESSING[descriptor.way]}"
    if isinstance(descriptor, TowerDescriptor):
        return f"own: {descriptor.view.words}"
    return f"own: {(getdoc(descriptor.preprocess) or 'not said').splitlines()[0].rstrip('.')}"


def _at_most(image: Image.Image, crops: int) -> Image.Image:
    """The middle of a picture that is much longer than its crops show; the rest as it is."""
    # Eight times as long as wide, as towers cut it: the crops of shorter pictures are to the last bit the reference's.
    longest = 8 * crops * min(image.size)
    return (
        image
        if max(image.size) <= longest
        else vision.center_crop(image, [min(side, longest) for side in image.size[::-1]])
    )
