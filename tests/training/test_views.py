"""Views repeat with their generator, turn and crop what they look at, and keep the colours."""

import numpy as np
import pytest
import torch
from PIL import Image

from csdlib.errors import InputError
from csdlib.training.views import CopyViews, StylePreservingViews
from tests.conftest import stripes


def test_views_differ_and_repeat_with_the_generator() -> None:
    views = StylePreservingViews(size=32)
    image = stripes(0, 5, 0)
    first, second = (views(image, torch.Generator().manual_seed(5)) for _ in range(2))
    assert first.shape == (2, 3, 32, 32)
    assert torch.equal(first, second)
    assert not torch.equal(first[0], first[1])


def test_views_really_rotate() -> None:
    """Horizontal stripes come out vertical in about half of the views."""
    image = Image.fromarray(
        np.repeat(np.repeat([[0], [255]] * 8, 16, axis=1), 4, axis=0).astype(np.uint8)[..., None].repeat(3, 2)
    )
    generator = torch.Generator().manual_seed(0)
    views = StylePreservingViews(size=32, smallest=0.6)
    turned = 0
    for _ in range(100):
        pixels = np.asarray(views.view(image, generator), dtype=float)[..., 0]
        turned += np.abs(np.diff(pixels, axis=1)).mean() > np.abs(np.diff(pixels, axis=0)).mean()
    assert 30 <= turned <= 70


def test_views_keep_the_colours() -> None:
    image = stripes(1, 3, 0, side=96)
    mean = np.asarray(image, dtype=float).mean(axis=(0, 1))
    views = StylePreservingViews(size=48, smallest=0.5)
    generator = torch.Generator().manual_seed(1)
    means = [np.asarray(views.view(image, generator), dtype=float).mean(axis=(0, 1)) for _ in range(20)]
    np.testing.assert_allclose(means, np.tile(mean, (20, 1)), atol=12)


def test_copy_views_are_those_of_copies() -> None:
    """Half and more of the picture stays, colours too; some have a frame, and half are mirrored."""
    image = stripes(1, 3, 0, side=96)
    mean = np.asarray(image, dtype=float).mean(axis=(0, 1))
    views, generator = CopyViews(48, widest=0.0), torch.Generator().manual_seed(1)
    assert torch.equal(*(views(image, torch.Generator().manual_seed(7)) for _ in range(2)))
    means = [np.asarray(views.view(image, generator), dtype=float).mean(axis=(0, 1)) for _ in range(20)]
    np.testing.assert_allclose(means, np.tile(mean, (20, 1)), atol=35)
    framed = [np.asarray(CopyViews(48, widest=0.2).view(image, generator))[0] for _ in range(40)]
    assert 5 <= sum(bool((row == row[0]).all()) for row in framed) <= 30


@pytest.mark.parametrize("shape", [(96, 96), (300, 40), (40, 300)])
def test_crops_keep_their_share_of_any_shape(shape: tuple[int, int]) -> None:
    views = StylePreservingViews(size=32, smallest=0.5)
    generator = torch.Generator().manual_seed(0)
    for _ in range(100):
        left, top, right, bottom = views._crop(*shape, generator)
        assert (right - left) * (bottom - top) >= 0.5 * shape[0] * shape[1] - 1e-6
        assert left >= 0
        assert top >= 0
        assert right <= shape[0] + 1e-6
        assert bottom <= shape[1] + 1e-6


def test_photometric_views_change_colours_and_the_default_ones_do_not() -> None:
    image = stripes(1, 3, 0, side=96)
    mean = np.asarray(image, dtype=float).mean(axis=(0, 1))
    views = StylePreservingViews(size=48, smallest=0.5, photometric=True)
    generator = torch.Generator().manual_seed(1)
    means = [np.asarray(views.view(image, generator), dtype=float).mean(axis=(0, 1)) for _ in range(20)]
    assert np.abs(np.array(means) - mean).mean() > 12


def test_impossible_views_are_refused() -> None:
    with pytest.raises(InputError, match="smallest"):
        StylePreservingViews(size=32, smallest=0)
    with pytest.raises(InputError, match=r"widest=0\.5"):
        CopyViews(size=32, widest=0.5)
