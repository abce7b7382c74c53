"""The engine: a descriptor that a page computes itself, in the reader's browser, from the shipped weights.

It is written in JavaScript without a framework and stands in ``assets/engine/``, one subject a file: the file of
weights, the loops where the time goes, the layers, the view of a picture, the two networks, and the worker that a page
talks to. ``assets/describer.js`` is the page's side: it starts that worker, asks for the weights by a click, and hands
it pictures.
"""

import json
from typing import Any

from csdlib.errors import lookup
from csdlib.figures import book
from csdlib.files import data_path, file_hash

#: The files, in the order in which they build on each other.
PARTS = ("safetensors", "simd", "layers", "preprocess", "vit", "convnet", "worker")

#: The descriptors that the engine computes, and where a page finds their weights: the book puts them there.
ADDRESSES = {name: f"_static/weights/{name}.safetensors" for name in ("csd-tiny", "csd-art")}


def engine_script() -> str:
    """The engine as the script of a Web Worker, which a page starts from a ``Blob``; its messages are in ``worker.js``.

    Example:
        >>> "class VisionTransformer" in engine_script()
        True
    """
    parts = [book.asset(f"engine/{name}.js") for name in PARTS]
    return '(function () {\n"use strict";\n' + "".join(parts) + "})();\n"


def weights_record(name: str) -> dict[str, Any]:
    """What a page has to know of a shipped descriptor, to load and to check its weights; ``Describer`` takes it.

    Args:
        name: ``csd-tiny`` or ``csd-art``.

    Returns:
        ``name``; ``config``, its configuration; ``bytes`` and ``sha256`` of its weights; ``address``, where they are,
        from the page.

    Raises:
        InputError: another name.

    Example:
        >>> sorted(weights_record("csd-tiny"))
        ['address', 'bytes', 'config', 'name', 'sha256']
    """
    address = lookup("descriptor of a page", name, ADDRESSES)
    folder = data_path(f"models/{name}")
    weights = folder / "model.safetensors"
    return {
        "name": name,
        "config": json.loads((folder / "config.json").read_text(encoding="utf-8")),
        "bytes": weights.stat().st_size,
        "sha256": file_hash(weights),
        "address": address,
    }
