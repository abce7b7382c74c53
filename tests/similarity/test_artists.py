"""Artists: closed forms of spread and shares, and the tree."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.figures.artists import artist_layout
from csdlib.similarity.artists import (
    artist_table,
    artists_of,
    halves_agree,
    neighbour_shares,
    pull_of_content_and_style,
)
from csdlib.tables import ImageTable


def unit(vectors: list[list[float]], names: list[str] | None = None) -> Embeddings:
    rows = np.array(vectors, dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return Embeddings(rows, np.array(names or [str(row) for row in range(len(rows))]), "f", "cosine")


def many(count: int) -> tuple[Embeddings, np.ndarray]:
    """Artists of three pictures each."""
    vectors = np.random.default_rng(0).normal(size=(3 * count, 8)).tolist()
    return unit(vectors), np.repeat([f"artist {number:02}" for number in range(count)], 3)


def test_spread_is_the_mean_over_pairs_and_unknown_artists_are_left_out() -> None:
    found = artists_of(unit([[1, 0], [0, 1], [1, 1], [1, 0], [0, 1]]), np.array(["a", "a", "b", "c", ""]))
    assert found.names.tolist() == ["a", "b", "c"]
    assert found.counts.tolist() == [2, 1, 1]
    assert found.spread[0] == pytest.approx(1)
    assert np.isnan(found.spread[1:]).all()
    np.testing.assert_allclose(found.prototypes.vectors[0], [0.5**0.5, 0.5**0.5], atol=1e-6)
    embeddings, labels = many(4)
    works = embeddings.vectors[labels == "artist 02"]
    assert artists_of(embeddings, labels).spread[2] == pytest.approx(
        np.mean([1 - works[a] @ works[b] for a, b in ((0, 1), (0, 2), (1, 2))]), abs=1e-5
    )


def test_the_tree_joins_the_nearest_first() -> None:
    found = artists_of(unit([[1, 0.1], [0, 1], [1, 0]]), np.array(["a", "b", "c"]))
    first, second = found.tree()
    assert set(first[:2]) == {0, 2}
    assert first[2] == pytest.approx(1 - 1 / 1.01**0.5, abs=1e-6)
    assert second[2] == pytest.approx(1 - 0.1 / 1.01**0.5 / 2, abs=1e-6)
    assert found.nearest(2).rows.tolist() == [[2, 1], [0, 2], [0, 1]]


def test_halves_agree_where_artists_are_clear_and_not_where_all_is_noise() -> None:
    clear = unit([[1, 0, 0], [1, 0.2, 0], [0, 0, 1], [0, 0.1, 1]] * 6)
    labels = np.array(["a", "b", "c", "d"] * 6)
    shares = halves_agree(clear, labels, 2, splits=5, random=np.random.default_rng(0))
    assert shares.tolist() == [1.0] * 5
    noise = unit(np.random.default_rng(0).normal(size=(200, 8)).tolist())
    unclear = halves_agree(noise, np.repeat([f"{n:02}" for n in range(20)], 10), 2, random=np.random.default_rng(0))
    assert unclear.shape == (10,)
    assert unclear.mean() < 0.3
    with pytest.raises(InputError, match="four pictures"):
        halves_agree(unit(clear.vectors[:8].tolist()), labels[:8], 2, random=np.random.default_rng(0))


def test_one_artist_has_neither_tree_nor_map_but_a_table(striped_table: ImageTable) -> None:
    alone = striped_table.where(artist="artist-0")
    embeddings = embed(alone, load("colour"), progress=False)
    found = artists_of(embeddings, alone.column("artist"))
    with pytest.raises(InputError, match="two or more"):
        found.tree()
    with pytest.raises(InputError, match="two or more"):
        artist_layout(found)
    (row,) = artist_table(embeddings, alone).to_dict("records")
    assert (row["pictures"], row["nearest artists"], row["same artist"]) == (10, "", 1.0)


def test_a_table_says_what_the_map_shows(striped_table: ImageTable) -> None:
    embeddings = embed(striped_table, load("colour"), progress=False)
    words = artist_table(embeddings, striped_table, k=5)
    assert words["same artist"].tolist() == [1, 1, 1, 1]
    assert words["artist"].tolist() == [f"Artist {number}" for number in range(4)]
    assert all(text.count("Artist ") == 3 for text in words["nearest artists"])


def test_prototypes_need_cosine_and_a_name() -> None:
    with pytest.raises(InputError, match="cosine"):
        artists_of(Embeddings(np.eye(2, dtype=np.float32), np.array(["1", "2"]), "f", "l2"), np.array(["a", "b"]))
    with pytest.raises(InputError, match="no image has an artist"):
        artists_of(unit([[1, 0]]), np.array([""]))


def crossed() -> tuple[ImageTable, Embeddings, Embeddings]:
    """Four artists by four contents, each twice; one descriptor sees contents only, the other artists only."""
    pairs = [(artist, content) for artist in "abcd" for content in "wxyz" for _ in range(2)]
    rows = [
        {"image_id": str(n), "path": f"{n}.png", "split": "query", "artist": a, "styles": [a], "source": "painting"}
        for n, (a, _) in enumerate(pairs)
    ]
    table = ImageTable(pd.DataFrame(rows).assign(content=[content for _, content in pairs]), Path())
    contents = unit(np.eye(4)[["wxyz".index(content) for _, content in pairs]].tolist())
    artists = unit(np.eye(4)[["abcd".index(artist) for artist, _ in pairs]].tolist())
    return table, contents, artists


def test_shares_of_descriptors_that_see_one_thing_only() -> None:
    table, contents, artists = crossed()
    # Of an image's seven equals one is by the same artist with the same content, and counts for neither.
    assert neighbour_shares(contents, table, 7).mean().to_dict() == pytest.approx({"content": 6 / 7, "artist": 0})
    assert neighbour_shares(artists, table, 7).mean().to_dict() == pytest.approx({"content": 0, "artist": 6 / 7})
    pulls = pull_of_content_and_style(contents, artists, table, 7)
    assert pulls["content", "difference"].value == pytest.approx(-6 / 7)
    assert pulls["artist", "difference"].value == pytest.approx(6 / 7)
    assert pulls["artist", "difference"].note == "4 groups only"
    assert pulls["artist", "second"].unit == "group"
