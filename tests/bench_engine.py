"""What the engine costs: files described in a browser beside PyTorch, and whether the page stays usable meanwhile."""

import base64
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from playwright.sync_api import sync_playwright

import csdlib
from csdlib.descriptors.protocol import Descriptor
from csdlib.images import image_from_bytes
from tests.figures.engine_page import Host, asked_to_load, drawn, opened, saved

COUNT = 10
# Seconds, and how often the page was drawn in each, while its worker describes files.
DESCRIBE = """async ([name, files]) => {
  const pictures = files.map((file) => new Blob([bytes(file)]));
  let frames = 0, busy = true;
  const drawn = () => { frames++; if (busy) requestAnimationFrame(drawn); };
  requestAnimationFrame(drawn);
  const start = performance.now();
  const replies = await ask({ kind: "describe", id: 1, name, pictures });
  busy = false;
  const seconds = (performance.now() - start) / 1000;
  const described = replies.filter(({ kind }) => kind === "described");
  const mean = (part) => described.reduce((sum, { milliseconds }) => sum + milliseconds[part], 0) / described.length;
  return [seconds, frames / seconds, mean("decoding"), mean("computing"), described.length];
}"""


def engine(name: str, fastest: Callable[..., list[float]]) -> tuple[str, str, float, float]:
    """JPEG files of two million pixels described by the engine, beside PyTorch on one thread from the same files."""
    files = [saved(drawn(17), "JPEG", quality=90)] * COUNT
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    descriptor, threads = csdlib.load(name, device="cpu", precision="float32"), torch.get_num_threads()
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        with opened(browser, Path(folder), Host) as tab:
            asked_to_load(tab.page, name)
            sent = [base64.b64encode(data).decode() for data in files]
            turns = [tab.page.evaluate(DESCRIBE, [name, sent]) for _ in range(2)]
        browser.close()
    torch.set_num_threads(1)
    (theirs,) = fastest([lambda: _described(descriptor, files)], repeats=2)
    torch.set_num_threads(threads)
    ours, frames, decoding, computing, count = min(turns)
    assert count == COUNT
    what = f"{COUNT} JPEG of 2 MP, {name}, in a browser ({frames:.0f} frames/s, {decoding:.0f} + {computing:.0f} ms)"
    return what, "PyTorch, one thread", ours, theirs


def _described(descriptor: Descriptor, files: list[bytes]) -> None:
    for data in files:
        descriptor.encode(descriptor.preprocess(image_from_bytes(data, "picture"))[None])
