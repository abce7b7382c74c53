"""Facet spaces find what is planted, refuse what is not there, and searches follow the rule by brute force."""

from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import Facet, FacetSpace, facet_neighbours, fit_facets, near_by_truth, shipped_space
from csdlib.similarity.probes import linear_map

PAINTERS, WORKS = 60, 6


def planted(seed: int) -> tuple[Embeddings, dict[str, Facet], np.ndarray]:
    """Works whose vectors hold each picture's light, and a painter's palette (two numbers) and medium; no stroke."""
    random, names = np.random.default_rng(seed), [f"painter {seed} {number:02}" for number in range(PAINTERS)]
    painters = np.repeat(names, WORKS)
    palette, medium = random.normal(size=(PAINTERS, 2)), np.arange(PAINTERS) % 3
    light = random.normal(size=len(painters))
    parts = [np.repeat(palette, WORKS, axis=0), light[:, None], np.repeat(np.eye(3)[medium], WORKS, axis=0)]
    turned = np.linalg.qr(np.random.default_rng(9).normal(size=(12, 12)))[0]
    noise = random.normal(size=(len(painters), 6))
    vectors = (np.column_stack([*parts, noise]) + random.normal(0, 0.05, (len(painters), 12))) @ turned
    ids = np.array([f"{seed}-{row}" for row in range(len(painters))])
    facets = [
        Facet("red", "palette", "", parts[0][:, 0] * 7 + 3),
        Facet("yellow", "palette", "", parts[0][:, 1]),
        Facet("key", "light", "", light),
        Facet("medium", "medium", "", np.array(["ink", "oil", "wash"])[np.repeat(medium, WORKS)]),
        Facet("length", "stroke", "", np.repeat(random.normal(size=PAINTERS), WORKS)),
    ]
    return Embeddings(vectors.astype(np.float32), ids, "f", "l2"), {facet.name: facet for facet in facets}, painters


@pytest.fixture(scope="module")
def space() -> FacetSpace:
    images, facets, painters = planted(1)
    return fit_facets(images, list(facets.values()), painters, descriptor="planted")


def test_what_is_planted_is_predicted_of_strangers(space: FacetSpace) -> None:
    images, facets, _ = planted(2)
    assert space.groups == ("palette", "light", "medium")
    said = space.project(images, "palette")
    assert said.shape == (PAINTERS * WORKS, 2)
    assert said.dtype == np.float32
    red, yellow = space.of("palette")
    np.testing.assert_allclose(said[:, 0] * red.spread + red.level[0], facets["red"].truth, atol=1.5)
    np.testing.assert_allclose(said[:, 1] * yellow.spread + yellow.level[0], facets["yellow"].truth, atol=0.25)
    (medium,) = space.of("medium")
    kinds = np.array(medium.kinds)[space.project(images, "medium").argmax(axis=1)]
    assert (kinds == facets["medium"].truth).all()
    # The truth of a group varies by as much as it has facets.
    for reads in (space.of("palette"), space.of("medium")):
        own = planted(1)[1]
        columns = np.concatenate([read.columns(own[read.name].truth) for read in reads], axis=1)
        assert columns.var(axis=0).sum() == pytest.approx(len(reads))


def test_what_cannot_be_read_is_refused_by_a_sentence(space: FacetSpace) -> None:
    images, facets, painters = planted(1)
    with pytest.raises(InputError, match=r"'stroke': planted does not show it beyond chance .length: R2 -?0.*palette"):
        space.project(images, "stroke")
    with pytest.raises(InputError, match="unknown facet 'mood': choose one of light, medium, palette"):
        space.project(images, "mood")
    with pytest.raises(InputError, match="nothing can be read beyond chance: length"):
        fit_facets(images, [facets["length"]], painters)
    with pytest.raises(InputError, match="stands twice"):
        fit_facets(images, [facets["key"], facets["key"]], painters)
    other = Embeddings(images.vectors, images.ids, "another", "l2")
    with pytest.raises(InputError, match=r"of planted .* described by another descriptor"):
        space.project(other, "light")
    with pytest.raises(InputError, match="fitted on works by 'painter 1 00' and 59 others"):
        space.cross_talk(images, list(facets.values()), painters)


def test_planted_facets_are_orthogonal_and_give_nothing_away(space: FacetSpace) -> None:
    overlap = space.overlap().set_index(["group", "other"])
    assert overlap["largest"].max() < 0.2
    # As scipy measures the same angle.
    weights = space.weights.astype(float)
    expected = np.cos(subspace_angles(weights[:, :2], weights[:, 2:3])).max()
    assert overlap.loc[("palette", "light"), "largest"] == pytest.approx(expected, abs=1e-6)
    images, facets, painters = planted(2)
    talk = space.cross_talk(images, list(facets.values()), painters).set_index(["group", "facet"])["value"]
    assert talk[("palette", "red")] > 0.9
    assert talk[("light", "key")] > 0.9
    assert talk[("palette", "key")] < 0.1
    assert talk[("light", "medium")] < 0.5


def test_a_file_holds_the_space_and_damage_is_refused(space: FacetSpace, tmp_path: Path) -> None:
    images = planted(2)[0]
    path = tmp_path / "own.safetensors"
    space.save(path)
    again = FacetSpace.load(path)
    assert (again.facets, again.unread, again.painters) == (space.facets, space.unread, space.painters)
    np.testing.assert_allclose(again.project(images, "light"), space.project(images, "light"), atol=0.01)
    with pytest.raises(InputError, match=r"ends in \.safetensors"):
        space.save(tmp_path / "own.bin")
    (tmp_path / "cut.safetensors").write_bytes(path.read_bytes()[:-40])
    (tmp_path / "text.safetensors").write_text("no tensors")
    for name, message in (("cut", "no whole facet space"), ("text", "no whole facet space"), ("none", "no such file")):
        with pytest.raises(InputError, match=message):
            FacetSpace.load(tmp_path / f"{name}.safetensors")


def test_neighbours_follow_the_rule_by_brute_force(space: FacetSpace) -> None:
    query, database = planted(3)[0].take(slice(0, 7)), planted(2)[0]
    palette, light = (
        np.linalg.norm(space.project(query, group)[:, None] - space.project(database, group), axis=2)
        for group in ("palette", "light")
    )
    plain = facet_neighbours(query, database, 5, space, facet="light")
    assert plain.rows.tolist() == np.argsort(light, axis=1)[:, :5].tolist()
    found = facet_neighbours(query, database, 5, space, facet="light", unlike="palette")
    for row in range(len(query)):
        far = np.flatnonzero(palette[row] >= np.median(palette[row]))
        assert found.rows[row].tolist() == far[np.argsort(light[row, far])][:5].tolist()
    np.testing.assert_allclose(found.scores, -(np.take_along_axis(light, found.rows, axis=1) ** 2), atol=1e-4)
    whole = facet_neighbours(query, database, 400, space, facet="light", unlike="palette")
    assert set((whole.rows >= 0).sum(axis=1)) == {PAINTERS * WORKS // 2}
    itself = facet_neighbours(database, database, 3, space, facet="light", unlike="palette")
    assert (itself.rows != np.arange(len(database))[:, None]).all()


def test_a_search_without_sense_is_refused(space: FacetSpace) -> None:
    images = planted(2)[0]
    for options, message in (
        ({}, "choose from palette, light, medium"),
        ({"facet": "light", "unlike": "light"}, "nothing is near and far by the same"),
        ({"facet": "light", "unlike": "stroke"}, "does not show it beyond chance"),
    ):
        with pytest.raises(InputError, match=message):
            facet_neighbours(images, images, 3, space, **options)
    with pytest.raises(InputError, match=r"no facet space ships .* csd-art"):
        shipped_space("nobody")


def test_near_by_truth_counts_the_nearest_share_or_the_kind(space: FacetSpace) -> None:
    _, facets, _ = planted(2)
    others = np.arange(10, 310)
    near = near_by_truth(space, "light", facets, np.array([4]), others)[0]
    apart = np.abs(facets["key"].truth[others] - facets["key"].truth[4])
    assert near.sum() == 15
    assert apart[near].max() < apart[~near].min()
    kind = near_by_truth(space, "medium", facets, np.array([4]), others)[0]
    assert (kind == (facets["medium"].truth[others] == facets["medium"].truth[4])).all()


def test_a_map_of_many_numbers_is_that_of_their_components() -> None:
    random = np.random.default_rng(0)
    hidden = random.normal(size=(120, 3))
    vectors = hidden @ random.normal(size=(3, 300)) + 0.01 * random.normal(size=(120, 300))
    weights, offset = linear_map(vectors, hidden.astype(np.float32), np.arange(3), np.repeat(np.arange(24), 5))
    assert np.corrcoef((vectors @ weights + offset)[:, 0], hidden[:, 0])[0, 1] > 0.99
