"""Weights from outside: where they are looked for, how they are fetched, and how a file becomes a model.

A file that the user has put into the cache by hand comes first; what is not there is fetched on first use. Nothing in
such a file is executed. A hash is checked only where the source publishes one, as torchvision does in its file names.
"""

import argparse
import hashlib
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError
from safetensors.torch import load_file
from torch import Tensor, nn

from csdlib.errors import InputError, reason
from csdlib.files import AnyPath, atomic_path, cache_folder, file_hash

#: What pickle calls to make one of numpy's numbers.
_SCALAR = np.float64(0).__reduce__()[0]

#: What a training state holds beside tensors, and what cannot run code when it is read.
_HARMLESS: list[Any] = [
    argparse.Namespace,
    np.dtype,
    type(np.dtype(float)),
    type(np.dtype(int)),
    _SCALAR,
    # Its name in files that were written by numpy 1.
    (_SCALAR, "numpy.core.multiarray.scalar"),
]

#: The first digits of a file's SHA-256 in its name, as in ``vgg16-397923af.pth``.
_PUBLISHED = re.compile(r"-([0-9a-f]{8,})\.")


def own_file(name: str, file: str) -> Path:
    """Where a user may put a file of weights by hand: ``weights/<name>/<file>`` in the cache."""
    return cache_folder() / "weights" / name / file


def from_hub(name: str, repository: str, file: str) -> Path:
    """A file of weights from huggingface.co, or the one that the user has put into the cache.

    Args:
        name: of the descriptor, and so of the folder in the cache.
        repository: for example ``"timm/vit_base_patch16_224.dino"``.
        file: its name there.

    Raises:
        InputError: it cannot be had; the message says what to fetch and where to put it.
    """
    own = own_file(name, file)
    if own.is_file():
        return own
    try:
        return Path(hf_hub_download(repository, file))
    except (OSError, HfHubHTTPError, ValueError, ImportError) as error:
        address = f"https://huggingface.co/{repository}/resolve/main/{file}"
        raise _not_to_be_had(name, address, own, error) from error


def from_url(name: str, url: str) -> Path:
    """A file of weights from an address, downloaded into the cache once.

    Args:
        name: of the descriptor, and so of the folder in the cache.
        url: the address; its last part is the name of the file.

    Raises:
        InputError: it cannot be had, and the message says what to fetch and where to put it; or its SHA-256 is not the
            one that its name tells.
    """
    own = own_file(name, url.rsplit("/", 1)[-1])
    if not own.is_file():
        try:
            with atomic_path(own) as path:
                torch.hub.download_url_to_file(url, str(path))
        except (OSError, HTTPException) as error:
            raise _not_to_be_had(name, url, own, error) from error
    published = _PUBLISHED.search(own.name)
    if published and not file_hash(own).startswith(published[1]):
        raise InputError(f"{own}: refused: its SHA-256 does not begin with {published[1]}; download it again")
    return own


def from_archive(name: str, url: str, member: str) -> Path:
    """One file out of a tar archive at an address; both stay in the cache.

    Args:
        name: of the folder in the cache.
        url: the archive's address.
        member: the end of the file's path in the archive, for example ``"mapper/clip_tuned.pth"``.

    Raises:
        InputError: the archive cannot be had, is damaged, or does not hold the file.
    """
    own = own_file(name, PurePosixPath(member).name)
    if own.is_file():
        return own
    archive = from_url(name, url)
    try:
        with tarfile.open(archive) as opened:
            inside = next((entry for entry in opened if entry.isfile() and _ends_with(entry.name, member)), None)
            stream = opened.extractfile(inside) if inside else None
            if stream is None:
                raise InputError(f"{archive}: holds no {member}")
            # Copied, not extracted: no path that an archive names is ever written to.
            with atomic_path(own) as path, path.open("wb") as target:
                shutil.copyfileobj(stream, target)
    except (tarfile.TarError, zlib.error, OSError, EOFError) as error:
        raise InputError(f"{archive}: damaged ({error}); delete it, and it is downloaded again") from error
    return own


def read_checkpoint(path: AnyPath, inside: str = "") -> dict[str, Tensor]:
    """The weights of a ``.safetensors``, ``.pth``, ``.pt``, ``.bin`` or ``.pth.tar`` file, as a state dict.

    Args:
        path: the file.
        inside: which entry of the file to take, where it holds several state dicts; by default ``model_state_dict`` or
            ``state_dict`` where there is one, and the whole file otherwise.

    Raises:
        InputError: the file is missing, cut, or a pickle that holds more than weights: it is refused, not executed.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with torch.serialization.safe_globals(_HARMLESS):
            loaded = torch.load(path, weights_only=True, map_location="cpu")
    # A few flipped bits make the readers of pickles raise almost anything.
    except Exception as error:
        told = re.search(r"Unsupported[^\n]*?(?= was not|\n|$)", str(error))
        reason = told.group() if told else f"{type(error).__name__}: {str(error)[:80]}"
        raise InputError(f"{path}: refused: damaged, or more than weights; nothing was executed ({reason})") from error
    state = _entry(loaded, inside) if isinstance(loaded, dict) else None
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise InputError(f"{path}: holds no state dict of tensors{f' named {inside}' if inside else ''}")
    return state


def fill(model: nn.Module, state: Mapping[str, Tensor], source: AnyPath) -> None:
    """Puts weights into a model, as float32; every tensor has to be there and to fit.

    Args:
        model: what is filled; it may live on torch's ``meta`` device, without memory of its own.
        state: the weights under the model's own names.
        source: the file that they are from, for the message.

    Raises:
        InputError: a tensor is missing, has another shape, or is not the model's; the message names file and tensor.
    """
    own = model.state_dict()
    for name, value in own.items():
        if name not in state:
            raise InputError(f"{source}: lacks {name}; it has {', '.join(list(state)[:3]) or 'nothing'} ...")
        if state[name].shape != value.shape:
            raise InputError(f"{source}: {name} has the shape {tuple(state[name].shape)}, not {tuple(value.shape)}")
    if foreign := [name for name in state if name not in own]:
        raise InputError(f"{source}: {foreign[0]} is no part of the model")
    whole = {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
    model.load_state_dict(whole, assign=True)


@contextmanager
def seeded_weights(seed: int) -> Iterator[None]:
    """Inside, torch's draws on the CPU follow from the seed; outside, it is as if nothing had been drawn.

    Example:
        >>> before = torch.get_rng_state()
        >>> with seeded_weights(0):
        ...     round(torch.rand(()).item(), 4)
        0.4963
        >>> bool((torch.get_rng_state() == before).all())
        True
    """
    with torch.random.fork_rng(devices=[]):
        # Not torch.manual_seed, which would seed the GPUs as well.
        torch.default_generator.manual_seed(seed)
        yield


def without_prefix(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with a prefix, under the rest of their names."""
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def state_hash(state: Mapping[str, Tensor]) -> str:
    """A SHA-256 over names and numbers, for weights that do not come as one file."""
    digest = hashlib.sha256()
    for name, value in state.items():
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _entry(loaded: dict[str, Any], inside: str) -> Any:
    if inside:
        return loaded.get(inside)
    return loaded.get("model_state_dict", loaded.get("state_dict", loaded))


def _ends_with(path: str, end: str) -> bool:
    parts, last = PurePosixPath(path).parts, PurePosixPath(end).parts
    return parts[-len(last) :] == last


def _not_to_be_had(name: str, address: str, own: Path, error: Exception) -> InputError:
    return InputError(f"{name}: no download ({reason(error)}). Fetch {address} and put it at {own}")
