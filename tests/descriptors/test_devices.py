"""Where a descriptor computes, and in which numbers."""

import pytest
import torch

from csdlib.descriptors import devices
from csdlib.descriptors.devices import choose_device, choose_dtype
from csdlib.errors import InputError


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda **_: torch.device("cuda"))
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)


def test_each_process_of_a_machine_has_a_gpu_of_its_own(two_gpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_device() == torch.device("cuda", 0)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert choose_device("auto") == torch.device("cuda", 1)
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(InputError, match="there is no device 'cuda:2' here"):
        choose_device("auto")


def test_a_device_is_named_as_torch_names_it(two_gpus: None) -> None:
    for name in ("cpu", "cuda", "cuda:1"):
        assert choose_device(name) == choose_device(torch.device(name)) == torch.device(name)
    for name in ("gpu", "cuda:2", "", "CPU", "meta"):
        with pytest.raises(InputError, match=f"there is no device '{name}' here: choose one of auto, cpu, cuda, "):
            choose_device(name)


def test_without_a_gpu_there_is_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda **_: None)
    assert choose_device("auto") == torch.device("cpu")
    with pytest.raises(InputError, match=r"there is no device 'cuda' here: choose one of auto, cpu$"):
        choose_device("cuda")


@pytest.mark.parametrize("native", [True, False])
def test_auto_is_bfloat16_only_where_that_is_native(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "computes_bfloat16", lambda device: native)
    cpu = torch.device("cpu")
    assert choose_dtype("auto", cpu) == (torch.bfloat16 if native else torch.float32)
    assert (choose_dtype("float32", cpu), choose_dtype("bfloat16", cpu)) == (torch.float32, torch.bfloat16)
    with pytest.raises(InputError, match="unknown precision 'half': choose one of auto, bfloat16, float32"):
        choose_dtype("half", cpu)  # type: ignore[arg-type]
