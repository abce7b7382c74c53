"""Weights without training: random numbers in the shapes of a real model, and no network to fetch others."""

from collections.abc import Callable
from typing import NoReturn

import pytest
import torch
from torch import Tensor, nn

Build = Callable[[], nn.Module]


def random_model(build: Build, seed: int = 0) -> nn.Module:
    """A model in evaluation mode of random tensors; layers of one kind share theirs, so that its file is small."""
    with torch.device("meta"):
        model = build()
    generator = torch.Generator().manual_seed(seed)
    shared: dict[tuple[str, torch.Size], Tensor] = {}
    for name, value in model.state_dict().items():
        key = name.rsplit(".", 1)[-1], value.shape
        if key not in shared:
            shared[key] = _random(name, value, generator)
    state = {name: shared[name.rsplit(".", 1)[-1], value.shape] for name, value in model.state_dict().items()}
    model.load_state_dict(state, assign=True)
    return model.eval()


def hollow(*shape: int) -> Tensor:
    """A tensor of the given shape that takes the space of one number, in memory and in a file."""
    return torch.zeros(()).expand(shape)


def _random(name: str, value: Tensor, generator: torch.Generator) -> Tensor:
    if not value.is_floating_point():
        return torch.ones(value.shape, dtype=value.dtype)
    if name.endswith("running_var"):
        return torch.rand(value.shape, generator=generator) + 0.5
    centre = float(value.ndim == 1 and name.endswith("weight"))
    fan = max(1, value[0].numel()) if value.ndim > 1 else 100
    return centre + torch.randn(value.shape, generator=generator) * (2 / fan) ** 0.5


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """An empty cache, and every download fails."""

    def unreachable(*_: object, **__: object) -> NoReturn:
        raise ConnectionError("no route")

    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))
    monkeypatch.setattr("torch.hub.download_url_to_file", unreachable)
    monkeypatch.setattr("csdlib.descriptors.weights.hf_hub_download", unreachable)
