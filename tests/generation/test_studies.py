"""A case study on pictures whose answers are known: stripes, generated in the right name or in another's."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.generation.prompts import simple_prompts
from csdlib.generation.studies import Study, asked_artists, made_or_found, pairs, study
from csdlib.tables import ImageTable


def as_generated(table: ImageTable, names: list[str], model: str | list[str] = "striper") -> ImageTable:
    """Queries as if a model had made them in the names of artists."""
    return table.with_column("artist", names).with_column("source", "generated").with_column("model", model)


@pytest.fixture(scope="module")
def honest(striped_table: ImageTable) -> Study:
    query, works = striped_table.where(split="query"), striped_table.where(split="database")
    return study(as_generated(query, query.frame["artist"].tolist()), works, load("colour"))


@pytest.fixture(scope="module")
def turned(striped_table: ImageTable) -> Study:
    """Every artist's name gives the next one's stripes."""
    query, works = striped_table.where(split="query"), striped_table.where(split="database")
    names = [f"artist-{(int(name[-1]) + 1) % 4}" for name in query.frame["artist"]]
    return study(as_generated(query, names), works, load("colour"))


def test_an_imitator_is_found_and_another_is_not(honest: Study, turned: Study) -> None:
    assert honest.retrieval()["mAP@1"].value == 1
    assert turned.retrieval()["mAP@1"].value == 0
    assert honest.retrieval()["chance"].value == pytest.approx(6 / 24)
    assert honest.retrieval()["mAP@1"].unit == "group"


def test_similarity_tells_them_apart_as_well(honest: Study, turned: Study) -> None:
    right, wrong = honest.by_artist(), turned.by_artist()
    assert right["artist"].tolist() == [f"artist-{number}" for number in range(4)]
    assert (right["value"].to_numpy() > wrong["value"].to_numpy()).all()
    assert right["found"].tolist() == [1.0] * 4
    assert (right["generated"] == 4).all() and (right["references"] == 6).all()
    assert (right["low"] <= right["value"]).all() and (right["value"] <= right["high"]).all()
    assert (right["spread"] > 0).all()


def test_a_sampled_study_has_some_pictures_of_each_artist(honest: Study) -> None:
    few = honest.sampled(2, 3, random=np.random.default_rng(0))
    assert few.works.frame["artist"].value_counts().to_dict() == {f"artist-{number}": 2 for number in range(4)}
    assert few.made.frame["artist"].value_counts().to_dict() == {f"artist-{number}": 3 for number in range(4)}
    places = [honest.works.ids.tolist().index(name) for name in few.works.ids]
    np.testing.assert_array_equal(few.references.vectors, honest.references.vectors[places])
    assert (few.by_artist()["references"] == 2).all()
    other = honest.sampled(2, 3, random=np.random.default_rng(1))
    assert set(other.works.ids) != set(few.works.ids)
    whole = honest.sampled(100, 100, random=np.random.default_rng(0))
    assert set(whole.works.ids) == set(honest.works.ids)


def test_where_pictures_go(turned: Study) -> None:
    # The movements alternate, so the next artist's is always the other one.
    shares = turned.mistaken()
    assert shares.loc["even", "odd"] == shares.loc["odd", "even"] == 1
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_what_is_wrong_stands_in_the_result(striped_table: ImageTable) -> None:
    query, works = striped_table.where(split="query"), striped_table.where(split="database")
    made = as_generated(query, ["artist-0"] * 8 + ["artist-1"] + ["nobody"] * 7)
    few = works.take(np.flatnonzero((works.frame["artist"] != "artist-0") | ~works.frame["artist"].duplicated()))
    found = study(made, few, load("colour")).by_artist().set_index("artist")
    assert "1 work only" in found.loc["artist-0", "note"]
    assert "1 generated image only" in found.loc["artist-1", "note"]
    assert found.loc["nobody", "note"] == "no work by this artist"
    assert np.isnan(found.loc["nobody", "value"])
    assert "artist-2" not in found.index


def test_models_are_not_mixed(striped_table: ImageTable) -> None:
    query, works = striped_table.where(split="query"), striped_table.where(split="database")
    mixed = as_generated(query, query.frame["artist"].tolist(), ["one", "other"] * 8)
    with pytest.raises(InputError, match="several models \\(one, other\\)"):
        study(mixed, works, load("colour"))
    assert len(study(mixed.where(model="one"), works, load("colour")).made) == 8


def test_a_broken_generated_image_is_left_out(striped_table: ImageTable) -> None:
    query, works = striped_table.where(split="query"), striped_table.where(split="database")
    frame = pd.concat([query.frame, query.frame.head(1).assign(image_id="lost", path="lost.png")], ignore_index=True)
    made = as_generated(ImageTable(frame, query.root), frame["artist"].tolist())
    found = study(made, works, load("colour"))
    assert len(found.made) == len(query)
    assert found.generated.skipped.keys() == {"lost"}


def test_whose_names_are_asked_for(striped_table: ImageTable, tmp_path: Path) -> None:
    assert asked_artists(striped_table)["artist-0"] == "Artist 0"
    named = asked_artists(striped_table, data_path("metadata/artists_of_interest.txt"))
    assert named["greg-rutkowski"] == "Greg Rutkowski"
    assert len(named) == 6
    with pytest.raises(InputError, match="no such file"):
        asked_artists(striped_table, tmp_path / "other.txt")
    (tmp_path / "names.txt").write_text("\n")
    with pytest.raises(InputError, match="names nobody"):
        asked_artists(striped_table, tmp_path / "names.txt")


def test_images_that_are_there_need_no_model(tmp_path: Path) -> None:
    (tmp_path / "Ruan Jia").mkdir()
    Image.new("RGB", (32, 32), "teal").save(tmp_path / "Ruan Jia" / "1.png")
    prompts = simple_prompts(["Ruan Jia"])
    found = made_or_found(prompts, "no model", tmp_path, declared="Midjourney 5")
    assert found.frame["model"].tolist() == ["Midjourney 5"]
    with pytest.raises(InputError, match="unknown model 'no model'"):
        made_or_found(prompts, "no model", "")


def test_partners_are_joined_by_artist_and_seed_where_equally_many_were_dropped(striped_table: ImageTable) -> None:
    query, works = striped_table.where(split="query"), striped_table.where(split="database")
    seeds = query.frame.groupby("artist").cumcount().tolist()
    made = as_generated(query, query.frame["artist"].tolist()).with_column("seed", seeds)
    descriptor = load("colour")
    # A safety checker drops the first picture of one set and the last of the other: as many remain.
    first = study(made.take(range(1, len(made))), works, descriptor)
    second = study(made.take(range(len(made) - 1)), works, descriptor)
    own, other = pairs(first, second)
    assert len(own) == len(made) - 2
    assert first.made.ids[own].tolist() == second.made.ids[other].tolist()
    with pytest.raises(InputError, match="the seed of every image"):
        pairs(first, study(as_generated(query, query.frame["artist"].tolist()), works, descriptor))
    with pytest.raises(InputError, match="who is the partner"):
        pairs(study(made.with_column("seed", [0] * len(made)), works, descriptor), first)
