"""Artists: closed forms of spread and shares, the tree, and generated pictures on a map of paintings."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from csdlib.datasets.registry import load_dataset
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embeddings
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.figures.artists import artist_layout, artists_figure
from csdlib.recipes.recorded.on_map import generated_on_map, record_generated_on_map
from csdlib.similarity.artists import artist_table, artists_of, neighbour_shares, pull_of_content_and_style
from csdlib.tables import ImageTable
from tests.conftest import stripes


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


def test_one_artist_has_neither_tree_nor_map_but_a_table(striped_table: ImageTable) -> None:
    alone = striped_table.where(artist="artist-0")
    embeddings = embed(alone, load("colour"), progress=False)
    found = artists_of(embeddings, alone.frame["artist"].to_numpy(dtype=str))
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
    assert all(text.count("artist-") == 3 for text in words["nearest artists"])


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
    assert pulls["artist", "difference"].low == pytest.approx(6 / 7)
    assert pulls["artist", "second"].unit == "group"


@pytest.mark.parametrize("count", [2, 5, 14])
def test_the_figure_names_every_artist_and_escapes(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")
    embeddings, labels = many(count)
    found = artists_of(embeddings, np.where(labels == "artist 00", "</script><b>", labels))
    groups = np.array(["x", "<i>"])[np.arange(count) % 2]
    shown = artists_figure(found, artist_layout(found), groups, caption="c", alt="a").data
    page = BeautifulSoup(shown, "html.parser")
    assert len(page.select("figure.csd-figure [role=img]")) == 2
    assert not page.find_all(["b", "i"])
    assert all(shown.count(str(name)) >= 2 for name in found.names[1:])
    with pytest.raises(InputError, match="other artists"):
        artists_figure(found, artist_layout(artists_of(*many(3))), groups, caption="c", alt="a")


# Generated pictures.


def write_outside_world(root: Path) -> None:
    """A wikiart.csv of four artists, and generated pictures of two of them and of a stranger."""
    for folder in ("style", "made"):
        (root / folder).mkdir()
    lines, made = ["name,path,artist,style,split"], ["path,artist,content,model,prompt,seed"]
    for artist in range(4):
        for number in range(8):
            stripes(artist, 3 + 2 * artist, 100 * artist + number).save(root / "style" / f"{artist}_{number}.png")
            split = "query" if number < 2 else "database"
            lines.append(f"{artist}_{number},style/{artist}_{number}.png,artist-{artist},s,{split}")
    for number, artist in enumerate([0, 0, 1, 1, 9]):
        stripes(artist % 4, 3 + 2 * (artist % 4), 999 + number).save(root / "made" / f"{number}.png")
        made.append(f"made/{number}.png,artist-{artist},dog,m 1,a dog by {artist},{number}")
    (root / "wikiart.csv").write_text("\n".join(lines))
    (root / "generated.csv").write_text("\n".join(made))


def test_generated_images_load(tmp_path: Path) -> None:
    write_outside_world(tmp_path)
    table = load_dataset("generated", root=tmp_path)
    assert set(table.frame["source"]) == {"generated"}
    assert table.frame.iloc[2][["artist", "content", "model", "prompt", "seed"]].tolist() == [
        "artist-1",
        "dog",
        "m 1",
        "a dog by 1",
        2,
    ]
    assert table.open(0).size == (64, 64)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no such table"),
        ("path,artist,content,model\n", "column 'prompt' is missing"),
        ("path,artist,content,model,prompt\n", "has no row"),
        ("path,artist,content,model,prompt\n../x.png,a,dog,m,p\n", "stays in the root folder"),
    ],
)
def test_a_wrong_table_of_generated_images_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "generated.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        load_dataset("generated", root=tmp_path)


def test_generated_images_land_with_their_artist(tmp_path: Path) -> None:
    write_outside_world(tmp_path)
    paintings, made = load_dataset("wikiart", root=tmp_path), load_dataset("generated", root=tmp_path)
    frame, shares = generated_on_map(paintings, made, load("colour"), k=4, progress=False)
    assert frame["source"].value_counts().to_dict() == {"painting": 32, "generated": 5}
    assert np.isfinite(frame[["x", "y"]].to_numpy()).all()
    # Four of five are by artists who have paintings, and look like them.
    assert shares["descriptor"].value == pytest.approx(0.8)
    assert shares["map"].value > 0.6
    assert shares["chance"].value == pytest.approx(0.8 / 4)


def test_the_record_holds_numbers_and_where_they_are_from(tmp_path: Path) -> None:
    write_outside_world(tmp_path)
    output = tmp_path / "out" / "on_map.csv"
    table = record_generated_on_map(tmp_path, output, csv="generated.csv", descriptors=("colour",), command="c")
    assert table["neighbours"].tolist() == ["descriptor", "map", "chance"]
    facts = json.loads(output.with_suffix(".json").read_text())
    assert (facts["paintings"], facts["generated"], facts["artists"], facts["command"]) == (32, 4, 2, "c")
    places = pd.read_csv(output.with_name("on_map_places.csv"))
    assert list(places.columns) == ["source", "artist", "content", "colour x", "colour y"]
    assert len(places) == 36
    assert str(tmp_path) not in output.with_suffix(".json").read_text()
