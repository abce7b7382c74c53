"""The text side of a CLIP is that of its image side, by the same name and from the same file."""

from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from safetensors.torch import save_file

from csdlib.descriptors import load_clip, save_clip, text_tower
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from tests.conftest import stripes

TEXTS = ["a calm picture of a dog", "festive", "a dog"]


def test_clip_tiny_reads_as_the_model_that_ships(tmp_path: Path) -> None:
    tower, model = text_tower(), load_clip()
    with torch.inference_mode():
        expected = model.encode_text(model.tokenised(TEXTS)).numpy()
    found = tower.encode(TEXTS)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    # Padding to the longest text of a batch changes nothing.
    np.testing.assert_allclose(tower.encode(TEXTS[1:2]), found[1:2], atol=1e-5)
    assert "".join(tower.pieces("ominous")) == "ominous</w>"
    assert len(tower.pieces("ominous")) > 1
    save_clip(model, tmp_path)
    assert text_tower("clip-tiny", tmp_path).fingerprint == tower.fingerprint
    with torch.no_grad():
        next(model.text.parameters()).mul_(2)
    save_clip(model, tmp_path)
    other = text_tower("clip-tiny", tmp_path)
    assert other.fingerprint != tower.fingerprint
    assert not np.allclose(other.encode(TEXTS), found)


@pytest.mark.slow
def test_both_sides_of_a_checkpoint_of_ones_own(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = open_clip.create_model("ViT-B-16", force_quick_gelu=True).eval()
    save_file(model.state_dict(), tmp_path / "own.safetensors")
    tower = text_tower("clip-vit-b-16", tmp_path / "own.safetensors")
    tokens = open_clip.get_tokenizer("ViT-B-16")(TEXTS)
    with torch.inference_mode():
        expected = model.encode_text(tokens, normalize=True).numpy()
    np.testing.assert_allclose(tower.encode(TEXTS), expected, atol=1e-5)
    assert tower.pieces("calm dog") == ["calm</w>", "dog</w>"]
    images = load("clip-vit-b-16", weights=tmp_path / "own.safetensors", precision="float32")
    picture = images.encode(images.preprocess(stripes(0, 3, 1, side=224))[None])
    assert (tower.encode(TEXTS) @ picture.numpy().T).shape == (3, 1)


def test_an_unknown_tower_or_no_weights_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown text tower 'csd-tiny'"):
        text_tower("csd-tiny")
    with pytest.raises(InputError, match="no such file"):
        text_tower("clip-vit-l-14", tmp_path / "nothing.pt")
    with pytest.raises(InputError, match="not a saved CLIP"):
        text_tower("clip-tiny", tmp_path)
