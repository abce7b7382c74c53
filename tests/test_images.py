"""What strangers put into a folder: every mode is read, every hostile file is refused by name."""

import errno
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision.transforms.v2 import functional as vision

from csdlib.datasets.folder import folder
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.images import image_from_bytes, image_tensor, open_image
from csdlib.similarity import style_similarity

RED = (204, 51, 51)  # in the web palette, so that palette images keep it exactly


def bomb(path: Path, side: int = 30_000) -> None:
    """A PNG whose header promises side x side pixels; the file itself is small."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("mode", "suffix"), [("RGB", "png"), ("P", "png"), ("RGBA", "png"), ("CMYK", "jpg"), ("RGB", "webp"), ("P", "gif")]
)
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (40, 30), RED).convert(mode).save(path)
    image = open_image(path)
    assert image.mode == "RGB"
    assert np.abs(np.asarray(image).astype(int) - RED).max() <= 4


def test_grey_and_sixteen_bit_keep_their_brightness(tmp_path: Path) -> None:
    Image.new("L", (20, 20), 128).save(tmp_path / "grey.png")
    Image.fromarray(np.full((20, 20), 128 * 257, np.uint16)).save(tmp_path / "deep.png")
    for name in ("grey.png", "deep.png"):
        assert np.asarray(open_image(tmp_path / name))[0, 0].tolist() == [128] * 3


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (*RED, 0)).save(tmp_path / "clear.png")
    assert np.asarray(open_image(tmp_path / "clear.png")).min() == 255


def test_camera_rotation_is_undone(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(tmp_path / "turned.jpg", exif=exif)
    assert open_image(tmp_path / "turned.jpg").size == (20, 40)


def test_hostile_files_are_refused_by_name(tmp_path: Path) -> None:
    bomb(tmp_path / "bomb.png")
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    noise.save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:900])
    (tmp_path / "text.png").write_text("not an image")
    (tmp_path / "empty.png").touch()
    reasons = {
        "bomb.png": "more than",
        "dot.png": "smaller than",
        "cut.jpg": "broken",
        "text.png": "not an image",
        "empty.png": "not an image",
        "none.png": "no such image",
    }
    for name, reason in reasons.items():
        with pytest.raises(InputError, match=reason) as caught:
            open_image(tmp_path / name)
        assert name in str(caught.value)


def test_what_may_not_be_read_is_not_called_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, **_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("PIL.Image.open", refused)
    with pytest.raises(InputError, match=r"a\.png: cannot be read \(Permission denied\)$"):
        open_image(tmp_path / "a.png")


def test_a_batch_goes_on_and_counts_what_it_skipped(tmp_path: Path) -> None:
    for artist in ("ann", "<script>alert(1)<"):
        (tmp_path / artist).mkdir()
        Image.new("RGB", (32, 32), RED).save(tmp_path / artist / "fine.png")
    bomb(tmp_path / "ann" / "bomb.png")
    (tmp_path / "ann" / "text.jpg").write_text("not an image")
    found = embed(folder(tmp_path), load("colour"), progress=False)
    assert len(found) == 2
    assert set(found.skipped) == {"ann/bomb.png", "ann/text.jpg"}


def test_all_broken_is_an_error_with_the_first_reason(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("not an image")
    with pytest.raises(InputError, match="not an image"):
        embed(folder(tmp_path), load("colour"), progress=False)


def test_dark_deep_images_stay_dark_and_cut_images_in_memory_are_named(tmp_path: Path) -> None:
    Image.fromarray(np.full((20, 20), 200, np.uint16)).save(tmp_path / "dark.png")
    assert np.asarray(open_image(tmp_path / "dark.png")).max() <= 1
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    noise.save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:900])
    with pytest.raises(InputError, match="broken"):
        open_image(Image.open(tmp_path / "cut.jpg"))


def test_odd_names_do_not_fail_the_folder(tmp_path: Path) -> None:
    picture = Image.new("RGB", (32, 32), RED)
    picture.save(tmp_path / "fine.png")
    for name in (b"\xff.png", b"a\\b.png", b"._preview.png"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes((tmp_path / "fine.png").read_bytes())
    (tmp_path / "folder.png").mkdir()
    table = folder(tmp_path)
    assert table.ids.tolist() == ["fine.png"]
    assert table.manifest["left_out"] == {"names that a table cannot hold: they are not UTF-8, or hold a backslash": 2}


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A grey picture of 32 x 32 pixels with further chunks behind its header."""
    buffer = io.BytesIO()
    Image.new("L", (32, 32), 90).save(buffer, "PNG")
    whole = buffer.getvalue()
    more = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return whole[:33] + more + whole[33:]


@pytest.mark.parametrize(
    "data",
    [
        # Text that grows to more than Pillow allows, and a header that is too short: both raise ValueError in Pillow.
        png((b"zTXt", b"a\0\0" + zlib.compress(b"x" * 3_000_000))),
        png()[:8]
        + struct.pack(">I", 4)
        + b"IHDR"
        + b"\0\0\0\x20"
        + struct.pack(">I", zlib.crc32(b"IHDR\0\0\0\x20"))
        + png()[33:],
        b"",
        b"GIF89a",
    ],
)
def test_hostile_bytes_are_a_broken_image_and_nothing_else(data: bytes) -> None:
    with pytest.raises(InputError, match="strange"):
        image_from_bytes(data, "strange")


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM"]), st.data())
@settings(max_examples=150)
def test_a_few_wrong_bytes_give_an_image_or_one_clear_error(kind: str, data: st.DataObject) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (24, 20), (200, 90, 30)).save(buffer, kind)
    raw = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, min(len(raw), 120) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert image_from_bytes(bytes(raw), "x").mode == "RGB"
    except InputError as error:
        assert str(error).startswith("x: ")


def test_tensors_are_torchvisions_to_the_last_bit() -> None:
    every = Image.fromarray(np.arange(256, dtype=np.uint8).repeat(3).reshape(8, 32, 3))
    expected = vision.to_dtype(vision.pil_to_tensor(every), torch.float32, scale=True)
    assert torch.equal(image_tensor(every), expected)


RAMP = np.linspace(0, 255, 20 * 24 * 3).reshape(20, 24, 3).astype(np.uint8)


@pytest.mark.parametrize(
    "given",
    [
        RAMP,
        RAMP / 255,
        (RAMP / 255).astype(np.float16),
        torch.from_numpy(RAMP).movedim(-1, 0),
        torch.from_numpy(RAMP).movedim(-1, 0).float() / 255,
    ],
)
def test_arrays_and_tensors_are_pictures(given: np.ndarray | torch.Tensor) -> None:
    assert np.abs(np.asarray(open_image(given)).astype(int) - RAMP).max() <= 1


def test_bytes_and_open_files_are_pictures_and_grey_and_transparent_arrays_too() -> None:
    stream = io.BytesIO()
    Image.fromarray(RAMP).save(stream, "PNG")
    for file in (stream.getvalue(), io.BytesIO(stream.getvalue())):
        assert np.array_equal(np.asarray(open_image(file)), RAMP)
    assert np.asarray(open_image(RAMP[..., 0]))[5, 5].tolist() == [int(RAMP[5, 5, 0])] * 3
    assert np.asarray(open_image(np.zeros((20, 20, 4), np.uint8))).min() == 255


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (RAMP.astype(float), r"floats lie in \[0, 255\]: scale them"),
        (RAMP / 255 - 0.5, "scale them"),
        (np.full((20, 20), np.nan), "scale them"),
        (RAMP.astype(np.int64), "int64: give uint8"),
        ((RAMP > 99).astype(np.uint8), r"lie in \[0, 1\]"),
        (np.moveaxis(RAMP, -1, 0), r"the shape \(3, 20, 24\); one picture is \(height, width\)"),
        (torch.from_numpy(RAMP), r"the shape \(20, 24, 3\)"),
        (RAMP[None], "one picture is"),
        (b"no picture", "not an image"),
        ("https://example.org/a.png", "an address, and no image of this machine"),
        (7, "not a <class 'int'>"),
    ],
)
def test_what_is_no_picture_is_one_sentence(given: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_image(given)  # type: ignore[arg-type]


def test_a_score_takes_arrays_and_lists_of_them() -> None:
    one, many = style_similarity(RAMP, RAMP, descriptor="colour"), [RAMP, RAMP[::-1]]
    assert one.value == pytest.approx(1)
    assert style_similarity(many, RAMP, descriptor="colour").value == pytest.approx(1)


@pytest.mark.parametrize("exif", [b"", b"Exif\x00\x00II*\x00\xff\xff\xff\xff", b"garbage" * 9])
def test_bad_metadata_do_not_hide_the_pixels(exif: bytes) -> None:
    assert image_from_bytes(png((b"eXIf", exif)), "x").size == (32, 32)


def test_postscript_is_not_opened(tmp_path: Path) -> None:
    Image.fromarray(RAMP).save(tmp_path / "a.eps")
    with pytest.raises(InputError, match="not an image"):
        open_image(tmp_path / "a.eps")
