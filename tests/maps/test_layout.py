"""Maps: new images placed, stored without pickle, limits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings, same_collection
from csdlib.errors import InputError
from csdlib.maps.layout import MapSettings, StyleMap, map_neighbours, style_map
from csdlib.retrieval.nearest import neighbours
from tests.maps.conftest import groups


def test_equal_seeds_give_equal_maps_and_a_map_lies_level(laid_out: StyleMap) -> None:
    np.testing.assert_array_equal(laid_out.coordinates, style_map(groups(), n_neighbors=8).coordinates)
    across, up = laid_out.coordinates.std(axis=0)
    assert across >= up


@pytest.mark.parametrize("method", ["umap", "densmap", "pca"])
def test_new_images_are_placed_in_their_group(method: str) -> None:
    fitted = style_map(groups(), n_neighbors=8, method=method)
    new = groups(seed=1)
    places = fitted.place(new)
    assert places.shape == (60, 2)
    of_group = np.arange(60) // 15
    assert (of_group[map_neighbours(fitted, 3, places)] == of_group[:, None]).mean() > 0.95
    np.testing.assert_array_equal(places, fitted.place(new))
    both = fitted.extended(new)
    np.testing.assert_array_equal(both.coordinates[:60], fitted.coordinates)
    # Guests do not move the next guests.
    np.testing.assert_array_equal(both.place(groups(seed=2)), fitted.place(groups(seed=2)))


def test_a_place_is_the_geometric_median_and_not_in_between() -> None:
    vectors = np.eye(8, dtype=np.float32)[[0, 0, 0, 1, 1, 7, 7, 7]]
    places = np.array([[0, 0], [0, 0], [0, 0], [9, 0], [9, 0], [50, 50], [50, 50], [50, 50]], dtype=np.float32)
    made = StyleMap(Embeddings(vectors, np.arange(8).astype(str), "f", "cosine"), places, MapSettings())
    query = np.zeros((1, 8), dtype=np.float32)
    query[0, :2] = 0.8, 0.6
    # The mean of the five neighbours would lie at 3.6, where nobody is.
    np.testing.assert_allclose(made.place(Embeddings(query, np.array(["q"]), "f", "cosine")), [[0, 0]], atol=1e-3)


def test_two_collections_that_number_alike_share_a_map(laid_out: StyleMap) -> None:
    first = laid_out.embeddings
    named, others = (
        replace(first, collections=same_collection(name, len(first)), checked=True) for name in ("works", "made")
    )
    both = StyleMap(named, laid_out.coordinates, laid_out.settings).extended(others)
    assert len(both.ids) == 2 * len(first)
    assert both.ids[: len(first)].tolist() == both.ids[len(first) :].tolist()
    with pytest.raises(InputError, match="stands twice"):
        both.extended(others)


def test_an_image_that_is_there_is_placed_by_itself_too_whatever_it_is_called(laid_out: StyleMap) -> None:
    again = laid_out.embeddings
    renamed = replace(again, ids=np.array([f"other {name}" for name in again.ids]), checked=True)
    np.testing.assert_array_equal(laid_out.place(again), laid_out.place(renamed))


def test_a_map_of_nobody_knows_whose_images_takes_others_of_the_same_names(laid_out: StyleMap) -> None:
    first = laid_out.embeddings
    assert list(first.collections.categories) == [""]
    both = laid_out.extended(replace(first, collections=same_collection("made", len(first)), checked=True))
    found = neighbours(both.embeddings, both.embeddings, 1)
    twins = np.concatenate([np.arange(len(first)) + len(first), np.arange(len(first))])
    assert found.rows[:, 0].tolist() == twins.tolist()


def test_another_descriptor_is_refused(laid_out: StyleMap) -> None:
    with pytest.raises(InputError, match="another descriptor"):
        laid_out.place(replace(groups(seed=1), fingerprint="g"))
    with pytest.raises(InputError, match="stands twice"):
        laid_out.extended(groups())


def test_a_map_is_stored_without_pickle(laid_out: StyleMap, tmp_path: Path) -> None:
    both = laid_out.extended(groups(seed=1))
    both.save(tmp_path / "map")
    loaded = StyleMap.load(tmp_path / "map")
    np.testing.assert_array_equal(loaded.coordinates, both.coordinates)
    np.testing.assert_array_equal(loaded.place(groups(seed=2)), both.place(groups(seed=2)))
    assert (loaded.settings, loaded.placed, loaded.ids.tolist()) == (both.settings, 60, both.ids.tolist())
    assert not any(b"pickle" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_damaged_map_is_one_error(laid_out: StyleMap, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no whole saved map"):
        StyleMap.load(tmp_path)
    laid_out.save(tmp_path)
    np.save(tmp_path / "coordinates.npy", np.zeros((3, 2)))
    with pytest.raises(InputError, match="60 images"):
        StyleMap.load(tmp_path)
    np.save(tmp_path / "coordinates.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(InputError, match="no whole saved map"):
        StyleMap.load(tmp_path)


def test_limits() -> None:
    with pytest.raises(InputError, match="needs more than 16 images, got 8"):
        style_map(groups(8))
    with pytest.raises(InputError, match="2 or more, got 1"):
        style_map(groups(), n_neighbors=1)
    with pytest.raises(InputError, match="densmap, pca, umap"):
        style_map(groups(), method="tsne")
    same = replace(groups(), vectors=np.repeat(groups().vectors[:1], 60, axis=0))
    with pytest.raises(InputError, match="same descriptor"):
        style_map(same)


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_identical_images_are_laid_out(method: str) -> None:
    twins = replace(groups(), vectors=np.repeat(groups().vectors[::12], 12, axis=0))
    assert np.isfinite(style_map(twins, n_neighbors=8, method=method).coordinates).all()


def test_a_map_by_pca_says_its_formula_and_others_have_none(laid_out: StyleMap) -> None:
    assert laid_out.projection() is None
    known, new = groups(), groups(12, seed=1)
    plane = style_map(known, method="pca").extended(new)
    mean, axes = plane.projection() or (None, None)
    assert mean is not None
    assert axes is not None
    # Of the images that it was made from alone; those that were placed afterwards lie where it says, too.
    np.testing.assert_allclose((plane.embeddings.vectors - mean) @ axes, plane.coordinates, atol=1e-5)
