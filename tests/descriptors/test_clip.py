"""CLIP in the descriptor's protocol, with random weights: no test downloads anything."""

from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import save_file

from csdlib.descriptors.protocol import Descriptor, encode_images
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from tests.conftest import stripes


@pytest.fixture(scope="module")
def model() -> open_clip.CLIP:
    torch.manual_seed(0)
    found = open_clip.create_model("ViT-B-16", force_quick_gelu=True).eval()
    assert isinstance(found, open_clip.CLIP)
    return found


@pytest.fixture(scope="module")
def weights(model: open_clip.CLIP, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "open_clip_model.safetensors"
    save_file(model.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def exact(weights: Path) -> Descriptor:
    return load("clip-vit-b-16", weights=weights, precision="float32")


def test_clip_is_the_image_embedding_of_open_clip(model: open_clip.CLIP, exact: Descriptor) -> None:
    image = stripes(0, 3, 1, side=224)
    transform = open_clip.image_transform(224, is_train=False)
    with torch.inference_mode():
        expected = model.encode_image(transform(image)[None], normalize=True)
    found = encode_images(exact, [image])
    assert exact.dim == 512
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@pytest.mark.slow
def test_half_the_precision_gives_nearly_the_same_and_another_fingerprint(weights: Path, exact: Descriptor) -> None:
    images = [stripes(colour, 3 + 4 * colour, 1, side=224) for colour in range(4)]
    half = load("clip-vit-b-16", weights=weights, precision="bfloat16")
    assert exact.fingerprint != half.fingerprint
    vectors = encode_images(half, images)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(4))
    assert float((vectors * encode_images(exact, images)).sum(dim=1).min()) > 0.999
    with pytest.raises(InputError, match="unknown precision 'float16'"):
        load("clip-vit-b-16", weights=weights, precision="float16")


def test_without_weights_the_error_says_what_to_fetch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise RuntimeError("Failed to download")

    monkeypatch.setattr(open_clip, "create_model", no_network)
    with pytest.raises(InputError, match=r"clip-vit-l-14: no weights .*vit_large_patch14_clip_224\.openai"):
        load("clip-vit-l-14")
    with pytest.raises(InputError, match="no such file"):
        load("clip-vit-b-16", weights=tmp_path / "nothing.pt")
