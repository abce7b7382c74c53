"""Where a descriptor computes, and in which numbers."""

import os
from typing import Literal, TypedDict

import torch

from csdlib.errors import InputError, unknown

#: ``auto`` is the GPU where there is one and the processor elsewhere; else as torch writes it, for example ``cuda:1``.
Device = str | torch.device

#: ``auto`` is bfloat16 where the processor computes in it natively, three to four times as fast, and float32 elsewhere.
Precision = Literal["float32", "bfloat16", "auto"]


class Compute(TypedDict, total=False):
    """What every descriptor can be loaded with.

    Attributes:
        device: where it computes; by default ``auto``, and for handmade descriptors the processor.
        precision: of weights and arithmetic; by default ``float32``, the only one of handmade descriptors.
    """

    device: Device
    precision: Precision


#: The default of the towers that are too large to ship.
AUTO: Compute = {"precision": "auto"}

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def choose_device(device: Device = "auto") -> torch.device:
    """The device that is meant.

    Raises:
        InputError: this machine has no such device; the message lists those that it has.

    Example:
        >>> choose_device("cpu")
        device(type='cpu')
    """
    if device == "auto":
        # accelerate and torchrun number the processes of one machine: each has a GPU of its own.
        device = f"cuda:{os.environ.get('LOCAL_RANK') or 0}" if torch.cuda.is_available() else "cpu"
    here = ["auto", "cpu", *_accelerators()]
    if str(device) not in here:
        raise InputError(f"there is no device {str(device)!r} here: choose one of {', '.join(here)}")
    return torch.device(device)


def choose_dtype(precision: Precision, device: torch.device) -> torch.dtype:
    """The numbers that are meant.

    Raises:
        InputError: an unknown precision.

    Example:
        >>> choose_dtype("bfloat16", torch.device("cpu"))
        torch.bfloat16
    """
    if precision == "auto":
        return torch.bfloat16 if computes_bfloat16(device) else torch.float32
    if precision not in _DTYPES:
        raise unknown("precision", precision, [*_DTYPES, "auto"])
    return _DTYPES[precision]


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a device computes in bfloat16 natively: where it only imitates it, that is many times slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _accelerators() -> list[str]:
    """The names of this machine's GPUs: the kind alone, which is the first one, and each by its number."""
    kind = torch.accelerator.current_accelerator(check_available=True)
    return [kind.type, *(f"{kind.type}:{number}" for number in range(torch.accelerator.device_count()))] if kind else []
