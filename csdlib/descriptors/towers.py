"""What all vision towers share: the reference's pre-processing, the precision they compute in, and unit norm."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from open_clip import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from PIL import Image
from timm.data.constants import IMAGENET_DEFAULT_MEAN, IMAGENET_DEFAULT_STD
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.v2 import functional as vision

from csdlib.descriptors.protocol import Metric
from csdlib.errors import unknown
from csdlib.files import text_hash

#: ``auto`` is bfloat16 where the processor computes in it natively, three to four times as fast, and float32 elsewhere.
Precision = Literal["float32", "bfloat16", "auto"]


class TowerDescriptor:
    """A vision tower as a descriptor; it runs on the GPU where there is one.

    Args:
        model: images (n, 3, size, size) to vectors (n, dim); put into evaluation mode.
        name: name of the descriptor.
        weights_hash: SHA-256 of the weights.
        size: side of the input in pixels.
        dim: length d of a descriptor.
        precision: of the weights and the arithmetic; the fingerprint tells them apart.

    Raises:
        InputError: an unknown precision.
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
        precision: Precision = "float32",
    ) -> None:
        self.device = _device()
        self.dtype = _dtype(precision, self.device)
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
    mean: tuple[float, float, float] = IMAGENET_DEFAULT_MEAN
    std: tuple[float, float, float] = IMAGENET_DEFAULT_STD

    def __call__(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to (3, size, size) float32, normalised."""
        mode = vision.InterpolationMode.BICUBIC if self.bicubic else vision.InterpolationMode.BILINEAR
        resized = vision.resize(not_too_long(image), [self.short], interpolation=mode)
        return normalised(vision.center_crop(resized, [self.size, self.size]), self.mean, self.std)


class ViewedTower(TowerDescriptor):
    """A vision tower that looks at pictures in its own way, not in CLIP's.

    Args:
        model: images (n, 3, size, size) to vectors (n, dim); put into evaluation mode.
        name: name of the descriptor.
        weights_hash: SHA-256 of the weights.
        view: how a picture becomes its input.
        dim: length d of a descriptor.
        precision: of the weights and the arithmetic.
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        name: str,
        weights_hash: str,
        view: View,
        dim: int,
        precision: Precision = "float32",
    ) -> None:
        super().__init__(model, name=name, weights_hash=weights_hash, size=view.size, dim=dim, precision=precision)
        self.view = view

    @property
    def fingerprint(self) -> str:
        """A hash of the weights, the view and the precision."""
        return text_hash(super().fingerprint, self.view)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image of any size to (3, size, size) float32, as the view says."""
        return self.view(image)


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
    mean: Sequence[float] = OPENAI_DATASET_MEAN,
    std: Sequence[float] = OPENAI_DATASET_STD,
) -> Tensor:
    """An RGB image to (3, H, W) float32, its channels normalised; by default with CLIP's mean and deviation."""
    pixels = vision.to_dtype(vision.pil_to_tensor(image), torch.float32, scale=True)
    return vision.normalize(pixels, list(mean), list(std))


def _device() -> torch.device:
    """The GPU of this process: accelerate and torchrun number those of one machine."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


def _dtype(precision: str, device: torch.device) -> torch.dtype:
    if precision not in ("float32", "bfloat16", "auto"):
        raise unknown("precision", precision, ["float32", "bfloat16", "auto"])
    if precision == "auto":
        return torch.bfloat16 if computes_bfloat16(device) else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device computes in bfloat16 natively: where it only imitates it, that is many times slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
