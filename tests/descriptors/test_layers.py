"""All layers of a tower: taken apart, the last is the descriptor, and the first sees no attention."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from csdlib.descriptors import Layers, random_tiny


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(3, 3, 128, 128, generator=torch.Generator().manual_seed(0))


def test_the_last_part_is_the_descriptor(images: torch.Tensor) -> None:
    descriptor = random_tiny(layers=2)
    layers = Layers(descriptor)
    seen = layers.encode(images)
    assert seen.shape == (3, layers.dim)
    np.testing.assert_allclose(seen.norm(dim=1), 1, atol=1e-5)
    style = functional.normalize(seen[:, layers.parts["style"]], dim=1)
    np.testing.assert_allclose(style, descriptor.encode(images), atol=1e-5)
    with torch.no_grad():
        feature = functional.normalize(descriptor.model.backbone(images), dim=1)
    np.testing.assert_allclose(functional.normalize(seen[:, layers.parts["feature"]], dim=1), feature, atol=1e-5)


def test_patches_enter_the_blocks_one_by_one_and_the_class_token_sees_them_only_inside(images: torch.Tensor) -> None:
    layers = Layers(random_tiny(layers=2))
    seen = layers.encode(images)
    width = layers.parts["feature"].stop - layers.parts["feature"].start
    first, second = (seen[:, layers.parts[name]][:, :width] for name in ("embedding", "block 1"))
    np.testing.assert_allclose(first, first[:1].expand_as(first), atol=1e-6)
    assert not torch.allclose(second[0], second[1], atol=1e-4)


def test_nothing_is_left_on_the_model(images: torch.Tensor) -> None:
    descriptor = random_tiny(layers=2)
    Layers(descriptor).encode(images)
    assert not any(module._forward_pre_hooks for module in descriptor.model.modules())
    assert Layers(descriptor).fingerprint != descriptor.fingerprint
