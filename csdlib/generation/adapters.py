"""Adapters: small weights that somebody has trained beside a generator's own, by folder or from the hub.

Read are LoRA adapters (arXiv:2106.09685) in the two layouts that the libraries write:

- ``pytorch_lora_weights.safetensors``, by ``save_lora_weights`` of a pipeline, as the training scripts of diffusers do
  (https://huggingface.co/docs/diffusers/api/loaders/lora);
- ``adapter_config.json`` and ``adapter_model.safetensors``, by ``save_pretrained`` of a UNet that peft has wrapped
  (https://huggingface.co/docs/peft/developer_guides/checkpoint).
"""

import math
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from csdlib.errors import InputError, needs_extra, no_such, reason
from csdlib.files import AnyPath, file_hash, text_hash

#: The weights as diffusers writes them, and as peft does; the file that peft writes beside them.
_OF_DIFFUSERS = "pytorch_lora_weights.safetensors"
_OF_PEFT = "adapter_model.safetensors"
_CONFIG = "adapter_config.json"

#: What peft writes before the name of every layer.
_WRAPPED = "base_model.model."

#: How the adapter is called inside the networks, and so in the names of its weights.
_NAME = "csdlib"

#: What the libraries raise on files that are damaged, or made for another network.
_UNFIT = (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, SafetensorError)


def adapted_name(model: AnyPath, adapter: AnyPath, scale: float) -> str:
    """What tells pictures of a model with an adapter from those without it: a name for the two together.

    Args:
        model: as the user names it.
        adapter: the same; empty: none.
        scale: how strongly the adapter works.

    Raises:
        InputError: as ``check_scale``.

    Example:
        >>> adapted_name("sd-1.4", "", 1.0), adapted_name("sd-1.4", "loras/mine", 0.5)
        ('sd-1.4', 'sd-1.4 + loras/mine at 0.5')
    """
    check_scale(adapter, scale)
    return f"{model} + {adapter} at {float(scale)}" if adapter else str(model)


def check_scale(adapter: AnyPath, scale: float) -> None:
    """Refuses a scale that is no number, or is that of no adapter.

    Raises:
        InputError: a scale that is no finite number, or one other than 1 without an adapter.

    Example:
        >>> check_scale("", 0.5)
        Traceback (most recent call last):
        csdlib.errors.InputError: adapter_scale is 0.5, and there is no adapter: give one, or leave its scale out
    """
    if not math.isfinite(scale):
        raise InputError(f"adapter_scale must be a finite number, got {scale}")
    if not adapter and scale != 1:
        raise InputError(f"adapter_scale is {scale}, and there is no adapter: give one, or leave its scale out")


def adapter_revision(adapter: AnyPath) -> str:
    """Which adapter it is: its commit, if it was fetched from the hub, or a hash of its files.

    Raises:
        InputError: there is no such folder and no download, or no adapter in it.
    """
    weights = _weights_of(adapter)
    if weights.parent.parent.name == "snapshots":
        return weights.parent.name
    files = [weights, weights.with_name(_CONFIG)] if weights.name == _OF_PEFT else [weights]
    return text_hash(*(file_hash(path) for path in files))[:16]


@needs_extra("generate")
def add_adapter(pipeline: Any, adapter: AnyPath, scale: float) -> None:
    """Puts an adapter beside the weights of a pipeline, in their precision. Nothing that was pickled is opened.

    Args:
        pipeline: of diffusers; it is changed.
        adapter: a folder in one of the two layouts above, or ``owner/name`` on the hub.
        scale: 1 as it was trained, 0 as if it were not there.

    Raises:
        InputError: peft is not installed, no such folder and no download, no safetensors in it, or weights that do not
            all fit this pipeline.
    """
    import peft  # noqa: F401  its absence is said before anything is fetched

    kind = type(pipeline).__name__
    if not hasattr(pipeline, "load_lora_weights"):
        raise InputError(f"adapter {adapter}: a {kind} of diffusers takes none")
    weights = _weights_of(adapter)
    try:
        expected = _tensors(weights)
        if weights.name == _OF_PEFT:
            _load_peft(pipeline, weights)
        else:
            # With such a name, and with use_safetensors, diffusers does not fall back to pickle.
            here = {"weight_name": weights.name, "use_safetensors": True, "local_files_only": True}
            pipeline.load_lora_weights(weights.parent, adapter_name=_NAME, **here)
    except _UNFIT as error:
        raise InputError(f"adapter {adapter}: does not fit this {kind} ({reason(error)})") from error
    parts = [part for part in pipeline.components.values() if _NAME in (getattr(part, "peft_config", None) or {})]
    loaded = sum(f".{_NAME}." in name for part in parts for name, _ in part.named_parameters())
    # What diffusers finds no place for it leaves out, and goes on.
    if loaded != expected:
        count = f"of its {expected} tensors {loaded} have a place there"
        raise InputError(f"adapter {adapter}: does not fit this {kind}: {count}; it was trained for another model")
    pipeline.set_adapters(_NAME, scale)
    for part in parts:
        part.to(dtype=next(part.parameters()).dtype)


def _load_peft(pipeline: Any, weights: Path) -> None:
    """Loads what peft has written of a UNet, by diffusers' own way for such weights."""
    from peft import LoraConfig, PeftConfig

    config = PeftConfig.from_pretrained(str(weights.parent))
    if not isinstance(config, LoraConfig):
        raise ValueError(f"{_CONFIG} says {config.peft_type}: only LoRA is read")
    layers = {name.removeprefix(_WRAPPED): tensor for name, tensor in load_file(weights).items()}
    pipeline.unet.load_lora_adapter(layers, prefix=None, adapter_name=_NAME, metadata=config.to_dict())


def _tensors(weights: Path) -> int:
    """How many tensors of a file are weights; the others say how strongly a layer was trained."""
    with safe_open(weights, "pt") as file:
        names: list[str] = file.keys()
    return sum(not name.endswith(".alpha") for name in names)


def _weights_of(adapter: AnyPath) -> Path:
    """The file of an adapter's weights; an adapter of the hub is fetched on first use."""
    folder = _folder_of(adapter)
    found = [folder / name for name in (_OF_DIFFUSERS, _OF_PEFT) if (folder / name).is_file()]
    if not found:
        raise InputError(
            f"adapter {adapter}: holds neither {_OF_DIFFUSERS} nor {_OF_PEFT}; "
            "weights that were pickled (.bin, .pt, .ckpt) are not opened: save them as safetensors"
        )
    if found[0].name == _OF_PEFT and not (folder / _CONFIG).is_file():
        raise InputError(f"adapter {adapter}: holds {_OF_PEFT}, but not {_CONFIG}, which says how strongly it works")
    return found[0]


def _folder_of(adapter: AnyPath) -> Path:
    place = str(adapter)
    if Path(place).is_dir():
        return Path(place)
    if place.count("/") != 1 or place.startswith((".", "/", "~")):
        raise InputError(f"adapter {adapter}: {no_such('folder', place)}; give a folder, or owner/name on the hub")
    try:
        return Path(snapshot_download(place, allow_patterns=[_OF_DIFFUSERS, _OF_PEFT, _CONFIG]))
    except (OSError, HfHubHTTPError, ValueError, ImportError) as error:
        address = f"https://huggingface.co/{place}"
        raise InputError(
            f"adapter {adapter}: no such folder, and no download ({reason(error)}). Fetch {address} and give its folder"
        ) from error
