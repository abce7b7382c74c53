"""The whole way from images to estimates."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.ranking import METRIC_TITLES
from csdlib.retrieval.benchmark import chance, evaluate_each, evaluate_embeddings, evaluate_retrieval, percent_table
from csdlib.tables import ImageTable
from tests.conftest import copied


@pytest.mark.parametrize("name", ["colour", "gram"])
def test_stripes_are_told_apart(striped_table: ImageTable, name: str) -> None:
    found = evaluate_retrieval(striped_table, load(name), k=10, progress=False)
    table = found.estimates((1, 10, 100)).set_index(["metric", "k"])
    assert table.loc[("recall", 1), "value"] == 1.0
    assert set(table.index.get_level_values("k")) == {1, 10}
    assert table["unit"].eq("group").all()
    assert chance(found) == pytest.approx(0.25)
    assert found.by_label()["database"].tolist() == [6] * 4


def test_by_chance_no_query_finds_itself(striped_table: ImageTable) -> None:
    found = evaluate_each(embed(striped_table, load("colour"), progress=False), k=5)
    assert chance(found) == pytest.approx(9 / 39)


def test_one_artist_only_is_refused(striped_table: ImageTable) -> None:
    with pytest.raises(InputError, match="same artist"):
        evaluate_retrieval(striped_table.where(artist="artist-1"), load("colour"), progress=False)
    with pytest.raises(InputError, match="medium"):
        evaluate_retrieval(striped_table, load("colour"), label="medium", progress=False)


def test_unknown_artists_are_not_one_artist(striped_table: ImageTable) -> None:
    artists = striped_table.frame["artist"].replace("artist-3", "")
    found = evaluate_retrieval(striped_table.with_column("artist", artists), load("colour"), k=5, progress=False)
    assert sorted(set(found.labels)) == ["artist-0", "artist-1", "artist-2"]
    assert len(found.skipped) == 10
    assert set(found.skipped.values()) == {"no artist"}
    assert found.estimates((10,)).empty


def test_artists_that_only_train_do_not_count(striped_table: ImageTable) -> None:
    frame = striped_table.frame
    split = frame["split"].where(frame["artist"] == "artist-0", "train")
    with pytest.raises(InputError, match="same artist"):
        evaluate_retrieval(striped_table.with_column("split", split), load("colour"), progress=False)


def test_queries_that_nothing_can_answer_are_counted(striped_table: ImageTable) -> None:
    frame = striped_table.frame
    lonely = (frame["artist"] == "artist-3") & (frame["split"] == "query")
    artists = frame["artist"].where(~lonely, "stranger")
    found = evaluate_retrieval(striped_table.with_column("artist", artists), load("colour"), k=5, progress=False)
    assert set(found.skipped.values()) == {"no database image has its artist"}
    assert len(found.skipped) == 4
    assert len(found.query) == 12


def test_an_artist_whose_works_are_all_broken_cannot_be_asked_for(striped_table: ImageTable, tmp_path: Path) -> None:
    frame = striped_table.frame
    kept = frame[(frame["artist"] != "artist-3") | (frame["split"] == "query") | (frame["image_id"] == "3-4")]
    table = copied(ImageTable(kept.reset_index(drop=True), striped_table.root), tmp_path)
    (tmp_path / "artist-3_4.png").write_bytes(b"junk")
    found = evaluate_retrieval(table, load("colour"), k=5, progress=False)
    assert "artist-3" not in found.labels
    assert (found.n_relevant > 0).all()
    assert "not an image" in found.skipped["3-4"]
    assert found.skipped["3-0"] == "no database image has its artist"
    subset = evaluate_embeddings(table, found.embeddings.of(table.where(artist=["artist-0", "artist-1"])), k=5)
    assert subset.skipped["2-0"] == "not embedded"


def test_any_column_can_be_matched(striped_table: ImageTable) -> None:
    numbers = striped_table.frame.assign(century=[15 + int(name[0]) % 2 for name in striped_table.ids])
    found = evaluate_retrieval(
        ImageTable(numbers, striped_table.root), load("colour"), label="century", k=5, progress=False
    )
    by_movement = evaluate_retrieval(striped_table, load("colour"), label="movement", k=5, progress=False)
    np.testing.assert_array_equal(found.hits, by_movement.hits)


def test_a_shared_tag_is_a_match(striped_table: ImageTable) -> None:
    found = evaluate_retrieval(striped_table, load("colour"), label="styles", k=5, progress=False)
    # Every picture of the table has the tag "stripes".
    assert found.hits.all()
    assert set(found.n_relevant) == {24}
    own = striped_table.tagged("movement")
    by_tag = evaluate_retrieval(own, load("colour"), label="styles", k=5, progress=False)
    by_column = evaluate_retrieval(striped_table, load("colour"), label="movement", k=5, progress=False)
    np.testing.assert_array_equal(by_tag.hits, by_column.hits)
    np.testing.assert_array_equal(by_tag.n_relevant, by_column.n_relevant)


def test_who_is_unknown_is_a_group_alone(striped_table: ImageTable) -> None:
    frame = striped_table.frame
    unknown = ImageTable(
        frame.assign(artist=frame["artist"].where(frame["artist"] != "artist-2", "")), striped_table.root
    )
    found = evaluate_retrieval(unknown, load("colour"), label="styles", k=5, progress=False)
    assert len(set(found.labels)) == 3 + 4


def test_further_questions_need_no_further_embedding(striped_table: ImageTable) -> None:
    whole = evaluate_retrieval(striped_table, load("colour"), k=5, progress=False)
    again = evaluate_embeddings(striped_table, whole.embeddings, label="movement", k=5, name="colour")
    fresh = evaluate_retrieval(striped_table, load("colour"), label="movement", k=5, progress=False)
    np.testing.assert_array_equal(again.hits, fresh.hits)
    few = striped_table.take([row for row, name in enumerate(striped_table.ids) if int(name[-1]) < 6])
    part = evaluate_embeddings(few, whole.embeddings, k=5)
    assert set(part.n_relevant) == {2}
    np.testing.assert_array_equal(part.hits, evaluate_retrieval(few, load("colour"), k=5, progress=False).hits)


def test_what_has_to_be_fitted_sees_the_database_and_no_query(striped_table: ImageTable) -> None:
    colour, seen = load("colour"), []

    class Fitted:
        name, dim, metric, device = "fitted", colour.dim, colour.metric, colour.device
        preprocess, encode = staticmethod(colour.preprocess), staticmethod(colour.encode)

        @property
        def fingerprint(self) -> str:
            return f"fitted on {seen}"

        def fit(self, table: ImageTable) -> None:
            seen.append(set(table.frame["split"]))

    evaluate_retrieval(striped_table, Fitted(), k=5, progress=False)
    assert seen == [{"database"}]


def test_all_metrics_at_all_k_in_one_table(striped_table: ImageTable) -> None:
    found = evaluate_retrieval(striped_table, load("random-tiny"), k=24, progress=False)
    table = found.estimates((1, 5, 24)).set_index(["metric", "k"])["value"]
    assert set(table.loc["precision_at_r"].index) == {24}
    n = found.n_relevant[0]
    assert table["precision_at_r", 24] == pytest.approx(found.hits[:, :n].mean())
    assert table["recall"].is_monotonic_increasing
    assert table["reciprocal_rank"].is_monotonic_increasing
    by_query = found.estimates((1, 5, 24), over="query")
    assert set(by_query["unit"]) == {"query"}, "macro averages draw what the others draw"
    np.testing.assert_allclose(by_query["value"], found.estimates((1, 5, 24))["value"])


def test_metrics_have_short_names_in_tables_and_titles_for_people(striped_table: ImageTable) -> None:
    estimates = evaluate_retrieval(striped_table, load("colour"), k=24, progress=False).estimates((1, 10, 24))
    assert set(estimates["metric"]) == set(METRIC_TITLES)
    shown = percent_table(pd.concat([estimates, estimates[estimates["k"] == 1].assign(descriptor="other")]))
    assert list(shown.columns) == ["recall@1", "mean precision@10", "recall@10"]
    first = estimates[(estimates["metric"] == "mean_precision") & (estimates["k"] == 1)].iloc[0]
    assert shown.loc["colour", "recall@1"] == Estimate.from_row(first).percent()
    assert shown.loc["other"].tolist()[1:] == ["–", "–"]


def test_some_of_the_queries_are_what_they_were_among_all(striped_table: ImageTable) -> None:
    found = evaluate_retrieval(striped_table, load("colour"), k=3, progress=False)
    some = found.labels == "artist-1"
    part = found.of_queries(some)
    assert set(part.labels) == {"artist-1"}
    assert (part.hits == found.hits[some]).all()
    assert (part.neighbours.rows == found.neighbours.rows[some]).all()
    assert (part.n_relevant == found.n_relevant[some]).all()
    alone = part.estimates((1,), over="query").set_index("metric")["value"]
    assert alone["recall"] == found.hits[some, 0].mean()
