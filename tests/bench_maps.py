"""What style maps cost: coordinates, placing, the size of a page with 20,000 points, and how fast it is redrawn."""

import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs
from umap import UMAP

import csdlib
from csdlib.figures.map import map_figure
from csdlib.maps.layout import MapSettings, StyleMap, map_neighbours, style_map
from csdlib.maps.quality import neighbours_kept
from csdlib.retrieval.nearest import neighbours

MANY = 20_000
# Twenty redraws of a chart that is moved sideways, in frames per second.
PAN = """async () => {
  const chart = document.querySelector('.js-plotly-plot');
  const [low, high] = chart.layout.xaxis.range;
  const start = performance.now();
  for (let n = 0; n < 20; n++) {
    const step = 0.002 * n * (high - low);
    await Plotly.relayout(chart, {'xaxis.range': [low + step, high + step]});
    await new Promise(requestAnimationFrame);
  }
  return 20000 / (performance.now() - start);
}"""


def groups(count: int, dim: int) -> csdlib.Embeddings:
    """Unit vectors around a hundred centres."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(100, dim))[np.arange(count) % 100] + 1.5 * random.normal(size=(count, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return csdlib.Embeddings(vectors.astype(np.float32), np.arange(count).astype(str), "x", "cosine")


def coordinates() -> tuple[str, str, float, float]:
    """Coordinates of 5,000 x 512, the first map of a process (which compiles), beside a second one."""
    embeddings, seconds = groups(5000, 512), []
    for seed in (0, 1):
        start = time.perf_counter()
        style_map(embeddings, seed=seed)
        seconds.append(time.perf_counter() - start)
    return "style map of 5,000 x 512, first of a process", "a second one", *seconds


def placing() -> tuple[str, str, float, float]:
    """A fifth of the atelier's exhibition placed on a map of the rest, beside UMAP's transform; neighbours kept."""
    table = csdlib.load_dataset("atelier", progress=False).where(split=["query", "database"])
    embeddings = csdlib.embed(table, csdlib.load("csd-tiny"), progress=False)
    held = np.random.default_rng(0).permutation(len(table)) < len(table) // 5
    known, new = (embeddings.take(np.flatnonzero(rows)) for rows in (~held, held))
    laid_out, true = style_map(known), neighbours(new, known, 10).rows
    start = time.perf_counter()
    places = laid_out.place(new)
    ours = time.perf_counter() - start
    reducer = UMAP(n_neighbors=15, min_dist=0.1, metric="cosine", random_state=0, n_jobs=1).fit(known.vectors)
    start = time.perf_counter()
    moved = reducer.transform(new.vectors)
    theirs = time.perf_counter() - start
    fitted = StyleMap(known, reducer.embedding_, MapSettings())
    kept = [neighbours_kept(true, map_neighbours(each, 10, at)) for each, at in ((laid_out, places), (fitted, moved))]
    return f"place {len(new)} images: {kept[0]:.2f} kept", f"UMAP's transform: {kept[1]:.2f} kept", ours, theirs


def page() -> tuple[str, str, float, float]:
    """A page of 20,000 points with thumbnails, beside plotly's own chart of as many bare points: seconds a redraw."""
    table = csdlib.load_dataset("atelier", progress=False)
    frame = table.frame.iloc[np.arange(MANY) % len(table)].reset_index(drop=True)
    many = csdlib.ImageTable(frame.assign(image_id=np.arange(MANY).astype(str)), table.root)
    places = np.random.default_rng(0).normal(size=(MANY, 2)).astype(np.float32)
    os.environ["CSDLIB_BOOK"] = "1"
    laid_out = StyleMap(groups(MANY, 192), places, MapSettings())
    ours = map_figure({"a map": laid_out}, many, caption="c", alt="a").data
    chart = go.Figure(go.Scattergl(x=places[:, 0], y=places[:, 1], mode="markers"))
    chart.update_layout(xaxis_range=[-4, 4], yaxis_range=[-4, 4], height=560)
    theirs = chart.to_html(include_plotlyjs=False, full_html=False)
    frames = _redraws(ours, theirs)
    size = f"{len(ours.encode()) / 1e6:.1f} MB, {frames[0]:.1f} redraws/s"
    return f"page of {MANY:,} points: {size}", f"plain: {frames[1]:.1f} redraws/s", 1 / frames[0], 1 / frames[1]


def _redraws(*pages: str) -> list[float]:
    """Redraws a second of each page's first chart, in headless Chromium with software GL; the better of two turns."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        (Path(folder) / "plotly.js").write_text(get_plotlyjs())
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        speeds = pd.DataFrame()
        for turn in range(2):
            for number, body in enumerate(pages):
                path = Path(folder) / f"{number}.html"
                path.write_text(
                    f"<meta charset=utf-8><script src=plotly.js></script><div style=width:760px>{body}</div>"
                )
                tab = browser.new_page(viewport={"width": 1000, "height": 900})
                tab.goto(path.as_uri())
                tab.wait_for_timeout(1000)
                speeds.loc[turn, number] = tab.evaluate(PAN)
                tab.close()
        browser.close()
    return speeds.max().tolist()
