"""GDA: features tuned for data attribution (Wang et al. 2023, arXiv:2306.09345), on CLIP, DINO and a supervised ViT.

A frozen tower and one affine map, trained so that a picture which a customised Stable Diffusion made lies near the
pictures that it was customised with. The weights come as one archive (``weights/download_weights.sh`` of
github.com/PeterWang512/GenDataAttribution); in it, ``mapper/<tower>_tuned.pth`` holds two state dicts with ``weight``
(d, d) and ``bias`` (d): ``real_mapper`` for photographs and paintings, ``synth_mapper`` for generated pictures
(``eval.py``). Towers and views are those of its ``models/*.py``. Its CLIP is a ViT-B/32, though the CSD paper's table
says B/16; which of the two maps that table used is not said.
"""

from pathlib import Path
from typing import Literal, Unpack

from torch import nn

from csdlib.descriptors.clip import openai_tower
from csdlib.descriptors.devices import AUTO, Compute
from csdlib.descriptors.selfsupervised import timm_vit, timm_weights
from csdlib.descriptors.towers import TowerDescriptor, View, ViewedTower
from csdlib.descriptors.weights import fill, from_archive, read_checkpoint
from csdlib.errors import lookup
from csdlib.files import AnyPath, file_hash, text_hash

URL = "https://www.cs.cmu.edu/~dataattribution/files/weights.tar.gz"
_WHERE = URL.removeprefix("https://")

#: Of which pictures: real ones, or generated ones. Compare vectors of two maps only as attribution does.
Mapper = Literal["real", "synth"]

#: timm's older name ``vit_base_patch16_384``, which GDA uses (timm 0.4.12), means these weights.
VIT = "vit_base_patch16_384.augreg_in21k_ft_in1k"


def gda_clip(
    weights: AnyPath | None = None,
    *,
    tower: AnyPath | None = None,
    mapper: Mapper = "real",
    **compute: Unpack[Compute],
) -> TowerDescriptor:
    """GDA on CLIP ViT-B/32: 512 numbers.

    Args:
        weights: ``mapper/clip_tuned.pth``; by default from GDA's archive, downloaded on first use.
        tower: CLIP's checkpoint for open_clip; by default OpenAI's, downloaded on first use.
        mapper: ``"real"`` or ``"synth"``.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: weights cannot be had, or are others; an unknown mapper.
    """
    head, printed = _head("clip", weights, mapper, 512)
    model, tower_hash = openai_tower("gda-clip", "ViT-B-32", tower, "tower")
    whole, weights_hash = nn.Sequential(model, head), text_hash(tower_hash, printed)
    return TowerDescriptor(whole, name="gda-clip", weights_hash=weights_hash, size=224, dim=512, **(AUTO | compute))


def gda_dino(
    weights: AnyPath | None = None,
    *,
    tower: AnyPath | None = None,
    mapper: Mapper = "real",
    **compute: Unpack[Compute],
) -> ViewedTower:
    """GDA on DINO ViT-B/16: 768 numbers.

    Args:
        weights: ``mapper/dino_tuned.pth``; by default from GDA's archive, downloaded on first use.
        tower: DINO's weights, see ``dino-vit-b-16``.
        mapper: ``"real"`` or ``"synth"``.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: weights cannot be had, or are others; an unknown mapper.
    """
    path = timm_weights("dino-vit-b-16", "vit_base_patch16_224.dino", tower)
    return _on_vit("dino", "vit_base_patch16_224.dino", path, weights, mapper, View(bicubic=True), compute)


def gda_vit(
    weights: AnyPath | None = None,
    *,
    tower: AnyPath | None = None,
    mapper: Mapper = "real",
    **compute: Unpack[Compute],
) -> ViewedTower:
    """GDA on a ViT-B/16 that learned ImageNet's labels: 768 numbers.

    Args:
        weights: ``mapper/vit_tuned.pth``; by default from GDA's archive, downloaded on first use.
        tower: timm's ``model.safetensors``; by default downloaded on first use.
        mapper: ``"real"`` or ``"synth"``.
        compute: see ``Compute``; precision is ``auto`` by default.

    Raises:
        InputError: weights cannot be had, or are others; an unknown mapper.
    """
    view = View(384, 384, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    return _on_vit("vit", VIT, timm_weights("gda-vit", VIT, tower), weights, mapper, view, compute)


def _on_vit(
    short: str,
    architecture: str,
    tower: Path,
    weights: AnyPath | None,
    mapper: Mapper,
    view: View,
    compute: Compute,
) -> ViewedTower:
    head, printed = _head(short, weights, mapper, 768)
    whole = nn.Sequential(timm_vit(architecture, read_checkpoint(tower), tower), head)
    weights_hash = text_hash(file_hash(tower), printed)
    return ViewedTower(whole, name=f"gda-{short}", weights_hash=weights_hash, view=view, dim=768, **(AUTO | compute))


def _head(short: str, weights: AnyPath | None, mapper: Mapper, dim: int) -> tuple[nn.Linear, str]:
    """The affine map, and a hash of the file and of which map of it."""
    inside = lookup("mapper", mapper, {"real": "real_mapper", "synth": "synth_mapper"})
    path = Path(weights) if weights else from_archive("gda", URL, f"mapper/{short}_tuned.pth")
    head = nn.Linear(dim, dim)
    fill(head, read_checkpoint(path, inside), path)
    return head, text_hash(file_hash(path), mapper)
