"""SSCD on random weights in the layout of sscd_disc_mixup.torchvision.pt."""

from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional
from torchvision import transforms
from torchvision.models import ResNet, resnet50

from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from tests.conftest import stripes
from tests.descriptors.conftest import random_model


@pytest.fixture(scope="module")
def model() -> ResNet:
    found = random_model(partial(resnet50, num_classes=512))
    assert isinstance(found, ResNet)
    return found


# sscd/models/model.py of github.com/facebookresearch/sscd-copy-detection: the backbone is torchvision's ResNet, and its
# fc gives the 512 numbers; GeM pooling and the unit norm behind it have no weights.
@pytest.fixture(scope="module")
def weights(model: ResNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sscd") / "sscd_disc_mixup.torchvision.pt"
    torch.save({f"backbone.{name}": value for name, value in model.state_dict().items()}, path)
    return path


def by_hand(model: ResNet, images: Tensor) -> Tensor:
    """The descriptor from its definition: the third root of the mean cube of every channel, fc, unit norm."""
    layers = [model.conv1, model.bn1, model.relu, model.maxpool, model.layer1, model.layer2, model.layer3, model.layer4]
    with torch.inference_mode():
        features = torch.nn.Sequential(*layers)(images)
        pooled = features.flatten(2).double().clamp(min=1e-6).pow(3).mean(dim=2).pow(1 / 3).float()
        return functional.normalize(model.fc(pooled), dim=1)


@pytest.mark.parametrize(("as_in_paper", "short", "size"), [(False, 288, 288), (True, 256, 224)])
def test_sscd_is_gem_pooling_of_a_resnet(
    as_in_paper: bool, short: int, size: int, model: ResNet, weights: Path
) -> None:
    descriptor = load("sscd", weights=weights, as_in_paper=as_in_paper, precision="float32")
    pictures = [stripes(0, 9, 1, side=300), stripes(1, 5, 2).resize((340, 290))]
    imagenet = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    normalise = transforms.Normalize([0.5], [0.5]) if as_in_paper else imagenet
    view = transforms.Compose([transforms.Resize(short), transforms.CenterCrop(size), transforms.ToTensor(), normalise])
    found = encode_images(descriptor, pictures)
    assert (descriptor.dim, descriptor.metric) == (512, "cosine")
    torch.testing.assert_close(found, by_hand(model, torch.stack([view(p) for p in pictures])), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(2))


def test_the_view_is_part_of_the_fingerprint(weights: Path) -> None:
    prints = {load("sscd", weights=weights, as_in_paper=paper).fingerprint for paper in (False, True)}
    assert len(prints) == 2


@pytest.mark.filterwarnings("ignore:.*torch.jit")
def test_other_files_are_refused(model: ResNet, tmp_path: Path) -> None:
    path = tmp_path / "other.pt"
    torch.save(model.state_dict(), path)
    with pytest.raises(InputError, match=r"other\.pt: lacks conv1\.weight; it has nothing"):
        load("sscd", weights=path)
    state = {f"backbone.{name}": value for name, value in model.state_dict().items()}
    torch.save(state | {"backbone.fc.weight": torch.zeros(1000, 2048)}, path)
    with pytest.raises(InputError, match=r"fc\.weight has the shape \(1000, 2048\), not \(512, 2048\)"):
        load("sscd", weights=path)
    # The TorchScript file of the same release: an archive of code, which is not run.
    torch.jit.script(torch.nn.ReLU()).save(path)
    with pytest.raises(InputError, match=r"other\.pt: refused: .*nothing was executed"):
        load("sscd", weights=path)
