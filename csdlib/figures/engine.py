"""The engine: a descriptor that a page computes itself, in the reader's browser, from the shipped weights.

It is written in JavaScript without a framework and stands in ``assets/engine/``, one subject a file: the file of
weights, the loops where the time goes, the layers, the view of a picture, how a file becomes pixels, the two networks,
and the worker that a page talks to. ``assets/describer.js`` is the page's side: it starts that worker, asks for the
weights by a click, and hands it pictures.
"""

import json
import re
from textwrap import dedent
from typing import Any

from IPython.display import HTML

from csdlib.errors import InputError, lookup, unknown
from csdlib.figures import book
from csdlib.files import data_path, file_hash

#: The files, in the order in which they build on each other.
PARTS = ("safetensors", "simd", "layers", "preprocess", "decode", "vit", "convnet", "worker")

#: The descriptors that the engine computes, and where a page finds their weights: the book puts them there.
ADDRESSES = {name: f"_static/weights/{name}.safetensors" for name in ("csd-tiny", "csd-art")}


def engine_script() -> str:
    """The engine as the script of a Web Worker, which a page starts from a ``Blob``; its messages are in ``worker.js``.

    Example:
        >>> "class VisionTransformer" in engine_script()
        True
    """
    return book.script(*(f"engine/{name}" for name in PARTS))


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


def engine_source(file: str, name: str) -> HTML:
    """A piece of the engine as a figure of the book: read from the file, so it is what runs.

    Args:
        file: of the engine, without its ending: ``vit``, ``layers``, ``preprocess`` ...
        name: of a function, a class, a method or a constant that begins a line there; the comment above it is shown.

    Raises:
        InputError: no such file, or nothing of that name in it.

    Example:
        >>> "hypot" in engine_source("layers", "unitNorm").data
        True
    """
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers.javascript import JavascriptLexer

    if file not in PARTS:
        raise unknown("file of the engine", file, list(PARTS))
    code, line = _piece(book.asset(f"engine/{file}.js").splitlines(), name, file)
    shown = highlight(code, JavascriptLexer(), HtmlFormatter(cssclass="highlight csd-source"))
    return book.framed(shown, f"`{name}`: `csdlib/figures/assets/engine/{file}.js`, from line {line}.")


def _piece(lines: list[str], name: str, file: str) -> tuple[str, int]:
    """The lines from the comment above a name to its closing brace, and the number of the first, from 1."""
    begins = re.compile(rf"( *)(?:async )?(?:function |class |const )?{re.escape(name)}\b(?: =|\(.*| ).*[{{\[]$")
    starts = [(number, found[1]) for number, text in enumerate(lines) if (found := begins.fullmatch(text))]
    if not starts:
        raise InputError(f"{file}.js of the engine has no {name}: give a function, class, method or constant of it")
    first, indent = starts[0]
    last = next(row for row in range(first, len(lines)) if re.fullmatch(rf"{indent}[}}\]];?", lines[row]))
    while first and lines[first - 1].startswith(f"{indent}//"):
        first -= 1
    return dedent("\n".join(lines[first : last + 1])), first + 1
