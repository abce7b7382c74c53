"""The classifier of subjects carries what is there to artists that it has not seen, and nothing where nothing is."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from csdlib.content import content_accuracy
from csdlib.errors import InputError
from csdlib.tables import ImageTable


def pictures(root: Path, *, shapes: bool) -> ImageTable:
    """Six artists, each with a colour of their own, draw upright and lying bars; or noise under the same names."""
    random, rows = np.random.default_rng(0), []
    for artist in range(6):
        colour = random.uniform(0.4, 1, 3)
        for number in range(16):
            wave = 120 + 90 * np.sin(np.arange(32) / 2 + random.uniform(0, 6))
            field = np.broadcast_to(wave[None] if number % 2 else wave[:, None], (32, 32))
            grey = (field if shapes else random.uniform(0, 255, (32, 32)))[..., None]
            path = f"{artist}-{number}.png"
            Image.fromarray(np.clip(grey * colour + random.normal(0, 8, (32, 32, 3)), 0, 255).astype(np.uint8)).save(
                root / path
            )
            rows.append(
                {
                    "image_id": path,
                    "path": path,
                    "split": "train",
                    "artist": f"a{artist}",
                    "styles": [],
                    "source": "painting",
                    "content": ["lying", "upright"][number % 2],
                }
            )
    return ImageTable(pd.DataFrame(rows), root, {"unseen": ["a4", "a5"]})


def test_subjects_carry_over_to_unseen_artists(tmp_path: Path) -> None:
    found = content_accuracy(pictures(tmp_path, shapes=True), epochs=20)
    assert found["accuracy"] >= 0.95
    assert (found["artists"], found["images"], found["training_images"]) == (2, 32, 64)


def test_noise_gives_no_better_than_chance(tmp_path: Path) -> None:
    found = content_accuracy(pictures(tmp_path, shapes=False), epochs=4)
    assert 0.2 <= found["accuracy"] <= 0.8
    assert found["confused"]


def test_somebody_must_be_unseen_and_somebody_else_seen(tmp_path: Path) -> None:
    table = pictures(tmp_path, shapes=True)
    for unseen in ([], ["nobody"], [f"a{k}" for k in range(6)]):
        with pytest.raises(InputError, match="needs artists who are unseen"):
            content_accuracy(ImageTable(table.frame, table.root, {"unseen": unseen}))
