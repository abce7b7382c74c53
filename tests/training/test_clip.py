"""clip-tiny: its loss, its files as transformers reads them, and a training that goes on after a kill."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from csdlib.descriptors.clip_tiny import CLIPTiny, train_tokenizer
from csdlib.errors import InputError
from csdlib.tables import ImageTable
from csdlib.training.clip import CLIPConfig, contrastive_loss, fit_clip

IMAGE = {"image_size": 32, "patch_size": 8, "width": 48, "layers": 1, "heads": 2, "style_dim": 48}
WORDS = ["red", "blue", "green", "ochre"]


@pytest.fixture(scope="module")
def captioned(striped_table: ImageTable) -> ImageTable:
    """The stripes with captions that name their colour."""
    colours = [WORDS[int(artist[-1])] for artist in striped_table.frame["artist"]]
    captions = [
        f"{colour} stripes, {kind}" for colour, kind in zip(colours, striped_table.frame["content"], strict=True)
    ]
    return ImageTable(striped_table.frame.assign(caption=captions), striped_table.root)


def small_clip(table: ImageTable) -> CLIPTiny:
    torch.manual_seed(0)
    return CLIPTiny(train_tokenizer(table.frame["caption"], 520), IMAGE, layers=1, heads=2, tokens=12)


@given(st.integers(2, 6), st.floats(0.1, 50))
def test_the_loss_is_two_cross_entropies(count: int, scale: float) -> None:
    vectors = np.random.default_rng(count).normal(size=(2, count, 4))
    images, texts = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    expected = 0.0
    for rows, columns in ((images, texts), (texts, images)):
        for i in range(count):
            terms = np.array([scale * rows[i] @ other for other in columns])
            expected += (np.log(np.exp(terms - terms.max()).sum()) + terms.max() - terms[i]) / count / 2
    assert contrastive_loss(torch.tensor(images), torch.tensor(texts), scale).item() == pytest.approx(expected)


def test_pictures_find_their_captions(captioned: ImageTable) -> None:
    model = small_clip(captioned)
    config = CLIPConfig(steps=60, batch_size=16, rate=3e-3, smallest_crop=0.8)
    log = fit_clip(model, captioned, config, evaluate_every=20, progress=False)
    assert log["contrastive_loss"].iloc[-1] < log["contrastive_loss"].iloc[1]
    tower = load_tower(model, captioned)
    answers = model.encode_text(model.tokenised([f"{word} stripes" for word in WORDS])).detach()
    nearest = (tower @ answers.T).argmax(dim=1).numpy()
    truth = captioned.frame["artist"].str[-1].astype(int).to_numpy()
    assert (nearest == truth).mean() > 0.6


def load_tower(model: CLIPTiny, table: ImageTable) -> torch.Tensor:
    from csdlib.descriptors.towers import normalised

    images = torch.stack([normalised(table.open(row).resize((32, 32))) for row in range(len(table))])
    with torch.inference_mode():
        return model.image(images)


def test_a_killed_training_on_captions_ends_with_the_same_weights(captioned: ImageTable, tmp_path: Path) -> None:
    config = CLIPConfig(steps=6, batch_size=8)
    whole, killed, resumed = (small_clip(captioned) for _ in range(3))
    fit_clip(whole, captioned, config, evaluate_every=2, progress=False)
    calls = iter([None, None])

    def kill(_: CLIPTiny) -> dict[str, float]:
        if next(calls, "over") == "over":
            raise KeyboardInterrupt
        return {}

    options = {"evaluate_every": 2, "checkpoint": tmp_path / "state.pt", "progress": False}
    with pytest.raises(KeyboardInterrupt):
        fit_clip(killed, captioned, config, evaluate=kill, **options)
    fit_clip(resumed, captioned, config, **options)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_what_cannot_be_trained_is_refused(captioned: ImageTable, striped_table: ImageTable) -> None:
    model = small_clip(captioned)
    with pytest.raises(InputError, match="'0-0' has no caption"):
        fit_clip(model, striped_table, CLIPConfig(batch_size=4), progress=False)
    with pytest.raises(InputError, match="fewer than batch_size"):
        fit_clip(model, captioned, CLIPConfig(batch_size=64), progress=False)
    with pytest.raises(InputError, match="batch_size must be at least 2"):
        CLIPConfig(batch_size=1)
