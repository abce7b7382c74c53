"""The drawn world in small: recipes are seen to work, and most of their time goes to judging what they have made."""

from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import timm
import torch

from csdlib.atelier import SUBJECTS, atelier
from csdlib.descriptors.art import NETWORK
from csdlib.recipes.shipped.autoencoder import generator_pictures
from csdlib.tables import ImageTable
from tests.conftest import stripes


@pytest.fixture
def small_exhibition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight works by each painter, of four subjects, instead of 56: every painter has two queries."""

    def small(works_per_painter: int = 8, **options: Any) -> ImageTable:
        return atelier(8, subjects=list(SUBJECTS)[:4], **options)

    for module in ("crawl", "recorded.ablations", "shipped.clip_tiny"):
        monkeypatch.setattr(f"csdlib.recipes.{module}.atelier", small)


@pytest.fixture
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generators learn from one picture by each painter, and are watched on one."""

    def few(works_per_painter: int, **options: Any) -> ImageTable:
        return generator_pictures(1, **options)

    for module in ("autoencoder", "tiny_sd"):
        monkeypatch.setattr(f"csdlib.recipes.shipped.{module}.generator_pictures", few)


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a test embeds does not enter the cache of whoever runs it."""
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six artists' paintings, and a second table with one more artist's, for training only."""
    root = tmp_path_factory.mktemp("paintings")
    rows = []
    for artist, number in product(range(7), range(9)):
        path = f"{artist}_{number}.png"
        stripes(artist % 4, 3 + artist, 100 * artist + number).save(root / path)
        split = "train" if artist == 6 else "query" if number < 2 else "database"
        rows.append({"name": path, "path": path, "artist": f"artist-{artist}", "style": "stripes", "split": split})
    frame = pd.DataFrame(rows)
    frame[frame["split"] != "train"].to_csv(root / "wikiart.csv", index=False)
    frame[frame["split"] == "train"].to_csv(root / "more.csv", index=False)
    return root


@pytest.fixture(scope="session")
def imagenet_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in the form of ImageNet's weights; the numbers are random."""
    path = tmp_path_factory.mktemp("imagenet") / "lite0.pth"
    torch.manual_seed(0)
    tensors = timm.create_model(NETWORK).state_dict().values()
    torch.save({str(number): value for number, value in enumerate(tensors)}, path)
    return path
