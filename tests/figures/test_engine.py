"""The engine in a browser, beside Python: the same pixels and vectors, and one sentence where something is wrong."""

import base64
import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, Page
from safetensors.numpy import save

from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.figures import book
from csdlib.figures.engine import PARTS, engine_script
from csdlib.files import data_path, file_hash
from csdlib.images import open_image
from tests.book.conftest import QuietHandler
from tests.book.tabs import Tab

pytestmark = pytest.mark.browser

# Odd, thin, tiny, large; as wide as the views themselves, and beside where they begin to average, cut or reduce.
SHAPES = [
    (16, 16),
    (17, 33),
    (16, 160),
    (160, 16),
    (900, 90),
    (40, 1000),
    (1024, 16),
    (17, 1500),
    (128, 128),
    (129, 128),
]
SHAPES += [(256, 256), (224, 224), (225, 100), (448, 449), (127, 301), (897, 611), (300, 200), (1601, 1203), (896, 896)]
VIEWS = {"csd-tiny": "reference(onWhite(pixels), 128)", "csd-art": "squash(onWhite(pixels), 256)"}
DESCRIPTORS = sorted(VIEWS)
# A hundred pictures; those of no special shape take longer than they tell.
SOME = pytest.mark.parametrize(
    "some",
    [range(len(SHAPES)), pytest.param(range(len(SHAPES), 100), marks=pytest.mark.slow)],
    ids=["shapes", "others"],
)

# Python's side of the door: pictures arrive as text, and numbers leave as text.
DOOR = """
window.bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
window.text = (numbers) => {
  const all = new Uint8Array(numbers.buffer);
  let letters = "";
  for (let i = 0; i < all.length; i += 32768) letters += String.fromCharCode(...all.subarray(i, i + 32768));
  return btoa(letters);
};
window.pixels = ([data, width, height]) => ({ data: new Uint8ClampedArray(bytes(data).buffer), width, height });
window.start = (script) => { window.worker = new Worker(URL.createObjectURL(new Blob([script]))); };
window.ask = (request) => new Promise((resolve) => {
  const replies = [];
  worker.onmessage = ({ data }) => {
    replies.push(data.vector ? { ...data, vector: text(data.vector) } : data);
    if (["loaded", "done", "failed"].includes(data.kind)) resolve(replies);
  };
  worker.postMessage(request);
});
"""


def drawn(number: int) -> Image.Image:
    """Waves and noise of some shape; every fifth is grey, and the first two are of one colour."""
    random = np.random.default_rng(number)
    free = 2 ** random.uniform(4, 9.5, 2)
    width, height = SHAPES[number] if number < len(SHAPES) else (int(side) for side in free)
    if number < 2:
        return Image.new("RGB", (width, height), ("black", "crimson")[number])
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / random.uniform(2, 60) + y / random.uniform(2, 60)) for _ in range(3)]
    pixels = 128 + 110 * np.stack(waves, axis=2) + random.normal(0, 30, (height, width, 3))
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return image.convert("L").convert("RGB") if number % 5 == 4 else image


def pixels(image: Image.Image) -> list[Any]:
    """A picture as the page's ``pixels`` takes it."""
    return [base64.b64encode(image.convert("RGBA").tobytes()).decode(), *image.size]


def numbers(text: str, kind: type[np.generic] = np.float32) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


class Host(SimpleHTTPRequestHandler):
    """A host that forbids nothing, as most do."""

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def opened(browser: Browser, root: Path, host: type[SimpleHTTPRequestHandler]) -> Iterator[Tab]:
    """An empty page with the engine's functions in it, and its worker; the shipped models are served beside it."""
    (root / "index.html").write_text('<!doctype html><title>Engine</title><link rel="icon" href="data:,">')
    (root / "models").symlink_to(data_path("models"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(host, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tab = Tab.new(browser)
    tab.open(f"http://127.0.0.1:{server.server_address[1]}/")
    functions = "\n".join(book.asset(f"engine/{name}.js") for name in PARTS)
    tab.page.evaluate(f"() => {{ {functions}\n window.engine = {{ reference, squash, onWhite, Weights }}; }}")
    tab.page.evaluate(f"() => {{ {DOOR} }}")
    tab.page.evaluate("(script) => start(script)", engine_script())
    yield tab
    tab.page.close()
    server.shutdown()


@pytest.fixture(scope="module")
def tab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with opened(browser, tmp_path_factory.mktemp("site"), Host) as tab:
        yield tab


@pytest.fixture(scope="module")
def page(tab: Tab) -> Page:
    return tab.page


def asked_to_load(page: Page, name: str, **changed: Any) -> list[dict[str, Any]]:
    folder = data_path(f"models/{name}")
    request = {
        "kind": "load",
        "name": name,
        "config": json.loads((folder / "config.json").read_text()),
        "weights": f"{page.url}models/{name}/model.safetensors",
        "sha256": file_hash(folder / "model.safetensors"),
    }
    replies: list[dict[str, Any]] = page.evaluate("(request) => ask(request)", request | changed)
    return replies


def described(page: Page, name: str, images: list[Image.Image]) -> np.ndarray:
    """Vectors of pictures, a few at a time."""
    vectors = []
    for image in images:
        replies = page.evaluate(
            "([name, each]) => ask({ kind: 'describe', id: 1, name, pictures: [pixels(each)] })", [name, pixels(image)]
        )
        assert [reply["kind"] for reply in replies] == ["described", "done"], replies
        vectors.append(numbers(replies[0]["vector"]))
    return np.stack(vectors)


def cosines(name: str, images: list[Image.Image], vectors: np.ndarray) -> np.ndarray:
    descriptor = load(name, device="cpu")
    expected = [descriptor.encode(descriptor.preprocess(image)[None])[0].numpy() for image in images]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    products: np.ndarray = (np.stack(expected) * vectors).sum(axis=1)
    return products


def is_a_sentence(reason: str) -> bool:
    return reason[0].isupper() and reason.endswith(".") and not any(w in reason for w in ("undefined", "NaN", "Error"))


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
    with opened(browser, tmp_path, QuietHandler) as tab:
        for name in DESCRIPTORS:
            reply = asked_to_load(tab.page, name)[-1]
            assert reply["kind"] == "loaded" and not reply["fast"], reply
            assert cosines(name, images, described(tab.page, name, images)).min() >= 0.99999


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


def test_transparency_is_laid_on_white_as_python_does(page: Page) -> None:
    random = np.random.default_rng(0)
    image = Image.fromarray(random.integers(0, 256, (64, 67, 4), dtype=np.uint8))
    seen = page.evaluate("(each) => text(engine.onWhite(pixels(each)).data)", pixels(image))
    assert np.array_equal(numbers(seen, np.uint8).reshape(64, 67, 3), np.asarray(open_image(image)))


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


def test_files_are_decoded_and_refused_one_by_one(page: Page, tmp_path: Path) -> None:
    image = drawn(16)
    turned = Image.Exif()
    turned[0x0112] = 6
    files = {
        "upright.png": saved(image, "PNG"),
        "turned.png": saved(image.transpose(Image.Transpose.ROTATE_90), "PNG", exif=turned),
        "photo.jpg": saved(image, "JPEG", quality=95),
        "text.jpg": b"no picture at all",
        "empty.png": b"",
        "cut.png": saved(image, "PNG")[:40],
        "small.png": saved(image.resize((15, 400)), "PNG"),
    }
    assert asked_to_load(page, "csd-tiny")[-1]["kind"] == "loaded"
    replies = page.evaluate(
        "(files) => ask({ kind: 'describe', id: 3, name: 'csd-tiny',"
        "pictures: files.map((file) => new Blob([bytes(file)])) })",
        [base64.b64encode(data).decode() for data in files.values()],
    )
    assert [reply["kind"] for reply in replies] == ["described"] * 3 + ["refused"] * 4 + ["done"], replies
    assert [reply["number"] for reply in replies[:-1]] == list(range(7))
    vectors = np.stack([numbers(reply["vector"]) for reply in replies[:3]])
    assert cosines("csd-tiny", [image] * 3, vectors).min() > 0.999
    assert cosines("csd-tiny", [image] * 2, vectors[:2]).min() > 0.99999
    reasons = [reply["reason"] for reply in replies[3:7]]
    assert all(map(is_a_sentence, reasons)), reasons
    for reason, says in zip(reasons, ("Not a picture", "empty", "Not a picture", "15 x 400"), strict=True):
        assert says in reason


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_too_many_pixels_are_refused_before_they_are_computed_with(page: Page) -> None:
    assert asked_to_load(page, "csd-tiny")[-1]["kind"] == "loaded"
    replies = page.evaluate(
        "() => ask({ kind: 'describe', id: 1, name: 'csd-tiny',"
        "pictures: [{ data: new Uint8ClampedArray(4), width: 20000, height: 20000 }] })"
    )
    assert "more than 100 million" in replies[0]["reason"] and is_a_sentence(replies[0]["reason"])
