"""The classifier of subjects carries what is there to artists that it has not seen, and nothing where nothing is."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from csdlib.errors import InputError
from csdlib.generation.leakage import content_leakage
from csdlib.generation.subjects import content_accuracy
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


class Orientation:
    """A descriptor that sees nothing but which way the bars lie, or nothing but a picture's mean colour."""

    dim, metric, device = 2, "cosine", torch.device("cpu")

    def __init__(self, *, content: bool) -> None:
        self.content = content
        self.name = self.fingerprint = f"content-{content}"

    def preprocess(self, image: Image.Image) -> torch.Tensor:
        return torch.from_numpy(np.asarray(image, np.float32).copy()).permute(2, 0, 1) / 255

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        grey = images.mean(1)
        across, down = grey.mean(1).std(1), grey.mean(2).std(1)
        vectors = torch.stack(
            [across, down] if self.content else [images[:, 0].mean((1, 2)), images[:, 1].mean((1, 2))], 1
        )
        return vectors / vectors.norm(dim=1, keepdim=True)


def test_leakage_is_one_for_who_sees_content_only_and_chance_for_who_sees_colour(tmp_path: Path) -> None:
    table = pictures(tmp_path, shapes=True)
    assert content_leakage(table, Orientation(content=True)).mean() == 1
    colour = content_leakage(table, Orientation(content=False))
    assert colour.shape == (96,)
    # Seven of a picture's fifteen neighbours show the same: three standard deviations around it.
    assert abs(colour.mean() - 7 / 15) < 3 * 0.5 / np.sqrt(96)
    with pytest.raises(InputError, match="'a0' has a single image"):
        content_leakage(table.take([0, 20, 21]), Orientation(content=True))
