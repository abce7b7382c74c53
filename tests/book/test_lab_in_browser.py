"""``make lab`` in JupyterLab: figures live, notebooks are paired, exercises are checked. Runs where JupyterLab is."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from book.lab import START, write_lab
from book.project import Project
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


CHAPTER = "quickstart"
STUB = "return found  # your code here"
ANSWER = """\
def trust(prior, found, false):
    return prior * found / (prior * found + (1 - prior) * false)"""
# Ctrl is what JupyterLab calls Accel: on a Mac it is another key.
ACCEL = "Meta" if sys.platform == "darwin" else "Control"
# In ms. A server that starts, or a kernel that imports csdlib, takes its time on a busy machine.
PATIENCE = 900_000
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``make lab`` writes, and beside it a notebook of figures alone."""
    folder = write_lab(Project(ROOT, tmp_path_factory.mktemp("output")))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "try.ipynb")
    return folder


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves the folder, without the settings of whoever tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--notebook-dir={folder}"]
    environment = {name: value for name, value in os.environ.items() if name != "CSDLIB_BOOK"}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))}
    environment |= {f"JUPYTERLAB_{kind}_DIR": str(folder.parent / kind) for kind in ("SETTINGS", "WORKSPACES")}
    with (folder.parent / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}/"
        try:
            _wait_for(f"{address}api")
            yield f"{address}lab/tree/"
        finally:
            server.terminate()
            server.wait(60)


def _wait_for(address: str) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
        except OSError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("JupyterLab did not start")


@pytest.fixture(scope="module")
def window(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(PATIENCE)
    page.set_default_navigation_timeout(PATIENCE)
    return page


@pytest.fixture(scope="module")
def figures(window: Page, lab: str) -> Page:
    """The notebook of figures, run."""
    window.goto(f"{lab}try.ipynb")
    ready(window)
    for text in CELLS:
        run(window, text.splitlines()[0])
    window.wait_for_selector("iframe.csd-map-frame")
    return window


def ready(window: Page) -> None:
    """Wait for the kernel of the notebook that is shown: what is run before that is not run."""
    window.wait_for_selector(".jp-StatusBar-TextItem:has-text('| Idle')")


def run(window: Page, text: str, instead: str = "") -> Locator:
    """Run the cell that holds a text, or another text in its place; what the cell then says."""
    cell = window.locator(f"{SHOWN} .jp-CodeCell", has_text=text)
    cell.locator(".cm-content").click()
    if instead:
        window.keyboard.press(f"{ACCEL}+a")
        window.keyboard.insert_text(instead)
        cell = window.locator(f"{SHOWN} .jp-CodeCell.jp-mod-active")
    window.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE)
    return cell.locator(".jp-OutputArea-output")


def test_a_chart_is_drawn_and_has_its_numbers(figures: Page) -> None:
    figures.wait_for_selector(".js-plotly-plot .main-svg .trace")
    assert figures.locator("details.csd-numbers td").all_text_contents() == ["1", "3", "2", "4"]


def test_a_slider_moves(figures: Page) -> None:
    figures.locator(".csd-slider input").fill("1")
    assert figures.inner_text(".csd-slider output") == "second"
    assert figures.inner_text(".csd-slider .csd-frame:not([hidden])") == "two"


def test_a_map_lives(figures: Page) -> None:
    inside = figures.frame_locator("iframe.csd-map-frame")
    chart = inside.locator(".js-plotly-plot")
    chart.wait_for()
    assert inside.locator(".csd-map-legend").inner_text().split() == ["●a0", "■a1", "◆a2"]
    chart.scroll_into_view_if_needed()
    inside.locator(".csd-map-panels [tabindex='0']").first.focus()
    figures.keyboard.press("ArrowRight")
    figures.keyboard.press("Enter")
    inside.locator(".csd-map-strips img, .csd-map-strips button, .csd-map-strips canvas").first.wait_for(
        state="attached"
    )


def test_what_is_saved_is_saved_as_text_and_what_is_edited_there_comes_back(figures: Page, folder: Path) -> None:
    twin = folder / "try.py"
    figures.locator(".jp-CodeCell .cm-content").first.click()
    with figures.expect_response(lambda answer: answer.request.method == "PUT" and "try.ipynb" in answer.url):
        figures.keyboard.press(f"{ACCEL}+s")
    assert [cell.source for cell in jupytext.read(twin).cells] == CELLS
    twin.write_text(twin.read_text() + "\n# %%\nmine = 1\n")
    figures.reload()
    figures.wait_for_selector(f"{SHOWN} .jp-CodeCell:has-text('mine = 1')")


def test_the_first_page_leads_to_a_chapter_whose_checks_judge_an_answer(window: Page, lab: str) -> None:
    window.goto(f"{lab}{START}")
    window.click(f"{SHOWN} a[href*='{CHAPTER}.ipynb']")
    window.wait_for_selector(f"{SHOWN} .jp-CodeCell:has-text('{STUB}')")
    ready(window)
    run(window, STUB)
    expect(run(window, "assert abs(trust(0.5")).to_contain_text("AssertionError")
    run(window, STUB, instead=ANSWER)
    expect(run(window, "assert abs(trust(0.5")).to_have_count(0)
