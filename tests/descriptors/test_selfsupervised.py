"""DINO, DINOv2 and MoCo v3 on random weights in exactly the layouts in which they are published."""

from functools import partial
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file
from timm.models.vision_transformer import checkpoint_filter_fn
from torch import Tensor, nn
from torch.nn import functional
from torchvision import transforms

from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from tests.conftest import stripes
from tests.descriptors.conftest import hollow, random_model

PICTURE = stripes(1, 5, 2).resize((340, 260))
IMAGENET = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
MODES = transforms.InterpolationMode


def expected(model: nn.Module, mode: MODES = MODES.BILINEAR) -> Tensor:
    view = transforms.Compose(
        [transforms.Resize(256, mode), transforms.CenterCrop(224), transforms.ToTensor(), IMAGENET]
    )
    with torch.inference_mode():
        return functional.normalize(model(view(PICTURE)[None]), dim=1)


@pytest.fixture(scope="module")
def vit() -> nn.Module:
    return random_model(partial(timm.create_model, "vit_base_patch16_224.dino", num_classes=0))


# timm's file has the names of its model; Facebook's, too: models/dino_vits.py of the CSD code loads it strictly.
def test_dino_is_the_class_token_of_timms_vit(vit: nn.Module, tmp_path: Path) -> None:
    save_file({name: value.clone() for name, value in vit.state_dict().items()}, tmp_path / "model.safetensors")
    torch.save(vit.state_dict(), tmp_path / "dino_vitbase16_pretrain.pth")
    by_timm = expected(vit)
    for file in ("model.safetensors", "dino_vitbase16_pretrain.pth"):
        descriptor = load("dino-vit-b-16", weights=tmp_path / file, precision="float32")
        vectors = encode_images(descriptor, [PICTURE])
        assert (descriptor.dim, descriptor.metric, vectors.shape) == (768, "cosine", (1, 768))
        torch.testing.assert_close(vectors, by_timm, atol=1e-5, rtol=0)
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(1))


# The training state of main_moco.py in github.com/facebookresearch/moco-v3: epoch, arch, state_dict, optimizer, scaler;
# encoders end in an MLP of three layers, the predictor is one of two (moco/builder.py).
def moco(encoder: dict[str, Tensor]) -> dict[str, object]:
    head = {"0.weight": (4096, 768), "1.weight": (4096,), "1.bias": (4096,), "1.running_mean": (4096,)}
    head |= {"1.running_var": (4096,), "1.num_batches_tracked": (), "3.weight": (4096, 4096), "4.weight": (4096,)}
    head |= {"4.bias": (4096,), "4.running_mean": (4096,), "4.running_var": (4096,), "4.num_batches_tracked": ()}
    head |= {"6.weight": (256, 4096), "7.running_mean": (256,), "7.running_var": (256,), "7.num_batches_tracked": ()}
    state = {f"module.base_encoder.{name}": value for name, value in encoder.items()}
    state |= {f"module.momentum_encoder.{name}": hollow(*value.shape) for name, value in encoder.items()}
    for tower in ("base_encoder", "momentum_encoder"):
        state |= {f"module.{tower}.head.{name}": hollow(*shape) for name, shape in head.items()}
    predictor = {name: (4096, 256) if name == "0.weight" else shape for name, shape in head.items() if name[0] in "01"}
    state |= {f"module.predictor.{name}": hollow(*shape) for name, shape in predictor.items()}
    state |= {"module.predictor.3.weight": hollow(256, 4096)}
    optimizer = {"state": {0: {"step": 3, "exp_avg": hollow(768)}}, "param_groups": [{"lr": 1e-4, "params": [0]}]}
    scaler = {"scale": 65536.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2000}
    return {"epoch": 300, "arch": "vit_base", "state_dict": state, "optimizer": optimizer, "scaler": scaler}


def test_moco_v3_is_the_class_token_of_its_online_encoder(vit: nn.Module, tmp_path: Path) -> None:
    path, encoder = tmp_path / "vit-b-300ep.pth.tar", vit.state_dict()
    torch.save(moco(encoder), path)
    descriptor = load("moco-v3-vit-b-16", weights=path, precision="float32")
    torch.testing.assert_close(encode_images(descriptor, [PICTURE]), expected(vit), atol=1e-5, rtol=0)
    torch.save(moco({name: value for name, value in encoder.items() if name != "blocks.11.mlp.fc2.bias"}), path)
    with pytest.raises(InputError, match=r"vit-b-300ep\.pth\.tar: lacks blocks\.11\.mlp\.fc2\.bias"):
        load("moco-v3-vit-b-16", weights=path)


def test_weights_of_another_model_are_refused_and_not_resampled(vit: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save(vit.state_dict(), path)
    with pytest.raises(InputError, match=r"model\.pth: pos_embed has the shape \(1, 197, 768\), not \(1, 785, 768\)"):
        load("dino-vit-b-8", weights=path)
    with pytest.raises(InputError, match=r"model\.pth: pos_embed has the shape \(1, 197, 768\), not \(1, 1370, 768\)"):
        load("dinov2-vit-b-14", weights=path)
    with pytest.raises(InputError, match=r"model\.pth: lacks cls_token; it has nothing"):
        load("moco-v3-vit-b-16", weights=path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"model\.pth: refused: damaged"):
        load("dino-vit-b-16", weights=path)


def test_dino_of_small_patches(tmp_path: Path) -> None:
    model = random_model(partial(timm.create_model, "vit_base_patch8_224.dino", num_classes=0))
    torch.save(model.state_dict(), tmp_path / "dino_vitbase8_pretrain.pth")
    descriptor = load("dino-vit-b-8", weights=tmp_path / "dino_vitbase8_pretrain.pth", precision="float32")
    torch.testing.assert_close(encode_images(descriptor, [PICTURE]), expected(model), atol=1e-5, rtol=0)


def test_dinov2_in_timms_layout_and_in_facebooks(tmp_path: Path) -> None:
    build = partial(timm.create_model, "vit_base_patch14_dinov2.lvd142m", num_classes=0)
    state = random_model(build).state_dict()
    with torch.device("meta"):
        reference = build(img_size=224).eval()
    reference.load_state_dict(checkpoint_filter_fn(dict(state), reference), assign=True)
    by_timm = expected(reference, MODES.BICUBIC)
    # dinov2_vitb14_pretrain.pth has a mask token beside timm's names (dinov2/models/vision_transformer.py).
    for name, more in (("timm.pth", {}), ("dinov2_vitb14_pretrain.pth", {"mask_token": torch.ones(1, 768)})):
        torch.save(state | more, tmp_path / name)
        descriptor = load("dinov2-vit-b-14", weights=tmp_path / name, precision="float32")
        torch.testing.assert_close(encode_images(descriptor, [PICTURE]), by_timm, atol=1e-5, rtol=0)
    larger = load("dinov2-vit-b-14", weights=tmp_path / name, image_size=238)
    assert larger.preprocess(PICTURE).shape == (3, 238, 238)
    assert larger.fingerprint != descriptor.fingerprint
    with pytest.raises(InputError, match="image_size must be a multiple of 14, got 225"):
        load("dinov2-vit-b-14", weights=tmp_path / name, image_size=225)
