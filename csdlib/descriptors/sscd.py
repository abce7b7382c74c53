"""SSCD (arXiv:2202.10261): finds copies of a picture, whatever was done to them. The paper's baseline, and its sieve.

Facebook publishes each model in three formats (README of github.com/facebookresearch/sscd-copy-detection); this reads
the plain weights for torchvision's ResNet, ``*.torchvision.pt``. The TorchScript ones carry code, and are not run.
"""

from pathlib import Path
from typing import Unpack

import torch
from torch import Tensor, nn
from torchvision.models import resnet50

from csdlib.descriptors.devices import AUTO, Compute
from csdlib.descriptors.towers import View, ViewedTower
from csdlib.descriptors.weights import fill, from_url, read_checkpoint, without_prefix
from csdlib.files import AnyPath, file_hash

URL = "https://dl.fbaipublicfiles.com/sscd-copy-detection/sscd_disc_mixup.torchvision.pt"

DIM = 512

#: SSCD's authors recommend a short side of 288; a square of it can be batched.
SSCD_VIEW = View(size=288, short=288)

#: What the paper's ``main_sim.py`` feeds it: smaller, and normalised as SSCD never was in training.
PAPERS_VIEW = View(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))


class GeneralisedMean(nn.Module):
    """GeM pooling (arXiv:1711.02512): between the mean (power 1) and the maximum (power without end) over space.

    Args:
        power: 3 in SSCD.
    """

    def __init__(self, power: float = 3.0) -> None:
        super().__init__()
        self.power = power

    def forward(self, features: Tensor) -> Tensor:
        """Features (n, c, H, W), not negative, to (n, c)."""
        return features.clamp(min=1e-6).pow(self.power).mean(dim=(2, 3)).pow(1 / self.power)


def sscd(weights: AnyPath | None = None, *, as_in_paper: bool = False, **compute: Unpack[Compute]) -> ViewedTower:
    """SSCD's copy descriptor, 512 numbers; above a cosine of 0.75, nine of ten pairs are copies, its authors say.

    Args:
        weights: ``sscd_disc_mixup.torchvision.pt``, a state dict with ``backbone.*``; by default Facebook's, downloaded
            on first use. No hash is published.
        as_in_paper: prepare pictures as the CSD paper's code did, not as SSCD's authors recommend.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: the weights cannot be had, or are others.
    """
    path = Path(weights) if weights else from_url("sscd", URL)
    with torch.device("meta"):
        model = resnet50(num_classes=DIM)
    model.avgpool = GeneralisedMean()
    fill(model, without_prefix(read_checkpoint(path), "backbone."), path)
    view = PAPERS_VIEW if as_in_paper else SSCD_VIEW
    return ViewedTower(model, name="sscd", weights_hash=file_hash(path), view=view, dim=DIM, **(AUTO | compute))
