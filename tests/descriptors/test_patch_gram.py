"""The Gram matrix of clip-tiny's patches, by hand."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from csdlib.descriptors.clip_tiny import load_clip
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.files import data_path
from tests.conftest import stripes


def test_patches_of_clip_tiny_by_hand() -> None:
    picture = stripes(2, 7, 1, side=128)
    descriptor = load("gram-clip-tiny")
    images = descriptor.preprocess(picture)[None]
    backbone = load_clip(data_path("models/clip-tiny")).image.backbone
    seen: list[Tensor] = []
    backbone.transformer.resblocks[2].register_forward_hook(lambda *arguments: seen.append(arguments[2]))
    with torch.inference_mode():
        backbone(images)
    patches = seen[0][0, 1:].double()
    patches = (patches - patches.mean(dim=1, keepdim=True)) / patches.std(dim=1, correction=0, keepdim=True)
    gram = patches.T @ patches
    upper = gram[torch.triu(torch.ones_like(gram)).bool()]
    expected = functional.normalize(upper.sign() * upper.abs().sqrt(), dim=0)
    torch.testing.assert_close(descriptor.encode(images)[0], expected.float(), atol=1e-4, rtol=0)


def test_blocks_of_clip_tiny_are_told_apart() -> None:
    with pytest.raises(InputError, match="block must be from 0 to 5, got 6"):
        load("gram-clip-tiny", block=6)
    assert load("gram-clip-tiny", block=0).fingerprint != load("gram-clip-tiny").fingerprint
