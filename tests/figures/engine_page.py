"""The engine in a page of a browser: its worker, and what crosses between it and Python."""

import base64
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from csdlib.descriptors.registry import load
from csdlib.figures import book
from csdlib.figures.engine import PARTS, engine_script
from csdlib.files import data_path, file_hash
from tests.book.tabs import Tab
from tests.serving import Host, served

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

DESCRIPTORS = ("csd-art", "csd-tiny")

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


@contextmanager
def opened(browser: Browser, root: Path, host: type[Host]) -> Iterator[Tab]:
    """An empty page with the engine's functions in it, and its worker; the shipped models are served beside it."""
    (root / "index.html").write_text('<!doctype html><title>Engine</title><link rel="icon" href="data:,">')
    (root / "models").symlink_to(data_path("models"))
    with served(root, host) as address:
        tab = Tab.new(browser)
        tab.open(address)
        functions = "\n".join(book.asset(f"engine/{name}.js") for name in PARTS)
        tab.page.evaluate(
            f"() => {{ {functions}\n window.engine = {{ reference, squash, onWhite, Weights, decoded, Simd }}; }}"
        )
        tab.page.evaluate(f"() => {{ {DOOR} }}")
        tab.page.evaluate("(script) => start(script)", engine_script())
        yield tab
        tab.page.close()


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


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
