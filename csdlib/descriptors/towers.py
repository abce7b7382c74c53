"""What all vision towers share: the reference's pre-processing, where and how finely they compute, and unit norm."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Unpack

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.v2 import functional as vision

from csdlib.descriptors.devices import Compute, Device, Precision, choose_device, choose_dtype
from csdlib.descriptors.protocol import Metric
from csdlib.errors import InputError
from csdlib.files import text_hash
from csdlib.images import SMALLEST_SIDE, image_tensor, image_threads, thumbnail

#: An RGB image of any size, or pixels (n, 3, H, W) float32 in [0, 1]: a view treats them alike.
Picture = Image.Image | Tensor

#: Mean and deviation of each channel over CLIP's pictures. The numbers of open_clip (``OPENAI_DATASET_MEAN``), which
#: takes seconds to import.
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)

#: The same over ImageNet's; those of timm (``IMAGENET_DEFAULT_MEAN``) and of torchvision.
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class View:
    """How a picture becomes the input of a tower: short side, centre crop, normalisation.

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

    def __call__(self, image: Picture) -> Tensor:
        """An RGB image to (3, size, size) float32, normalised; pixels to (n, 3, size, size)."""
        mode = vision.InterpolationMode.BICUBIC if self.bicubic else vision.InterpolationMode.BILINEAR
        resized = vision.resize(not_too_long(image), [self.short], interpolation=mode)
        return normalised(vision.center_crop(resized, [self.size, self.size]), self.mean, self.std)

    @property
    def words(self) -> str:
        """What is done, in words and numbers."""
        return (
            f"RGB in [0, 1]; of a picture more than eight times as long as wide, the middle; short side resized to "
            f"{self.short} ({'bicubic' if self.bicubic else 'bilinear'}, antialiased); {self.size} x {self.size} from "
            f"the centre; {_normalisation(self.mean, self.std)}"
        )


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

    def __call__(self, image: Picture) -> Tensor:
        """An RGB image to (3, size, size) float32, normalised; pixels to (n, 3, size, size)."""
        small = _reduced(image, self.within) if isinstance(image, Tensor) else thumbnail(image, self.within)
        square = vision.resize(small, [self.size, self.size], interpolation=vision.InterpolationMode.BICUBIC)
        return normalised(square, self.mean, self.std)

    @property
    def words(self) -> str:
        """What is done, in words and numbers."""
        return (
            f"RGB in [0, 1]; longest side reduced to {self.within} where it is longer (Lanczos); squeezed to "
            f"{self.size} x {self.size} (bicubic, antialiased); {_normalisation(self.mean, self.std)}"
        )


class TowerDescriptor:
    """A vision tower as a descriptor; it sees pictures as CLIP does.

    ``encode`` is for pictures, ``forward`` for pixels that want a gradient, as a reward or guide of diffusion. Neither
    gives gradients to the weights, nor changes whether they want any: who does calls ``describe`` or ``module``.

    Attributes:
        module: what computes: preprocessed images (n, 3, size, size) on ``device``, in the numbers of ``dtype``, to
            vectors (n, w), which ``describe`` turns into descriptors. It is the given model, and no copy.
        view: how a picture, or pixels, become its input.

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
    #: Images that a processor's thread encodes together.
    at_once = 16

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
        self.module = model.eval().to(self.device, self.dtype)
        self.view: View | Squash = View(size, size, bicubic=True, mean=CLIP_MEAN, std=CLIP_STD)
        self.name, self.weights_hash, self.size, self.dim = name, weights_hash, size, dim

    @property
    def fingerprint(self) -> str:
        """A hash of the weights, the input's size and the precision."""
        return text_hash(self.name, self.weights_hash, self.size, self.dim, self.dtype)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to (3, size, size) float32, as the view says.

        CLIP's is the reference's evaluation transform: short side to ``size`` (bicubic), centre crop, normalisation.
        """
        return self.view(image)

    def describe(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, H, W) to descriptors (n, dim) float32 on ``device``, with all gradients."""
        vectors: Tensor = self.module(images.to(self.device, self.dtype))
        return functional.normalize(vectors.float(), dim=1)

    def encode(self, images: Tensor) -> Tensor:
        """Preprocessed images (n, 3, H, W) to descriptors (n, dim) float32, rows of unit norm, on the CPU.

        A processor takes a few at a time, each of its threads for itself: they need not wait for each other after every
        layer, and what a layer gives stays near.
        """
        if self.device.type != "cpu" or len(images) <= self.at_once:
            return self._encoded(images)
        threads = torch.get_num_threads()
        with image_threads(threads if threads > 1 else 0) as pool:
            return torch.cat(list(pool.map(self._encoded, torch.split(images, self.at_once))))

    # Not in inference mode: of what that gives, nothing can be differentiated, and these are references for forward.
    @torch.no_grad()
    def _encoded(self, images: Tensor) -> Tensor:
        return self.describe(images).cpu()

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels to descriptors, differentiable: what is done to pictures is done to tensors.

        Pillow rounds to 8 bit after each step, and tensors do not: so the cosine with ``encode(preprocess(picture))``
        is not 1, but above 0.99 for ordinary pictures.

        Args:
            pixels: (n, 3, H, W) float in [0, 1], n at least 1, H and W at least 16, on any device.

        Returns:
            (n, dim) float32 on the descriptor's device, rows of unit norm where the metric is the cosine. Gradients go
            back to the pixels and to no weight.

        Raises:
            InputError: pixels of another shape, kind or range.
        """
        with fixed_weights(self.module):
            return self.describe(self.view(_checked(pixels)))


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


@contextmanager
def fixed_weights(module: nn.Module) -> Iterator[None]:
    """No weight gets a gradient of what is computed inside the block; afterwards all is as it was.

    Example:
        >>> layer, numbers = nn.Linear(2, 1), torch.ones(1, 2, requires_grad=True)
        >>> with fixed_weights(layer):
        ...     layer(numbers).sum().backward()
        >>> layer.weight.grad is None, layer.weight.requires_grad, numbers.grad is None
        (True, True, False)
    """
    learning = [weight for weight in module.parameters() if weight.requires_grad]
    try:
        for weight in learning:
            weight.requires_grad_(False)
        yield
    finally:
        for weight in learning:
            weight.requires_grad_(True)


def not_too_long(image: Picture) -> Picture:
    """The middle of a picture that is more than eight times as long as wide: the crop in the centre needs no more.

    Resized as a whole, a strip of a few kilobytes would fill gigabytes.
    """
    sides = vision.get_size(image)
    longest = 8 * min(sides)
    return image if max(sides) <= longest else vision.center_crop(image, [min(side, longest) for side in sides])


def normalised(
    image: Picture,
    mean: Sequence[float] = CLIP_MEAN,
    std: Sequence[float] = CLIP_STD,
) -> Tensor:
    """An RGB image to (3, H, W) float32, its channels normalised; by default with CLIP's mean and deviation.

    Of pixels, what a filter has thrown out of [0, 1] is cut first, as Pillow does.
    """
    pixels = image.clamp(0, 1) if isinstance(image, Tensor) else image_tensor(image)
    return vision.normalize(pixels, list(mean), list(std))


def _reduced(pixels: Tensor, side: int) -> Tensor:
    """Pixels whose longest side is at most ``side``, as ``thumbnail``; torch has Lanczos' filter on no GPU."""
    height, width = vision.get_size(pixels)
    scale = max(height, width) / side
    if scale <= 1:
        return pixels
    rows, columns = (
        _lanczos(old, max(1, round(old / scale))).to(pixels.device, pixels.dtype) for old in (height, width)
    )
    return rows @ pixels @ columns.T


def _lanczos(old: int, new: int) -> Tensor:
    """How much each of ``old`` pixels of a line counts in each of fewer ``new`` ones, (new, old), rows of sum 1."""
    scale = old / new
    away = (torch.arange(old) + 0.5) / scale - (torch.arange(new)[:, None] + 0.5)
    weights = torch.sinc(away) * torch.sinc(away / 3) * (away.abs() < 3)
    return weights / weights.sum(dim=1, keepdim=True)


def _normalisation(mean: Sequence[float], std: Sequence[float]) -> str:
    return f"less the mean {tuple(mean)} and divided by the deviation {tuple(std)} of each channel"


def _checked(pixels: object) -> Tensor:
    """Pixels as float32.

    Raises:
        InputError: as ``TowerDescriptor.forward``.
    """
    wanted = f"pixels must be floats in [0, 1] of shape (n, 3, height, width), {SMALLEST_SIDE} or more a side"
    if not isinstance(pixels, Tensor):
        raise InputError(f"{wanted}, got a {type(pixels).__name__}: give pictures to preprocess and encode")
    shape = tuple(pixels.shape)
    if not (pixels.ndim == 4 and pixels.shape[1] == 3 and len(pixels) and min(shape[2:]) >= SMALLEST_SIDE):
        raise InputError(f"{wanted}, got shape {shape}")
    if not pixels.is_floating_point():
        raise InputError(f"{wanted}, got {pixels.dtype}: divide by 255 what is uint8")
    low, high = (float(each) for each in pixels.detach().aminmax())
    # Also where a number is not finite.
    if not (low >= 0 and high <= 1):
        raise InputError(f"{wanted}, got numbers in [{low:g}, {high:g}]: scale or clamp them")
    return pixels.float()
