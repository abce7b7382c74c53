"""GDA's three heads on random weights in the layout of weights/mapper/*_tuned.pth."""

from functools import partial
from pathlib import Path

import open_clip
import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from torchvision import transforms

from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from tests.conftest import stripes
from tests.descriptors.conftest import hollow, random_model

PICTURE = stripes(1, 5, 2).resize((440, 400))


# eval.py and networks.py (LinearProbe) of github.com/PeterWang512/GenDataAttribution: two affine maps from d to d.
def mapper(path: Path, dim: int) -> dict[str, dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(1)
    state = {
        f"{kind}_mapper": {
            "weight": torch.eye(dim) + 0.1 * torch.randn(dim, dim, generator=generator),
            "bias": torch.randn(dim, generator=generator),
        }
        for kind in ("real", "synth")
    }
    torch.save(state, path)
    return state


def mapped(features: Tensor, state: dict[str, Tensor]) -> Tensor:
    return functional.normalize(features.double() @ state["weight"].T.double() + state["bias"], dim=1).float()


def seen(size: int, short: int, mean: list[float], std: list[float], bicubic: bool) -> Tensor:
    mode = transforms.InterpolationMode.BICUBIC if bicubic else transforms.InterpolationMode.BILINEAR
    steps = [transforms.Resize(short, mode), transforms.CenterCrop(size), transforms.ToTensor()]
    view = transforms.Compose([*steps, transforms.Normalize(mean, std)])
    return view(PICTURE)[None]


# The views are those of models/dino_model.py and models/vit_model.py of that repository.
@pytest.mark.parametrize(
    ("name", "architecture", "view"),
    [
        ("dino", "vit_base_patch16_224.dino", (224, 256, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], True)),
        ("vit", "vit_base_patch16_384.augreg_in21k_ft_in1k", (384, 384, [0.5] * 3, [0.5] * 3, False)),
    ],
)
def test_an_affine_map_behind_a_vit(
    name: str, architecture: str, view: tuple[int, int, list[float], list[float], bool], tmp_path: Path
) -> None:
    tower: nn.Module = random_model(partial(timm.create_model, architecture, num_classes=0))
    # The supervised ViT's file holds its classifier, too.
    head = {} if name == "dino" else {"head.weight": hollow(1000, 768), "head.bias": hollow(1000)}
    torch.save(tower.state_dict() | head, tmp_path / "tower.pth")
    state = mapper(tmp_path / f"{name}_tuned.pth", 768)
    options = {"weights": tmp_path / f"{name}_tuned.pth", "tower": tmp_path / "tower.pth"}
    descriptor = load(f"gda-{name}", **options, precision="float32")
    with torch.inference_mode():
        expected = mapped(tower(seen(*view)), state["real_mapper"])
    found = encode_images(descriptor, [PICTURE])
    assert (descriptor.dim, descriptor.metric) == (768, "cosine")
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(1))
    other = load(f"gda-{name}", **options, mapper="synth", precision="float32")
    assert other.fingerprint != descriptor.fingerprint


# models/clip_model.py: OpenAI's ViT-B/32.
def test_gda_on_clip(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = open_clip.create_model("ViT-B-32", force_quick_gelu=True).eval()
    save_file(model.state_dict(), tmp_path / "open_clip_model.safetensors")
    state = mapper(tmp_path / "clip_tuned.pth", 512)
    options = {"weights": tmp_path / "clip_tuned.pth", "tower": tmp_path / "open_clip_model.safetensors"}
    descriptor = load("gda-clip", **options, mapper="synth", precision="float32")
    with torch.inference_mode():
        features = model.encode_image(open_clip.image_transform(224, is_train=False)(PICTURE)[None])
    found = encode_images(descriptor, [PICTURE])
    assert (descriptor.dim, descriptor.metric) == (512, "cosine")
    torch.testing.assert_close(found, mapped(features, state["synth_mapper"]), atol=1e-5, rtol=0)


def test_a_tower_that_cannot_be_had_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise RuntimeError("Failed to download")

    monkeypatch.setattr(open_clip, "create_model", no_network)
    mapper(tmp_path / "clip_tuned.pth", 512)
    with pytest.raises(
        InputError, match=r"gda-clip: no weights .*vit_base_patch32_clip_224\.openai, .*tower='path/to/it'"
    ):
        load("gda-clip", weights=tmp_path / "clip_tuned.pth")


def test_heads_that_do_not_fit_are_named(tmp_path: Path) -> None:
    path = tmp_path / "clip_tuned.pth"
    state = mapper(path, 768)
    with pytest.raises(InputError, match=r"clip_tuned\.pth: weight has the shape \(768, 768\), not \(512, 512\)"):
        load("gda-clip", weights=path)
    with pytest.raises(InputError, match="unknown mapper 'both': choose one of real, synth"):
        load("gda-clip", weights=path, mapper="both")
    torch.save({"real_mapper": state["real_mapper"]}, path)
    with pytest.raises(InputError, match=r"holds no state dict of tensors named synth_mapper"):
        load("gda-clip", weights=path, mapper="synth")
