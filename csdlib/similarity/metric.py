"""The style score in the shape of torchmetrics: update, compute, reset. torchmetrics itself is not needed."""

import os
from collections.abc import Sequence
from functools import partial
from typing import Literal, Unpack

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from csdlib.descriptors.devices import Compute
from csdlib.descriptors.protocol import Descriptor, require_descriptor
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import encode_items
from csdlib.errors import InputError
from csdlib.images import ImageLike, open_image
from csdlib.similarity.against_references import against

#: A batch: a tensor (n, channels, height, width), or a list of whatever ``open_image`` takes.
Batch = Tensor | Sequence[ImageLike]


class StyleSimilarity:
    """How alike generated pictures are in style to references, over batches; what ``csdlib.score`` computes of folders.

    Args:
        descriptor: a name of ``list_descriptors()``, or a descriptor whose metric is cosine.
        pairing: ``all``: every picture against all references. ``order``: the i-th against the i-th.
        compute: see ``Compute``; for a descriptor that is given by name.

    Raises:
        InputError: an unknown descriptor or pairing, or a descriptor that has no cosine.

    Example:
        >>> metric = StyleSimilarity("colour")
        >>> white, black = torch.ones(2, 3, 32, 32), torch.zeros(1, 3, 32, 32)
        >>> metric.update(white, torch.cat([white, black]))
        >>> {name: round(value.item(), 2) for name, value in metric.compute().items()}
        {'mean': 0.67, 'max': 1.0, 'prototype': 0.89}
    """

    def __init__(
        self,
        descriptor: str | Descriptor = "csd-art",
        *,
        pairing: Literal["all", "order"] = "all",
        **compute: Unpack[Compute],
    ) -> None:
        self.descriptor = load(descriptor, **compute) if isinstance(descriptor, str) else descriptor
        require_descriptor(self.descriptor)
        if self.descriptor.metric != "cosine":
            raise InputError(f"a score is a cosine, and {self.descriptor.name} has none")
        if pairing not in ("all", "order"):
            raise InputError(f"pairing must be 'all' or 'order', got {pairing!r}")
        self.pairing = pairing
        self.reset()

    def reset(self) -> None:
        """Forgets all pictures."""
        self._generated: list[np.ndarray] = []
        self._references: list[np.ndarray] = []

    def update(self, generated: Batch | None = None, references: Batch | None = None) -> None:
        """Takes pictures of either side, or of both.

        Args:
            generated: a tensor (n, 3, H, W), uint8 in [0, 255] or floats in [0, 1], or a list of pictures.
            references: likewise.

        Raises:
            InputError: a picture that cannot be read, or numbers of another shape or range.
        """
        for side, batch in ((self._generated, generated), (self._references, references)):
            if batch is not None:
                side.append(self._described(batch))

    def compute(self) -> dict[str, Tensor]:
        """Means over the generated pictures, in [-1, 1]; higher = more alike.

        Returns:
            ``mean``, ``max`` and ``prototype``, scalars in float64: of the cosines with its references each picture's
            mean, its largest, and the cosine with their prototype.

        Raises:
            InputError: a side without pictures, or sides of different length that are paired by order.
        """
        if not (any(map(len, self._generated)) and any(map(len, self._references))):
            raise InputError("update() has not been given pictures of both sides")
        made, known = np.concatenate(self._generated), np.concatenate(self._references)
        if self.pairing == "all":
            found = against(made, known)
            means = found.mean, found.highest, found.prototype
        elif len(made) != len(known):
            raise InputError(f"paired by order, {len(made)} pictures and {len(known)} references do not match")
        else:
            means = (np.einsum("nd,nd->n", made.astype(np.float64), known),) * 3
        return {name: torch.tensor(each.mean()) for name, each in zip(("mean", "max", "prototype"), means, strict=True)}

    def _described(self, batch: Batch) -> np.ndarray:
        if isinstance(batch, str | bytes | os.PathLike | Image.Image):
            raise InputError("a batch is a tensor or a list of pictures: put one picture into a list")
        if isinstance(batch, Tensor) and batch.ndim != 4:
            raise InputError(f"a batch of pictures is (n, 3, height, width), got {tuple(batch.shape)}")
        items = ((str(number), partial(open_image, image)) for number, image in enumerate(batch))
        found = encode_items(items, self.descriptor, workers=0)
        if found.skipped:
            number, reason = next(iter(found.skipped.items()))
            raise InputError(f"picture {number} of the batch: {reason}")
        return found.vectors
