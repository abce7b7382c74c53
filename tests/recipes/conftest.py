"""The drawn world in small: recipes are seen to work, and most of their time goes to judging what they have made."""

from typing import Any

import pytest

from csdlib.atelier import SUBJECTS, atelier
from csdlib.recipes.shipped.autoencoder import generator_pictures
from csdlib.tables import ImageTable


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
