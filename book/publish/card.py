"""The picture that other sites show beside a link to the book: its title, and pictures of the atelier."""

import io
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

#: In pixels: what the sites that show such pictures ask for.
WIDTH, HEIGHT = 1200, 630

_GROUND, _INK, _QUIET = "#16191f", "#ffffff", "#b9c0cc"
_TEXT_WIDTH, _MARGIN = 540, 60


def card(pictures: Path, title: str, line: str) -> bytes:
    """The picture as PNG.

    Args:
        pictures: file whose middle fills the right side; where it is not there, nothing does.
        title: of the book.
        line: what it is, in a few words.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), _GROUND)
    if pictures.is_file():
        with Image.open(pictures) as opened:
            image.paste(ImageOps.fit(opened.convert("RGB"), (WIDTH - _TEXT_WIDTH, HEIGHT)), (_TEXT_WIDTH, 0))
    pen = ImageDraw.Draw(image)
    # The font that comes with Pillow: the same everywhere.
    name, below = ImageFont.load_default(84), ImageFont.load_default(34)
    place = (_MARGIN, HEIGHT // 3)
    pen.multiline_text(place, textwrap.fill(title, 9), fill=_INK, font=name, spacing=14)
    end = pen.multiline_textbbox(place, textwrap.fill(title, 9), font=name, spacing=14)[3]
    pen.multiline_text((_MARGIN, end + 36), textwrap.fill(line, 26), fill=_QUIET, font=below, spacing=10)
    buffer = io.BytesIO()
    # 256 colours: a third of the size, and nobody sees it.
    image.quantize(256).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
