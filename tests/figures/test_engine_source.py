"""Pieces of the engine as a page shows them: whole, verbatim, from the file."""

import re
from html import unescape

import pytest

from csdlib.errors import InputError
from csdlib.figures import book, engine_source

PIECES = [
    ("vit", "VisionTransformer"),
    ("vit", "describe"),
    ("vit", "softmax"),
    ("preprocess", "BICUBIC"),
    ("preprocess", "coefficients"),
    ("layers", "linear"),
    ("worker", "describe"),
    ("decode", "KINDS"),
]


def shown(html: str) -> str:
    found = re.search(r"<pre>(.*)</pre>", html, re.DOTALL)
    assert found
    return unescape(re.sub("<[^>]+>", "", found[1])).rstrip("\n")


@pytest.mark.parametrize(("file", "name"), PIECES)
def test_a_piece_stands_so_in_its_file(file: str, name: str) -> None:
    html = engine_source(file, name).data
    piece, lines = shown(html).splitlines(), book.asset(f"engine/{file}.js").splitlines()
    first = int(re.search(r"from line (\d+)", html)[1])  # type: ignore[index]
    there = lines[first - 1 : first - 1 + len(piece)]
    assert [line.strip() for line in there] == [line.strip() for line in piece]
    # It is whole: what is opened is closed, at its end for the first time.
    code = [re.sub(r"//.*|\"[^\"]*\"|`[^`]*`|/\^?[^ ]*/s?,", "", line) for line in piece]
    depths = [sum(line.count(c) for c in "{[(") - sum(line.count(c) for c in "}])") for line in code]
    opened = [sum(depths[: number + 1]) for number in range(len(depths))]
    begin = next(number for number, line in enumerate(code) if line.strip())
    assert opened[-1] == 0 and all(opened[begin:-1])


def test_the_comment_above_is_shown_and_not_the_lines_before() -> None:
    text = shown(engine_source("vit", "softmax").data)
    assert text.startswith("// Numbers divided by a temperature") and "oneHead" not in text


@pytest.mark.parametrize(
    ("file", "name"), [("vit", "nothing"), ("vit", "soft"), ("vit", "highest"), ("../map_data", "x")]
)
def test_what_is_not_there_is_said(file: str, name: str) -> None:
    with pytest.raises(InputError, match=r"of the engine"):
        engine_source(file, name)
