"""A descriptor that sees every picture at a smaller size: how much of a style lies in its details?"""

import torch
from PIL import Image
from torch import Tensor

from csdlib.descriptors.protocol import Descriptor
from csdlib.errors import InputError
from csdlib.images import thumbnail


class Reduced:
    """Another descriptor, which is given every picture reduced.

    Args:
        inner: what describes the picture, after it has scaled it up again as it always does.
        side: the longest side to which pictures are reduced, in pixels; smaller ones stay as they are.

    Raises:
        InputError: a side below 1.
    """

    def __init__(self, inner: Descriptor, side: int) -> None:
        if side < 1:
            raise InputError(f"side must be at least 1 pixel, got {side}")
        self.inner, self.side = inner, side
        self.name, self.dim, self.metric = f"{inner.name} at {side}", inner.dim, inner.metric

    @property
    def device(self) -> torch.device:
        """Where the other descriptor computes."""
        return self.inner.device

    @property
    def fingerprint(self) -> str:
        """That of the other descriptor, and the side."""
        return f"{self.inner.fingerprint} at {self.side}"

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to what the other descriptor makes of the reduced one, (3, H, W) float32."""
        return self.inner.preprocess(thumbnail(image, self.side))

    def encode(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, H, W) float32 to descriptors (n, dim) float32."""
        return self.inner.encode(images)
