"""Maps: quality beside brute force, new images placed, stored without pickle, and the figure that shows them."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from scipy.spatial.distance import cdist

from csdlib import figures
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.figures.map import map_figure
from csdlib.maps.layout import MapSettings, StyleMap, map_neighbours, style_map
from csdlib.maps.quality import map_quality, neighbourhood_agreement, neighbours_kept, quality_over_seeds
from csdlib.tables import ImageTable

EVIL = "</script><script>alert(1)</script>"


def groups(count: int = 60, dim: int = 16, seed: int = 0) -> Embeddings:
    """Four well separated groups of unit vectors."""
    random = np.random.default_rng(seed)
    vectors = np.repeat(4 * np.eye(4, dim), count // 4, axis=0) + random.normal(0, 0.4, (count, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(vectors.astype(np.float32), np.array([f"{seed}-{row}" for row in range(count)]), "f", "cosine")


@pytest.fixture(scope="module")
def laid_out() -> StyleMap:
    return style_map(groups(), n_neighbors=8)


def nearest(distances: np.ndarray, k: int) -> np.ndarray:
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1)[:, :k]


def brute_trustworthiness(true: np.ndarray, shown: np.ndarray, k: int) -> float:
    """The definition of Venna and Kaski, pair by pair."""
    n, total = len(true), 0.0
    ranks = np.argsort(nearest(true.copy(), n), axis=1) + 1
    for row, found in enumerate(nearest(shown.copy(), k)):
        total += sum(max(0, int(ranks[row, other]) - k) for other in found)
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * total


def test_the_qualities_are_those_of_brute_force(laid_out: StyleMap) -> None:
    true = 1 - laid_out.embeddings.vectors.astype(float) @ laid_out.embeddings.vectors.T.astype(float)
    shown = cdist(laid_out.coordinates.astype(float), laid_out.coordinates.astype(float))
    quality = map_quality(laid_out, 7)
    assert quality.trustworthiness == pytest.approx(brute_trustworthiness(true, shown, 7))
    assert quality.continuity == pytest.approx(brute_trustworthiness(shown, true, 7))
    kept = [len(set(a) & set(b)) / 7 for a, b in zip(nearest(true, 7), nearest(shown, 7), strict=True)]
    assert quality.agreement == pytest.approx(np.mean(kept))


def test_a_map_of_the_plane_is_perfect() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(30, 2)).astype(np.float32)
    flat = Embeddings(vectors, np.arange(30).astype(str), "f", "l2")
    assert vars(map_quality(style_map(flat, n_neighbors=5, method="pca"), 5)) == dict.fromkeys(
        ("trustworthiness", "continuity", "agreement"), 1.0
    )
    torn = StyleMap(flat, random.permutation(vectors), MapSettings())
    assert map_quality(torn, 5).agreement < 0.5


def test_equal_seeds_give_equal_maps_and_a_map_lies_level(laid_out: StyleMap) -> None:
    np.testing.assert_array_equal(laid_out.coordinates, style_map(groups(), n_neighbors=8).coordinates)
    across, up = laid_out.coordinates.std(axis=0)
    assert across >= up


def test_quality_over_seeds_has_a_spread() -> None:
    found = quality_over_seeds(groups(), range(2), k=5, n_neighbors=8).set_index("measure")
    assert list(found.index) == ["trustworthiness", "continuity", "agreement"]
    assert (found["lowest"] <= found["mean"]).all()
    assert (found["mean"] <= found["highest"]).all()
    assert found.loc["trustworthiness", "lowest"] < found.loc["trustworthiness", "highest"]


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
    with pytest.raises(InputError, match="k must be from 1"):
        map_quality(style_map(groups(), n_neighbors=8, method="pca"), 30)


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_identical_images_are_laid_out(method: str) -> None:
    twins = replace(groups(), vectors=np.repeat(groups().vectors[::12], 12, axis=0))
    assert np.isfinite(style_map(twins, n_neighbors=8, method=method).coordinates).all()


def test_kept_neighbours_and_labels() -> None:
    assert neighbours_kept(np.array([[1, 2], [3, 4]]), np.array([[2, 1], [0, 4]])) == 0.75
    assert neighbourhood_agreement(groups(), np.repeat(np.arange(4), 15), k=5) == 1.0


# The figure.


@pytest.fixture
def in_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")


@pytest.fixture(scope="module")
def striped_map(striped_table: ImageTable) -> StyleMap:
    return style_map(embed(striped_table, load("colour"), progress=False), n_neighbors=8)


def data_of(shown: object) -> dict[str, object]:
    page = BeautifulSoup(shown.data, "html.parser")  # type: ignore[attr-defined]
    return json.loads(page.find("script", type="application/json").string)  # type: ignore[union-attr, arg-type]


def numbers(text: object, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(str(text)), dtype)


@pytest.mark.usefixtures("in_the_book")
def test_the_figure_holds_places_labels_and_true_neighbours(striped_map: StyleMap, striped_table: ImageTable) -> None:
    data = data_of(map_figure({"colour": striped_map}, striped_table, caption="c", alt="a"))
    (panel,) = data["panels"]  # type: ignore[misc]
    places = numbers(panel["places"], "<u2").reshape(-1, 2).astype(float)
    moved = striped_map.coordinates - striped_map.coordinates.min(axis=0)
    np.testing.assert_allclose(places / 65535, moved / moved.max(), atol=1e-4)
    similarity = striped_map.embeddings.vectors @ striped_map.embeddings.vectors.T
    np.fill_diagonal(similarity, -1)
    shown = numbers(panel["neighbours"], "<u2").reshape(40, 8)
    scores = numbers(panel["scores"], "<i2").reshape(40, 8) / 32767 * panel["largest"]
    np.testing.assert_allclose(scores, -np.sort(-similarity, axis=1)[:, :8], atol=1e-3)
    np.testing.assert_allclose(np.take_along_axis(similarity, shown.astype(int), axis=1), scores, atol=1e-3)
    columns = {each["name"]: each for each in data["columns"]}  # type: ignore[attr-defined]
    assert set(columns) == {"artist", "movement", "content"}
    artist = columns["artist"]
    assert [artist["values"][code] for code in numbers(artist["codes"], "<u2")] == striped_table.frame[
        "artist"
    ].tolist()


@pytest.mark.usefixtures("in_the_book")
def test_names_with_markup_or_of_any_length_stay_text(striped_map: StyleMap, striped_table: ImageTable) -> None:
    names = {"artist-0": EVIL, "artist-1": "n" * 200, "artist-2": "\"double\" and 'single'", "artist-3": "ä\u2028&amp;"}
    table = ImageTable(striped_table.frame.replace({"artist": names}), striped_table.root)
    shown = map_figure({"<b>colour</b>": striped_map}, table, caption=EVIL, alt='a "map"')
    assert EVIL not in shown.data
    assert "<b>" not in shown.data
    columns = {each["name"]: each for each in data_of(shown)["columns"]}  # type: ignore[attr-defined]
    assert set(columns["artist"]["values"]) == set(names.values())
    words = BeautifulSoup(shown.data, "html.parser").select_one("details table").text  # type: ignore[union-attr]
    assert all(name in words for name in names.values())


@pytest.mark.usefixtures("in_the_book")
def test_a_missing_thumbnail_is_grey_and_counted(striped_table: ImageTable, striped_map: StyleMap) -> None:
    frame = striped_table.frame.copy()
    frame.loc[3, "path"] = "nowhere.png"
    shown = map_figure({"colour": striped_map}, ImageTable(frame, striped_table.root), caption="c.", alt="a")
    assert data_of(shown)["sheet"]["missing"] == [3]  # type: ignore[index]
    assert "Pictures that cannot be read, and are grey: 1." in shown.data


@pytest.mark.usefixtures("in_the_book")
def test_one_artist_two_tables_and_linked_maps(striped_table: ImageTable, striped_map: StyleMap) -> None:
    alone = striped_table.where(artist="artist-0")
    one = style_map(striped_map.embeddings.of(alone)[0], n_neighbors=4)
    assert [each["name"] for each in data_of(map_figure({"a": one}, alone, caption="c", alt="a"))["columns"]] == [  # type: ignore[attr-defined]
        "artist",
        "content",
    ]
    guests = striped_table.where(artist="artist-1")
    guests = ImageTable(guests.frame.assign(source="generated"), guests.root)
    both = one.extended(striped_map.embeddings.of(guests)[0])
    data = data_of(map_figure({"a": both, "b": both}, alone, guests, colour="source", caption="c", alt="a"))
    assert data["count"] == 20
    assert [panel["title"] for panel in data["panels"]] == ["a", "b"]  # type: ignore[attr-defined]


def test_wrong_figures_are_refused(striped_table: ImageTable, striped_map: StyleMap) -> None:
    with pytest.raises(InputError, match="other images"):
        map_figure({"a": striped_map}, striped_table.where(artist="artist-0"), caption="c", alt="a")
    with pytest.raises(InputError, match="no map is coloured by 'size'"):
        map_figure({"a": striped_map}, striped_table, colour="size", caption="c", alt="a")


def test_outside_the_book_the_map_is_a_plain_chart(
    striped_table: ImageTable, striped_map: StyleMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    monkeypatch.setattr("csdlib.figures.book.display", drawn.append)
    map_figure({"a": striped_map}, striped_table, caption="c", alt="a")
    assert [len(trace.x) for trace in drawn[0].data] == [10, 10, 10, 10]


def test_many_thumbnails_fit_a_picture() -> None:
    source, columns = figures.sprite((Image.new("RGB", (4, 4)) for _ in range(7)), 7, 4)
    assert columns == 3
    assert source.startswith("data:image/webp")


def test_a_large_map_is_refused(
    monkeypatch: pytest.MonkeyPatch, striped_map: StyleMap, striped_table: ImageTable
) -> None:
    monkeypatch.setattr("csdlib.figures.map.MOST", 39)
    with pytest.raises(InputError, match="take a sample"):
        map_figure({"a": striped_map}, striped_table, caption="c", alt="a")
