"""CSD: contrastive style descriptors (arXiv:2404.01292, Section 3).

A CLIP image tower, a linear projection to the style space, unit norm. ``csd-tiny`` is small enough to ship.
``copy-tiny`` is the same network for another purpose: it finds copies of one picture, where csd-tiny finds pictures by
one hand. It is trained with the self-supervised term only: every picture is a class of its own. (The paper uses SSCD,
arXiv:2202.10261, for that. A style descriptor would not do: it is made to bring different works together.)
"""

import json
import math
from pathlib import Path
from typing import Any, Literal, Unpack

import torch
from open_clip.transformer import QuickGELU, VisionTransformer
from torch import nn
from torch.nn import functional

from csdlib.descriptors.devices import Compute, Device, Precision
from csdlib.descriptors.style_model import StyleModel, read_model
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.descriptors.weights import seeded_weights
from csdlib.errors import InputError
from csdlib.files import AnyPath, data_path, file_hash

#: The architecture of csd-tiny: 2.9 M parameters, 64 patches an image.
TINY: dict[str, Any] = {"image_size": 128, "patch_size": 16, "width": 192, "layers": 6, "heads": 3, "style_dim": 192}

_POSITIONS = "backbone.positional_embedding"


class CSDModel(StyleModel):
    """An image tower of open_clip and a projection to the style space; it takes images that are normalised as CLIP's.

    Args:
        image_size: side of the input in pixels.
        patch_size: side of a patch in pixels.
        width: channels w of the tower.
        layers: transformer blocks.
        heads: attention heads a block.
        style_dim: length d of the descriptor.
        activation: ``gelu``, or the ``quick_gelu`` of OpenAI's CLIP and so of the released CSD weights.
    """

    def __init__(
        self,
        *,
        image_size: int,
        patch_size: int,
        width: int,
        layers: int,
        heads: int,
        style_dim: int,
        activation: Literal["gelu", "quick_gelu"] = "gelu",
    ) -> None:
        super().__init__()
        self.config: dict[str, Any] = {
            "image_size": image_size,
            "patch_size": patch_size,
            "width": width,
            "layers": layers,
            "heads": heads,
            "style_dim": style_dim,
            "activation": activation,
        }
        self.backbone = VisionTransformer(
            image_size=image_size,
            patch_size=patch_size,
            width=width,
            layers=layers,
            heads=heads,
            mlp_ratio=4.0,
            output_dim=style_dim,
            act_layer={"gelu": nn.GELU, "quick_gelu": QuickGELU}[activation],
        )
        # open_clip projects inside the tower; CSD keeps the feature before it, and projects to style itself.
        self.backbone.proj = None
        self.style_projection = nn.Parameter(torch.randn(width, style_dim) * width**-0.5)

    def resized(self, image_size: int) -> "CSDModel":
        """The same weights for another side of the input: position embeddings are interpolated (bicubic).

        Raises:
            InputError: the side is not a multiple of the patch.
        """
        patch, width = self.config["patch_size"], self.config["width"]
        if image_size < patch or image_size % patch:
            raise InputError(f"image_size must be a multiple of {patch}, got {image_size}")
        model = CSDModel(**(self.config | {"image_size": image_size}))
        state = self.state_dict()
        first, places = state[_POSITIONS][:1], state[_POSITIONS][1:]
        side = math.isqrt(len(places))
        grid = places.reshape(1, side, side, width).permute(0, 3, 1, 2)
        wider = functional.interpolate(grid, [image_size // patch] * 2, mode="bicubic", antialias=True)
        state[_POSITIONS] = torch.cat([first, wider[0].flatten(1).T])
        model.load_state_dict(state)
        return model


class CSD(TowerDescriptor):
    """A CSD model as a descriptor.

    Args:
        model: the model; put into evaluation mode.
        name: name of the descriptor.
        weights_hash: SHA-256 of the weights.
        compute: see ``Compute``.
    """

    def __init__(self, model: CSDModel, *, name: str, weights_hash: str, **compute: Unpack[Compute]) -> None:
        size, dim = model.config["image_size"], model.config["style_dim"]
        super().__init__(model, name=name, weights_hash=weights_hash, size=size, dim=dim, **compute)
        self.model = model


def load_model(folder: AnyPath) -> CSDModel:
    """Reads a CSD model that ``save_model`` wrote; the weights become float32.

    Raises:
        InputError: a file is missing, cut, or does not fit the architecture.
    """
    return read_model(folder, CSDModel)


def load_hashed(name: str, weights: AnyPath | None = None) -> tuple[CSDModel, str]:
    """A model that ``save_model`` wrote, and the SHA-256 of its weights.

    Args:
        name: which shipped one it is where no folder is given.
        weights: a folder.

    Raises:
        InputError: as ``load_model``.
    """
    folder = Path(weights) if weights else data_path(f"models/{name}")
    return load_model(folder), file_hash(folder / "model.safetensors")


def csd_tiny(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> CSD:
    """The shipped small CSD.

    Args:
        weights: a folder of ``save_model``; by default the shipped one.
        compute: see ``Compute``.
    """
    model, weights_hash = load_hashed("csd-tiny", weights)
    return CSD(model, name="csd-tiny", weights_hash=weights_hash, **compute)


def clip_tiny(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> CSD:
    """The shipped small CLIP's image embedding: its image tower is a CSD model, too, and needs no text tower.

    Args:
        weights: a folder of ``save_clip``; by default the shipped one.
        compute: see ``Compute``.
    """
    model, weights_hash = load_hashed("clip-tiny", weights)
    return CSD(model, name="clip-tiny", weights_hash=weights_hash, **compute)


def random_tiny(seed: int = 0, *, device: Device = "auto", precision: Precision = "float32", **config: Any) -> CSD:
    """A CSD that was never trained.

    Args:
        seed: draws the weights.
        device: see ``Compute``.
        precision: see ``Compute``.
        config: parts of the architecture that differ from csd-tiny's.
    """
    with seeded_weights(seed):
        model = CSDModel(**(TINY | config))
    return CSD(model, name="random-tiny", weights_hash=f"seed {seed}", device=device, precision=precision)


#: The architecture of copy-tiny: 0.8 M parameters. Where things are is seen in 64 pixels.
COPY_TINY = TINY | {"image_size": 64, "patch_size": 8, "width": 128, "layers": 4, "heads": 4, "style_dim": 128}


def copy_tiny(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> CSD:
    """The shipped copy descriptor.

    Args:
        weights: a folder of ``save_model``; by default the shipped one.
        compute: see ``Compute``.
    """
    model, weights_hash = load_hashed("copy-tiny", weights)
    return CSD(model, name="copy-tiny", weights_hash=weights_hash, **compute)


def copy_threshold(folder: AnyPath | None = None) -> float:
    """The cosine above which copy-tiny calls two pictures copies: set on validation groups when it was trained.

    Args:
        folder: that of the model; by default the shipped one.
    """
    record = json.loads(((Path(folder) if folder else data_path("models/copy-tiny")) / "training.json").read_text())
    return float(record["threshold"])
