"""How little must change before a score says "the same artist"?

Two ways to raise a picture's likeness to somebody's works without painting as they do: by the descriptor's own
gradient, no pixel further than a few grey levels (projected gradient: Madry et al., arXiv:1706.06083); and without
knowing the descriptor, by taking over the colours of one of the works (Reinhard et al. 2001).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.errors import InputError
from csdlib.images import image_tensor

#: Grey levels of 255 by which a pixel may change, tried in turn.
BOUNDS = (1, 2, 3, 4, 6, 8, 12, 16)

#: From red, green and blue to the responses of the eye's cones, and from their logarithms to lightness and two
#: opponent colours that are nearly independent in natural scenes (Ruderman et al. 1998).
_CONES = np.array([[0.3811, 0.5783, 0.0402], [0.1967, 0.7244, 0.0782], [0.0241, 0.1288, 0.8444]])
_OPPONENT = np.array([[1, 1, 1], [1, 1, -2], [1, -1, 0]]) / np.sqrt([[3], [6], [2]])


@dataclass(frozen=True)
class Fooled:
    """What it took to raise a picture's score.

    Attributes:
        bound: the smallest tried number of grey levels (of 255) by which pixels had to change before the score reached
            the threshold; 0 where it was there before, None where no tried one was enough.
        before: the score of the picture as it is, in [-1, 1].
        after: the score with the largest bound that was tried, which is ``bound`` where there is one.
        image: the changed picture, in 8 bit as it would be saved.
    """

    bound: int | None
    before: float
    after: float
    image: Image.Image


def raised(
    descriptor: TowerDescriptor, image: Image.Image, target: np.ndarray, bound: int, *, steps: int = 20
) -> Image.Image:
    """A picture changed so that its descriptor comes nearer to a target, each pixel by a few grey levels at most.

    Args:
        descriptor: with metric cosine; its gradient is followed.
        image: RGB.
        target: (d,) of unit norm, for example an artist's prototype.
        bound: the most by which any channel of any pixel may change, in grey levels of 255, 1 or more.
        steps: along the sign of the gradient; together they reach two and a half times as far as the bound.

    Returns:
        a picture of the same size, in 8 bit. Nothing is drawn: the same arguments give the same pixels.

    Raises:
        InputError: a bound or a number of steps below 1, or a target of another length.
    """
    if bound < 1 or steps < 1 or target.shape != (descriptor.dim,):
        raise InputError(f"need bound and steps of 1 or more and a target ({descriptor.dim},), got {bound}, {steps}")
    start = image_tensor(image)[None]
    goal = torch.as_tensor(np.asarray(target, np.float32), device=descriptor.device)
    pixels, reach = start.clone(), bound / 255
    for _ in range(steps):
        pixels.requires_grad_()
        (slope,) = torch.autograd.grad((descriptor.forward(pixels) @ goal).sum(), pixels)
        moved = pixels.detach() + 2.5 * reach / steps * slope.sign()
        pixels = torch.clamp(moved.clamp(start - reach, start + reach), 0, 1)
    # To whole grey levels: of whole bounds, that goes beyond none.
    grey = (pixels[0] * 255).round().to(torch.uint8)
    return Image.fromarray(grey.permute(1, 2, 0).contiguous().numpy())


def smallest_bound(
    descriptor: TowerDescriptor,
    image: Image.Image,
    target: np.ndarray,
    threshold: float,
    *,
    bounds: Sequence[int] = BOUNDS,
    steps: int = 20,
) -> Fooled:
    """The smallest change of pixels by which a picture reaches a score, as ``encode`` of the saved picture gives it.

    An upper end: a cleverer search might need less.

    Args:
        descriptor: see ``raised``.
        image: RGB.
        target: see ``raised``.
        threshold: the cosine with the target that is to be reached: what "the same artist" begins with, see
            ``candidates``.
        bounds: grey levels that are tried in turn, rising.
        steps: see ``raised``.

    Raises:
        InputError: as ``raised``, or no bounds.
    """
    if not bounds:
        raise InputError("bounds must be a list of grey levels, got none")
    before = after = _score(descriptor, image, target)
    if before >= threshold:
        return Fooled(0, before, before, image)
    for bound in bounds:
        changed = raised(descriptor, image, target, bound, steps=steps)
        after = _score(descriptor, changed, target)
        if after >= threshold:
            return Fooled(bound, before, after, changed)
    return Fooled(None, before, after, changed)


def with_colours_of(image: Image.Image, other: Image.Image) -> Image.Image:
    """A picture whose colours have the mean and the deviation of another's: Reinhard et al. (2001), nothing else.

    Args:
        image: RGB.
        other: RGB, of any size, whose colours are taken over.

    Example:
        >>> grey, red = Image.new("RGB", (4, 4), (90, 90, 90)), Image.new("RGB", (2, 2), (200, 30, 30))
        >>> with_colours_of(grey, red).getpixel((0, 0))
        (200, 30, 30)
    """
    own, theirs = (_opponent(each).reshape(-1, 3) for each in (image, other))
    scale = theirs.std(axis=0) / np.maximum(own.std(axis=0), 1e-6)
    moved = (own - own.mean(axis=0)) * scale + theirs.mean(axis=0)
    light = 10 ** (moved @ np.linalg.inv(_OPPONENT).T) @ np.linalg.inv(_CONES).T
    pixels = np.clip(light * 256 - 1, 0, 255).round().astype(np.uint8)
    return Image.fromarray(pixels.reshape(image.height, image.width, 3))


def _score(descriptor: TowerDescriptor, image: Image.Image, target: np.ndarray) -> float:
    return float(encode_images(descriptor, [image])[0].numpy() @ np.asarray(target, np.float32))


def _opponent(image: Image.Image) -> np.ndarray:
    """Pixels (H, W, 3) as lightness, yellow against blue, and red against green, of logarithms."""
    cones = (np.asarray(image, float) + 1) / 256 @ _CONES.T
    return np.asarray(np.log10(cones) @ _OPPONENT.T)
