"""The paper's Table 1 beside our own numbers: never in one column, and each with its source."""

import pandas as pd

from csdlib.errors import InputError, unknown
from csdlib.files import data_path

#: What the paper calls our descriptors. Its GDA on CLIP is said to be a B/16; the one that GDA published is a B/32.
PUBLISHED_AS = {
    "vgg-gram": ("VGG Gram", "VGG-16"),
    "dino-vit-b-16": ("DINO", "ViT-B/16"),
    "dino-vit-b-8": ("DINO", "ViT-B/8"),
    "sscd": ("SSCD", "ResNet-50"),
    "moco-v3-vit-b-16": ("MoCo v3", "ViT-B/16"),
    "clip-vit-b-16": ("CLIP", "ViT-B/16"),
    "clip-vit-l-14": ("CLIP", "ViT-L/14"),
    "gda-clip": ("GDA CLIP", "ViT-B/16"),
    "gda-dino": ("GDA DINO", "ViT-B/16"),
    "gda-vit": ("GDA ViT", "ViT-B/16"),
    "csd-vit-b": ("CSD", "ViT-B/16"),
    "csd-vit-l": ("CSD", "ViT-L/14"),
}


def published_retrieval(dataset: str, *, metric: str = "mAP") -> pd.DataFrame:
    """The published rows of one data set.

    Args:
        dataset: ``"wikiart"`` or ``"domainnet"``.
        metric: ``"mAP"``, which is our mean precision@k, or ``"recall"``.

    Returns:
        one row a method: method, backbone, source, table, and ``mAP@1`` and so on (percent; missing where the paper
        leaves it out).

    Raises:
        InputError: another data set or metric.
    """
    rows = pd.read_csv(data_path("published/retrieval.csv"))
    rows = rows[(rows["dataset"] == dataset) & (rows["metric"] == metric)]
    if rows.empty:
        raise InputError(f"no published {metric} on {dataset}; there are mAP and recall on wikiart and domainnet")
    rows = rows.assign(column=metric + "@" + rows["k"].astype(str))
    wide = rows.pivot_table(index=["method", "backbone", "source", "table"], columns="column", values="value")
    return wide.rename_axis(columns=None).reset_index().sort_values(f"{metric}@1", ignore_index=True)


def published_study(study: str) -> pd.DataFrame:
    """The published numbers of one study of Stable Diffusion.

    Args:
        study: as in ``data/published/stable_diffusion.csv``, for example ``"sd-2.1 retrieval"``.

    Returns:
        one row a method, one column a setting (percent), and ``source``.

    Raises:
        InputError: another study.
    """
    rows = pd.read_csv(data_path("published/stable_diffusion.csv"))
    chosen = rows[rows["study"] == study]
    if chosen.empty:
        raise unknown("study", study, rows["study"].unique().tolist())
    source = chosen["source"] + ", " + chosen["table"]
    wide = chosen.assign(source=source).pivot_table(index=["method", "source"], columns="setting", values="value")
    return wide[list(dict.fromkeys(chosen["setting"]))].rename_axis(columns=None).reset_index()
