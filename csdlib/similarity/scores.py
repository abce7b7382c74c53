"""How alike two pictures, or two bodies of work, are in style.

The paper's General Style Similarity (arXiv:2404.01292, Section 6) is the cosine of two prototypes: of an artist's
works, and of what a generator made in the artist's name.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from io import IOBase
from typing import cast

import numpy as np
import pandas as pd
import torch
from PIL import Image

from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import maker
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import encode_items
from csdlib.errors import InputError
from csdlib.images import ImageLike, open_image
from csdlib.metrics.intervals import Estimate, interval, resampled_sums
from csdlib.similarity.artists import prototype, require_pair


@dataclass(frozen=True)
class Score:
    """A style similarity.

    Attributes:
        estimate: in [-1, 1]; higher = more alike. Where a score begins to mean "the same style" depends on the
            descriptor: compare it with the scores of pictures whose makers are known.
        descriptor: name of the descriptor.
        n_references: images on the second side. Scores of prototypes rise with it: report it.
    """

    estimate: Estimate
    descriptor: str
    n_references: int

    @property
    def value(self) -> float:
        """The similarity, in [-1, 1]."""
        return self.estimate.value

    @property
    def low(self) -> float | None:
        """Lower end of the 95 % bootstrap interval; None when one image was compared with one."""
        return None if np.isnan(self.estimate.low) else self.estimate.low

    @property
    def high(self) -> float | None:
        """Upper end; None when one image was compared with one."""
        return None if np.isnan(self.estimate.high) else self.estimate.high

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        number = f"{self.value:.3f}" if self.low is None else str(self.estimate)
        return f"{number} ({self.descriptor}, {self.n_references} reference(s))"


Images = ImageLike | Sequence[ImageLike]


def style_similarity(
    a: Images, b: Images, *, descriptor: str | Descriptor = "csd-tiny", n_bootstrap: int = 1000, seed: int = 0
) -> Score:
    """The cosine of the style descriptors of two images, or of the prototypes of two sets.

    Args:
        a: an image, or a list of several; whatever ``open_image`` takes is one.
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
    return Score(_estimate(first, second, n_bootstrap, seed), measure.name, len(second))


def general_style_similarity(
    made: Embeddings, asked: np.ndarray, works: Embeddings, artists: np.ndarray
) -> pd.DataFrame:
    """The General Style Similarity of every artist (arXiv:2404.01292, Section 6).

    Args:
        made: generated images.
        asked: (g,) in whose name each was made.
        works: the artists' own images, by the same descriptor, with metric cosine.
        artists: (n,) whose work each is; an empty name stands for unknown.

    Returns:
        one row an artist of either side: ``artist``; ``value`` in [-1, 1], higher = more alike, not a number where one
        side is missing; ``low`` and ``high`` of the 95 % bootstrap interval over the images of both sides;
        ``generated`` and ``references``, how many images stand behind the value; and ``note``, which says what is
        wrong with it.

    Raises:
        InputError: embeddings of two descriptors, without cosine, or another number of names than of images.
    """
    rows = []
    for name, first, second in _sides(made, asked, works, artists):
        row = {"artist": name, "value": np.nan, "low": np.nan, "high": np.nan}
        if len(first) and len(second):
            found = _estimate(first, second)
            row |= {"value": found.value, "low": found.low, "high": found.high}
        rows.append(row | {"generated": len(first), "references": len(second), "note": _note(len(first), len(second))})
    return pd.DataFrame(rows)


def prototype_similarity(made: Embeddings, asked: np.ndarray, works: Embeddings, artists: np.ndarray) -> pd.Series:
    """The General Style Similarity of the artists on both sides, without intervals; see there.

    Returns:
        the values in [-1, 1], higher = more alike; the index are the artists' names, sorted.

    Raises:
        InputError: as ``general_style_similarity``.
    """
    sides = _sides(made, asked, works, artists)
    return pd.Series({name: _cosine(first, second) for name, first, second in sides if len(first) and len(second)})


def _sides(
    made: Embeddings, asked: np.ndarray, works: Embeddings, artists: np.ndarray
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Every artist of either side, with the vectors that were made in the name and those of the works."""
    require_pair(made, works)
    for names, embeddings in ((asked, made), (artists, works)):
        if len(names) != len(embeddings):
            raise InputError(f"{len(names)} artists for {len(embeddings)} images")
    known = sorted({*asked.tolist(), *artists.tolist()} - {""})
    return [(name, made.vectors[asked == name], works.vectors[artists == name]) for name in known]


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
    one = isinstance(images, str | os.PathLike | bytes | Image.Image | np.ndarray | torch.Tensor | IOBase)
    listed = [cast(ImageLike, images)] if one else list(cast(Sequence[ImageLike], images))
    if not listed:
        raise InputError("style_similarity was given an empty list of images")
    # In batches, as a table is embedded: a thousand pictures of each side are nothing unusual.
    found = encode_items(((str(row), partial(open_image, image)) for row, image in enumerate(listed)), descriptor)
    if found.skipped:
        raise InputError(next(iter(found.skipped.values())))
    return found.vectors.astype(np.float64)


def _cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.clip(prototype(first) @ prototype(second), -1, 1))


def _estimate(first: np.ndarray, second: np.ndarray, n_bootstrap: int = 1000, seed: int = 0) -> Estimate:
    """The cosine of two prototypes; two single images have no interval."""
    value, images = _cosine(first, second), len(first) + len(second)
    if images == 2:
        return Estimate(value, np.nan, np.nan, images, "image")
    random = np.random.default_rng(seed)
    sums = [resampled_sums(side, n_bootstrap, random) for side in (first, second)]
    drawn = [side / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-12) for side in sums]
    scores = (drawn[0] * drawn[1]).sum(axis=1)
    # A resample holds fewer distinct images than the sample, so its cosines lie nearer to 0: the shift is taken out.
    low, high = np.clip(interval(scores) + value - scores.mean(), -1, 1)
    return Estimate(value, float(low), float(high), images, "image")
