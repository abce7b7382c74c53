"""The engine in a browser, beside Python: the same pixels and vectors, and one sentence where something is wrong."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page
from safetensors.numpy import save

from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.figures.engine import engine_script
from csdlib.files import data_path, file_hash
from tests.book.tabs import Tab
from tests.figures.engine_page import (
    DESCRIPTORS,
    DOOR,
    SHAPES,
    asked_to_load,
    cosines,
    described,
    drawn,
    is_a_sentence,
    numbers,
    opened,
    pixels,
)
from tests.serving import StrictHost

pytestmark = pytest.mark.browser

VIEWS = {"csd-tiny": "reference(onWhite(pixels), 128)", "csd-art": "squash(onWhite(pixels), 256)"}
# A hundred pictures; those of no special shape take longer than they tell.
SOME = pytest.mark.parametrize(
    "some",
    [range(len(SHAPES)), pytest.param(range(len(SHAPES), 100), marks=pytest.mark.slow)],
    ids=["shapes", "others"],
)


@SOME
@pytest.mark.parametrize("name", DESCRIPTORS)
def test_pixels_are_pythons(page: Page, name: str, some: range) -> None:
    descriptor = load(name, device="cpu")
    assert isinstance(descriptor, TowerDescriptor)
    # To grey levels: what is normalised is divided by the deviation.
    levels = 255 * np.array(descriptor.view.std)[:, None, None]
    for number in some:
        image = drawn(number)
        seen = page.evaluate(
            f"(each) => {{ const {{ reference, squash, onWhite }} = engine; const pixels = window.pixels(each);"
            f"return text({VIEWS[name]}); }}",
            pixels(image),
        )
        expected = descriptor.preprocess(image).numpy()
        away = abs(numbers(seen).reshape(expected.shape) - expected) * levels
        assert away.max() < 0.01, (image.size, away.max())


@SOME
@pytest.mark.parametrize("name", DESCRIPTORS)
def test_vectors_are_pythons(page: Page, name: str, some: range) -> None:
    replies = asked_to_load(page, name)
    assert replies[-1]["kind"] == "loaded", replies
    size = (data_path(f"models/{name}") / "model.safetensors").stat().st_size
    assert (
        replies[-1]["checked"]
        and replies[-1]["fast"]
        and replies[-2] == {"kind": "progress", "name": name, "loaded": size}
    )
    images = [drawn(number) for number in some]
    assert cosines(name, images, described(page, name, images)).min() >= 0.99999


def test_the_plain_loops_give_the_same(browser: Browser, tmp_path: Path) -> None:
    """Where a strict host forbids WebAssembly."""
    images = [drawn(number) for number in (1, 12, 14)]
    with opened(browser, tmp_path, StrictHost) as tab:
        for name in DESCRIPTORS:
            reply = asked_to_load(tab.page, name)[-1]
            assert reply["kind"] == "loaded" and not reply["fast"], reply
            assert cosines(name, images, described(tab.page, name, images)).min() >= 0.99999


@pytest.mark.parametrize("fused", [True, False], ids=["fused", "apart"])
@pytest.mark.parametrize("rows", [1, 3, 4, 66])
@pytest.mark.parametrize("inner", [1, 4, 27, 32])
def test_both_programs_of_webassembly_multiply_matrices(page: Page, fused: bool, rows: int, inner: int) -> None:
    """Older browsers have no instruction that multiplies and adds; sides need not be multiples of four."""
    random = np.random.default_rng(0)
    x, weight, bias = (random.normal(size=shape).astype(np.float32) for shape in ((rows, inner), (16, inner), (16,)))
    found = page.evaluate(
        """([fused, inner, ...texts]) => {
          const simd = new engine.Simd(fused);
          const [x, weight, bias] = texts.map((each) => new Float32Array(bytes(each).buffer));
          // What lay in the memory before must not matter.
          simd.room(4096).fill(1e30);
          simd.linear(x, weight.map((each) => 5 * each), bias, inner, -Infinity, Infinity);
          return text(simd.linear(x, weight, bias, inner, -1, 2));
        }""",
        [fused, inner, *(base64.b64encode(each.tobytes()).decode() for each in (x, weight, bias))],
    )
    expected = np.clip(x @ weight.T + bias, -1, 2)
    assert np.allclose(numbers(found).reshape(rows, 16), expected, atol=1e-5)


def test_a_page_from_the_disk_computes_with_a_file_that_is_chosen(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    (tmp_path / "page.html").write_text("<!doctype html><title>Engine</title>")
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate(f"() => {{ {DOOR} }}")
    page.evaluate("(script) => start(script)", engine_script())
    # What a browser may not fetch from a disk is said; the file that the reader chooses is computed with.
    assert "choose the file" in asked_to_load(page, "copy-tiny")[-1]["reason"]
    folder = data_path("models/copy-tiny")
    replies = page.evaluate(
        "([config, file, sha256]) =>"
        "ask({ kind: 'load', name: 'copy-tiny', config, weights: bytes(file).buffer, sha256 })",
        [
            json.loads((folder / "config.json").read_text()),
            base64.b64encode(whole_weights()).decode(),
            file_hash(folder / "model.safetensors"),
        ],
    )
    assert replies[-1]["kind"] == "loaded" and replies[-1]["checked"], replies
    assert cosines("copy-tiny", [drawn(5)], described(page, "copy-tiny", [drawn(5)])).min() >= 0.99999
    page.close()


def test_copy_tiny_is_the_same_network(page: Page) -> None:
    images = [drawn(number) for number in range(5)]
    assert asked_to_load(page, "copy-tiny")[-1]["kind"] == "loaded"
    assert cosines("copy-tiny", images, described(page, "copy-tiny", images)).min() >= 0.99999


def test_all_kinds_of_numbers_are_read(page: Page) -> None:
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    single = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    brain = torch.from_numpy(single).bfloat16()
    # An odd number of bytes before them: where a tensor begins, numbers of 16 bits need not.
    file = safetensors_file({"a": ("U8", np.zeros(3, np.uint8)), "h": ("F16", halves), "s": ("F32", single)})
    read = "([file, name, shape]) => text(new engine.Weights(bytes(file).buffer).tensor(name, ...shape))"
    found = numbers(page.evaluate(read, [file, "h", [65536]]))
    assert np.array_equal(found, halves.astype(np.float32), equal_nan=True)
    assert np.array_equal(numbers(page.evaluate(read, [file, "s", [3, 5]])), single.ravel())
    file = safetensors_file({"b": ("BF16", brain.view(torch.int16).numpy())})
    assert np.array_equal(numbers(page.evaluate(read, [file, "b", [3, 5]])), brain.float().numpy().ravel())


def safetensors_file(tensors: dict[str, tuple[str, np.ndarray]]) -> str:
    header, body = {}, b""
    for name, (kind, array) in tensors.items():
        offsets = [len(body), len(body) + array.nbytes]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": offsets}
        body += array.tobytes()
    text = json.dumps(header).encode()
    return base64.b64encode(len(text).to_bytes(8, "little") + text + body).decode()


def whole_weights() -> bytes:
    return (data_path("models/copy-tiny") / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: b"", "cut"),
        (lambda data: data[:100], "cut"),
        (lambda data: data[: len(data) // 2], "cut"),
        (lambda data: data[:-1], "cut"),
        (lambda data: data + b"more", "cut"),
        (lambda data: b"<!doctype html><title>Not found</title>" * 100, "cut"),
        (lambda data: data[:8] + b"[" + data[9:], "damaged"),
        (lambda data: data.replace(b'"F16"', b'"F99"', 1), "damaged"),
        (lambda data: data.replace(b"ln_post", b"ln_lost"), "lack backbone.ln_post"),
        (lambda data: data[:-4000] + b"\xff\x7f" * 2000, "damaged"),
        (lambda data: save({"weight": np.zeros(3, np.float32)}), "no network"),
    ],
)
def test_wrong_weights_are_one_sentence(page: Page, change: Callable[[bytes], bytes], says: str) -> None:
    data = change(whole_weights())
    replies = page.evaluate(
        "([config, file, sha256]) => ask({ kind: 'load', name: 'odd', config, weights: bytes(file).buffer, sha256 })",
        [
            json.loads((data_path("models/copy-tiny") / "config.json").read_text()),
            base64.b64encode(data).decode(),
            hashlib.sha256(data).hexdigest(),
        ],
    )
    if replies[-1]["kind"] == "loaded":
        # Numbers that are not finite are noticed when they have been computed with.
        replies = page.evaluate(
            "(each) => ask({ kind: 'describe', id: 1, name: 'odd', pictures: [pixels(each)] })", pixels(drawn(2))
        )
        assert replies[0]["kind"] == "refused"
    reason = replies[0]["reason"]
    assert is_a_sentence(reason) and says in reason, reason


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"sha256": "0" * 64}, "not the published ones"),
        ({"weights": "models/nowhere"}, "could not be loaded"),
        ({"config": {}}, "configuration"),
        ({"config": None}, "configuration"),
        ({"config": {"image_size": 64, "style_dim": 128}}, "configuration"),
    ],
)
def test_what_does_not_load_says_why(tab: Tab, changed: dict[str, Any], says: str) -> None:
    if "weights" in changed:
        changed = {"weights": f"{tab.page.url}{changed['weights']}"}
    reply = asked_to_load(tab.page, "copy-tiny", **changed)[-1]
    assert reply["kind"] == "failed" and is_a_sentence(reply["reason"]) and says in reply["reason"], reply


def test_another_descriptors_configuration_does_not_fit(page: Page) -> None:
    config = json.loads((data_path("models/csd-tiny") / "config.json").read_text())
    reply = asked_to_load(page, "copy-tiny", config=config)[-1]
    assert reply["kind"] == "failed" and "do not fit" in reply["reason"] and is_a_sentence(reply["reason"])


def test_nothing_is_described_before_it_is_loaded(page: Page) -> None:
    reply = page.evaluate("() => ask({ kind: 'describe', id: 7, name: 'csd-none', pictures: [] })")[-1]
    assert reply == {
        "kind": "failed",
        "id": 7,
        "name": "csd-none",
        "reason": "csd-none is not loaded: load its weights first.",
    }
