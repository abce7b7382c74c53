"""What a small CSD's tower says after each of its blocks, for who asks where in it something is known."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from csdlib.descriptors.csd import CSD, CSDModel
from csdlib.descriptors.towers import TowerDescriptor


class Layers(TowerDescriptor):
    """All layers of a CSD model as one vector, which ``parts`` takes apart again.

    A layer is its class token and the mean of its patches, each of unit norm: what one of the two lacks, the other may
    have. The first layer is what enters the blocks (patches and places, no attention yet). The last two parts are what
    leaves the tower (the ``feature``, of the normalised class token) and the ``style`` projected from it.

    Args:
        descriptor: for example ``csdlib.load("csd-tiny")``.

    Example:
        >>> from csdlib.descriptors.csd import random_tiny
        >>> list(Layers(random_tiny(layers=2)).parts)
        ['embedding', 'block 1', 'block 2', 'feature', 'style']
    """

    def __init__(self, descriptor: CSD) -> None:
        self.parts = _places(descriptor.model)
        super().__init__(
            _Watched(descriptor.model),
            name=f"layers of {descriptor.name}",
            weights_hash=descriptor.weights_hash,
            size=descriptor.size,
            dim=max(place.stop for place in self.parts.values()),
            device=descriptor.device.type,
        )


def _places(model: CSDModel) -> dict[str, slice]:
    """Where each layer stands in the vector."""
    width, blocks = model.config["width"], model.config["layers"]
    names = ["embedding", *(f"block {number}" for number in range(1, blocks + 1))]
    places = {name: slice(2 * width * number, 2 * width * (number + 1)) for number, name in enumerate(names)}
    end = 2 * width * len(names)
    style = end + width + int(model.config["style_dim"])
    return places | {"feature": slice(end, end + width), "style": slice(end + width, style)}


class _Watched(nn.Module):
    """A CSD model that gives what its blocks take and give: images (n, 3, H, W) to (n, dim)."""

    def __init__(self, model: CSDModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        tower = self.model.backbone
        seen: list[Tensor] = []

        def keep(_module: nn.Module, given: Any) -> None:
            tokens = given[0]
            seen.extend(functional.normalize(each, dim=1) for each in (tokens[:, 0], tokens[:, 1:].mean(dim=1)))

        # What enters a block is what the one before it gave; what the last one gives enters the final norm.
        watched = [*tower.transformer.resblocks, tower.ln_post]
        hooks = [module.register_forward_pre_hook(keep) for module in watched]
        try:
            feature = tower(images)
        finally:
            for hook in hooks:
                hook.remove()
        ends = (functional.normalize(each, dim=1) for each in (feature, feature @ self.model.style_projection))
        return torch.cat([*seen, *ends], dim=1)
