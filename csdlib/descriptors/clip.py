"""CLIP's image towers (arXiv:2103.00020): the paper's strongest baseline, and where CSD starts."""

from pathlib import Path
from typing import Any, Unpack

import open_clip
from huggingface_hub.errors import HfHubHTTPError
from open_clip.transformer import VisionTransformer

from csdlib.descriptors.devices import AUTO, Compute
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.errors import InputError, reason
from csdlib.files import AnyPath, file_hash, text_hash


def clip_vit_b_16(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> TowerDescriptor:
    """CLIP's ViT-B/16 with OpenAI's weights: its image embedding, 512 numbers.

    Args:
        weights: a checkpoint file for open_clip; by default OpenAI's weights, downloaded on first use.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the weights cannot be had; the message says what to do.
    """
    return _openai("clip-vit-b-16", "ViT-B-16", weights, compute)


def clip_vit_l_14(weights: AnyPath | None = None, **compute: Unpack[Compute]) -> TowerDescriptor:
    """CLIP's ViT-L/14 with OpenAI's weights: its image embedding, 768 numbers.

    Args:
        weights: a checkpoint file for open_clip; by default OpenAI's weights, downloaded on first use.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the weights cannot be had; the message says what to do.
    """
    return _openai("clip-vit-l-14", "ViT-L-14", weights, compute)


def openai_tower(
    name: str, architecture: str, weights: AnyPath | None, option: str = "weights"
) -> tuple[VisionTransformer, str]:
    """An image tower of OpenAI's CLIP in open_clip, and a hash of its weights.

    Args:
        name: of the descriptor, for the message.
        architecture: open_clip's name, for example ``"ViT-B-16"``.
        weights: a checkpoint file for open_clip; by default OpenAI's weights, downloaded on first use.
        option: what the descriptor calls that file, for the message.

    Raises:
        InputError: the weights cannot be had; the message says what to do.
    """
    model, weights_hash = openai_clip(name, architecture, weights, option)
    return model.visual, weights_hash


def openai_clip(name: str, architecture: str, weights: AnyPath | None, option: str = "weights") -> tuple[Any, str]:
    """Both towers of OpenAI's CLIP in open_clip, and a hash of their weights; see ``openai_tower``."""
    source = str(weights) if weights else "openai"
    if weights and not Path(weights).is_file():
        raise InputError(f"{weights}: no such file")
    try:
        # OpenAI's weights were trained with QuickGELU; open_clip knows that for its own download only.
        model: Any = open_clip.create_model(architecture, pretrained=source, force_quick_gelu=True)
    except (OSError, HfHubHTTPError, RuntimeError, ImportError) as error:
        hub = open_clip.get_pretrained_cfg(architecture, "openai")["hf_hub"].strip("/")
        raise InputError(
            f"{name}: no weights ({reason(error)}). Fetch open_clip_model.safetensors from huggingface.co/{hub}, "
            f"and load with {option}='path/to/it'"
        ) from error
    return model, file_hash(Path(weights)) if weights else text_hash(architecture, "openai")


def _openai(name: str, architecture: str, weights: AnyPath | None, compute: Compute) -> TowerDescriptor:
    tower, weights_hash = openai_tower(name, architecture, weights)
    size, dim = tower.image_size[0], tower.output_dim
    return TowerDescriptor(tower, name=name, weights_hash=weights_hash, size=size, dim=dim, **(AUTO | compute))
