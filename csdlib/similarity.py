"""How alike two pictures, or two bodies of work, are in style."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image
from torch import Tensor

from csdlib.descriptors import Descriptor, encode_images, maker
from csdlib.errors import InputError
from csdlib.images import ImageLike, open_image


@dataclass(frozen=True)
class Score:
    """A style similarity.

    Attributes:
        value: in [-1, 1]; higher = more alike. Where a score begins to mean "the same style" depends on the
            descriptor: compare it with the scores of pictures whose makers are known.
        low: lower end of the 95 % bootstrap interval; None when one image was compared with one.
        high: upper end; None when one image was compared with one.
        descriptor: name of the descriptor.
        n_references: images on the second side. Scores of prototypes rise with it: report it.
    """

    value: float
    low: float | None
    high: float | None
    descriptor: str
    n_references: int

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        interval = "" if self.low is None else f" [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f}{interval} ({self.descriptor}, {self.n_references} reference(s))"


Images = ImageLike | Sequence[ImageLike]


def style_similarity(
    a: Images, b: Images, *, descriptor: str | Descriptor = "csd-tiny", n_bootstrap: int = 1000, seed: int = 0
) -> Score:
    """The cosine of the style descriptors of two images, or of the prototypes of two sets.

    Args:
        a: an image (path or PIL image), or several.
        b: the references: an image, or several.
        descriptor: a name of ``list_descriptors()``, or a descriptor whose metric is cosine.
        n_bootstrap: resamples of the interval, drawn from the images of both sides.
        seed: of the resamples.

    Raises:
        InputError: an image that cannot be read, an empty list, an unknown descriptor, or one that has no cosine.
    """
    measure = _made(maker(descriptor)) if isinstance(descriptor, str) else descriptor
    if measure.metric != "cosine":
        raise InputError(f"style_similarity needs a cosine descriptor; {measure.name} uses {measure.metric}")
    first, second = (_encode(measure, images) for images in (a, b))
    value = float(prototype(first) @ prototype(second))
    value = min(1.0, max(-1.0, value))
    low, high = _interval(first, second, value, n_bootstrap, seed)
    return Score(value, low, high, measure.name, len(second))


def prototype(vectors: np.ndarray) -> np.ndarray:
    """The mean direction of descriptors, which stands for an artist.

    Args:
        vectors: (n, d) or (..., n, d), rows of unit norm.

    Returns:
        (d,) or (..., d), unit norm.

    Raises:
        InputError: no rows, or rows that cancel out.

    Example:
        >>> prototype(np.array([[1.0, 0.0], [0.0, 1.0]])).round(3).tolist()
        [0.707, 0.707]
    """
    if vectors.shape[-2] == 0:
        raise InputError("a prototype needs at least one image")
    mean = vectors.mean(axis=-2)
    norm = np.linalg.norm(mean, axis=-1, keepdims=True)
    if (norm == 0).any():
        raise InputError("these descriptors cancel out: they have no mean direction")
    return mean / norm


@lru_cache(maxsize=4)
def _made(make: Callable[..., Descriptor]) -> Descriptor:
    """What a registered function makes, kept: comparing a hundred pairs must not load the weights a hundred times."""
    return make()


def _encode(descriptor: Descriptor, images: Images) -> np.ndarray:
    single = isinstance(images, (str, Image.Image)) or hasattr(images, "__fspath__")
    listed = [images] if single else list(images)  # type: ignore[arg-type]
    if not listed:
        raise InputError("style_similarity was given an empty list of images")
    vectors: Tensor = encode_images(descriptor, [open_image(image) for image in listed])  # type: ignore[arg-type]
    return vectors.numpy().astype(np.float64)


def _interval(
    first: np.ndarray, second: np.ndarray, value: float, n_bootstrap: int, seed: int
) -> tuple[float | None, float | None]:
    if len(first) == len(second) == 1:
        return None, None
    random = np.random.default_rng(seed)
    drawn = [_resampled_prototypes(side, n_bootstrap, random) for side in (first, second)]
    scores = (drawn[0] * drawn[1]).sum(axis=1)
    # A resample holds fewer distinct images than the sample, so its cosines lie nearer to 0: the shift is taken out.
    low, high = np.clip(np.quantile(scores, [0.025, 0.975]) + value - scores.mean(), -1, 1)
    return float(low), float(high)


def _resampled_prototypes(vectors: np.ndarray, n_bootstrap: int, random: np.random.Generator) -> np.ndarray:
    """(n_bootstrap, d): the prototype of every resample. How often each image was drawn is one matrix."""
    n = len(vectors)
    counts = random.multinomial(n, np.full(n, 1 / n), size=n_bootstrap)
    sums = counts @ vectors
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
