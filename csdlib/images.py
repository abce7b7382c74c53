"""Opening images that strangers made: every mode becomes RGB, and what is broken or hostile is refused by name."""

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
import torch
from PIL import ExifTags, Image, UnidentifiedImageError

from csdlib.errors import InputError, no_such
from csdlib.files import AnyPath

#: A path, the bytes of a file or an open one, a PIL image, an array (height, width[, channels]) or a tensor (channels,
#: height, width): in [0, 255] if uint8, in [0, 1] if float.
ImageLike = Image.Image | str | os.PathLike[str] | bytes | BinaryIO | np.ndarray | torch.Tensor

Item = TypeVar("Item")
Prepared = TypeVar("Prepared")

#: Below this side length, in pixels, an image has no visible style.
SMALLEST_SIDE = 16
#: Above this many pixels an image is taken for a decompression bomb (10,000 x 10,000 still passes).
MOST_PIXELS = 100_000_000


def open_image(image: ImageLike) -> Image.Image:
    """Opens an image as RGB, upright, with transparency laid on white.

    Args:
        image: a path; the bytes of a file, or an open one; a PIL image of any mode (grey, palette, CMYK, RGBA, 16 bit);
            an array (height, width), or (height, width, channels) with 1, 3 or 4 channels; or a tensor (channels,
            height, width). Arrays and tensors hold uint8 in [0, 255] or floats in [0, 1].

    Returns:
        a decoded PIL image of mode RGB, 8 bit.

    Raises:
        InputError: the file is missing, cut, not an image, under 16 pixels a side, or over 100 million pixels; an array
            of another shape or range; or what is no image at all.
    """
    if isinstance(image, str | os.PathLike):
        return _opened(Path(image), str(image))
    if isinstance(image, bytes):
        return image_from_bytes(image, "the image's bytes")
    if isinstance(image, np.ndarray | torch.Tensor):
        image = _from_numbers(image)
    if isinstance(image, Image.Image):
        try:
            return _to_rgb(_checked(image, "the image"))
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"the image is broken ({error})") from error
    if hasattr(image, "read"):
        return _opened(image, str(getattr(image, "name", "the open file")))
    raise InputError(f"an image is a path, bytes, an open file, a PIL image, an array or a tensor, not a {type(image)}")


def image_from_bytes(data: bytes, name: str) -> Image.Image:
    """Opens an image from the bytes of its file, as ``open_image`` does.

    Args:
        data: the file.
        name: what an error calls it.

    Raises:
        InputError: as ``open_image``.
    """
    return _opened(BytesIO(data), name)


def looks_like_an_image(path: AnyPath) -> bool:
    """Whether Pillow takes a file for a picture, by what it begins with."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            Image.open(path, formats=_formats()).close()
    except Image.DecompressionBombError:
        return True
    # Whatever its first bytes make a reader do: it is no picture, or none that can be read.
    except Exception:  # noqa: BLE001
        return False
    return True


def _formats() -> list[str]:
    """What Pillow may read: all that it knows, plug-ins too, but for PostScript, which starts another program."""
    Image.init()
    return [name for name in Image.ID if name != "EPS"]


def _opened(source: Path | BinaryIO, name: str) -> Image.Image:
    try:
        # Pillow warns at half of its own limit; ours is checked by size, before a pixel is decoded.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source, formats=_formats()) as opened:
                return _to_rgb(_checked(opened, name))
    except FileNotFoundError as error:
        raise InputError(f"{name}: {no_such('image', name)}") from error
    except (UnidentifiedImageError, IsADirectoryError) as error:
        raise InputError(f"{name}: not an image that Pillow can read") from error
    except Image.DecompressionBombError as error:
        raise InputError(f"{name}: more than {MOST_PIXELS:,} pixels; scale it down first") from error
    except InputError:
        raise
    except OSError as error:
        # Pillow's own have no number. What the system says names the whole path once more.
        told = f"cannot be read ({error.strerror})" if error.errno else f"broken image ({error})"
        raise InputError(f"{name}: {told}") from error
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

    Raises:
        InputError: a side below 1.

    Example:
        >>> thumbnail(Image.new("RGB", (40, 20)), 10).size, thumbnail(Image.new("RGB", (4, 2)), 10).size
        ((10, 5), (4, 2))
    """
    if side < 1:
        raise InputError(f"side must be at least 1 pixel, got {side}")
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return small


def without_colour(image: Image.Image) -> Image.Image:
    """An RGB image without its colours, still RGB.

    Example:
        >>> without_colour(Image.new("RGB", (1, 1), (255, 0, 0))).getpixel((0, 0))
        (76, 76, 76)
    """
    return image.convert("L").convert("RGB")


class _CallingThread(Executor):
    """What is submitted is done at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
            done.set_exception(error)
        return done


@contextmanager
def image_threads(workers: int) -> Iterator[Executor]:
    """Threads that open, prepare or encode images; for no workers, the caller's own thread.

    In each of them torch uses one thread. Otherwise each would start threads of torch's own, and those slow down the
    caller's tower by a tenth, even while they wait.
    """
    threads = torch.get_num_threads()
    if workers < 1:
        yield _CallingThread()
        return
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


def _from_numbers(numbers: np.ndarray | torch.Tensor) -> Image.Image:
    """A picture from an array or a tensor whose numbers leave no doubt of what white is."""
    shape, order = tuple(numbers.shape), "(height, width) or (height, width, 1, 3 or 4 channels)"
    if isinstance(numbers, torch.Tensor):
        order = "(height, width) or (1, 3 or 4 channels, height, width)"
        pixels = numbers.detach().cpu()
        pixels = pixels.float() if pixels.is_floating_point() else pixels
        array = (pixels.movedim(0, -1) if pixels.ndim == 3 else pixels).numpy()
    else:
        array = numbers
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)) or not array.size:
        raise InputError(f"the image has the shape {shape}; one picture is {order}")
    if array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        # Also where a number is not finite.
        if not (low >= 0 and high <= 1):
            raise InputError(f"the image's floats lie in [{low:g}, {high:g}]: scale them to [0, 1], or give uint8")
        array = np.round(array * 255).astype(np.uint8)
    elif array.dtype != np.uint8:
        raise InputError(f"the image's numbers are {array.dtype}: give uint8 in [0, 255], or floats in [0, 1]")
    elif array.max() == 1:
        raise InputError("the image's uint8 numbers lie in [0, 1], so black or nearly black: scale them to [0, 255]")
    return Image.fromarray(np.ascontiguousarray(array))


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held. What cannot be read of it is no reason to refuse the pixels.

    Pillow's ``exif_transpose`` writes the other tags anew, and fails where one of them is broken.
    """
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001
        turn = None
    return image if turn is None else image.transpose(turn)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _to_rgb(image: Image.Image) -> Image.Image:
    image = _upright(image)
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
