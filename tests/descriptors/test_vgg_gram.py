"""The Gram matrix of VGG-16, and its PCA, which never sees a query."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional
from torchvision import transforms
from torchvision.models import VGG, vgg16

from csdlib.descriptors.protocol import Descriptor, Fittable, encode_images
from csdlib.descriptors.registry import load
from csdlib.descriptors.vgg_gram import VGGGram
from csdlib.errors import InputError
from csdlib.tables import ImageTable
from tests.descriptors.conftest import hollow, random_model


@pytest.fixture(scope="module")
def model() -> VGG:
    found = random_model(vgg16)
    assert isinstance(found, VGG)
    return found


# torchvision's vgg16-397923af.pth: the state dict of its VGG-16, with the classifier.
@pytest.fixture(scope="module")
def weights(model: VGG, tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = model.state_dict()
    path = tmp_path_factory.mktemp("vgg") / "vgg16.pth"
    torch.save({k: v if k.startswith("features.") else hollow(*v.shape) for k, v in state.items()}, path)
    return path


def whole_grams(model: VGG, table: ImageTable) -> Tensor:
    """The 512 x 512 matrices by their definition, as rows of unit norm; pictures prepared as in the paper's code."""
    view = transforms.Compose(
        [
            transforms.Resize(256),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )
    with torch.inference_mode():
        features = model.features(torch.stack([view(table.open(row)) for row in range(len(table))])).flatten(2).double()
    return functional.normalize(torch.einsum("nip,njp->nij", features, features).flatten(1), dim=1)


@pytest.fixture(scope="module")
def parts(striped_table: ImageTable) -> tuple[ImageTable, ImageTable]:
    """Four images of the database, of all artists, and two queries."""
    database, query = (striped_table.where(split=split) for split in ("database", "query"))
    return database.take(range(0, 24, 6)), query.take([0, 9])


@pytest.fixture(scope="module")
def grams(model: VGG, parts: tuple[ImageTable, ImageTable]) -> tuple[np.ndarray, np.ndarray]:
    database, query = (whole_grams(model, part).numpy() for part in parts)
    return database, query


def small(**options: int) -> VGGGram:
    """A tower of one layer in VGG's place, where only the fit matters."""
    layer = random_model(partial(torch.nn.Conv2d, 3, 512, kernel_size=32, stride=32))
    return VGGGram(layer, weights_hash="small", **options)  # type: ignore[arg-type]


def vectors(descriptor: Descriptor, table: ImageTable) -> np.ndarray:
    return encode_images(descriptor, [table.open(row) for row in range(len(table))]).numpy()


def test_half_a_gram_matrix_has_the_products_of_the_whole(
    weights: Path, parts: tuple[ImageTable, ImageTable], grams: tuple[np.ndarray, np.ndarray]
) -> None:
    descriptor = load("vgg-gram", weights=weights, components=0, precision="float32")
    halves = vectors(descriptor, parts[1])
    assert (descriptor.dim, halves.shape) == (131_328, (2, 131_328))
    np.testing.assert_allclose(np.linalg.norm(halves, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(halves @ halves.T, grams[1] @ grams[1].T, atol=1e-5)


def test_the_pca_is_that_of_the_database(
    weights: Path, parts: tuple[ImageTable, ImageTable], grams: tuple[np.ndarray, np.ndarray]
) -> None:
    (database, query), (fitted, asked) = parts, grams
    descriptor = load("vgg-gram", weights=weights, components=3, sample=4, precision="float32")
    assert isinstance(descriptor, Fittable)
    descriptor.fit(database)
    found = np.concatenate([vectors(descriptor, database), vectors(descriptor, query)])
    axes = np.linalg.svd(fitted - fitted.mean(axis=0), full_matrices=False)[2][:3]
    projected = (np.concatenate([fitted, asked]) - fitted.mean(axis=0)) @ axes.T
    projected /= np.linalg.norm(projected, axis=1, keepdims=True)
    assert (descriptor.dim, found.shape) == (3, (6, 3))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    # An axis may point either way, products tell nothing of that.
    np.testing.assert_allclose(found @ found.T, projected @ projected.T, atol=1e-3)


def test_the_pca_never_sees_a_query(striped_table: ImageTable) -> None:
    descriptor = small()
    with pytest.raises(InputError, match="a PCA that has seen queries flatters them"):
        descriptor.fit(striped_table)
    with pytest.raises(InputError, match=r"its PCA is not fitted: call fit\(database\)"):
        vectors(descriptor, striped_table.take([0]))


def test_what_was_fitted_is_part_of_the_fingerprint(striped_table: ImageTable) -> None:
    database = striped_table.where(split="database").take(range(0, 24, 3))
    descriptor, again, other = small(), small(), small()
    unfitted = descriptor.fingerprint
    for fitted, table in ((descriptor, database), (again, database), (other, database.take(range(6)))):
        fitted.fit(table)
    assert descriptor.fingerprint == again.fingerprint
    assert len({unfitted, descriptor.fingerprint, other.fingerprint}) == 3
    # Eight images span seven dimensions about their mean.
    assert (descriptor.dim, other.dim, small().dim) == (7, 5, 1024)
    assert vectors(descriptor, database).shape == (8, 7)


def test_broken_images_are_left_out_of_the_fit(striped_table: ImageTable, tmp_path: Path) -> None:
    database = striped_table.where(split="database").take(range(4))
    for row in range(3):
        database.open(row).save(tmp_path / f"{row}.png")
    (tmp_path / "3.png").write_bytes(b"no picture")
    table = ImageTable(database.frame.assign(path=[f"{row}.png" for row in range(4)]), tmp_path)
    descriptor, whole = small(), small()
    descriptor.fit(table)
    whole.fit(database.take(range(3)))
    np.testing.assert_allclose(vectors(descriptor, database), vectors(whole, database), atol=1e-5)
    with pytest.raises(InputError, match="needs two images that can be read, the table has 1"):
        descriptor.fit(table.take([0, 3]))


def test_a_sample_bounds_the_fit(striped_table: ImageTable) -> None:
    descriptors = [small(sample=8, seed=seed) for seed in (0, 1)]
    for descriptor in descriptors:
        descriptor.fit(striped_table.where(split="database"))
        assert descriptor.dim == 7
    assert descriptors[0].fingerprint != descriptors[1].fingerprint
    with pytest.raises(InputError, match="components must not be negative and sample at least 2, got -1 and 3"):
        small(components=-1, sample=3)


def test_other_weights_are_refused(model: VGG, tmp_path: Path) -> None:
    path = tmp_path / "vgg.pth"
    torch.save({k: v for k, v in model.state_dict().items() if k.startswith("features.") and "28" not in k}, path)
    with pytest.raises(InputError, match=r"vgg\.pth: lacks 28\.weight"):
        load("vgg-gram", weights=path)


def test_only_what_learns_from_a_table_is_fittable() -> None:
    assert isinstance(small(), Fittable)
    assert not isinstance(load("gram"), Fittable)
