"""The Gram matrix of clip-tiny's patches: style without place, by a bank of trained filters that ships."""

from typing import Unpack

from torch import Tensor, nn
from torch.nn import functional

from csdlib.descriptors.csd import CSDModel, load_hashed
from csdlib.descriptors.devices import Compute
from csdlib.descriptors.handmade import rooted, upper_gram
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.errors import InputError
from csdlib.files import AnyPath, text_hash


class PatchGram(nn.Module):
    """Gram matrices of what a transformer's block says of each patch.

    Args:
        model: whose image tower it is; the blocks after ``block`` do nothing.
        block: number of the block, from 0.
    """

    def __init__(self, model: CSDModel, block: int) -> None:
        super().__init__()
        self.backbone, self.block = model.backbone, block

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (n, 3, H, W) to (n, c (c + 1) / 2), rows of unit norm, for c channels."""
        found = self.backbone.forward_intermediates(
            images, [self.block], stop_early=True, intermediates_only=True, output_fmt="NLC"
        )
        patches: Tensor = found["image_intermediates"][0]
        # As each block of the tower does: else a few channels, which are large in every picture, decide all.
        patches = functional.layer_norm(patches, patches.shape[2:])
        return rooted(upper_gram(patches.transpose(1, 2)))


def gram_clip_tiny(weights: AnyPath | None = None, *, block: int = 2, **compute: Unpack[Compute]) -> TowerDescriptor:
    """The Gram matrix of clip-tiny's patches after one block of its image tower: 18,528 numbers.

    Args:
        weights: a folder of ``save_clip`` or ``save_model``; by default the shipped clip-tiny.
        block: its number, from 0; by default a middle one, which was chosen before anything was measured.
        compute: see ``Compute``.

    Raises:
        InputError: the tower has no such block.
    """
    model, weights_hash = load_hashed("clip-tiny", weights)
    size, width, layers = (model.config[name] for name in ("image_size", "width", "layers"))
    if not 0 <= block < layers:
        raise InputError(f"block must be from 0 to {layers - 1}, got {block}")
    return TowerDescriptor(
        PatchGram(model, block),
        name="gram-clip-tiny",
        weights_hash=text_hash(weights_hash, block),
        size=size,
        dim=width * (width + 1) // 2,
        **compute,
    )
