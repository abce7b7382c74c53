"""How alike two pictures, or two bodies of work, are in style.

The paper's General Style Similarity (arXiv:2404.01292, Section 6) is the cosine of two prototypes: of an artist's
works, and of what a generator made in the artist's name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from PIL import Image
from torch import Tensor

from csdlib.descriptors.protocol import Descriptor, encode_images
from csdlib.descriptors.registry import maker
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.images import ImageLike, open_image
from csdlib.similarity.artists import prototype, require_pair


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


def general_style_similarity(
    made: Embeddings,
    asked: np.ndarray,
    works: Embeddings,
    artists: np.ndarray,
    *,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """The General Style Similarity of every artist (arXiv:2404.01292, Section 6).

    Args:
        made: generated images.
        asked: (g,) in whose name each was made.
        works: the artists' own images, by the same descriptor, with metric cosine.
        artists: (n,) whose work each is; an empty name stands for unknown.
        n_bootstrap: resamples of each interval, drawn from the images of both sides.
        seed: of the resamples.

    Returns:
        one row an artist of either side: ``artist``; ``value`` in [-1, 1], higher = more alike, not a number where one
        side is missing; ``low`` and ``high`` of the 95 % bootstrap interval; ``generated`` and ``references``, how many
        images stand behind the value; and ``note``, which says what is wrong with it.

    Raises:
        InputError: embeddings of two descriptors, without cosine, or another number of names than of images.
    """
    require_pair(made, works)
    for names, embeddings in ((asked, made), (artists, works)):
        if len(names) != len(embeddings):
            raise InputError(f"{len(names)} artists for {len(embeddings)} images")
    rows = []
    for name in sorted({*asked.tolist(), *artists.tolist()} - {""}):
        first, second = made.vectors[asked == name], works.vectors[artists == name]
        row = {"artist": name, "value": np.nan, "low": np.nan, "high": np.nan}
        if len(first) and len(second):
            value = float(np.clip(prototype(first) @ prototype(second), -1, 1))
            low, high = _interval(first, second, value, n_bootstrap, seed)
            row |= {"value": value, "low": np.nan if low is None else low, "high": np.nan if high is None else high}
        rows.append(row | {"generated": len(first), "references": len(second), "note": _note(len(first), len(second))})
    return pd.DataFrame(rows)


def _note(generated: int, references: int) -> str:
    """What is wrong with a number that stands on so many images."""
    if not generated:
        return "nothing was generated in this name"
    if not references:
        return "no work by this artist"
    few = [
        f"one {kind}: the interval does not know how much others differ"
        for kind, n in (("generated image", generated), ("work", references))
        if n == 1
    ]
    return "; ".join(few)


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
