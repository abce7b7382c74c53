"""Content leaks where a descriptor sees content, and as often as chance has it where it sees colour."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.generation.leakage import content_leakage
from tests.generation.conftest import bars


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
    table = bars(tmp_path, shapes=True)
    assert content_leakage(embed(table, Orientation(content=True))).mean() == 1
    colour = content_leakage(embed(table, Orientation(content=False)))
    assert colour.shape == (96,)
    # Seven of a picture's fifteen neighbours show the same: three standard deviations around it.
    assert abs(colour.mean() - 7 / 15) < 3 * 0.5 / np.sqrt(96)
    with pytest.raises(InputError, match="'a0' has a single image"):
        content_leakage(embed(table.take([0, 20, 21]), Orientation(content=True)))
