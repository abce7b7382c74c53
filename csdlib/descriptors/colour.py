"""The colour histogram: the simplest baseline, blind to everything but which colours there are."""

import torch
from PIL import Image
from torch import Tensor

from csdlib.descriptors.protocol import Metric, square_tensor
from csdlib.descriptors.registry import register
from csdlib.files import text_hash


@register("colour", "RGB histogram, 8 x 8 x 8 bins, square root")
class ColourHistogram:
    """A joint RGB histogram under the Hellinger kernel.

    The square root of a histogram that sums to 1 has unit norm, and the product of two is the Bhattacharyya
    coefficient of the colour distributions, in [0, 1].

    Args:
        bins: bins a channel.
        size: side in pixels of the square that is counted.
    """

    name = "colour"
    metric: Metric = "cosine"

    def __init__(self, bins: int = 8, size: int = 160) -> None:
        self.bins = bins
        self.size = size
        self.dim = bins**3

    @property
    def fingerprint(self) -> str:
        """A hash of the settings; there are no weights."""
        return text_hash(self.name, self.bins, self.size)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image to (3, size, size) float32 in [0, 1]."""
        return square_tensor(image, self.size)

    def encode(self, images: Tensor) -> Tensor:
        """Images (n, 3, H, W) float32 in [0, 1] to (n, bins^3) float32, rows of unit norm."""
        levels = (images.flatten(2) * self.bins).long().clamp(0, self.bins - 1)
        colour = (levels[:, 0] * self.bins + levels[:, 1]) * self.bins + levels[:, 2]
        counts = torch.zeros(len(images), self.dim).scatter_add_(1, colour, torch.ones(colour.shape))
        return (counts / colour.shape[1]).sqrt()
