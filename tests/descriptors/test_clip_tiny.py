"""clip-tiny: its tokenizer, and its files as transformers reads them."""

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.descriptors.clip_tiny import CLIPTiny, byte_pair_merges, load_clip, save_clip, train_tokenizer
from csdlib.descriptors.registry import load
from csdlib.errors import InputError

IMAGE = {"image_size": 32, "patch_size": 8, "width": 48, "layers": 1, "heads": 2, "style_dim": 48}


@pytest.fixture
def model() -> CLIPTiny:
    torch.manual_seed(0)
    captions = ["red stripes, wide", "ochre stripes, tall"]
    return CLIPTiny(train_tokenizer(captions, 520), IMAGE, layers=1, heads=2, tokens=12).eval()


def test_saved_towers_are_read_by_us_and_by_transformers(model: CLIPTiny, tmp_path: Path) -> None:
    save_clip(model, tmp_path)
    texts = ["red stripes", "a much longer text about ochre stripes, wide and tall, that has to be cut"]
    again = load_clip(tmp_path)
    with torch.inference_mode():
        ours = again.encode_text(again.tokenised(texts))
        torch.testing.assert_close(ours, model.encode_text(model.tokenised(texts)), atol=2e-3, rtol=0)
        tokenizer = CLIPTokenizer.from_pretrained(tmp_path / "tokenizer")
        plain = CLIPTextModel.from_pretrained(tmp_path / "text_encoder").float().eval()
        tokens = tokenizer(texts, padding="max_length", truncation=True, max_length=12, return_tensors="pt")
        pooled = torch.nn.functional.normalize(plain(tokens["input_ids"]).pooler_output, dim=1)
    torch.testing.assert_close(pooled, ours, atol=1e-5, rtol=0)
    assert load("clip-tiny", weights=tmp_path).dim == 48
    assert again.log_scale.item() == pytest.approx(model.log_scale.item())


def test_a_saved_clip_that_is_cut_or_incomplete_is_refused(model: CLIPTiny, tmp_path: Path) -> None:
    save_clip(model, tmp_path)
    weights = tmp_path / "text_encoder" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"model.safetensors: cannot be loaded"):
        load_clip(tmp_path)
    weights.unlink()
    with pytest.raises(InputError, match="not a saved CLIP"):
        load_clip(tmp_path)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=6), st.integers(1, 5), max_size=12))
def test_tokens_do_not_depend_on_the_order_of_words(words: dict[str, int]) -> None:
    turned = dict(reversed(words.items()))
    merges = byte_pair_merges(words, 8)
    assert merges == byte_pair_merges(turned, 8)
    assert len(set(merges)) == len(merges)


def test_a_vocabulary_holds_every_byte() -> None:
    with pytest.raises(InputError, match="vocabulary must be above 514, got 100"):
        train_tokenizer(["a"], 100)
