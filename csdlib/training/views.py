"""Style-preserving views: what may be done to a picture without changing its style (arXiv:2404.01292, Section 3.2).

Where things are, how large, which way up: that is content, and may change. Colour, blur and grain are style: a view
leaves them alone. (The released code means to rotate too, but draws its angle once, as 0: nothing is ever rotated.)
"""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from PIL import Image, ImageFilter
from torch import Generator, Tensor
from torchvision.transforms.v2 import functional as vision

from csdlib.descriptors.towers import CLIP_MEAN, CLIP_STD, normalised
from csdlib.errors import InputError
from csdlib.images import without_colour


class Views(Protocol):
    """What makes views of an image: any function, or object that can be called, with these arguments."""

    def __call__(self, image: Image.Image, generator: Generator) -> Tensor:
        """The views of an RGB image, (views, 3, size, size) float32; the generator is the only source of chance."""
        ...


@dataclass(frozen=True)
class StylePreservingViews:
    """Random resized crop, flips, quarter turns.

    Attributes:
        size: side of a view in pixels.
        smallest: smallest share of the picture's area in a crop, in (0, 1].
        views: views an image.
        turns: whether views are turned by quarters, and not only mirrored: what hangs upside down has the same style,
            but a caption says what it shows.
        photometric: also change brightness, contrast, saturation, hue and sharpness, and drop all colour in one view of
            five: the usual views of self-supervised learning. They change style: for the ablation only.
        mean: of each channel, for pixels in [0, 1]; by default CLIP's.
        std: of each channel, likewise.

    Raises:
        InputError: a share outside (0, 1], or no view.
    """

    size: int
    smallest: float = 0.3
    views: int = 2
    turns: bool = True
    photometric: bool = False
    mean: tuple[float, float, float] = CLIP_MEAN
    std: tuple[float, float, float] = CLIP_STD

    def __post_init__(self) -> None:
        if not 0 < self.smallest <= 1 or self.views < 1:
            raise InputError(f"need 0 < smallest <= 1 and views >= 1, got {self.smallest} and {self.views}")

    def __call__(self, image: Image.Image, generator: Generator) -> Tensor:
        """The views of one image.

        Args:
            image: RGB.
            generator: the only source of chance; equal states give equal views.

        Returns:
            (views, 3, size, size) float32, normalised.
        """
        views = (self.view(image, generator) for _ in range(self.views))
        return torch.stack([normalised(view, self.mean, self.std) for view in views])

    def view(self, image: Image.Image, generator: Generator) -> Image.Image:
        """One view as a picture, RGB, size x size: for looking at."""
        box = self._crop(image.width, image.height, generator)
        cropped = image.resize((self.size, self.size), Image.Resampling.BICUBIC, box=box, reducing_gap=3.0)
        for turn in _turns(generator, 4 if self.turns else 1):
            cropped = cropped.transpose(turn)
        return _recoloured(cropped, generator) if self.photometric else cropped

    def _crop(self, width: int, height: int, generator: Generator) -> tuple[float, float, float, float]:
        """A box of random area and shape (sides from 3:4 to 4:3, as far as it fits) inside the picture."""
        area, shape, left, top = torch.rand(4, generator=generator).tolist()
        pixels = width * height * (self.smallest + (1 - self.smallest) * area)
        ratio = math.exp((2 * shape - 1) * math.log(4 / 3))
        # The side that would leave the picture is cut, and the other one grows: the area stays.
        crop_width = min(width, max(math.sqrt(pixels * ratio), pixels / height))
        crop_height = min(height, pixels / crop_width)
        x, y = left * (width - crop_width), top * (height - crop_height)
        return x, y, x + crop_width, y + crop_height


@dataclass(frozen=True)
class CopyViews:
    """What people do to a picture when they copy it: cut off its rim or add a frame, mirror it, change its light a bit.

    Attributes:
        size: side of a view in pixels.
        smallest: smallest share of the picture's area in a crop, in (0, 1].
        widest: widest rim of a frame, as a share of the view's side, in [0, 0.5).
        views: views an image.

    Raises:
        InputError: a share out of range, or no view.
    """

    size: int
    smallest: float = 0.5
    widest: float = 0.15
    views: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.smallest <= 1 or not 0 <= self.widest < 0.5 or self.views < 1:
            raise InputError(f"need 0 < smallest <= 1, 0 <= widest < 0.5 and views >= 1, got {self}")

    def __call__(self, image: Image.Image, generator: Generator) -> Tensor:
        """The views of one image, (views, 3, size, size) float32, normalised as CLIP's."""
        return torch.stack([normalised(self.view(image, generator)) for _ in range(self.views)])

    def view(self, image: Image.Image, generator: Generator) -> Image.Image:
        """One view as a picture, RGB, size x size: for looking at."""
        framed, mirrored, light, contrast = torch.rand(4, generator=generator).tolist()
        view = self._framed(image, generator) if framed < 0.4 else self._cut(image, generator)
        if mirrored < 0.5:
            view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return vision.adjust_contrast(vision.adjust_brightness(view, 0.85 + 0.3 * light), 0.85 + 0.3 * contrast)

    def _cut(self, image: Image.Image, generator: Generator) -> Image.Image:
        area, left, top = torch.rand(3, generator=generator).tolist()
        side = math.sqrt(self.smallest + (1 - self.smallest) * area)
        x, y = left * (1 - side) * image.width, top * (1 - side) * image.height
        box = (x, y, x + side * image.width, y + side * image.height)
        return image.resize((self.size, self.size), Image.Resampling.BICUBIC, box=box, reducing_gap=3.0)

    def _framed(self, image: Image.Image, generator: Generator) -> Image.Image:
        rim = round(self.widest * self.size * torch.rand((), generator=generator).item())
        grey, *tint = torch.randint(256, (4,), generator=generator).tolist()
        colour = tuple(tint) if torch.rand((), generator=generator) < 0.5 else (grey, grey, grey)
        inside = max(1, self.size - 2 * rim)
        framed = Image.new("RGB", (self.size, self.size), colour)
        framed.paste(image.resize((inside, inside), Image.Resampling.BICUBIC, reducing_gap=3.0), (rim, rim))
        return framed


def _recoloured(image: Image.Image, generator: Generator) -> Image.Image:
    """Colour jitter, now and then grey or blurred, as in SimCLR (arXiv:2002.05709), at half its strength."""
    brightness, contrast, saturation, hue, grey, soft = torch.rand(6, generator=generator).tolist()
    image = vision.adjust_brightness(image, 0.6 + 0.8 * brightness)
    image = vision.adjust_contrast(image, 0.6 + 0.8 * contrast)
    image = vision.adjust_saturation(image, 0.6 + 0.8 * saturation)
    image = vision.adjust_hue(image, 0.2 * (hue - 0.5))
    if grey < 0.2:
        image = without_colour(image)
    return image.filter(ImageFilter.GaussianBlur(2 * soft - 1)) if soft > 0.5 else image


def _turns(generator: Generator, quarters: int) -> list[Image.Transpose]:
    """A random one of the eight symmetries of the square, or of two of them, as at most two moves."""
    quarter = [None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270]
    turn = quarter[int(torch.randint(quarters, (), generator=generator))]
    flip = Image.Transpose.FLIP_LEFT_RIGHT if torch.rand((), generator=generator) < 0.5 else None
    return [move for move in (turn, flip) if move is not None]
