"""What a descriptor is."""

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import torch
from PIL import Image
from torch import Tensor

from csdlib.errors import InputError
from csdlib.tables import ImageTable

#: How two descriptors are compared: by their product (higher is more alike), or their distance (lower is).
Metric = Literal["cosine", "l2"]


@runtime_checkable
class Descriptor(Protocol):
    """A function from images to vectors whose nearness means likeness of style.

    Any class with these members is one, wherever it is defined; none may be missing.

    Attributes:
        name: as registered.
        dim: length d of a descriptor.
        metric: ``"cosine"`` (rows have unit norm, higher product = more alike) or ``"l2"`` (lower = more alike).
    """

    name: str
    dim: int
    metric: Metric

    @property
    def device(self) -> torch.device:
        """Where ``encode`` computes; what it takes and what it returns is on the CPU all the same."""
        ...

    @property
    def fingerprint(self) -> str:
        """A hash of weights, fitted state, pre-processing and precision; only what has equal ones can be compared."""
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


def require_descriptor(given: object) -> None:
    """Refuses what is no descriptor.

    Raises:
        InputError: a member of the protocol is missing; the message names it.

    Example:
        >>> require_descriptor(3)
        Traceback (most recent call last):
        csdlib.errors.InputError: no descriptor: int lacks name, dim, metric, device, fingerprint, preprocess, encode
    """
    members = (*Descriptor.__annotations__, "device", "fingerprint", "preprocess", "encode")
    if missing := [name for name in members if not hasattr(given, name)]:
        raise InputError(f"no descriptor: {type(given).__name__} lacks {', '.join(missing)}")


def encode_images(descriptor: Descriptor, images: Sequence[Image.Image]) -> Tensor:
    """The descriptors of a few images that are in memory, (n, dim) float32.

    Args:
        descriptor: what looks at them.
        images: RGB pictures of any size; all are in memory at once, so ``embed`` is for more of them.
    """
    return descriptor.encode(torch.stack([descriptor.preprocess(image) for image in images]))
