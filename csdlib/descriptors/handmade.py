"""Descriptors that nobody has trained: pixels, colours, and the texture that random filters see.

Gram matrices of filter responses, texture without place, are the oldest neural measure of style. Gatys et al. (2016)
take the filters from a trained VGG. Ustyuzhaninov et al. (2017, "What does it take to generate natural textures?") show
that one layer of random filters at several scales captures textures nearly as well: so ``gram`` needs no weights.
"""

from typing import Unpack

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from csdlib.descriptors.devices import Compute, Device, Precision, choose_device
from csdlib.descriptors.protocol import Metric
from csdlib.errors import InputError
from csdlib.files import text_hash
from csdlib.images import image_tensor


class Handmade:
    """What these descriptors share: a small square is seen, settings decide everything, in float32.

    Args:
        settings: all that the vectors depend on; there are no weights.
        size: side of the square in pixels.
        device: where it computes.
        precision: float32, since what is counted gains nothing from fewer bits.

    Raises:
        InputError: another precision, or a device that is not there.
    """

    name: str

    def __init__(
        self, settings: tuple[int, ...], size: int, device: Device = "cpu", precision: Precision = "float32"
    ) -> None:
        if precision != "float32":
            raise InputError(f"{self.name} computes in float32 only: leave out precision={precision!r}")
        self.settings, self.size, self.device = settings, size, choose_device(device)

    @property
    def fingerprint(self) -> str:
        """A hash of the settings."""
        return text_hash(self.name, *self.settings)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB image, squeezed to a square, (3, size, size) float32 in [0, 1].

        Colours and textures are counted, so that keeping every pixel matters more than the shape.
        """
        return image_tensor(image.resize((self.size, self.size), Image.Resampling.BILINEAR, reducing_gap=3.0))

    def pieces(self, images: Tensor) -> list[Tensor]:
        """The images where they are computed, on a processor a few at a time.

        What is made on the way then stays below the size from which the C library fetches memory anew for each block,
        which takes longer than the arithmetic; the numbers are the same.
        """
        here, few = images.to(self.device), 4 if self.device.type == "cpu" else max(1, len(images))
        return [here[start : start + few] for start in range(0, max(1, len(here)), few)]


class Pixels(Handmade):
    """The pixels of a small copy, compared by Euclidean distance: what stands where, in which colour.

    Args:
        size: side in pixels of the copy.
        compute: see ``Compute``.
    """

    name = "pixels"
    metric: Metric = "l2"

    def __init__(self, size: int = 32, **compute: Unpack[Compute]) -> None:
        super().__init__((size,), size, **compute)
        self.dim = 3 * size**2

    def encode(self, images: Tensor) -> Tensor:
        """Images (n, 3, size, size) float32 in [0, 1] to (n, 3 * size^2) float32; there is nothing to compute."""
        return images.flatten(1)


class ColourHistogram(Handmade):
    """A joint RGB histogram under the Hellinger kernel.

    The square root of a histogram that sums to 1 has unit norm, and the product of two is the Bhattacharyya
    coefficient of the colour distributions, in [0, 1].

    Args:
        bins: bins a channel.
        size: side in pixels of the square that is counted.
        compute: see ``Compute``.
    """

    name = "colour"
    metric: Metric = "cosine"

    def __init__(self, bins: int = 8, size: int = 160, **compute: Unpack[Compute]) -> None:
        super().__init__((bins, size), size, **compute)
        self.bins = bins
        self.dim = bins**3

    def encode(self, images: Tensor) -> Tensor:
        """Images (n, 3, H, W) float32 in [0, 1] to (n, bins^3) float32, rows of unit norm."""
        return torch.cat([self._counted(piece) for piece in self.pieces(images)]).cpu()

    def _counted(self, images: Tensor) -> Tensor:
        levels = (images.flatten(2) * self.bins).long().clamp(0, self.bins - 1)
        colour = (levels[:, 0] * self.bins + levels[:, 1]) * self.bins + levels[:, 2]
        ones = torch.ones(colour.shape, device=self.device)
        counts = ones.new_zeros(len(images), self.dim).scatter_add_(1, colour, ones)
        return (counts / colour.shape[1]).sqrt()


class RandomFilterGram(Handmade):
    """Gram matrices of rectified random filters on an image pyramid, signed square root, unit norm.

    Args:
        filters: number f of filters.
        side: side of a filter in pixels.
        scales: levels s of the pyramid; each halves the image.
        size: side of the square image in pixels.
        seed: draws the filters.
        compute: see ``Compute``.
    """

    name = "gram"
    metric: Metric = "cosine"

    def __init__(
        self,
        filters: int = 32,
        side: int = 7,
        scales: int = 4,
        size: int = 160,
        seed: int = 0,
        **compute: Unpack[Compute],
    ) -> None:
        super().__init__((filters, side, scales, size, seed), size, **compute)
        self.scales = scales
        self.dim = scales * filters * (filters + 1) // 2
        self._kernels = _zero_mean_filters(filters, side, seed).to(self.device)

    @torch.inference_mode()
    def encode(self, images: Tensor) -> Tensor:
        """Images (n, 3, H, W) float32 in [0, 1] to (n, s f (f + 1) / 2) float32, rows of unit norm."""
        return torch.cat([self._pyramid(piece) for piece in self.pieces(images)]).cpu()

    def _pyramid(self, images: Tensor) -> Tensor:
        grams = []
        for _ in range(self.scales):
            grams.append(self._gram(images))
            images = functional.avg_pool2d(images, 2)
        return functional.normalize(torch.cat(grams, dim=1), dim=1)

    def _gram(self, images: Tensor) -> Tensor:
        return rooted(upper_gram(functional.conv2d(images - 0.5, self._kernels).relu().flatten(2)))


def upper_gram(responses: Tensor) -> Tensor:
    """The Gram matrices of responses (n, c, places), averaged over places: the upper triangles, (n, c (c + 1) / 2)."""
    gram = responses @ responses.transpose(1, 2) / responses.shape[2]
    row, column = torch.triu_indices(*gram.shape[1:], device=gram.device)
    return gram[:, row, column]


def rooted(grams: Tensor) -> Tensor:
    """Signed square roots of (n, d), rows of unit norm.

    A Gram matrix is heavy-tailed: without the root, two or three entries would decide every cosine.
    """
    return functional.normalize(grams.sign() * grams.abs().sqrt(), dim=1)


def _zero_mean_filters(filters: int, side: int, seed: int) -> Tensor:
    """Gaussian filters (f, 3, side, side) of unit norm, zero mean over space: they see contrast, not brightness.

    The colour of a filter's response is kept, because its three channels are drawn independently.
    """
    kernels = torch.randn(filters, 3, side, side, generator=torch.Generator().manual_seed(seed))
    kernels -= kernels.mean(dim=(2, 3), keepdim=True)
    return kernels / kernels.flatten(1).norm(dim=1)[:, None, None, None]
