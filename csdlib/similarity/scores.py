"""How alike two pictures, or two bodies of work, are in style.

The paper's General Style Similarity (arXiv:2404.01292, Section 6) is the cosine of two prototypes: of an artist's
works, and of what a generator made in the artist's name.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
from csdlib.metrics.estimate import FEW, Estimate
from csdlib.similarity.artists import require_pair
from csdlib.similarity.corpus import Corpus
from csdlib.similarity.reading import Reading
from csdlib.similarity.sets import corrected_cosine, prototype_cosine


@dataclass(frozen=True)
class Score:
    """A style similarity.

    Attributes:
        estimate: in [-1, 1]; higher = more alike. Where a score begins to mean "the same style" depends on the
            descriptor: compare it with the scores of pictures whose makers are known.
        descriptor: name of the descriptor.
        n_references: images on the second side. Scores of prototypes rise with it: report it.
        corrected: the same for endlessly many images of both sides, see ``corrected_cosine``: numbers of sets of
            different size can be compared. Not a number where a side is one image.
        note: what is wrong with the score: empty where both sides can be taken at their word.
    """

    estimate: Estimate
    descriptor: str
    n_references: int
    corrected: Estimate
    note: str

    @property
    def value(self) -> float:
        """The similarity, in [-1, 1]."""
        return self.estimate.value

    @property
    def low(self) -> float | None:
        """Lower end of the 95 % interval, see ``prototype_cosine``; None where images are too few for one."""
        return None if np.isnan(self.estimate.low) else self.estimate.low

    @property
    def high(self) -> float | None:
        """Upper end; None where images are too few."""
        return None if np.isnan(self.estimate.high) else self.estimate.high

    def on(self, corpus: Corpus) -> Reading:
        """What the score of two pictures says, on the scale of a corpus by the same descriptor.

        Raises:
            InputError: a score of more pictures: what a prototype's cosine says depends on how many there are.
        """
        if self.estimate.n != 2:
            raise InputError("a corpus reads the score of two pictures: for more of them there is csdlib.score")
        return corpus.read(self.value)

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        note = f"; {self.note}" if self.note else ""
        return f"{replace(self.estimate, note='')} ({self.descriptor}, {self.n_references} reference(s){note})"


Images = ImageLike | Sequence[ImageLike]


def style_similarity(a: Images, b: Images, *, descriptor: str | Descriptor = "csd-art") -> Score:
    """The cosine of the style descriptors of two images, or of the prototypes of two sets.

    Args:
        a: an image, or a list of several; whatever ``open_image`` takes is one.
        b: the references: an image, or several.
        descriptor: a name of ``list_descriptors()``, or a descriptor whose metric is cosine.

    Raises:
        InputError: an image that cannot be read, an empty list, an unknown descriptor, or one that has no cosine.
    """
    measure = _made(maker(descriptor)) if isinstance(descriptor, str) else descriptor
    if measure.metric != "cosine":
        raise InputError(f"style_similarity needs a cosine descriptor; {measure.name} uses {measure.metric}")
    first, second = (_encode(measure, images) for images in (a, b))
    estimate = prototype_cosine(first, second)
    few = _note(len(first), len(second), ("image", "reference"))
    note = "; ".join(filter(None, [few, _on_both_sides(first, second)]))
    return Score(estimate, measure.name, len(second), corrected_cosine(first, second), note)


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
        side is missing; ``low`` and ``high`` of its 95 % interval, which is about sets of this size, see
        ``prototype_cosine``; ``corrected``, ``corrected_low`` and ``corrected_high``, which do not depend on it, see
        ``corrected_cosine``; ``generated`` and ``references``, how many images stand behind the value; and ``note``,
        which says what is wrong with it.

    Raises:
        InputError: embeddings of two descriptors, without cosine, or another number of names than of images.
    """
    rows = []
    for name, first, second in _sides(made, asked, works, artists):
        row = dict.fromkeys(("value", "low", "high", "corrected", "corrected_low", "corrected_high"), np.nan)
        if len(first) and len(second):
            found, corrected = prototype_cosine(first, second), corrected_cosine(first, second)
            row |= {"value": found.value, "low": found.low, "high": found.high, "corrected": corrected.value}
            row |= {"corrected_low": corrected.low, "corrected_high": corrected.high}
        sizes = {"generated": len(first), "references": len(second)}
        note = _note(len(first), len(second), ("generated image", "work"))
        rows.append({"artist": name} | row | sizes | {"note": note})
    return pd.DataFrame(rows)


def prototype_similarity(made: Embeddings, asked: np.ndarray, works: Embeddings, artists: np.ndarray) -> pd.Series:
    """The General Style Similarity of the artists on both sides, without intervals; see there.

    Returns:
        the values in [-1, 1], higher = more alike; the index are the artists' names, sorted.

    Raises:
        InputError: as ``general_style_similarity``.
    """
    sides = _sides(made, asked, works, artists)
    return pd.Series(
        {name: prototype_cosine(first, second).value for name, first, second in sides if len(first) and len(second)}
    )


def _sides(
    made: Embeddings, asked: np.ndarray, works: Embeddings, artists: np.ndarray
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Every artist of either side, with the vectors that were made in the name and those of the works."""
    require_pair(made, works)
    for names, embeddings in ((asked, made), (artists, works)):
        if len(names) != len(embeddings):
            raise InputError(f"{len(names)} artists for {len(embeddings)} images")
    known = sorted({*asked.tolist(), *artists.tolist()} - {""})
    first, second = (np.asarray(side.vectors, dtype=np.float64) for side in (made, works))
    return [(name, first[asked == name], second[artists == name]) for name in known]


def _note(first: int, second: int, kinds: tuple[str, str]) -> str:
    """What is wrong with a number that stands on so many images."""
    if not first:
        return "nothing was generated in this name"
    if not second:
        return "no work by this artist"
    if first == second == 1:
        return f"one {kinds[0]} and one {kinds[1]}: no interval"
    few = [f"{n} {kind}{'s' * (n > 1)} only" for kind, n in zip(kinds, (first, second), strict=True) if n < FEW]
    return "; ".join(few)


def _on_both_sides(first: np.ndarray, second: np.ndarray) -> str:
    """What has to be said where a picture is compared with itself."""
    known = {row.tobytes() for row in second}
    count = sum(row.tobytes() in known for row in first)
    verb = "stands" if count == 1 else "stand"
    return f"{count} of the images {verb} on both sides: a cosine with itself says nothing" if count else ""


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
