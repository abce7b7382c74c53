"""What CSD trains: a backbone that describes images, and a projection to the style space (arXiv:2404.01292, Sec. 3)."""

import json
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path

Model = TypeVar("Model", bound="StyleModel")


class StyleModel(nn.Module):
    """A backbone and a linear projection to the style space.

    Attributes:
        config: the arguments that make the architecture again, ``image_size`` and ``style_dim`` among them.
        backbone: images (n, 3, image_size, image_size) float32, normalised, to features (n, w).
        style_projection: (w, d).
    """

    config: dict[str, Any]
    backbone: Any
    style_projection: nn.Parameter

    def forward(self, images: Tensor) -> Tensor:
        """Normalised images (n, 3, H, W) float32 to style descriptors (n, d), rows of unit norm."""
        feature: Tensor = self.backbone(images)
        return functional.normalize(feature @ self.style_projection, dim=1)


def save_model(model: StyleModel, folder: AnyPath, *, dtype: torch.dtype = torch.float16) -> None:
    """Writes ``config.json`` and ``model.safetensors`` into a folder, atomically; by default in 16 bit."""
    folder = Path(folder)
    weights = {name: _stored(value, dtype) for name, value in model.state_dict().items()}
    with atomic_path(folder / "model.safetensors") as path:
        save_file(weights, path)
    with atomic_path(folder / "config.json") as path:
        path.write_text(json.dumps(model.config, indent=1) + "\n")


def read_model(folder: AnyPath, architecture: type[Model]) -> Model:
    """Reads what ``save_model`` wrote; the weights become float32.

    Args:
        folder: of the model.
        architecture: the class of the model.

    Raises:
        InputError: a file is missing, cut, or does not fit the architecture.
    """
    folder = Path(folder)
    weights, config = folder / "model.safetensors", folder / "config.json"
    for path in (weights, config):
        if not path.is_file():
            raise InputError(f"{path}: missing; {folder} is not a saved CSD model")
    # Models that were saved earlier name a second head, for content; some have one. It has no part in the descriptor.
    known = {name: value for name, value in json.loads(config.read_text()).items() if name != "content"}
    try:
        with torch.device("meta"):
            model = architecture(**known)
        state = {name: _used(value) for name, value in load_file(weights).items() if name != "content_projection"}
        model.load_state_dict(state, assign=True)
    except (SafetensorError, RuntimeError, TypeError) as error:
        raise InputError(f"{weights}: cannot be loaded ({error})") from error
    return model


def _stored(value: Tensor, dtype: torch.dtype) -> Tensor:
    # Counts, such as those of batch normalisation, stay whole numbers.
    return value.detach().to(dtype if value.is_floating_point() else value.dtype).cpu().contiguous()


def _used(value: Tensor) -> Tensor:
    return value.float() if value.is_floating_point() else value
