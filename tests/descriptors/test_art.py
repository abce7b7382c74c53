"""csd-art's network: its statistics, its start, what is refused."""

from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

from csdlib.descriptors.art import (
    MEAN,
    NETWORK,
    STD,
    ArtModel,
    half_whitened,
    imagenet_start,
    imagenet_statistics,
    load_art_model,
    table_statistics,
)
from csdlib.descriptors.protocol import Fittable, encode_images
from csdlib.descriptors.style_model import save_model
from csdlib.descriptors.towers import Squash
from csdlib.errors import InputError
from csdlib.images import thumbnail
from csdlib.tables import ImageTable


@pytest.fixture
def model() -> ArtModel:
    torch.manual_seed(0)
    return ArtModel(image_size=64, style_dim=8).eval()


def test_the_statistics_are_mean_and_deviation_of_all_stages(model: ArtModel) -> None:
    images = torch.randn(3, 3, 64, 64)
    with torch.inference_mode():
        stages = model.backbone.network(images)
        found = model.backbone.statistics(images)
    wanted = [number for maps in stages for number in (maps.mean((2, 3)), maps.std((2, 3), correction=0))]
    assert found.shape == (3, 1024)
    torch.testing.assert_close(found, torch.cat(wanted, dim=1), atol=2e-3, rtol=0)


def test_training_leaves_the_statistics_of_batch_normalisation_alone(model: ArtModel) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    model(torch.randn(4, 3, 64, 64) * 3)
    model.eval()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_frozen_stages_get_no_gradient(model: ArtModel) -> None:
    model.backbone.freeze(2)
    model(torch.randn(2, 3, 64, 64)).sum().backward()
    network = model.backbone.network
    taught = [all(each.grad is not None for each in stage.parameters()) for stage in network.blocks]
    assert taught == [False, False, True, True, True, True, True]
    assert network.conv_stem.weight.grad is None


def test_a_picture_of_one_colour_has_a_descriptor_and_a_gradient(model: ArtModel) -> None:
    images = torch.zeros(1, 3, 64, 64, requires_grad=True)
    model(images)[0, 0].backward()
    assert images.grad is not None
    assert torch.isfinite(images.grad).all()


def test_half_whitened_components_have_the_root_of_their_deviation(model: ArtModel) -> None:
    generator = np.random.default_rng(0)
    scales = np.concatenate([np.full(16, 8.0), np.ones(1008)])
    mixed = generator.standard_normal((3000, 1024)) * scales @ np.linalg.qr(generator.standard_normal((1024, 1024)))[0]
    statistics = (5 + mixed).astype(np.float32)
    half_whitened(model, statistics)
    standard = (statistics - model.backbone.centre.numpy()) / model.backbone.spread.numpy()
    found = standard @ model.style_projection.detach().numpy()
    components = np.linalg.eigvalsh(np.cov(standard.T))[::-1][:8]
    np.testing.assert_allclose(np.cov(found.T), np.diag(np.sqrt(components)), atol=0.02 * np.sqrt(components[0]))
    with pytest.raises(InputError, match="8 components need more than 8 pictures, got 8"):
        half_whitened(model, statistics[:8])


def test_models_survive_saving(model: ArtModel, tmp_path: Path) -> None:
    save_model(model, tmp_path)
    images = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(load_art_model(tmp_path)(images), model(images), atol=1e-2, rtol=0)


def test_pictures_are_squeezed_and_none_of_them_is_lost() -> None:
    image = Image.new("RGB", (400, 40), "black")
    image.paste("white", (360, 0, 400, 40))
    seen = Squash(40, MEAN, STD, 224)(image)
    assert seen.shape == (3, 40, 40)
    torch.testing.assert_close(seen[:, 20, 0], torch.full((3,), -127 / 128))
    torch.testing.assert_close(seen[:, 20, 38], torch.full((3,), 1.0))


def test_pictures_of_all_sizes_are_equally_sharp() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    large, view = Image.fromarray(noise), Squash(40, MEAN, STD, 30)
    assert torch.equal(view(large), view(thumbnail(large, 30)))
    assert not torch.equal(view(large), Squash(40, MEAN, STD, 120)(large))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state dict in the layout of the package: timm's tensors in timm's order, under other names."""
    torch.manual_seed(1)
    state = timm.create_model(NETWORK).state_dict()
    path = tmp_path_factory.mktemp("imagenet") / "lite0.pth"
    torch.save({f"tensor{number}": value for number, value in enumerate(state.values())}, path)
    return path


def test_the_start_has_the_published_weights(published: Path) -> None:
    given = list(torch.load(published, weights_only=True).values())
    start = imagenet_start(weights=published).backbone.network.state_dict()
    assert torch.equal(start["conv_stem.weight"], given[0])
    # After the last block come eight tensors of head and classifier, which have no part in the statistics.
    assert torch.equal(start["blocks.6.0.bn3.num_batches_tracked"], given[-9])
    assert torch.equal(start["blocks.6.0.bn3.running_var"], given[-10])


def test_other_weights_are_refused(tmp_path: Path) -> None:
    save_file({"one": torch.ones(1)}, tmp_path / "one.safetensors")
    with pytest.raises(InputError, match="has 1 tensors, and tf_efficientnet_lite0 has 296"):
        imagenet_start(weights=tmp_path / "one.safetensors")


def test_statistics_leave_out_what_cannot_be_read_or_refuse_it(model: ArtModel, striped_table: ImageTable) -> None:
    two = striped_table.take([0, 1])
    gone = two.with_column("path", [two.frame["path"][0], "gone.png"])
    left = table_statistics(model, gone, progress=False)
    np.testing.assert_allclose(left, table_statistics(model, two, progress=False)[:1], rtol=1e-4, atol=1e-4)
    with pytest.raises(InputError, match="no such image"):
        table_statistics(model, gone, whole=True, progress=False)


def test_the_baseline_is_fitted_on_a_database_only(published: Path, striped_table: ImageTable) -> None:
    baseline = imagenet_statistics(published, components=4)
    assert isinstance(baseline, Fittable)
    before = baseline.fingerprint
    with pytest.raises(InputError, match="not fitted"):
        encode_images(baseline, [striped_table.open(0)])
    with pytest.raises(InputError, match="flatter"):
        baseline.fit(striped_table)
    baseline.fit(striped_table.where(split="database"))
    assert baseline.fingerprint != before
    assert encode_images(baseline, [striped_table.open(0)]).shape == (1, 4)
