"""What all vision towers share: the reference's pre-processing, where and how finely they compute, and unit norm."""

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import getdoc
from typing import Unpack

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.v2 import functional as vision

from csdlib.descriptors.devices import Compute, Device, Precision, choose_device, choose_dtype
from csdlib.descriptors.protocol import Descriptor, Metric
from csdlib.files import text_hash
from csdlib.images import image_tensor, thumbnail

#: Mean and deviation of each channel over CLIP's pictures. The numbers of open_clip (``OPENAI_DATASET_MEAN``), which
#: takes seconds to import.
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)

#: The same over ImageNet's; those of timm (``IMAGENET_DEFAULT_MEAN``) and of torchvision.
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class TowerDescriptor:
    """A vision tower as a descriptor.

    Args:
        model: images (n, 3, size, size) to vectors (n, dim); put into evaluation mode.
        name: name of the descriptor.
        weights_hash: SHA-256 of the weights.
        size: side of the input in pixels.
        dim: length d of a descriptor.
        device: where it computes.
        precision: of the weights and the arithmetic; the fingerprint tells them apart.

    Raises:
        InputError: an unknown precision, or a device that is not there.
    """

    metric: Metric = "cosine"

    def __init__(
        self,
        model: nn.Module,
        *,
        name: str,
        weights_hash: str,
        size: int,
        dim: int,
        device: Device = "auto",
        precision: Precision = "float32",
    ) -> None:
        self.device = choose_device(device)
        self.dtype = choose_dtype(precision, self.device)
        self.tower = model.eval().to(self.device, self.dtype)
        self.name, self.weights_hash, self.size, self.dim = name, weights_hash, size, dim

    @property
    def fingerprint(self) -> str:
        """A hash of the weights, the input's size and the precision."""
        return text_hash(self.name, self.weights_hash, self.size, self.dim, self.dtype)

    def preprocess(self, image: Image.Image) -> Tensor:
        """The reference's evaluation transform: short side to ``size`` (bicubic), centre crop, CLIP's normalisation.

        Args:
            image: RGB, any size.

        Returns:
            (3, size, size) float32.
        """
        resized = vision.resize(not_too_long(image), [self.size], interpolation=vision.InterpolationMode.BICUBIC)
        return normalised(vision.center_crop(resized, [self.size, self.size]))

    @torch.inference_mode()
    def encode(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, H, W) to descriptors (n, dim) float32, rows of unit norm, on the CPU."""
        vectors: Tensor = self.tower(images.to(self.device, self.dtype))
        return functional.normalize(vectors.float(), dim=1).cpu()


@dataclass(frozen=True)
class View:
    """How a picture becomes the input of a tower that is not CLIP's: short side, centre crop, normalisation.

    Attributes:
        size: side of the crop in pixels.
        short: the short side before the crop, in pixels, at least ``size``.
        bicubic: how it is resized; bilinear otherwise.
        mean: of each channel, for pixels in [0, 1]; by default ImageNet's.
        std: of each channel, likewise.
    """

    size: int = 224
    short: int = 256
    bicubic: bool = False
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD

    @property
    def words(self) -> str:
        """The same for a reader."""
        return f"short side to {self.short} pixels, then the square of {self.size} in the middle"

    def __call__(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to (3, size, size) float32, normalised."""
        mode = vision.InterpolationMode.BICUBIC if self.bicubic else vision.InterpolationMode.BILINEAR
        resized = vision.resize(not_too_long(image), [self.short], interpolation=mode)
        return normalised(vision.center_crop(resized, [self.size, self.size]), self.mean, self.std)


@dataclass(frozen=True)
class Squash:
    """How a picture becomes a square of which nothing is missing: squeezed (bicubic), whatever its shape.

    Attributes:
        size: side of the square in pixels.
        mean: of each channel, for pixels in [0, 1].
        std: of each channel, likewise.
        within: longest side to which larger pictures are reduced first: then pictures of all sizes are equally sharp.
    """

    size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    within: int

    @property
    def words(self) -> str:
        """The same for a reader."""
        return f"reduced to {self.within} pixels, squeezed to a square of {self.size}; nothing is cut off"

    def __call__(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to (3, size, size) float32, normalised."""
        square = thumbnail(image, self.within).resize((self.size, self.size), Image.Resampling.BICUBIC)
        return normalised(square, self.mean, self.std)


class ViewedTower(TowerDescriptor):
    """A vision tower that looks at pictures in its own way, not in CLIP's.

    Args:
        model: images (n, 3, size, size) to vectors (n, dim); put into evaluation mode.
        name: name of the descriptor.
        weights_hash: SHA-256 of the weights.
        view: how a picture becomes its input.
        dim: length d of a descriptor.
        compute: see ``Compute``.
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        name: str,
        weights_hash: str,
        view: View | Squash,
        dim: int,
        **compute: Unpack[Compute],
    ) -> None:
        super().__init__(model, name=name, weights_hash=weights_hash, size=view.size, dim=dim, **compute)
        self.view = view

    @property
    def fingerprint(self) -> str:
        """A hash of the weights, the view and the precision."""
        return text_hash(super().fingerprint, self.view)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to (3, size, size) float32, as the view says."""
        return self.view(image)


def preprocessing(descriptor: Descriptor) -> str:
    """What a descriptor sees of a picture, in words: its own, or those of its ``preprocess``.

    Args:
        descriptor: any.

    Example:
        >>> from csdlib.descriptors.registry import load
        >>> preprocessing(load("csd-art"))
        'reduced to 224 pixels, squeezed to a square of 256; nothing is cut off'
    """
    if isinstance(descriptor, ViewedTower):
        return descriptor.view.words
    if isinstance(descriptor, TowerDescriptor):
        return View(descriptor.size, descriptor.size).words
    said = getdoc(descriptor.preprocess) or "its own"
    return said.splitlines()[0].rstrip(".")


def not_too_long(image: Image.Image) -> Image.Image:
    """The middle of a picture that is more than eight times as long as wide: the crop in the centre needs no more.

    Resized as a whole, a strip of a few kilobytes would fill gigabytes.
    """
    longest = 8 * min(image.size)
    return (
        image
        if max(image.size) <= longest
        else vision.center_crop(image, [min(side, longest) for side in image.size[::-1]])
    )


def normalised(
    image: Image.Image,
    mean: Sequence[float] = CLIP_MEAN,
    std: Sequence[float] = CLIP_STD,
) -> Tensor:
    """An RGB image to (3, H, W) float32, its channels normalised; by default with CLIP's mean and deviation."""
    return vision.normalize(image_tensor(image), list(mean), list(std))
