"""What several tests of data sets need."""

import io

from PIL import Image


def jpeg(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(buffer, "jpeg")
    return buffer.getvalue()
