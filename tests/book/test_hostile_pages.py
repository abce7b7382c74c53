"""Names, captions and parameters that hold markup: a browser opens what became of them, and no script of it runs."""

import shutil

import pytest
from playwright.sync_api import Browser

from book.build import make_chapter
from book.project import Project
from tests.book.conftest import ROOT, write_chapter
from tests.book.tabs import Tab

pytestmark = [pytest.mark.browser, pytest.mark.book]

#: What would run where one of its places is not escaped: in a text, an attribute, a script, a link, a formula, a shell.
EVIL = " ".join(
    [
        """'"><img src=x onerror=window.ran=1></script><script>window.ran=1</script>""",
        """<a href="javascript:window.ran=1">x</a> [x](javascript:window.ran=1) <svg onload=window.ran=1>""",
        "${alert(1)} $(touch ran) `{=html}` {{7*7}}",
    ]
)

CELLS = """\
word = "x"  # any # word

# %%
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from PIL import Image
from csdlib import figures
from csdlib.embeddings import Embeddings
from csdlib.maps import MapSettings, StyleMap
from csdlib.tables import ImageTable

picture = Image.new("RGB", (32, 32), "red")
display(figures.gallery([(picture, word)], caption=word))
display(figures.neighbour_rows([((picture, word), [(picture, word, True)])], caption=word))

# %%
figures.table(pd.DataFrame({word: [word]}), caption=word)

# %%
rows = pd.DataFrame({"label": [word, "b"], "value": [0.5, 0.6], "low": [0.4, 0.5], "high": [0.8, 0.7]})
rows["m"] = word
figures.show(figures.intervals(rows, group="m", axis=word), caption=word, alt=word)

# %%
figures.show(go.Figure(go.Scatter(y=[1, 2], text=[word, word], name=word)), caption=word, alt=word)

# %%
picture.save("a.png")
rows = pd.DataFrame({"image_id": [f"{word}{n}" for n in range(12)], "artist": [word, "b"] * 6, "caption": word})
rows = rows.assign(path="a.png", split="train", source="painting", styles=[[word]] * 12)
table = ImageTable(rows, ".")
vectors = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
laid_out = StyleMap(Embeddings(vectors, table.ids, "x", "cosine"), vectors[:, :2], MapSettings("pca"))
figures.map_figure({word: laid_out}, table, colour="artist", caption=word, alt=word)

# %%
print(word)
"""


def test_no_script_of_a_name_runs(project: Project, browser: Browser) -> None:
    shutil.rmtree(project.root / "csdlib")
    (project.root / "csdlib").symlink_to(ROOT / "csdlib")
    write_chapter(project, CELLS)
    path = make_chapter(project, "second", [("word", EVIL)])
    tab = Tab.new(browser)
    opened = []
    tab.page.on("dialog", lambda dialog: opened.append(dialog.message))
    tab.open(path.as_uri())
    for button in tab.page.query_selector_all("article button"):
        button.evaluate("each => each.click()")
    tab.page.wait_for_timeout(500)
    assert tab.page.evaluate("window.ran") is None
    assert opened == []
    assert tab.page.query_selector_all("article a[href^='javascript:'], article svg[onload]") == []
    # It is there, as text.
    assert tab.page.inner_text("article").count("window.ran=1") > 5
    assert not (project.root / "ran").exists()
