"""The page's side of the engine in a browser: weights by a click, pictures one by one, and where not, a sentence."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from csdlib.descriptors.registry import load
from csdlib.figures import book
from csdlib.figures.engine import ADDRESSES, engine_script, weights_record
from csdlib.files import data_path
from tests.book.tabs import Tab
from tests.serving import served

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><meta charset="utf-8"><title>Describer</title><link rel="icon" href="data:,">
<div id="place"></div><input type="file" id="files" multiple><script>
{script}
const describer = new Describer({engine}, {record}, document.getElementById("place"));
const found = [];
window.begin = () => {{
  const files = [...document.getElementById("files").files];
  window.ended = describer.describe(files, ({{ number, file, vector, milliseconds, reason }}) =>
    found.push({{ number, name: file.name, vector: vector && [...vector], milliseconds, reason }}));
  window.ended.catch(() => {{}});
}};
window.end = () => window.ended.then((whole) => ({{ whole, found }}), (error) => ({{ reason: error.message, found }}));
</script>"""


def write_page(root: Path) -> Path:
    script, engine = book.asset("describer.js"), json.dumps(engine_script()).replace("<", "\\u003c")
    record = json.dumps(weights_record("csd-tiny"))
    (root / "page.html").write_text(PAGE.format(script=script, engine=engine, record=record))
    return root / "page.html"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A page with a describer, served by a strict host with the weights beside it; its address and folder."""
    write_page(tmp_path)
    weights = tmp_path / ADDRESSES["csd-tiny"]
    weights.parent.mkdir(parents=True)
    shutil.copy(data_path("models/csd-tiny/model.safetensors"), weights)
    with served(tmp_path) as address:
        yield f"{address}page.html", tmp_path


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    tab = Tab.new(browser)
    yield tab
    tab.page.close()


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((150, 200)).save(buffer, "PNG")
    return buffer.getvalue()


def choose(page: Page, *pictures: bytes) -> None:
    files = [{"name": f"{i}.png", "mimeType": "image/png", "buffer": data} for i, data in enumerate(pictures)]
    page.locator("#files").set_input_files(files)  # type: ignore[arg-type]
    page.evaluate("begin()")


def ended(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("end()")
    return found


def said(page: Page, part: str) -> None:
    page.locator("#place [role=status]", has_text=part).wait_for()


def test_nothing_is_fetched_before_the_click_and_vectors_are_pythons(tab: Tab, site: tuple[str, Path]) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.open(site[0])
    # Given before the weights are there, pictures wait.
    choose(tab.page, picture(0), b"no picture", picture(1))
    assert [url for url in asked if url.startswith("http")] == [site[0]]
    button = tab.page.locator("#place button:visible")
    assert button.inner_text() == "Load csd-tiny: 5.7 MB"
    button.focus()
    tab.page.keyboard.press("Enter")
    replies = ended(tab.page)
    assert replies["whole"] is True and [each["name"] for each in replies["found"]] == ["0.png", "1.png", "2.png"]
    assert "Not a picture" in replies["found"][1]["reason"]
    descriptor = load("csd-tiny", device="cpu")
    for number, seed in ((0, 0), (2, 1)):
        image = Image.open(io.BytesIO(picture(seed)))
        expected = descriptor.encode(descriptor.preprocess(image)[None])[0].numpy()
        assert float(expected @ np.array(replies["found"][number]["vector"])) > 0.99999
        assert replies["found"][number]["milliseconds"]["computing"] > 0
    said(tab.page, "csd-tiny is loaded.")
    # The button is gone, and the focus is not lost.
    assert button.count() == 0
    assert tab.page.evaluate("document.activeElement.getAttribute('role')") == "status"
    weights = site[0].replace("page.html", ADDRESSES["csd-tiny"])
    assert [url for url in asked if url.startswith("http")] == [site[0], weights]
    assert tab.errors == []


def test_too_many_are_refused_and_many_can_be_stopped(tab: Tab, site: tuple[str, Path]) -> None:
    tab.open(site[0])
    choose(tab.page, *[b""] * 51)
    assert "51 pictures are too many: 50" in ended(tab.page)["reason"]
    choose(tab.page, *map(picture, range(50)))
    tab.page.evaluate("describer.stop()")
    tab.page.locator("#place button:visible").click()
    assert ended(tab.page) == {"whole": False, "found": []}
    choose(tab.page, *map(picture, range(50)))
    tab.page.evaluate("(async () => { while (found.length < 2) await new Promise((go) => setTimeout(go, 20)); })()")
    tab.page.evaluate("describer.stop()")
    replies = ended(tab.page)
    assert replies["whole"] is False and 2 <= len(replies["found"]) < 50
    # After a stop it goes on with what comes next.
    tab.page.evaluate("found.length = 0")
    choose(tab.page, picture(3))
    assert [each["number"] for each in ended(tab.page)["found"]] == [0]


def test_weights_that_do_not_arrive_are_chosen_or_asked_for_again(tab: Tab, site: tuple[str, Path]) -> None:
    weights = site[1] / ADDRESSES["csd-tiny"]
    whole = weights.read_bytes()
    weights.unlink()
    tab.open(site[0])
    choose(tab.page, picture(0))
    tab.page.locator("#place button:visible").click()
    said(tab.page, "could not be loaded")
    weights.write_bytes(whole[:-1000])
    tab.page.locator("#place button:visible").click()
    said(tab.page, "not the published ones")
    place = tab.page.locator("#place input")
    place.set_input_files({"name": "other.safetensors", "mimeType": "", "buffer": b"no weights"})
    said(tab.page, "not the published ones")
    place.set_input_files({"name": "csd-tiny.safetensors", "mimeType": "", "buffer": whole})
    assert ended(tab.page)["whole"] is True


def test_from_the_disk_the_file_is_chosen(tab: Tab, tmp_path: Path) -> None:
    tab.open(write_page(tmp_path).as_uri())
    said(tab.page, "make serve")
    assert tab.page.locator("#place button:visible").count() == 0
    choose(tab.page, picture(0))
    tab.page.locator("#place input").set_input_files(data_path("models/csd-tiny/model.safetensors"))
    assert ended(tab.page)["whole"] is True
    assert tab.errors == []


@pytest.mark.parametrize(
    "broken",
    [
        "delete window.Worker",
        "window.Worker = class { constructor() { setTimeout(() => this.onerror(new Event('error'))); } }",
    ],
    ids=["none", "forbidden"],
)
def test_a_browser_without_workers_says_so(tab: Tab, site: tuple[str, Path], broken: str) -> None:
    tab.page.add_init_script(broken)
    tab.open(site[0])
    choose(tab.page, picture(0))
    assert "starts no Web Worker" in ended(tab.page)["reason"]
    said(tab.page, "starts no Web Worker")
    assert tab.page.locator("#place button:visible").count() == 0


def test_a_worker_that_dies_is_an_end_and_not_a_silence(tab: Tab, site: tuple[str, Path]) -> None:
    tab.open(site[0])
    tab.page.locator("#place button:visible").click()
    said(tab.page, "is loaded")
    choose(tab.page, *map(picture, range(5)))
    tab.page.evaluate("describer.worker.onerror()")
    assert "has stopped" in ended(tab.page)["reason"]
    choose(tab.page, picture(0))
    assert "has stopped" in ended(tab.page)["reason"]
