"""What every shipped model says about itself: the card is what the code writes, and names what there is."""

import json
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

from csdlib.atelier import UNSEEN, WITHHELD
from csdlib.descriptors.registry import load
from csdlib.files import data_path
from csdlib.recipes.shipped import autoencoder, subjects_tiny
from csdlib.recipes.shipped.cards import provenance
from csdlib.recipes.shipped.tiny_sd_card import tiny_sd_card

ROOT = Path(__file__).parents[2]
CARDS = sorted(data_path("models").rglob("README.md"))
PAGES = [*CARDS, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md"))]


def record(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_path(f"models/{name}") / "training.json").read_text())
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_of_csdlib_is_there(page: Path) -> None:
    for name in re.findall(r"\bcsdlib(?:\.[A-Za-z_]\w*)+", page.read_text()):
        pkgutil.resolve_name(name)


@pytest.mark.parametrize(
    ("name", "limit"), [("clip-tiny", 4_500_000), ("csd-tiny", 4_500_000), ("copy-tiny", 1_000_000)]
)
def test_shipped_models_are_small_and_say_how_they_were_made(name: str, limit: int) -> None:
    folder = data_path(f"models/{name}")
    assert record(name)["command"] in (folder / "README.md").read_text()
    assert set(record(name)["unseen"]) == set(UNSEEN)
    assert sum(value.numel() for value in load(name).module.parameters()) <= limit  # type: ignore[attr-defined]
    assert sum(path.stat().st_size for path in folder.rglob("*")) <= 12_000_000


@pytest.mark.parametrize(
    ("name", "unseen"), [("tiny-sd", ()), ("tiny-sd-withheld", WITHHELD), ("tiny-sd/vae", WITHHELD)]
)
def test_cards_of_tiny_sd_say_who_saw_whom(name: str, unseen: tuple[str, ...]) -> None:
    assert record(name)["unseen"] == list(unseen)
    assert record(name)["command"] in (data_path(f"models/{name}") / "README.md").read_text()


def test_shipped_cards_are_what_the_code_writes() -> None:
    written = {
        "tiny-sd": tiny_sd_card,
        "tiny-sd-withheld": tiny_sd_card,
        "tiny-sd/vae": autoencoder._card,
        "subjects-tiny": subjects_tiny._card,
    }
    for name, card in written.items():
        assert (data_path(f"models/{name}") / "README.md").read_text() == card(record(name)), name


def test_the_other_cards_hold_their_records() -> None:
    for name, learned in (
        ("csd-tiny", "style tags from ['artist']"),
        ("copy-tiny", "without labels"),
        ("clip-tiny", "with the captions of a crawl, names missing, misspelled and wrong among them"),
    ):
        assert provenance(record(name), learned) in (data_path(f"models/{name}") / "README.md").read_text()
