"""What a descriptor is."""

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2 import functional as vision

from csdlib.tables import ImageTable

Metric = Literal["cosine", "l2"]


@runtime_checkable
class Descriptor(Protocol):
    """A function from images to vectors whose nearness means likeness of style.

    Attributes:
        name: as registered.
        dim: length d of a descriptor.
        metric: ``"cosine"`` (rows have unit norm, higher product = more alike) or ``"l2"`` (lower = more alike).
        fingerprint: a hash of weights, fitted state, pre-processing and precision; two embeddings can be compared
            only if theirs are equal.
    """

    name: str
    dim: int
    metric: Metric

    @property
    def fingerprint(self) -> str:
        """A hash of everything that the vectors depend on."""
        ...

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to (3, H, W) float32, the same H and W for all."""
        ...

    def encode(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, H, W) float32 to descriptors (n, dim) float32, without gradients."""
        ...


@runtime_checkable
class Fittable(Protocol):
    """A descriptor that has to see images before it can describe any, as a PCA has to."""

    def fit(self, table: ImageTable) -> None:
        """Learns from the images of a table, which must hold no queries; the fingerprint changes with what is learned.

        Raises:
            InputError: the table holds queries, or too few images that can be read.
        """
        ...


def encode_images(descriptor: Descriptor, images: Sequence[Image.Image]) -> Tensor:
    """The descriptors of a few images that are in memory, (n, dim) float32."""
    return descriptor.encode(torch.stack([descriptor.preprocess(image) for image in images]))


def square_tensor(image: Image.Image, size: int) -> Tensor:
    """An image squeezed to a square, (3, size, size) float32 in [0, 1].

    The measures that use it count colours and textures, so that keeping every pixel matters more than the shape.
    """
    small = image.resize((size, size), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return vision.to_dtype(vision.pil_to_tensor(small), torch.float32, scale=True)
