"""Figures in JupyterLab: a chart is drawn, a slider moves, a map lives. Runs where JupyterLab is (``make lab``)."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from tests.book.conftest import ROOT

pytest.importorskip("jupyterlab", reason="JupyterLab is not in the lock: make lab installs it")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    """\
import numpy as np, pandas as pd
from pathlib import Path
from PIL import Image
from csdlib import figures
from csdlib.embeddings.arrays import Embeddings
from csdlib.maps.layout import style_map
from csdlib.tables import ImageTable

for n in range(12):
    Image.new("RGB", (64, 64), (20 * n, 90, 120)).save(f"{n}.png")
rows = [{"image_id": str(n), "path": f"{n}.png", "split": "database", "artist": f"a{n % 3}", "styles": [],
         "source": "painting"} for n in range(12)]
table = ImageTable(pd.DataFrame(rows), Path("."))
vectors = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
laid = style_map(Embeddings(vectors, np.array([str(n) for n in range(12)]), "x", "cosine"), method="pca")""",
    """\
frame = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
figures.show(figures.lines(frame, x="x", ys=["y"], titles=("x", "y")), caption="c", alt="a")""",
    'figures.slider([("first", "<p>one</p>"), ("second", "<p>two</p>")], label="l", caption="c")',
    'figures.map_figure({"m": laid}, table, caption="c", alt="a map")',
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that serves one paired notebook."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "try.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--notebook-dir={folder}"]
    environment = {name: value for name, value in os.environ.items() if name != "CSDLIB_BOOK"}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))}
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}/"
        try:
            _wait_for(f"{address}api")
            yield f"{address}lab/tree/try.ipynb"
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("JupyterLab did not start within a minute")


@pytest.fixture(scope="module")
def page(browser: Browser, lab: str) -> Page:
    """The notebook, run."""
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(120_000)
    page.goto(lab)
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
    # What is run before the kernel is there is not run.
    page.wait_for_selector("#jp-bottom-panel :text('Idle'), .jp-StatusBar-TextItem:has-text('Idle')")
    page.click(".lm-MenuBar-itemLabel:text-is('Run')")
    page.click("text=Run All Cells")
    page.wait_for_selector("iframe.csd-map-frame")
    return page


def test_a_chart_is_drawn_and_has_its_numbers(page: Page) -> None:
    page.wait_for_selector(".js-plotly-plot .main-svg .trace")
    assert page.locator("details.csd-numbers td").all_text_contents() == ["1", "3", "2", "4"]


def test_a_slider_moves(page: Page) -> None:
    page.locator(".csd-slider input").fill("1")
    assert page.inner_text(".csd-slider output") == "second"
    assert page.inner_text(".csd-slider .csd-frame:not([hidden])") == "two"


def test_a_map_lives(page: Page) -> None:
    inside = page.frame_locator("iframe.csd-map-frame")
    inside.locator(".js-plotly-plot").wait_for()
    assert inside.locator(".csd-map-legend").inner_text().split() == ["●a0", "■a1", "◆a2"]
    chart = inside.locator(".js-plotly-plot")
    chart.scroll_into_view_if_needed()
    inside.locator(".csd-map-panels [tabindex='0']").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    inside.locator(".csd-map-strips img, .csd-map-strips button, .csd-map-strips canvas").first.wait_for(
        state="attached"
    )
