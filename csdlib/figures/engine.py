"""The engine: a descriptor that a page computes itself, in the reader's browser, from the shipped weights.

It is written in JavaScript without a framework and stands in ``assets/engine/``, one subject a file: the file of
weights, the loops where the time goes, the layers, the view of a picture, how a file becomes pixels, the two networks,
and the worker that a page talks to.
"""

from csdlib.figures import book

#: The files, in the order in which they build on each other.
PARTS = ("safetensors", "simd", "layers", "preprocess", "decode", "vit", "convnet", "worker")


def engine_script() -> str:
    """The engine as the script of a Web Worker, which a page starts from a ``Blob``; its messages are in ``worker.js``.

    Example:
        >>> "class VisionTransformer" in engine_script()
        True
    """
    parts = [book.asset(f"engine/{name}.js") for name in PARTS]
    return '(function () {\n"use strict";\n' + "".join(parts) + "})();\n"
