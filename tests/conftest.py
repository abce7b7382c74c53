"""Small worlds for the tests, the order in which workers take them, and which of them should be marked slow."""

import os
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from book.pdf.chromium import find_chromium
from csdlib.embeddings.arrays import Embeddings
from csdlib.tables import ImageTable

GOLDEN = Path(__file__).parent / "golden"
# A test on one of two busy workers takes up to twice as long as alone.
LONG = 10.0
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# No server but this machine is found.
OPTIONS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

# No test asserts times: a busy machine is no mistake.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with the book come first, then those with slow tests: no worker is left with a long file at the end."""
    places = {}
    for item in items:
        place = next((place for place, mark in enumerate(("book", "slow")) if item.get_closest_marker(mark)), 2)
        places[item.path] = min(place, places.get(item.path, 2))
    items.sort(key=lambda item: places[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Lists what took long and is not marked; it fails nothing, for the next machine is quicker or slower."""
    seconds: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and not {"slow", "book", "browser"} & report.keywords.keys():
                seconds[report.nodeid] += report.duration
    long = [(spent, name) for name, spent in seconds.items() if spent > LONG]
    if long:
        terminalreporter.section(f"longer than {LONG:.0f} s, and not marked slow")
    for spent, name in sorted(long, reverse=True):
        terminalreporter.write_line(f"{spent:6.1f} s  {name}")


def stripes(colour: int, width: int, seed: int, side: int = 64) -> Image.Image:
    """A picture whose "style" is a hue and a stripe width, and whose "content" is where the stripes lie."""
    random = np.random.default_rng(seed)
    shift, noise = random.integers(width), random.normal(0, 12, (side, side, 3))
    bright = ((np.arange(side) + shift) // width % 2)[:, None, None]
    hue = np.array([[220, 60, 40], [40, 90, 200], [60, 160, 70], [200, 180, 60]])[colour]
    return Image.fromarray(np.clip(bright * hue + (1 - bright) * hue // 3 + noise, 0, 255).astype(np.uint8))


def random_embeddings(n: int, seed: int, prefix: str, metric: str = "cosine") -> Embeddings:
    vectors = np.random.default_rng(seed).normal(size=(n, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(vectors, np.array([f"{prefix}{i}" for i in range(n)]), "x", metric)  # type: ignore[arg-type]


def copied(table: ImageTable, folder: Path) -> ImageTable:
    for row in range(len(table)):
        (folder / table.frame["path"].iloc[row]).write_bytes(table.path(row).read_bytes())
    return ImageTable(table.frame, folder)


@pytest.fixture(scope="session")
def striped_table(tmp_path_factory: pytest.TempPathFactory) -> ImageTable:
    """Four artists of ten pictures each: four queries, six in the database."""
    root = tmp_path_factory.mktemp("stripes")
    rows = []
    for artist in range(4):
        for number in range(10):
            path = f"artist-{artist}_{number}.png"
            stripes(artist, 3 + 2 * artist, 100 * artist + number).save(root / path)
            rows.append(
                {
                    "image_id": f"{artist}-{number}",
                    "path": path,
                    "split": "query" if number < 4 else "database",
                    "artist": f"artist-{artist}",
                    "styles": [f"artist-{artist}", "stripes"],
                    "source": "painting",
                    "content": ["wide", "tall"][number % 2],
                    "movement": ["odd", "even"][artist % 2],
                }
            )
    return ImageTable(pd.DataFrame(rows), root)


@pytest.fixture(scope="session")
def outside_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wikiart.csv of four artists, and a generated.csv with pictures of two of them and of a stranger."""
    root = tmp_path_factory.mktemp("outside")
    for folder in ("style", "made"):
        (root / folder).mkdir()
    lines, made = ["name,path,artist,style,split"], ["path,artist,content,model,prompt,seed"]
    for artist in range(4):
        for number in range(8):
            stripes(artist, 3 + 2 * artist, 100 * artist + number).save(root / "style" / f"{artist}_{number}.png")
            split = "query" if number < 2 else "database"
            lines.append(f"{artist}_{number},style/{artist}_{number}.png,artist-{artist},s,{split}")
    for number, artist in enumerate([0, 0, 1, 1, 9]):
        stripes(artist % 4, 3 + 2 * (artist % 4), 999 + number).save(root / "made" / f"{number}.png")
        content = ["dog", "cat"][number % 2]
        made.append(f"made/{number}.png,artist-{artist},{content},m 1,a {content} by {artist},{number}")
    (root / "wikiart.csv").write_text("\n".join(lines))
    (root / "generated.csv").write_text("\n".join(made))
    return root


@pytest.fixture(scope="session")
def art() -> Path:
    """The folder of real images, or a skip."""
    if not os.environ.get("CSD_ART"):
        pytest.skip("CSD_ART is not set: no real images here")
    return Path(os.environ["CSD_ART"])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = find_chromium()
    if found is None:
        warnings.warn("NO BROWSER: neither Chromium nor Chrome was found, the pages stay untested", stacklevel=1)
        pytest.skip("neither Chromium nor Chrome was found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser of all tests; what a file's tests leave open, and what goes on drawing, is closed after them."""
    yield chromium
    for context in chromium.contexts:
        context.close()
