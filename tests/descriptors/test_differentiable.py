"""Pixels as input: close to pictures, differentiable, and no gradient where none was asked for."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from csdlib.descriptors.registry import load
from csdlib.descriptors.towers import Squash, TowerDescriptor, View, ViewedTower, fixed_weights
from csdlib.errors import InputError
from csdlib.images import image_tensor
from tests.conftest import stripes

#: Enlarged, reduced, wide, and so long that its middle is taken.
PICTURES = [
    stripes(0, 3, 1),
    stripes(1, 9, 2, side=300),
    stripes(2, 7, 3, side=256).resize((300, 200)),
    stripes(3, 5, 4, side=128).resize((900, 100)),
]


class Filters(nn.Module):
    """The mean responses of random filters: a tower that is made in no time."""

    def __init__(self) -> None:
        super().__init__()
        self.filters = nn.Conv2d(3, 32, 7)

    def forward(self, images: Tensor) -> Tensor:
        return self.filters(images).relu().mean(dim=(2, 3))


def viewed() -> ViewedTower:
    torch.manual_seed(0)
    return ViewedTower(Filters(), name="filters", weights_hash="", view=View(40, 48), dim=32, device="cpu")


TOWERS: dict[str, Callable[[], TowerDescriptor]] = {
    "csd-art": lambda: load("csd-art"),  # type: ignore[dict-item, return-value]
    "csd-tiny": lambda: load("csd-tiny"),  # type: ignore[dict-item, return-value]
    "view": viewed,
}


def pixels(image: Image.Image) -> Tensor:
    return image_tensor(image)[None]


@pytest.fixture(scope="module", params=TOWERS)
def tower(request: pytest.FixtureRequest) -> TowerDescriptor:
    return TOWERS[request.param]()


@pytest.mark.parametrize("image", PICTURES, ids=lambda image: str(image.size))
def test_pixels_are_described_as_their_picture_is(tower: TowerDescriptor, image: Image.Image) -> None:
    expected = tower.encode(tower.preprocess(image)[None])
    with torch.no_grad():
        found = tower.forward(pixels(image))
    assert (found.shape, found.dtype, found.device) == ((1, tower.dim), torch.float32, tower.device)
    torch.testing.assert_close(found.norm(dim=1).cpu(), torch.ones(1))
    assert float((found.cpu() * expected).sum()) > 0.99


@pytest.mark.parametrize(
    ("view", "steps"),
    # Of much larger pictures, Pillow's thumbnail first takes means of small squares.
    [(View(40, 48), 0.5), (View(40, 48, bicubic=True), 0.5), (Squash(64, (0.5,) * 3, (0.5,) * 3, 48), 3)],
)
@pytest.mark.parametrize("image", PICTURES, ids=lambda image: str(image.size))
def test_a_view_of_pixels_is_that_of_the_picture(view: View | Squash, steps: float, image: Image.Image) -> None:
    apart = (view(image) - view(pixels(image))[0]).abs().mean() * view.std[0] * 255
    assert float(apart) < steps


def test_pixels_are_reduced_as_pillow_reduces_floats() -> None:
    noise = np.random.default_rng(0).random((80, 80), dtype=np.float32)
    expected = Image.fromarray(noise).resize((30, 30), Image.Resampling.LANCZOS)
    found = Squash(30, (0.0,) * 3, (1.0,) * 3, 30)(torch.from_numpy(noise).expand(1, 3, 80, 80))
    np.testing.assert_allclose(found[0, 1], np.clip(expected, 0, 1), atol=1e-5)


def test_what_a_filter_throws_out_of_range_is_cut_as_pillow_cuts_it() -> None:
    edge = torch.zeros(1, 3, 20, 20)
    edge[..., 10:] = 1
    seen = View(40, 40, bicubic=True, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))(edge)
    assert (float(seen.min()), float(seen.max())) == (0, 1)


def test_steps_along_the_gradient_lead_to_a_reference(tower: TowerDescriptor) -> None:
    reference = tower.encode(tower.preprocess(PICTURES[1])[None]).to(tower.device)
    start = torch.rand(1, 3, 70, 90, generator=torch.Generator().manual_seed(0), requires_grad=True)
    before = (tower.forward(start) * reference).sum()
    before.backward()
    assert start.grad is not None
    assert torch.isfinite(start.grad).all()
    assert start.grad.abs().sum() > 0
    step = 0.02 * start.grad / start.grad.abs().max()
    with torch.no_grad():
        after = (tower.forward((start + step).clamp(0, 1)) * reference).sum()
    assert after > before


def test_a_black_picture_has_a_finite_gradient(tower: TowerDescriptor) -> None:
    black = torch.zeros(2, 3, 32, 32, requires_grad=True)
    tower.forward(black)[:, 0].sum().backward()
    assert black.grad is not None
    assert torch.isfinite(black.grad).all()


def test_weights_get_gradients_of_describe_only() -> None:
    tower, noise = viewed(), torch.rand(2, 3, 50, 50)
    assert not tower.forward(noise).requires_grad
    tower.forward(noise.requires_grad_())[:, 0].sum().backward()
    weights = list(tower.module.parameters())
    assert all(weight.grad is None and weight.requires_grad for weight in weights)
    tower.describe(tower.view(noise.detach()))[:, 0].sum().backward()
    assert all(weight.grad is not None for weight in weights)


def test_weights_are_as_they_were_after_a_mistake_and_frozen_ones_stay_frozen() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2).requires_grad_(False))
    with pytest.raises(RuntimeError), fixed_weights(module):
        module(torch.ones(1, 3))
    assert [weight.requires_grad for weight in module.parameters()] == [True, True, False, False]


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_floats_of_all_kinds_are_pixels(kind: torch.dtype) -> None:
    tower, noise = viewed(), torch.rand(1, 3, 50, 50)
    torch.testing.assert_close(tower.forward(noise.to(kind)), tower.forward(noise), atol=0.02, rtol=0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (torch.rand(3, 32, 32), r"got shape \(3, 32, 32\)"),
        (torch.rand(1, 4, 32, 32), r"got shape \(1, 4, 32, 32\)"),
        (torch.rand(0, 3, 32, 32), r"got shape \(0, 3, 32, 32\)"),
        (torch.rand(1, 3, 32, 15), r"got shape \(1, 3, 32, 15\)"),
        (torch.zeros(1, 3, 32, 32, dtype=torch.uint8), "got torch.uint8: divide by 255"),
        (torch.full((1, 3, 32, 32), 1.01), r"got numbers in \[1.01, 1.01\]: scale or clamp them"),
        (torch.rand(1, 3, 32, 32) - 0.5, r"got numbers in \[-0.*clamp"),
        (torch.full((1, 3, 32, 32), torch.nan), "got numbers in .*nan"),
        (stripes(0, 3, 1), "got a Image: give pictures to preprocess"),
    ],
)
def test_what_are_no_pixels_is_refused(given: Tensor, message: str) -> None:
    with pytest.raises(InputError, match=rf"^pixels must be floats in \[0, 1\] of shape .*{message}"):
        viewed().forward(given)
