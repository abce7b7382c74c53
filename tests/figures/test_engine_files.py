"""Files that strangers made, in the engine: the same pixels as Python's, or one sentence that says why not."""

import base64
import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from playwright.sync_api import Page

from csdlib.errors import InputError
from csdlib.images import image_from_bytes, open_image
from tests.figures.engine_page import asked_to_load, cosines, drawn, is_a_sentence, numbers, pixels, saved

pytestmark = pytest.mark.browser

DECODE = """(file) => engine.decoded(new Blob([bytes(file)])).then(
  ({ data, width, height }) => ({ data: text(data), width, height }), (error) => ({ reason: error.message }))"""
DESCRIBE = """([name, files]) =>
  ask({ kind: 'describe', id: 1, name, pictures: files.map((file) => new Blob([bytes(file)])) })"""


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decoded(page: Page, data: bytes) -> np.ndarray | str:
    """The pixels that the engine sees in a file, or why it sees none."""
    found = page.evaluate(DECODE, text(data))
    if "reason" in found:
        assert is_a_sentence(found["reason"]), found
        return str(found["reason"])
    return numbers(found["data"], np.uint8).reshape(found["height"], found["width"], 3)


def picture() -> Image.Image:
    return drawn(16)


def other() -> Image.Image:
    return drawn(12).resize(picture().size)


def see_through() -> Image.Image:
    """Every strength of transparency."""
    image = picture()
    alpha = np.add.outer(np.arange(image.height), np.arange(image.width)).astype(np.uint8)
    image.putalpha(Image.fromarray(alpha))
    return image


def held(turn: int) -> dict[str, Any]:
    exif = Image.Exif()
    exif[0x0112] = turn
    return {"exif": exif.tobytes()}


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, rows: bytes, depth: int = 8, colour: int = 2, *before: bytes) -> bytes:
    """A PNG written by hand: Pillow writes none with 16 bits a colour."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def deep(channels: int) -> bytes:
    """Sixteen bits a number: grey, colours, or colours with transparency."""
    values = np.asarray(see_through()).astype(np.uint32)[..., :channels] * 257
    noise = np.random.default_rng(0).integers(0, 256, values.shape)
    values = np.minimum(values + noise, 65535).astype(">u2")
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    return png(width, height, rows, 16, {1: 0, 3: 2, 4: 6}[channels])


def profile(space: str) -> bytes:
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes())


def moving(kind: str, **options: Any) -> bytes:
    return saved(picture(), kind, save_all=True, append_images=[other()], **options)


SAME: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: saved(picture(), "JPEG", quality=90),
    "JPEG, large": lambda: saved(drawn(17), "JPEG", quality=90),
    "JPEG, progressive": lambda: saved(picture(), "JPEG", progressive=True),
    "JPEG, whole colours": lambda: saved(picture(), "JPEG", subsampling=0),
    "JPEG, grey": lambda: saved(picture().convert("L"), "JPEG"),
    "JPEG, CMYK": lambda: saved(picture().convert("CMYK"), "JPEG", quality=95),
    "JPEG, profile": lambda: saved(picture(), "JPEG", icc_profile=profile("sRGB")),
    "JPEG, with a tail": lambda: saved(picture(), "JPEG") + b"tail" * 9,
    "JPEG, damaged inside": lambda: (data := saved(picture(), "JPEG"))[:9000] + bytes(40) + data[9040:],
    "PNG": lambda: saved(picture(), "PNG"),
    "PNG, profile": lambda: saved(picture(), "PNG", icc_profile=profile("LAB")),
    "PNG, gamma": lambda: png(
        16, 16, b"".join(b"\0" + bytes(range(48)) for _ in range(16)), 8, 2, chunk(b"gAMA", struct.pack(">I", 100000))
    ),
    "PNG, grey": lambda: saved(picture().convert("L"), "PNG"),
    "PNG, black and white": lambda: saved(picture().convert("1"), "PNG"),
    "PNG, grey that lets through": lambda: saved(picture().convert("L"), "PNG", transparency=100),
    "PNG, transparent": lambda: saved(see_through(), "PNG"),
    "PNG, grey and transparent": lambda: saved(see_through().convert("LA"), "PNG"),
    "PNG, palette": lambda: saved(picture().quantize(64), "PNG"),
    "PNG, palette, a colour transparent": lambda: saved(picture().quantize(64), "PNG", transparency=3),
    "PNG, palette, all transparent": lambda: saved(picture().quantize(64), "PNG", transparency=bytes(range(0, 256, 4))),
    "PNG, 16 bit": partial(deep, 3),
    "PNG, 16 bit, transparent": partial(deep, 4),
    "PNG, moving": partial(moving, "PNG"),
    "PNG, a picture beside what moves": partial(moving, "PNG", default_image=True),
    "GIF": lambda: saved(picture(), "GIF"),
    "GIF, transparent": lambda: saved(picture().quantize(64), "GIF", transparency=3),
    "GIF, moving": partial(moving, "GIF"),
    "WebP": lambda: saved(picture(), "WEBP", quality=80),
    "WebP, lossless": lambda: saved(picture(), "WEBP", lossless=True),
    "WebP, transparent": lambda: saved(see_through(), "WEBP", quality=80),
    "WebP, moving": partial(moving, "WEBP", quality=80),
    "AVIF": lambda: saved(picture(), "AVIF", quality=90),
    "BMP": lambda: saved(picture(), "BMP"),
    **{f"JPEG, held {turn}": lambda turn=turn: saved(picture(), "JPEG", **held(turn)) for turn in range(1, 10)},  # type: ignore[misc]
    **{f"WebP, held {turn}": lambda turn=turn: saved(picture(), "WEBP", **held(turn)) for turn in range(1, 10)},  # type: ignore[misc]
    "PNG, held 8": lambda: saved(picture(), "PNG", **held(8)),
}


@pytest.mark.parametrize("kind", SAME)
def test_a_files_pixels_are_pythons(page: Page, kind: str) -> None:
    data = SAME[kind]()
    expected = np.asarray(image_from_bytes(data, kind))
    found = decoded(page, data)
    assert isinstance(found, np.ndarray), found
    assert found.shape == expected.shape
    assert abs(found.astype(int) - expected).max() == 0


def test_grey_of_sixteen_bits_is_a_grey_level_away_at_most(page: Page) -> None:
    """Python rounds it down, a browser to the nearest: no descriptor notices."""
    data = deep(1)
    image, found = image_from_bytes(data, "grey"), decoded(page, data)
    assert isinstance(found, np.ndarray) and abs(found.astype(int) - np.asarray(image)).max() <= 1
    asked_to_load(page, "csd-tiny")
    (reply, _) = page.evaluate(DESCRIBE, ["csd-tiny", [text(data)]])
    assert cosines("csd-tiny", [image], numbers(reply["vector"])[None])[0] > 0.9999


CUT = {"JPEG": {}, "JPEG, progressive": {"progressive": True}, "PNG": {}, "WEBP": {}, "GIF": {}}


@pytest.mark.parametrize("kind", CUT)
@pytest.mark.parametrize("share", [0.002, 0.03, 0.1, 0.5, 0.9, 0.99])
def test_what_is_cut_is_refused_as_in_python(page: Page, kind: str, share: float) -> None:
    data = saved(picture(), kind.partition(",")[0], **CUT[kind])
    data = data[: int(len(data) * share)]
    with pytest.raises(InputError):
        image_from_bytes(data, kind)
    reason = decoded(page, data)
    assert isinstance(reason, str) and ("cut or broken" in reason or "Not a picture" in reason), reason


def small_frame() -> bytes:
    """A GIF of 300 x 200 whose first frame has 100 x 100."""
    data = bytearray(saved(picture().crop((0, 0, 100, 100)).quantize(16), "GIF"))
    data[6:10] = struct.pack("<HH", 300, 200)
    return bytes(data)


def bomb_in_a_gif() -> bytes:
    """A GIF that says 16 x 16, and whose frame has 60,000 x 60,000."""
    data = saved(Image.new("P", (16, 16)), "GIF")
    at = data.index(b",\0\0\0\0") + 5
    return data[:at] + struct.pack("<HH", 60000, 60000) + data[at + 4 :]


def bomb_in_a_jpeg() -> bytes:
    data = saved(picture(), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", 60000, 60000) + data[at + 4 :]


def bomb_in_a_webp() -> bytes:
    data = bytearray(saved(see_through(), "WEBP"))
    data[24:30] = b"\xff\xff\x3f" * 2
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: b"", "empty"),
        (lambda: b"A text that is called photo.jpg, as some are.", "Not a picture"),
        (lambda: b"\xff", "Not a picture"),
        (lambda: b"\xff\xd8\xff", "cut or broken"),
        (lambda: b"\xff\xd8\xff\xe0" + b"\xff" * 999, "cut or broken"),
        (lambda: b"GIF89a" + bytes(99), "0 x 0"),
        (lambda: b"BM and some more text than a header has", "pixels"),
        (lambda: b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + bytes(99), "HEIC files cannot be read"),
        (lambda: saved(picture(), "TIFF"), "TIFF files cannot be read"),
        (lambda: saved(picture(), "JPEG2000"), "JPEG 2000 files cannot be read"),
        (lambda: b"%PDF-1.7" + bytes(99), "PDF files cannot be read"),
        (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>', "SVG files cannot be read"),
        (lambda: saved(Image.new("L", (16, 65_536)), "PNG"), "longer than a browser draws"),
        (small_frame, "not the whole picture"),
        (bomb_in_a_gif, "not the whole picture"),
        (bomb_in_a_jpeg, "more than 100 million"),
        (bomb_in_a_webp, "more than 100 million"),
        (partial(png, 20000, 20000, b""), "20000 x 20000 pixels, more than 100 million"),
        (lambda: saved(picture().resize((15, 400)), "PNG"), "15 x 400"),
        (lambda: saved(picture(), "PNG")[:-12], "cut or broken"),
    ],
)
def test_what_is_not_read_says_why(page: Page, data: Callable[[], bytes], says: str) -> None:
    reason = decoded(page, data())
    assert isinstance(reason, str) and says in reason, reason


def test_a_bomb_is_refused_before_it_is_decoded(page: Page) -> None:
    """A file of 400 KB that is 400 million pixels; the browser is not even asked."""
    page.evaluate("""() => { window.asked = 0; const decode = createImageBitmap;
      window.createImageBitmap = (...all) => (asked++, decode(...all)); }""")
    bomb = png(20000, 20000, bytes(20000 * (1 + 20000 // 8)), 1, 0)
    assert len(bomb) < 100_000 and "more than 100 million" in decoded(page, bomb)
    assert page.evaluate("() => asked") == 0
    assert isinstance(decoded(page, saved(picture(), "PNG")), np.ndarray) and page.evaluate("() => asked") == 1


@pytest.mark.parametrize("size", [(65_535, 20), (20, 65_535), (2049, 2050)])
def test_a_picture_larger_than_a_canvas_is_copied_in_tiles(page: Page, size: tuple[int, int]) -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8))
    found = decoded(page, saved(image, "PNG", compress_level=1))
    assert isinstance(found, np.ndarray) and np.array_equal(found, np.asarray(image))


def test_transparency_is_laid_on_white_as_python_does(page: Page) -> None:
    random = np.random.default_rng(0)
    image = Image.fromarray(random.integers(0, 256, (64, 67, 4), dtype=np.uint8))
    seen = page.evaluate("(each) => text(engine.onWhite(pixels(each)).data)", pixels(image))
    assert np.array_equal(numbers(seen, np.uint8).reshape(64, 67, 3), np.asarray(open_image(image)))


def test_two_hundred_files_are_answered_one_by_one(page: Page, tmp_path: Path) -> None:
    """Good and bad, in their order; nothing that is wrong with one reaches another."""
    image = drawn(11)
    good, bad = saved(image, "JPEG", quality=95), [b"", b"no picture", good_start(image)]
    files = [good if number % 4 else bad[number // 4 % 3] for number in range(200)]
    assert asked_to_load(page, "csd-tiny")[-1]["kind"] == "loaded"
    *replies, last = page.evaluate(DESCRIBE, ["csd-tiny", [text(data) for data in files]])
    assert last == {"kind": "done", "id": 1, "cancelled": False}
    assert [reply["number"] for reply in replies] == list(range(200))
    assert [reply["kind"] for reply in replies] == ["described" if data is good else "refused" for data in files]
    vectors = [numbers(reply["vector"]) for reply in replies if reply["kind"] == "described"]
    assert len(vectors) == 150 and all(np.array_equal(vector, vectors[0]) for vector in vectors)
    assert cosines("csd-tiny", [image_from_bytes(good, "good")], vectors[0][None])[0] > 0.99999
    assert all(is_a_sentence(reply["reason"]) for reply in replies if reply["kind"] == "refused")


def good_start(image: Image.Image) -> bytes:
    return saved(image, "JPEG")[:-200]


CANCELLED = """async (file) => {
  const replies = [];
  const describe = (id, count) =>
    worker.postMessage({ kind: "describe", id, name: "csd-tiny", pictures: Array(count).fill(pixels(file)) });
  const done = new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      replies.push([data.kind, data.id, data.cancelled]);
      if (data.kind === "described" && data.id === 1) worker.postMessage({ kind: "cancel", id: 1 });
      if (data.kind === "done" && data.id === 4) resolve();
    };
  });
  worker.postMessage({ kind: "cancel", id: 4 }); // before it is asked for: nothing to cancel
  describe(1, 50);
  describe(2, 50);
  describe(3, 2);
  describe(4, 1);
  worker.postMessage({ kind: "cancel", id: 2 });
  await done;
  return replies;
}"""


def test_a_request_is_cancelled_between_two_pictures(page: Page) -> None:
    """The one that runs, after the picture at hand; the one that waits, as a whole; no other."""
    assert asked_to_load(page, "csd-tiny")[-1]["kind"] == "loaded"
    replies = page.evaluate(CANCELLED, pixels(drawn(5)))
    done = {request: cancelled for kind, request, cancelled in replies if kind == "done"}
    assert done == {1: True, 2: True, 3: False, 4: False}
    described = [request for kind, request, _ in replies if kind == "described"]
    assert 1 <= described.count(1) < 10
    assert [described.count(request) for request in (2, 3, 4)] == [0, 2, 1]


def test_decoding_and_computing_are_timed_apart(page: Page) -> None:
    asked_to_load(page, "csd-tiny")
    (reply, _) = page.evaluate(DESCRIBE, ["csd-tiny", [text(saved(drawn(17), "PNG"))]])
    assert reply["milliseconds"]["decoding"] > 0 < reply["milliseconds"]["computing"]


def test_too_many_pixels_are_refused_before_they_are_computed_with(page: Page) -> None:
    assert asked_to_load(page, "csd-tiny")[-1]["kind"] == "loaded"
    replies = page.evaluate(
        "() => ask({ kind: 'describe', id: 1, name: 'csd-tiny',"
        "pictures: [{ data: new Uint8ClampedArray(4), width: 20000, height: 20000 }] })"
    )
    assert "more than 100 million" in replies[0]["reason"] and is_a_sentence(replies[0]["reason"])
