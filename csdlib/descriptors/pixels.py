"""Raw pixels: the floor that every descriptor has to beat, and a test of a benchmark's difficulty."""

import torch
from PIL import Image
from torch import Tensor

from csdlib.descriptors.protocol import Metric, square_tensor
from csdlib.descriptors.registry import register
from csdlib.files import text_hash


@register("pixels", "the picture itself, 32 x 32 pixels")
class Pixels:
    """The pixels of a small copy, compared by Euclidean distance: what stands where, in which colour.

    Args:
        size: side in pixels of the copy.
    """

    name = "pixels"
    metric: Metric = "l2"

    def __init__(self, size: int = 32) -> None:
        self.size = size
        self.dim = 3 * size**2

    @property
    def fingerprint(self) -> str:
        """A hash of the settings; there are no weights."""
        return text_hash(self.name, self.size)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image to (3, size, size) float32 in [0, 1]."""
        return square_tensor(image, self.size)

    def encode(self, images: Tensor) -> Tensor:
        """Images (n, 3, size, size) float32 in [0, 1] to (n, 3 * size^2) float32."""
        return images.flatten(1).to(torch.float32)
