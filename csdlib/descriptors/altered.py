"""A descriptor that sees every picture changed: how much of a style lies in its details, or in its colours?"""

from collections.abc import Callable
from functools import partial

import torch
from PIL import Image
from torch import Tensor

from csdlib.descriptors.protocol import Descriptor
from csdlib.images import thumbnail, without_colour


class Altered:
    """Another descriptor, which is given every picture changed.

    Args:
        inner: what describes the changed picture.
        change: an RGB image to another one, of any size.
        name: of the change, for example ``"in grey"``: fingerprints tell changes apart by it.

    Example:
        >>> from csdlib.descriptors.registry import load
        >>> Altered(load("colour"), lambda image: image.rotate(180), "upside down").name
        'colour upside down'
    """

    def __init__(self, inner: Descriptor, change: Callable[[Image.Image], Image.Image], name: str) -> None:
        self.inner, self.change = inner, change
        self.name, self.dim, self.metric = f"{inner.name} {name}", inner.dim, inner.metric

    @property
    def device(self) -> torch.device:
        """Where the other descriptor computes."""
        return self.inner.device

    @property
    def fingerprint(self) -> str:
        """That of the other descriptor, and the change."""
        return f"{self.inner.fingerprint}, {self.name}"

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to what the other descriptor makes of the changed one, (3, H, W) float32."""
        return self.inner.preprocess(self.change(image))

    def encode(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, H, W) float32 to descriptors (n, dim) float32."""
        return self.inner.encode(images)


def reduced(inner: Descriptor, side: int) -> Altered:
    """A descriptor that is given every picture reduced to a longest side in pixels; smaller ones stay as they are."""
    return Altered(inner, partial(thumbnail, side=side), f"at {side}")


def in_grey(inner: Descriptor) -> Altered:
    """A descriptor that is given every picture without its colours.

    Args:
        inner: what looks at the pictures; where it finds as much in grey, it does not live on colour.
    """
    return Altered(inner, without_colour, "in grey")
