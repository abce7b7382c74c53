"""copy-tiny: finds copies of one picture, where csd-tiny finds pictures by one hand.

It is trained with the self-supervised term only: every picture is a class of its own. (The paper uses SSCD,
arXiv:2202.10261, for the same purpose. A style descriptor would not do: it is made to bring different works together.)
"""

import json
from pathlib import Path

from csdlib.descriptors.csd import CSD, load_model
from csdlib.descriptors.registry import register
from csdlib.files import data_path, file_hash

#: The architecture of copy-tiny: 0.8 M parameters. Where things are is seen in 64 pixels.
COPY_TINY = {"image_size": 64, "patch_size": 8, "width": 128, "layers": 4, "heads": 4, "style_dim": 128}


@register("copy-tiny", "finds copies of one picture (not its style): for curation")
def copy_tiny(weights: str | Path | None = None) -> CSD:
    """The shipped copy descriptor.

    Args:
        weights: a folder of ``save_model``; by default the shipped one.
    """
    folder = Path(weights) if weights else data_path("models/copy-tiny")
    return CSD(load_model(folder), name="copy-tiny", weights_hash=file_hash(folder / "model.safetensors"))


def copy_threshold(folder: str | Path | None = None) -> float:
    """The cosine above which copy-tiny calls two pictures copies: set on validation groups when it was trained.

    Args:
        folder: that of the model; by default the shipped one.
    """
    record = json.loads(((Path(folder) if folder else data_path("models/copy-tiny")) / "training.json").read_text())
    return float(record["threshold"])
