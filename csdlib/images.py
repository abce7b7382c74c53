"""Opening images that strangers made: every mode becomes RGB, and what is broken or hostile is refused by name."""

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from csdlib.errors import InputError

ImageLike = Image.Image | str | Path

Item = TypeVar("Item")
Prepared = TypeVar("Prepared")

#: Below this side length, in pixels, an image has no visible style.
SMALLEST_SIDE = 16
#: Above this many pixels an image is taken for a decompression bomb (10,000 x 10,000 still passes).
MOST_PIXELS = 100_000_000


def open_image(image: ImageLike) -> Image.Image:
    """Opens an image as RGB, upright, with transparency laid on white.

    Args:
        image: a path or a PIL image of any mode (grey, palette, CMYK, RGBA, 16 bit ...).

    Returns:
        a decoded PIL image of mode RGB, 8 bit.

    Raises:
        InputError: the file is missing, cut, not an image, under 16 pixels a side, or over 100 million pixels.
    """
    if isinstance(image, Image.Image):
        try:
            return _to_rgb(_checked(image, "the image"))
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"the image is broken ({error})") from error
    return _opened(Path(image), str(image))


def image_from_bytes(data: bytes, name: str) -> Image.Image:
    """Opens an image from the bytes of its file, as ``open_image`` does.

    Args:
        data: the file.
        name: what an error calls it.

    Raises:
        InputError: as ``open_image``.
    """
    return _opened(BytesIO(data), name)


def _opened(source: Path | BytesIO, name: str) -> Image.Image:
    try:
        # Pillow warns at half of its own limit; ours is checked by size, before a pixel is decoded.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source) as opened:
                return _to_rgb(_checked(opened, name))
    except FileNotFoundError as error:
        raise InputError(f"{name}: there is no such image") from error
    except (UnidentifiedImageError, IsADirectoryError) as error:
        raise InputError(f"{name}: not an image that Pillow can read") from error
    except Image.DecompressionBombError as error:
        raise InputError(f"{name}: more than {MOST_PIXELS:,} pixels; scale it down first") from error
    except InputError:
        raise
    # On a broken or hostile file Pillow's decoders raise almost anything, and one picture must not end a long job.
    except Exception as error:
        raise InputError(f"{name}: broken image ({error})") from error


def image_tensor(image: Image.Image) -> torch.Tensor:
    """An RGB image to (3, H, W) float32 in [0, 1].

    Example:
        >>> image_tensor(Image.new("RGB", (2, 1), (255, 0, 0)))[:, 0, 0]
        tensor([1., 0., 0.])
    """
    # A product, as in torchvision: a quotient would differ in the last bit.
    return torch.from_numpy(np.array(image)).permute(2, 0, 1) * (1 / 255)


def thumbnail(image: Image.Image, side: int) -> Image.Image:
    """A copy whose longest side is at most ``side`` pixels; a smaller picture stays as it is.

    Example:
        >>> thumbnail(Image.new("RGB", (40, 20)), 10).size, thumbnail(Image.new("RGB", (4, 2)), 10).size
        ((10, 5), (4, 2))
    """
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return small


@contextmanager
def image_threads(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that open and prepare images while the caller computes.

    In each of them torch uses one thread. Otherwise each would start threads of torch's own, and those slow down the
    caller's tower by a tenth, even while they wait.
    """
    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield pool
    finally:
        # torch gives new threads the number that was set last.
        torch.set_num_threads(threads)


def in_advance(prepare: Callable[[Item], Prepared], items: Iterable[Item], device: torch.device) -> Iterator[Prepared]:
    """Each item prepared; where a GPU computes, the preparation of the next one has begun when an item is yielded.

    A processor that computes would only be shared by both: there, the next item waits.

    Args:
        prepare: begins to prepare an item, for example by submitting it to ``image_threads``.
        items: what is prepared.
        device: where the caller computes.

    Example:
        >>> list(in_advance(str, [1, 2, 3], torch.device("cuda")))
        ['1', '2', '3']
    """
    begun: deque[Prepared] = deque()
    for item in items:
        begun.append(prepare(item))
        if len(begun) > (device.type != "cpu"):
            yield begun.popleft()
    yield from begun


def _checked(image: Image.Image, name: str) -> Image.Image:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise InputError(f"{name}: {width} x {height} is more than {MOST_PIXELS:,} pixels; scale it down first")
    if min(width, height) < SMALLEST_SIDE:
        raise InputError(f"{name}: {width} x {height} is smaller than {SMALLEST_SIDE} pixels a side")
    return image


def _to_rgb(image: Image.Image) -> Image.Image:
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        sixteen = image.mode.startswith("I;16")
        image = Image.fromarray(_to_eight_bit(np.asarray(image, dtype=np.float64), 65535.0 if sixteen else None))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("RGB")


def _to_eight_bit(values: np.ndarray, full: float | None) -> np.ndarray:
    """Scales deep or float grey values to [0, 255]; Pillow's own conversion would clip them.

    Where the mode does not say what white is (``full``), the brightest pixel tells between 1, 255 and 65535.
    """
    values = np.nan_to_num(values)
    if full is None:
        top = values.max()
        full = 1.0 if top <= 1 else 255.0 if top <= 255 else 65535.0
    return np.clip(values / full * 255, 0, 255).astype(np.uint8)
