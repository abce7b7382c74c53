"""Vision transformers that learned without labels: DINO (arXiv:2104.14294), MoCo v3 (2104.02057), DINOv2 (2304.07193).

Each is timm's ViT; the descriptor is its class token after the last norm. The paper's code takes the same token and
prepares pictures as here: short side to 256 (bilinear), 224 x 224 from the centre, ImageNet's mean and deviation
(``main_sim.py`` and ``utils.py`` in github.com/learn2phoenix/CSD).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

import timm
import torch
from timm.models import VisionTransformer
from torch import Tensor

from csdlib.descriptors.devices import AUTO, Compute
from csdlib.descriptors.towers import View, ViewedTower
from csdlib.descriptors.weights import fill, from_hub, from_url, read_checkpoint, without_prefix
from csdlib.errors import InputError
from csdlib.files import AnyPath, file_hash

#: Where timm's weights lie on the hub, and how the file is called.
TIMM, TIMM_FILE = "timm/", "model.safetensors"

MOCO_V3 = "https://dl.fbaipublicfiles.com/moco-v3/vit-b-300ep/vit-b-300ep.pth.tar"

#: The online encoder in a training state of MoCo v3 (``main_moco.py`` and ``main_lincls.py`` of its repository).
_MOCO_ENCODER = "module.base_encoder."


def dino_vit_b_16(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> ViewedTower:
    """DINO's ViT-B/16: its class token, 768 numbers.

    Args:
        weights: timm's ``model.safetensors`` or Facebook's ``dino_vitbase16_pretrain.pth``, which name the weights
            alike; by default downloaded on first use.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the weights cannot be had, or are others.
    """
    return _vit("dino-vit-b-16", "vit_base_patch16_224.dino", weights, View(), compute)


def dino_vit_b_8(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> ViewedTower:
    """DINO's ViT-B/8, four times as many patches: its class token, 768 numbers.

    Args:
        weights: timm's ``model.safetensors`` or Facebook's ``dino_vitbase8_pretrain.pth``; by default downloaded on
            first use.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the weights cannot be had, or are others.
    """
    return _vit("dino-vit-b-8", "vit_base_patch8_224.dino", weights, View(), compute)


def dinov2_vit_b_14(
    weights: AnyPath | None = None, *, image_size: int = 224, **compute: Unpack[Compute]
) -> ViewedTower:
    """DINOv2's ViT-B/14: its class token, 768 numbers. The paper's table does not have it.

    Args:
        weights: timm's ``model.safetensors`` or Facebook's ``dinov2_vitb14_pretrain.pth``; by default downloaded on
            first use.
        image_size: side of the input, a multiple of 14. The weights' own is 518; for others the position embeddings
            are interpolated, by timm.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the weights cannot be had, or are others, or the size does not fit.
    """
    if image_size < 14 or image_size % 14:
        raise InputError(f"image_size must be a multiple of 14, got {image_size}")
    # Facebook's own evaluation resizes bicubically, and keeps 256 to 224 (dinov2/data/transforms.py).
    view = View(image_size, round(image_size * 256 / 224), bicubic=True)
    return _vit("dinov2-vit-b-14", "vit_base_patch14_dinov2.lvd142m", weights, view, compute)


def moco_v3_vit_b_16(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> ViewedTower:
    """MoCo v3's ViT-B/16: the class token of its online encoder, 768 numbers.

    Args:
        weights: a training state of MoCo v3: ``state_dict`` with ``module.base_encoder.*``, beside momentum encoder,
            predictor and optimiser; by default Facebook's, downloaded on first use. No hash is published.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the weights cannot be had, or are others.
    """
    name = "moco-v3-vit-b-16"
    path = Path(weights) if weights else from_url(name, MOCO_V3)
    model = timm_vit("vit_base_patch16_224", without_prefix(read_checkpoint(path), _MOCO_ENCODER), path)
    return ViewedTower(model, name=name, weights_hash=file_hash(path), view=View(), dim=768, **(AUTO | compute))


def timm_vit(architecture: str, state: Mapping[str, Tensor], source: AnyPath) -> VisionTransformer:
    """A ViT of timm without its head, its weights filled in: images (n, 3, H, W) to class tokens (n, width).

    Args:
        architecture: timm's name.
        state: the weights; a head, and the mask token that DINOv2 needs only for training, are left out.
        source: the file that they are from, for messages.

    Raises:
        InputError: a tensor is missing, or has another shape.
    """
    # Without memory of its own: no number is drawn that the weights replace.
    with torch.device("meta"):
        model: Any = timm.create_model(architecture, num_classes=0)
    fill(model, {k: v for k, v in state.items() if not k.startswith(("head.", "mask_token"))}, source)
    return model


def timm_weights(name: str, architecture: str, weights: AnyPath | None) -> Path:
    """The file of a ViT of timm: the given one, the one in the cache, or timm's own from the hub."""
    return Path(weights) if weights else from_hub(name, TIMM + architecture, TIMM_FILE)


def _vit(name: str, architecture: str, weights: AnyPath | None, view: View, compute: Compute) -> ViewedTower:
    path = timm_weights(name, architecture, weights)
    model = timm_vit(architecture, read_checkpoint(path), path)
    # Only now, so that weights of another patch size are refused and not resampled.
    model.set_input_size((view.size, view.size))
    return ViewedTower(model, name=name, weights_hash=file_hash(path), view=view, dim=768, **(AUTO | compute))
