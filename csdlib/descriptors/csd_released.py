"""CSD weights from outside: the authors' release, or any checkpoint in its layout. Nothing in such a file is executed.

The layout (a training state of github.com/learn2phoenix/CSD, also at huggingface.co/tomg-group-umd/CSD-ViT-L):
``model_state_dict`` with ``module.backbone.*`` (CLIP's image tower without its projection), ``module.last_layer_style``
and ``module.last_layer_content``, (width, d) each; beside it the optimisers' states and the arguments of the run.
"""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Unpack

import torch
from torch import Tensor

from csdlib.descriptors.csd import CSD, CSDModel, load_model
from csdlib.descriptors.devices import AUTO, Compute
from csdlib.descriptors.style_model import save_model
from csdlib.descriptors.weights import from_hub, read_checkpoint
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, cache_folder, file_hash, text_hash

HUB = "tomg-group-umd/CSD-ViT-L"
HUB_FILE = "pytorch_model.bin"
#: Suffixes of checkpoints.
_SUFFIXES = (".safetensors", ".bin", ".pth", ".pt", ".tar")


def from_reference(state: Mapping[str, Tensor], heads: int | None = None) -> CSDModel:
    """A CSD model from a state dict in the layout of the released weights; its architecture is read from the shapes.

    Args:
        state: ``backbone.*`` and ``last_layer_style`` (width, d), with or without the prefix ``module.``. A second head
            for content, ``last_layer_content``, has no part in the style descriptor and is left out.
        heads: attention heads, which no shape tells; by default one for every 64 channels, as in CLIP.

    Raises:
        InputError: a tensor is missing, or its shape does not fit the others; the message names it.
    """
    state = {name.removeprefix("module."): value for name, value in state.items()}
    for name in ("backbone.conv1.weight", "backbone.positional_embedding", "last_layer_style"):
        if name not in state:
            raise InputError(f"not a CSD checkpoint: it lacks {name}; it has {', '.join(list(state)[:3])} ...")
    width, _, patch, _ = state["backbone.conv1.weight"].shape
    places = len(state["backbone.positional_embedding"]) - 1
    blocks = {name.split(".")[3] for name in state if name.startswith("backbone.transformer.resblocks.")}
    heads = heads or max(1, width // 64)
    if width % heads:
        raise InputError(f"heads must divide the width {width}, got {heads}")
    model = CSDModel(
        image_size=math.isqrt(places) * patch,
        patch_size=patch,
        width=width,
        layers=len(blocks),
        heads=heads,
        style_dim=state["last_layer_style"].shape[-1],
        activation="quick_gelu",
    )
    kept = {name: value.float() for name, value in state.items() if "backbone." in name}
    try:
        model.load_state_dict(kept | {"style_projection": state["last_layer_style"].float()})
    except RuntimeError as error:
        raise InputError(f"the checkpoint does not fit a CSD model: {error}") from error
    return model


def load_released(
    name: str,
    path: AnyPath,
    *,
    heads: int | None = None,
    sha256: str = "",
    image_size: int | None = None,
    **compute: Unpack[Compute],
) -> CSD:
    """A descriptor from a checkpoint file; converted to safetensors in the cache once, and read from there afterwards.

    Beside the converted weights, ``source.json`` records the file's SHA-256, and whether the caller knew it before.

    Args:
        name: name of the descriptor.
        path: the checkpoint.
        heads: see ``from_reference``.
        sha256: if given, the file must have this hash.
        image_size: side of the input, by default the checkpoint's own; for others the position embeddings are
            interpolated.
        compute: see ``Compute``.

    Raises:
        InputError: the file is missing, damaged, of another hash, or not a CSD checkpoint.
    """
    path = Path(path)
    if path.is_file() and sha256 and file_hash(path) != sha256:
        raise InputError(f"{path}: refused: its SHA-256 is {file_hash(path)}, not {sha256}; download it again")
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    status = path.stat()
    key = text_hash(path.resolve(), status.st_size, status.st_mtime_ns, heads)[:24]
    folder = cache_folder() / "weights" / key
    if not (folder / "model.safetensors").is_file():
        _record_source(path, folder, sha256)
        save_model(from_reference(read_checkpoint(path), heads), folder, dtype=torch.float32)
    model = load_model(folder)
    if image_size and image_size != model.config["image_size"]:
        model = model.resized(image_size)
    # The file's own hash, and not that of its copy: by it others know which weights were used.
    source: str = json.loads((folder / "source.json").read_text())["sha256"]
    return CSD(model, name=name, weights_hash=source if heads is None else text_hash(source, heads), **compute)


def _record_source(path: Path, folder: Path, sha256: str) -> None:
    """The authors publish no hash: the one of the first file that came is written down, as what it is."""
    found = {"file": path.name, "bytes": path.stat().st_size, "sha256": file_hash(path), "verified": bool(sha256)}
    with atomic_path(folder / "source.json") as record:
        record.write_text(json.dumps(found, indent=1) + "\n")


def _checkpoint(name: str, weights: str) -> Path:
    """A file, or that of a repository: its safetensors where it has them, for they cannot hold anything but tensors."""
    if Path(weights).exists() or not re.fullmatch(r"[\w.-]+/[\w.-]+", weights) or Path(weights).suffix in _SUFFIXES:
        return Path(weights)
    if weights == HUB:
        return from_hub(name, HUB, HUB_FILE)
    return from_hub(f"{name}/{weights.replace('/', '--')}", weights, "model.safetensors")


def csd_vit_l(
    weights: AnyPath | None = None, *, image_size: int | None = None, sha256: str = "", **compute: Unpack[Compute]
) -> CSD:
    """The authors' CSD ViT-L.

    Args:
        weights: a checkpoint file (``.safetensors``, ``.bin``, ``.pth``), or ``owner/name`` of a repository on
            huggingface.co that holds one in the released layout; by default the authors', which is looked for in the
            cache, and downloaded where it is not. Of a pickle nothing but tensors is read.
        image_size: side of the input, by default the checkpoint's own; for others the position embeddings are
            interpolated.
        sha256: if given, the file must have this hash. The authors publish none: without it the file is unverified.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the file cannot be had, or is not what it should be; the message says what to do.
    """
    path = _checkpoint("csd-vit-l", str(weights or HUB))
    return load_released("csd-vit-l", path, sha256=sha256, image_size=image_size, **(AUTO | compute))


def csd_vit_b(
    weights: AnyPath | None = None, *, image_size: int | None = None, sha256: str = "", **compute: Unpack[Compute]
) -> CSD:
    """A CSD ViT-B of your own training, or the authors', should they release it.

    Args:
        weights: a checkpoint file in the layout of the released ones.
        image_size: side of the input, by default the checkpoint's own; for others the position embeddings are
            interpolated.
        sha256: if given, the file must have this hash.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: no file is given, or it is not what it should be.
    """
    if not weights:
        raise InputError("csd-vit-b was not released: load it with weights='your/checkpoint.pth', or use csd-vit-l")
    return load_released("csd-vit-b", Path(weights), sha256=sha256, image_size=image_size, **(AUTO | compute))
